/* What a chain must also be, beyond what OpenSSL makes sure of. */
#ifndef WHY401_TLS_STRICT_H
#define WHY401_TLS_STRICT_H

#include <openssl/x509.h>
#include <stdbool.h>

/* Looks at a chain, leaf first and trust anchor last, that OpenSSL has verified. `own`:
 * the anchor is one that the user configured, not one of the system's. Returns what is wrong, a
 * constant text, and in *at with which certificate; NULL when there is nothing to object to. */
const char *strict_objection(const STACK_OF(X509) * chain, bool own, int *at);

#endif
