/* What an answer's head says: where it leads, who made it, what time it is there. Private. */
#ifndef WHY401_ANSWERED_H
#define WHY401_ANSWERED_H

#include "why401/exchange/exchange.h"

/* Notes redirect.other-host of a 3xx. */
void inspect_redirect(struct exchange *x);

/* Notes maker.middlebox and maker.express of a failing answer. */
void inspect_maker(struct exchange *x);

/* Notes clock.upstream. */
void inspect_answer_clock(struct exchange *x);

/* Milliseconds since 1970 of an HTTP date such as "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110 §5.6.7,
 * the preferred form only); -1 when it is none. */
int64_t http_date_ms(struct span text);

#endif
