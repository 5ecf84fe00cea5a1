/* Dialling: a connection to a host, by all its addresses, with or without TLS. */
#ifndef WHY401_NET_DIAL_H
#define WHY401_NET_DIAL_H

#include "why401/net/conn.h"

/* A proxy of the network that stands between us and the host: an HTTP proxy that is asked for a
 * tunnel by CONNECT (RFC 9110 §9.3.6). */
struct via {
    const char *host; /* to resolve; an IPv6 address has no brackets */
    uint16_t port;
    const char *authorization; /* value of Proxy-Authorization; a secret; NULL: none */
};

struct dial_options {
    const char *host;      /* to resolve, and what the certificate must name */
    const char *resolve;   /* an address to connect to instead; NULL: resolve host */
    uint16_t port;         /* of the host */
    const struct via *via; /* through that proxy, which resolves the host; NULL: directly. Copied */
    bool public_only;      /* connect to addresses that ip_is_public only, and are not our own */
    bool yields;           /* its name may have to wait for a moment, others' names go first */
    struct ip own;         /* where we listen: a connection that ends there is a loop; family 0: */
    uint16_t own_port;     /* … nobody looks */
    struct tls_context *tls; /* NULL: plain. Outlives the stream */
    uint32_t connect_ms;     /* resolving and connecting, all addresses together */
    uint32_t handshake_ms;   /* TLS handshake */
    size_t buffer_bytes;     /* of each direction */
    size_t head_bytes;       /* the longest head that the holder waits for as a whole */
};

/* A stream that is connecting; `options` and its strings are copied. The addresses are tried in the
 * order of the resolver, the next one 250 ms after the last or as soon as that failed, and the
 * first to answer wins (as in RFC 8305 §5). The stream fails with ERR_DNS (also when no name server
 * answers within connect_ms), ERR_CONNECT, ERR_CONNECT_TIMEOUT, ERR_UPSTREAM_TLS or
 * ERR_UPSTREAM_VERIFY; ERR_UPSTREAM_PROXY (not found, not reached, or it refused; the text has the
 * status line, made harmless), ERR_TUNNEL_REFUSED (public_only: no address of the host is public,
 * or it is this machine), ERR_LOOP; ERR_DESCRIPTORS or ERR_MEMORY when those ran out here. With via
 * the peer of the stream is the proxy, connect_ms covers its answer too, and public_only judges the
 * host only where that is an address. NULL when memory is out. */
struct stream *dial(struct worker *w, const struct dial_options *options);

#endif
