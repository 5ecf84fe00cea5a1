/* The roots that this system trusts. Private. */
#ifndef TLS_ROOTS_H
#define TLS_ROOTS_H

#include <openssl/ssl.h>

#include "why401/base/err.h"

/* Has the context trust them. A folder of hash links is looked into when a chain needs it; a file
 * is read whole, once in the process, and only where somebody named one (SSL_CERT_FILE) or the
 * folder has no such links: a distribution that has both keeps the same certificates in them.
 * Returns 0, or -1 with *err. Any thread. */
int roots_of_system(SSL_CTX *ssl, struct err *err);

#endif
