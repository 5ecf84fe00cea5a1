/* How a fresh client connection finds out from its first bytes what it is. Private. */
#ifndef NET_OPENING_H
#define NET_OPENING_H

#include "conn_impl.h"

/* Puts a connection into its opening: with proxy_protocol a header must come first; then a TLS
 * record (where tls is given) makes it TLS, with a leaf for `name` where the client sends no SNI;
 * anything else plain. 0, or -1 when memory is out. */
int opening_begin(struct conn *c, struct tls_context *tls, struct span name, bool proxy_protocol,
                  uint32_t handshake_ms);

#endif
