/* A listening port. Its accepted connections say with their first bytes what they are: a PROXY
 * protocol header where that is configured, then TLS or plain HTTP. */
#ifndef WHY401_NET_LISTENER_H
#define WHY401_NET_LISTENER_H

#include "why401/net/conn.h"

struct listener;

struct listener_options {
    struct tls_context
        *tls; /* for TLS; NULL: every connection is plain. Outlives the listener's streams */
    bool proxy_protocol;   /* a header must come first */
    uint32_t handshake_ms; /* PROXY header and TLS handshake, from the first byte */
    size_t buffer_bytes;   /* of each direction */
    size_t head_bytes;     /* the longest head that the holder waits for as a whole */
    size_t most;           /* streams that may live at a time; beyond, accepting pauses */
    /* Hands over a stream; the callee owns it. In the worker's thread. */
    void (*accepted)(void *ctx, struct stream *s);
    /* Accepting has paused because the system refuses (*why: descriptors or memory ran out), and,
     * with NULL, goes on: told once all that waited were accepted and some seconds have passed
     * without another refusal. The two take turns. NULL: nobody listens. In the worker's thread. */
    void (*held_up)(void *ctx, const struct err *why);
    void *ctx;
};

/* Binds host:port. With shared, other sockets made by this function may bind the same port (one for
 * each worker), also those of another process of the same user. *port is the port that was bound.
 * Returns a descriptor for listener_start, or -1 with *err. */
int listener_bind(const char *host, uint16_t *port, bool shared, struct err *err);

/* Listens on fd, which it takes over. NULL with *err. */
struct listener *listener_start(struct worker *w, int fd, const struct listener_options *options,
                                struct err *err);

/* Stops accepting and frees the listener; streams live on. In the worker's thread. */
void listener_stop(struct listener *l);

#endif
