/* Spending limits of a token, as its creation asks for them and as answers show them. */
#ifndef WHY401_LEDGER_SPENDING_H
#define WHY401_LEDGER_SPENDING_H

#include <jansson.h>

#include "table.h"

/* From the request of a creation. NULL: nothing is known of it. */
void limits_of_creation(struct known *t, const json_t *asked, int64_t now_ms);

/* From the "unlock" object of a session, list entry or creation answer. Returns whether the
 * passport changed. */
bool limits_of_answer(struct known *t, const json_t *unlock, int64_t now_ms);

/* An unlock took them away, if there were any. Returns whether the passport changed. */
bool limits_remove(struct known *t);

#endif
