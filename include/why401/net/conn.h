/* A connection over TCP, with or without TLS, as a stream. */
#ifndef WHY401_NET_CONN_H
#define WHY401_NET_CONN_H

#include "why401/net/stream.h"
#include "why401/net/worker.h"

struct tls_context;

struct conn_info {
    struct ip peer;      /* the other end of the TCP connection */
    struct ip forwarded; /* the source that a PROXY protocol header named; family 0: none */
    bool tls;            /* bytes are encrypted on the wire */
};

/* Facts about a stream of this module; valid while the stream is. */
const struct conn_info *conn_info(const struct stream *s);

/* The peer has closed or reset, or sent bytes, since the last event: asks the kernel, so it is the
 * truth of this moment. For deciding whether an idle upstream connection may take a request that
 * must not be sent twice. */
bool conn_is_quiet(const struct stream *s);

#endif
