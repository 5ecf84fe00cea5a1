/* What a holder sees of a connection: the operations of a stream, and the facts beside them. Each
 * only reads or notes; what follows from it happens when the connection settles.
 */
#include "conn_impl.h"

/* The holder stops writing at the high watermark, `soft`, and hears of room again at this one. */
static size_t low_water(const struct conn *c)
{
    return c->soft / 2;
}

static size_t op_pending(const struct stream *s)
{
    const struct conn *c = conn_of(s);
    return buf_len(&c->out) + buf_len(&c->sending);
}

static enum stream_state op_state(const struct stream *s)
{
    return conn_of(s)->state;
}

static struct span op_peek(const struct stream *s)
{
    return buf_peek(&conn_of(s)->in);
}

static void op_consume(struct stream *s, size_t n)
{
    struct conn *c = conn_of(s);
    buf_consume(&c->in, n);
    if (!c->reading || buf_len(&c->cipher)) {
        conn_touch(c);
    }
}

static size_t op_room(const struct stream *s)
{
    struct conn *c = conn_of(s);
    size_t waiting = op_pending(s);
    size_t room = waiting < c->soft ? c->soft - waiting : 0;
    if ((c->state != STREAM_OPEN && c->state != STREAM_ENDED) || c->ended || c->deaf) {
        room = 0;
    }
    c->starved = c->starved || room < low_water(c);
    return room;
}

bool conn_found_room(struct conn *c)
{
    bool found = c->starved && !c->closing && op_pending(&c->stream) <= low_water(c);
    c->starved = c->starved && !found;
    return found;
}

static int op_write(struct stream *s, struct span bytes)
{
    struct conn *c = conn_of(s);
    if (c->ended || c->deaf || (c->state != STREAM_OPEN && c->state != STREAM_ENDED)) {
        return -1;
    }
    int rc = c->tls ? tls_write(c->tls, bytes) : buf_append(&c->out, bytes);
    conn_touch(c);
    return rc;
}

static void op_end(struct stream *s)
{
    struct conn *c = conn_of(s);
    if (c->ended) {
        return;
    }
    c->ended = true;
    if (c->tls && c->state != STREAM_FAILED && !s->torn) {
        tls_end(c->tls);
    }
    conn_touch(c);
}

static void op_close(struct stream *s)
{
    struct conn *c = conn_of(s);
    c->held = false;
    /* An alert that explains a failed handshake to the peer is worth sending. */
    bool last_words = c->state == STREAM_FAILED && buf_len(&c->out) > 0 && !c->eof;
    if (!c->tcp || (!c->ended && !last_words)) {
        conn_shut(c);
        return;
    }
    c->ended = true;
    linger_begin(c);
    conn_touch(c);
}

static const struct err *op_error(const struct stream *s)
{
    static const struct err unknown = {ERR_MEMORY, "no memory for the reason why it broke"};
    static const struct err none;
    const struct conn *c = conn_of(s);
    return c->error ? c->error : c->state == STREAM_FAILED ? &unknown : &none;
}

static struct ip op_peer(const struct stream *s)
{
    return conn_of(s)->info.peer;
}

static bool op_is_deaf(const struct stream *s)
{
    return conn_of(s)->deaf != 0;
}

const struct stream_ops conn_ops = {
    .state = op_state,
    .peek = op_peek,
    .consume = op_consume,
    .room = op_room,
    .write = op_write,
    .pending = op_pending,
    .end = op_end,
    .close = op_close,
    .error = op_error,
    .peer = op_peer,
    .is_deaf = op_is_deaf,
};

const struct conn_info *conn_info(const struct stream *s)
{
    return &conn_of(s)->info;
}

bool conn_is_quiet(const struct stream *s)
{
    const struct conn *c = conn_of(s);
    return c->state == STREAM_OPEN && buf_len(&c->in) == 0 && buf_len(&c->cipher) == 0 && c->tcp &&
           !(c->tls && tls_holds_bytes(c->tls)) && wire_look(c) == UV_EAGAIN;
}
