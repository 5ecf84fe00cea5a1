/* The only face of a connection: a two-way stream of plaintext bytes with bounded buffers. Whoever
 * holds a stream never learns whether TCP, TLS or memory is behind it. All calls on one thread.
 *
 * The single upward call, on_event, carries no facts: it means "look again". It never comes from
 * inside one of the calls below. */
#ifndef WHY401_NET_STREAM_H
#define WHY401_NET_STREAM_H

#include "why401/base/err.h"
#include "why401/base/ip.h"
#include "why401/base/span.h"

enum stream_state {
    STREAM_CONNECTING, /* not yet usable: connecting, or shaking hands */
    STREAM_OPEN,       /* bytes flow both ways */
    STREAM_ENDED,      /* the peer ended its half: what peek has is the last; writing still works */
    STREAM_FAILED, /* broken; stream_error says why; peek may still hold bytes that came before */
};

struct stream;

struct stream_ops {
    enum stream_state (*state)(const struct stream *s);
    struct span (*peek)(const struct stream *s);
    void (*consume)(struct stream *s, size_t n);
    size_t (*room)(const struct stream *s);
    int (*write)(struct stream *s, struct span bytes);
    size_t (*pending)(const struct stream *s);
    void (*end)(struct stream *s);
    void (*close)(struct stream *s);
    const struct err *(*error)(const struct stream *s);
    struct ip (*peer)(const struct stream *s);
    bool (*is_deaf)(const struct stream *s); /* NULL: never */
};

struct stream {
    const struct stream_ops *ops;
    void (*on_event)(void *ctx); /* set by the holder; NULL: nobody listens */
    void *ctx;                   /* for on_event */
    void *owner;                 /* for the origin that opened it; the holder leaves it alone */
    bool torn;                   /* set by the holder: its end must not look like one in order */
};

static inline enum stream_state stream_state(const struct stream *s)
{
    return s->ops->state(s);
}

/* The bytes that wait to be read, valid until the next call on s. */
static inline struct span stream_peek(const struct stream *s)
{
    return s->ops->peek(s);
}

/* Takes n bytes off what peek shows. What is not consumed fills the buffer and stops reading. */
static inline void stream_consume(struct stream *s, size_t n)
{
    s->ops->consume(s, n);
}

/* Bytes that write takes now. on_event comes when room grows again. */
static inline size_t stream_room(const struct stream *s)
{
    return s->ops->room(s);
}

/* Takes all of bytes, copied. Returns 0, or -1: there was no room, or the stream has failed or
 * ended. */
static inline int stream_write(struct stream *s, struct span bytes)
{
    return s->ops->write(s, bytes);
}

/* Nothing that is written arrives any more, so there is no room; but what the peer sent can still
 * be read, and its end seen. Only of a stream that we opened: a client that is gone has failed. */
static inline bool stream_is_deaf(const struct stream *s)
{
    return s->ops->is_deaf && s->ops->is_deaf(s);
}

/* Bytes written that have not yet left for the peer. */
static inline size_t stream_pending(const struct stream *s)
{
    return s->ops->pending(s);
}

/* Nothing more will be written: what waits is sent, then the half-close (close_notify, FIN). Where
 * the stream is torn a reset comes instead, or within TLS a FIN without close_notify. */
static inline void stream_end(struct stream *s)
{
    s->ops->end(s);
}

/* The holder lets go: on_event never comes again and s may not be used any more. What was written
 * before stream_end is still delivered; without an end the connection is cut off: TLS shows that to
 * the peer, TCP only where the stream is torn. */
static inline void stream_close(struct stream *s)
{
    s->on_event = NULL;
    s->ops->close(s);
}

/* Why the stream has failed; only while STREAM_FAILED. */
static inline const struct err *stream_error(const struct stream *s)
{
    return s->ops->error(s);
}

/* The address of the other end; family 0 while it is not known, or where there is none. */
static inline struct ip stream_peer(const struct stream *s)
{
    return s->ops->peer(s);
}

#endif
