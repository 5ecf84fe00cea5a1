/* What a request says about its own signature: the fields of versions 2 and 3 of BitGo's
 * authentication (BitGoJS modules/sdk-hmac). Spans point into the request head. */
#ifndef WHY401_SIGNING_H
#define WHY401_SIGNING_H

#include "why401/exchange/exchange.h"

struct signing {
    struct span bearer; /* the one word behind Bearer, unwrapped; a secret when it is a raw token */
    struct span hmac;   /* HMAC */
    struct span timestamp; /* Auth-Timestamp: ms since 1970 */
    struct span version;   /* BitGo-Auth-Version: "2.0" or "3.0" */
};

/* Empty spans for what is absent. */
struct signing signing_of(const struct http_head *head);

/* The request carries an HMAC of its path. */
bool request_is_signed(const struct http_head *head);

/* Notes signature.hash-without-hmac, signature.hmac-without-timestamp, signature.raw-with-hmac,
 * signature.timestamp-form and clock.skew. Reads what inspect_bearer found. */
void inspect_signature(struct exchange *x);

#endif
