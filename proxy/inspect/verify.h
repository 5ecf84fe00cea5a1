/* Verifying the HMAC of a request whose raw token is known. Private. */
#ifndef WHY401_VERIFY_H
#define WHY401_VERIFY_H

#include "token_store.h"

/* Notes signature.wrong when the HMAC of x (version 2 or 3) is not what its token, time, path and
 * body make it; the evidence says which part explains the difference, where one does. Does nothing
 * when the token is not known or the body was not captured whole. */
void verify_signature(struct exchange *x, const struct token_store *store);

#endif
