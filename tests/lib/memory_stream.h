/* A stream in memory with a scripted far end, for driving flows without a socket. `far_in` is what
 * the far end has sent and the holder has not consumed; `far_out` what the holder wrote. The far
 * end acts by far_send, far_end and far_fail, each of which reports an event. */
#ifndef TESTS_MEMORY_STREAM_H
#define TESTS_MEMORY_STREAM_H

#include <stdlib.h>

#include "why401/base/buf.h"
#include "why401/base/str.h"
#include "why401/net/stream.h"

struct memory_stream {
    struct stream stream; /* must be first */
    enum stream_state state;
    struct buf far_in;
    struct str far_out;
    size_t room;   /* bytes that may wait in far_out before room is 0; far_read makes new room */
    size_t unread; /* bytes of far_out that the far end has not read */
    struct err error;
    bool ended;  /* the holder ended its half */
    bool closed; /* the holder let go */
};

static struct memory_stream *memory_of(const struct stream *s)
{
    union {
        const struct stream *from;
        struct memory_stream *to;
    } cast = {s};
    return cast.to;
}

static enum stream_state memory_state(const struct stream *s)
{
    return memory_of(s)->state;
}

static struct span memory_peek(const struct stream *s)
{
    return buf_peek(&memory_of(s)->far_in);
}

static void memory_consume(struct stream *s, size_t n)
{
    buf_consume(&memory_of(s)->far_in, n);
}

static size_t memory_room(const struct stream *s)
{
    struct memory_stream *m = memory_of(s);
    bool usable = (m->state == STREAM_OPEN || m->state == STREAM_ENDED) && !m->ended;
    return usable && m->unread < m->room ? m->room - m->unread : 0;
}

static int memory_write(struct stream *s, struct span bytes)
{
    struct memory_stream *m = memory_of(s);
    if (m->ended || m->state == STREAM_FAILED || m->state == STREAM_CONNECTING) {
        return -1;
    }
    str_add(&m->far_out, bytes);
    m->unread += bytes.len;
    return 0;
}

static size_t memory_pending(const struct stream *s)
{
    return memory_of(s)->unread;
}

static void memory_end(struct stream *s)
{
    memory_of(s)->ended = true;
}

static void memory_close(struct stream *s)
{
    memory_of(s)->closed = true;
}

static const struct err *memory_error(const struct stream *s)
{
    return &memory_of(s)->error;
}

static struct ip memory_peer(const struct stream *s)
{
    (void)s;
    return (struct ip){.family = 4, .bytes = {192, 0, 2, 1}};
}

static const struct stream_ops memory_ops = {
    .state = memory_state,
    .peek = memory_peek,
    .consume = memory_consume,
    .room = memory_room,
    .write = memory_write,
    .pending = memory_pending,
    .end = memory_end,
    .close = memory_close,
    .error = memory_error,
    .peer = memory_peer,
};

static void memory_init(struct memory_stream *m, enum stream_state state)
{
    *m = (struct memory_stream){.stream.ops = &memory_ops, .state = state, .room = 65536};
    buf_init(&m->far_in, 16u << 20);
    str_init(&m->far_out, 16u << 20);
}

static void memory_release(struct memory_stream *m)
{
    buf_release(&m->far_in);
    str_release(&m->far_out);
}

static void far_event(struct memory_stream *m)
{
    if (m->stream.on_event) {
        m->stream.on_event(m->stream.ctx);
    }
}

static void far_send(struct memory_stream *m, struct span bytes)
{
    if (buf_append(&m->far_in, bytes) != 0) {
        abort();
    }
    far_event(m);
}

static inline void far_set_state(struct memory_stream *m, enum stream_state state)
{
    m->state = state;
    if (state == STREAM_FAILED) {
        err_set(&m->error, ERR_CONNECTION, "the far end broke");
    }
    far_event(m);
}

/* The far end reads n bytes, which makes room. */
static inline void far_read(struct memory_stream *m, size_t n)
{
    m->unread -= n < m->unread ? n : m->unread;
    far_event(m);
}

#endif
