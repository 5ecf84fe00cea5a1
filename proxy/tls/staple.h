/* What a server says about its own certificate's revocation. */
#ifndef WHY401_TLS_STAPLE_H
#define WHY401_TLS_STAPLE_H

#include <openssl/ssl.h>

/* SSL_CTX_set_tlsext_status_cb's callback, client side: 1 to go on, 0 to refuse (t->err says why),
 * negative when out of memory. */
int staple_check(SSL *ssl, void *arg);

#endif
