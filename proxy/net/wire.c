/* Bytes from the wire. Every read of a worker lands in its one scratch area. Where nothing waits in
 * `in` yet, `in` borrows a scratch area for the moment, so that a head that is there as a whole is
 * parsed where it landed; only what the holder leaves is copied to storage of the connection's own.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "conn_impl.h"
#include "via.h"

/* The storage of `in` is a scratch area while it is lent. */
struct loan {
    struct buf own; /* what `in` was before */
};

static struct loan lend(struct conn *c, char *scratch, size_t len)
{
    struct loan loan = {c->in};
    c->in = (struct buf){
        .data = scratch, .end = len, .high = len, .cap = SCRATCH_BYTES, .limit = SCRATCH_BYTES};
    return loan;
}

/* What the holder left moves to storage of our own; the scratch area forgets all it held. */
static void take_back(struct conn *c, struct loan loan)
{
    struct buf lent = c->in;
    struct span left = buf_peek(&lent);
    c->in = loan.own;
    if (buf_append(&c->in, left) != 0) {
        conn_fail(c, ERR_MEMORY, "no memory for %zu bytes that arrived", left.len);
        conn_notify(c);
    }
    explicit_bzero(lent.data, lent.high);
    buf_trim(&c->in);
}

/* Takes over what the engine says of the connection. */
static void note_tls_state(struct conn *c, enum tls_state state)
{
    switch (state) {
    case TLS_HANDSHAKE:
        break;
    case TLS_OPEN:
    case TLS_CLOSED:
        if (c->state == STREAM_CONNECTING) {
            deadline_clear(&c->deadline);
            c->state = STREAM_OPEN;
        }
        if (state == TLS_CLOSED && c->state == STREAM_OPEN) {
            c->state = STREAM_ENDED;
        }
        break;
    case TLS_FAILED:
        conn_fail(c, tls_error(c->tls)->code, "%s", tls_error(c->tls)->text);
        break;
    }
}

static void keep_cipher(struct conn *c, struct span left)
{
    if (buf_append(&c->cipher, left) != 0) {
        conn_fail(c, ERR_MEMORY, "no memory for %zu bytes that arrived", left.len);
    }
}

/* Decrypts `bytes`, or first what was left before, as far as `in` has room. */
static void take_cipher(struct conn *c, struct span bytes)
{
    if (buf_len(&c->cipher)) {
        keep_cipher(c, bytes);
        bytes = buf_peek(&c->cipher);
        struct span left = bytes;
        note_tls_state(c, tls_feed(c->tls, &left, &c->in));
        buf_consume(&c->cipher, bytes.len - left.len);
        buf_trim(&c->cipher);
        return;
    }
    note_tls_state(c, tls_feed(c->tls, &bytes, &c->in));
    if (bytes.len && c->state != STREAM_FAILED) {
        keep_cipher(c, bytes);
    }
}

void conn_take(struct conn *c, struct span bytes)
{
    /* Whether there is room for more is asked when the connection settles. */
    conn_touch(c);
    if (c->tls) {
        take_cipher(c, bytes);
    } else if (buf_append(&c->in, bytes) != 0) {
        conn_fail(c, ERR_MEMORY, "no memory for %zu bytes that arrived", bytes.len);
    }
}

/* Bytes of a connection that is past its opening, given to the holder where they landed if
 * possible. */
static void deliver(struct conn *c, size_t len)
{
    char *wire = c->worker->wire;
    if (buf_len(&c->in)) {
        conn_take(c, span(wire, len));
        conn_notify(c);
    } else if (c->tls) {
        struct loan loan = lend(c, c->worker->plain, 0);
        conn_take(c, span(wire, len));
        conn_notify(c);
        take_back(c, loan);
    } else {
        struct loan loan = lend(c, wire, len);
        conn_notify(c);
        take_back(c, loan);
    }
}

void wire_end(struct conn *c)
{
    if (c->state == STREAM_FAILED) {
        return;
    }
    if (c->tls) {
        note_tls_state(c, tls_eof(c->tls));
    } else if (c->state == STREAM_OPEN) {
        c->state = STREAM_ENDED;
    } else if (c->state == STREAM_CONNECTING) {
        conn_fail(c, ERR_CONNECTION, "the connection was closed before anything was sent");
    }
}

int wire_look(const struct conn *c)
{
    char byte;
    uv_os_fd_t fd;
    int rc = uv_fileno((const uv_handle_t *)c->tcp, &fd);
    if (rc != 0) {
        return rc;
    }
    ssize_t n = recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return n < 0 ? uv_translate_sys_error(errno) : n == 0 ? UV_EOF : 0;
}

/* What an end is that libuv reports: UV_EOF, the error that broke the stream, or 0 where more is to
 * be read. When bytes and a hang-up are found together, libuv reads the bytes and takes the rest
 * for an end without asking, though a reset may wait behind them. */
static ssize_t look_behind_end(const struct conn *c)
{
    int found = wire_look(c);
    return found == UV_EAGAIN || found == UV_EINTR ? 0 : found;
}

static void on_end(struct conn *c, ssize_t nread)
{
    c->eof = true;
    if (c->via) {
        via_broke(c, uv_strerror((int)nread));
    } else if (nread == UV_EOF && c->deaf != UV_ECONNRESET) { /* the write took the reset's news */
        wire_end(c);
    } else if (c->state != STREAM_ENDED || !c->dialled) { /* an answer that ended in TLS is whole */
        nread = nread == UV_EOF ? c->deaf : nread;
        conn_fail(c, ERR_CONNECTION, "the connection broke: %s", uv_strerror((int)nread));
    }
}

static void on_read(uv_stream_t *tcp, ssize_t nread, const uv_buf_t *area)
{
    struct conn *c = tcp->data;
    struct worker *w = c->worker;
    (void)area;
    if (nread == 0 || c->closing) {
        return;
    }
    if (nread < 0) {
        uv_read_stop(tcp);
        c->reading = false;
        nread = nread == UV_EOF ? look_behind_end(c) : nread;
        if (nread == 0) {
            conn_touch(c); /* which reads on */
            worker_settle(w);
            return;
        }
        on_end(c, nread);
        if (!c->held) {
            /* Lingering: the peer is done, and so are we once our own bytes are on their way. */
            if (!c->write_active && !c->shutdown_active && buf_len(&c->out) == 0) {
                conn_shut(c);
            }
        } else {
            conn_notify(c);
        }
    } else if (!c->held) {
        /* Lingering: what still comes is read, so that no reset destroys our last bytes, and
         * dropped. */
    } else if (c->opening || c->via) {
        keep_cipher(c, span(w->wire, (size_t)nread));
        if (c->opening) {
            opening_look(c);
        } else {
            via_look(c);
        }
        conn_notify(c);
    } else {
        deliver(c, (size_t)nread);
    }
    if (nread > 0 && !c->tls) {
        explicit_bzero(w->wire, (size_t)nread); /* what is encrypted needs no care */
    }
    worker_settle(w);
}

static void on_alloc(uv_handle_t *tcp, size_t suggested, uv_buf_t *area)
{
    struct conn *c = tcp->data;
    (void)suggested;
    *area = uv_buf_init(c->worker->wire, SCRATCH_BYTES);
}

void wire_read_as_room(struct conn *c)
{
    bool want = c->tcp && !c->closing && !c->eof && c->state != STREAM_FAILED &&
                (!c->held || (buf_len(&c->in) < c->in_soft && buf_len(&c->cipher) < SCRATCH_BYTES));
    if (want == c->reading || !c->tcp || c->closing) {
        return;
    }
    if (!want) {
        uv_read_stop((uv_stream_t *)c->tcp);
        c->reading = false;
        return;
    }
    int rc = uv_read_start((uv_stream_t *)c->tcp, on_alloc, on_read);
    c->reading = rc == 0;
    if (rc != 0) {
        conn_fail(c, ERR_SYSTEM, "reading could not be started: %s", uv_strerror(rc));
    }
}

void conn_adopt(struct conn *c, uv_tcp_t *tcp)
{
    c->tcp = tcp;
    tcp->data = c;
    uv_tcp_nodelay(tcp, 1);
    wire_read_as_room(c);
}
