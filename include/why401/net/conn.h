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

/* A client's stream over which a CONNECT has just been answered begins again, as a fresh connection
 * whose first bytes tell what it is: TLS, whose leaf is minted for `name` where the client sends no
 * SNI, or plain HTTP. What was written is still delivered, what was read ahead is the new
 * beginning; info.tls tells of the new one. handshake_ms runs from the first byte. Returns -1 when
 * memory is out, the stream is already TLS, or it has failed or was ended. */
int conn_restart(struct stream *s, struct tls_context *tls, struct span name,
                 uint32_t handshake_ms);

/* The peer has not closed, reset or sent anything that was not read, not even half a TLS record:
 * asks the kernel, so it is the truth of this moment. For deciding whether an idle upstream
 * connection may take a request. */
bool conn_is_quiet(const struct stream *s);

#endif
