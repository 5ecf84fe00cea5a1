/* Dialling: a connection to a host, by all its addresses, with or without TLS. */
#ifndef WHY401_NET_DIAL_H
#define WHY401_NET_DIAL_H

#include "why401/net/conn.h"

struct dial_options {
    const char *host;    /* to resolve, and what the certificate must name */
    const char *resolve; /* an address to connect to instead; NULL: resolve host */
    uint16_t port;
    struct tls_context *tls; /* NULL: plain. Outlives the stream */
    uint32_t connect_ms;     /* resolving and connecting, all addresses together */
    uint32_t handshake_ms;   /* TLS handshake */
    size_t buffer_bytes;     /* of each direction */
    size_t head_bytes;       /* the longest head that the holder waits for as a whole */
};

/* A stream that is connecting; `options` and its strings are copied. The addresses are tried in the
 * order of the resolver, the next one 250 ms after the last or as soon as that failed, and the
 * first to answer wins (as in RFC 8305 §5). The stream fails with ERR_DNS, ERR_CONNECT,
 * ERR_CONNECT_TIMEOUT, ERR_UPSTREAM_TLS or ERR_UPSTREAM_VERIFY. NULL when memory is out. */
struct stream *dial(struct worker *w, const struct dial_options *options);

#endif
