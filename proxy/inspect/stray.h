/* Tokens in places where BitGo does not look for them. */
#ifndef WHY401_STRAY_H
#define WHY401_STRAY_H

#include "why401/exchange/exchange.h"

/* Notes a token in the query or in a field other than Authorization. Where the request has a
 * bearer, only a value that certainly is an access token is noted. */
void find_stray_tokens(struct exchange *x, bool has_bearer);

#endif
