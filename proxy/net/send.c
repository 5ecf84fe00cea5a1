/* Bytes to the wire. What waits in `out` leaves at once as far as the kernel takes it, the rest by
 * one uv_write at a time, which has `sending` meanwhile. Where the peer takes no more, an
 * upstream's connection is deaf from then on, a client's has failed.
 */
#include "conn_impl.h"

/* An answer may be there all the same, or be on its way: a server that refuses a long body need not
 * read it. So that is read to its end; a client has nothing to say any more. */
static void write_failed(struct conn *c, int why)
{
    bool hung_up = why == UV_EPIPE || why == UV_ECONNRESET;
    bool settled = c->state == STREAM_OPEN || c->state == STREAM_ENDED;
    buf_release(&c->out);
    if (hung_up && settled && c->dialled && c->held) {
        c->deaf = c->deaf ? c->deaf : why;
        conn_touch(c);
    } else {
        conn_fail(c, ERR_CONNECTION, "writing failed: %s", uv_strerror(why));
    }
}

static void on_written(uv_write_t *req, int status)
{
    struct conn *c = req->data;
    c->write_active = false;
    buf_release(&c->sending);
    if (c->closing) {
        return;
    }
    if (status != 0) {
        write_failed(c, status);
        conn_notify(c);
    }
    if (!c->held) {
        linger_begin(c);
    }
    conn_touch(c);
    worker_settle(c->worker);
}

void send_waiting(struct conn *c)
{
    if (c->write_active || buf_len(&c->out) == 0 || !c->tcp) {
        return;
    }
    if (c->deaf) {
        buf_release(&c->out); /* TLS has words of its own */
        return;
    }
    struct span bytes = buf_peek(&c->out);
    uv_buf_t piece = uv_buf_init(c->out.data + c->out.start, (unsigned)bytes.len);
    int rc = uv_try_write((uv_stream_t *)c->tcp, &piece, 1);
    if (rc < 0 && rc != UV_EAGAIN) {
        write_failed(c, rc);
        return;
    }
    buf_consume(&c->out, rc > 0 ? (size_t)rc : 0);
    if (buf_len(&c->out) == 0) {
        buf_trim(&c->out);
        return;
    }
    struct buf empty = c->sending;
    c->sending = c->out;
    c->out = empty;
    piece = uv_buf_init(c->sending.data + c->sending.start, (unsigned)buf_len(&c->sending));
    c->write.data = c;
    rc = uv_write(&c->write, (uv_stream_t *)c->tcp, &piece, 1, on_written);
    c->write_active = rc == 0;
    if (rc != 0) {
        buf_release(&c->sending);
        write_failed(c, rc);
    }
}
