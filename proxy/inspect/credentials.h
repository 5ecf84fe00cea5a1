/* The value of an Authorization field, judged. */
#ifndef WHY401_CREDENTIALS_H
#define WHY401_CREDENTIALS_H

#include "why401/exchange/exchange.h"

/* Notes what is wrong with `value`, which has no white space around it, and fills x->token. */
void judge_credentials(struct exchange *x, struct span value);

#endif
