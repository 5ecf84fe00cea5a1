/* A connection's life:
 *
 * The happy path: it is made by a listener (opening.c decides from the first bytes what it is) or
 * by dialling (dial.c, through a proxy of the network via.c), gets its socket (conn_adopt) and,
 * where it speaks TLS, its engine (conn_secure). Bytes arrive in wire.c, are decrypted into `in`,
 * and the holder, who sees conn_stream.c, is told to look. What it writes is gathered in `out` and
 * leaves (send.c) when the callback that caused it has ended (conn_settle). The holder ends its
 * half, lets go, and the connection lingers until its last bytes and its FIN are on their way
 * (linger.c).
 *
 * The other ends: the peer resets, the handshake fails or takes too long, a write fails: conn_fail
 * notes why, the holder looks, sees STREAM_FAILED and lets go. A holder that lets go without ending
 * its half cuts the connection off. What the holder calls torn ends with a reset, or within TLS
 * without close_notify, when its last bytes have been delivered. In every case conn_shut runs once,
 * and the memory goes in the last callback.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "conn_impl.h"
#include "rest.h"
#include "via.h"

/* A head may be written whenever there is room at all, however long it is: so much may wait beyond
 * soft. */
#define HEAD_SLACK (2u << 20)

static void on_deadline(void *ctx);

struct conn *conn_new(struct worker *w, size_t buffer_bytes, size_t head_bytes)
{
    struct conn *c = calloc(1, sizeof *c);
    if (!c) {
        return NULL;
    }
    c->stream.ops = &conn_ops;
    c->magic = CONN_MAGIC;
    c->worker = w;
    c->state = STREAM_CONNECTING;
    c->soft = buffer_bytes;
    /* A head is read only as a whole, so one that is a byte too long has to fit as well. */
    c->in_soft = head_bytes < buffer_bytes ? buffer_bytes : head_bytes + 1;
    c->held = true;
    buf_init(&c->in, c->in_soft + SCRATCH_BYTES);
    /* At a restart it takes what `in` held. */
    buf_init(&c->cipher, c->in_soft + 2UL * SCRATCH_BYTES);
    buf_init(&c->out, buffer_bytes + HEAD_SLACK);
    buf_init(&c->sending, buffer_bytes + HEAD_SLACK);
    list_init(&c->dirty);
    list_init(&c->busy);
    list_push(&w->conns, &c->all);
    deadline_init(&c->deadline, w, on_deadline, c);
    return c;
}

void conn_touch(struct conn *c)
{
    if (list_empty(&c->dirty) && !c->closing) {
        list_push(&c->worker->dirty, &c->dirty);
    }
}

void conn_notify(struct conn *c)
{
    if (c->held && c->stream.on_event) {
        c->stream.on_event(c->stream.ctx);
    }
}

void conn_fail(struct conn *c, enum err_code code, const char *format, ...)
{
    if (c->state == STREAM_FAILED) {
        return;
    }
    va_list args;
    va_start(args, format);
    c->error = malloc(sizeof *c->error);
    /* Until it has answered, the other end is the proxy of the network. */
    err_vset(c->error, c->via && code == ERR_CONNECTION ? ERR_UPSTREAM_PROXY : code, format, args);
    va_end(args);
    c->state = STREAM_FAILED;
    if (c->held) { /* the one for lingering stays */
        deadline_clear(&c->deadline);
    }
}

/* Frees the connection when libuv holds nothing of it any more. */
static void maybe_free(struct conn *c)
{
    if (c->tcp || c->write_active || c->shutdown_active || c->dial) {
        return;
    }
    list_remove(&c->all);
    list_remove(&c->dirty);
    rest_never(c);
    deadline_clear(&c->deadline);
    tls_free(c->tls);
    opening_free(c->opening);
    free(c->error);
    via_request_free(c->via);
    buf_release(&c->in);
    buf_release(&c->cipher);
    buf_release(&c->out);
    buf_release(&c->sending);
    c->magic = 0;
    void (*on_freed)(void *ctx) = c->on_freed;
    void *ctx = c->freed_ctx;
    free(c);
    if (on_freed) {
        on_freed(ctx);
    }
}

static void on_closed(uv_handle_t *handle)
{
    struct conn *c = handle->data;
    free(handle);
    c->tcp = NULL;
    maybe_free(c);
}

void conn_shut(struct conn *c)
{
    if (c->closing) {
        return;
    }
    c->closing = true;
    list_remove(&c->dirty);
    deadline_clear(&c->deadline);
    if (c->dial) {
        dial_cancel(c->dial);
        c->dial = NULL;
    }
    bool reset = c->tcp && linger_ends_with_reset(c) && uv_tcp_close_reset(c->tcp, on_closed) == 0;
    if (c->tcp && !reset) {
        uv_close((uv_handle_t *)c->tcp, on_closed);
    } else if (!c->tcp) {
        maybe_free(c);
    }
}

/* The handshake took too long, or the linger time is over. */
static void on_deadline(void *ctx)
{
    struct conn *c = ctx;
    if (!c->held) {
        linger_over(c);
    } else if (c->state == STREAM_CONNECTING) {
        conn_fail(c, ERR_UPSTREAM_TLS, "the TLS handshake was not done in time");
        conn_notify(c);
    }
}

void conn_secure(struct conn *c, struct tls *tls, uint32_t handshake_ms)
{
    c->tls = tls;
    c->info.tls = true;
    deadline_set(&c->deadline, handshake_ms);
    tls_start(tls);
    conn_touch(c);
}

void conn_open_plain(struct conn *c)
{
    deadline_clear(&c->deadline);
    c->state = STREAM_OPEN;
    conn_take(c, buf_peek(&c->cipher));
    buf_release(&c->cipher);
}

void conn_reach(struct conn *c, struct tls_context *context, struct span host,
                uint32_t handshake_ms)
{
    struct tls *tls = context ? tls_client(context, host, &c->out) : NULL;
    if (tls) {
        conn_secure(c, tls, handshake_ms);
    } else if (context) {
        conn_fail(c, ERR_MEMORY, "no memory for a TLS connection");
    } else {
        conn_open_plain(c);
    }
}

void conn_settle(struct list *dirty_node)
{
    struct conn *c = LIST_ITEM(dirty_node, struct conn, dirty);
    enum stream_state before = c->state;
    rest_later(c);
    if (c->opening && c->held) {
        opening_settle(c);
    }
    bool decided = !c->opening && !c->via;
    bool more = buf_len(&c->cipher) && decided && buf_len(&c->in) < c->in_soft;
    if (more && c->state != STREAM_FAILED) {
        conn_take(c, span(NULL, 0));
    }
    send_waiting(c);
    wire_read_as_room(c);
    if (c->ended && c->tcp && !c->write_active && buf_len(&c->out) == 0) {
        linger_finish(c);
    }
    /* With a handle, linger_finish only begins to close: on_closed frees, from the loop. */
    /* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): it takes uv_shutdown for a change of c->tcp */
    if (conn_found_room(c) || more || (c->state != before && !c->closing)) {
        conn_notify(c);
    }
}
