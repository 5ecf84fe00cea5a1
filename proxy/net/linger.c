/* The end of a connection. When all that its holder wrote is on its way, the FIN goes that the
 * holder asked for (linger_finish). Where the holder has let go as well, the peer has some time for
 * its own FIN, and the connection is shut; a peer that takes no bytes any more cannot keep it
 * either.
 *
 * What is torn must not end with a FIN: to the peer that would be the end of what it gets. It ends
 * with a reset, which would overtake bytes still on their way, so they are waited for.
 */
#include <linux/sockios.h>
#include <sys/ioctl.h>

#include "conn_impl.h"

/* How long a connection whose holder let go may take for its last bytes, and then for the peer's
 * FIN. */
#define LINGER_WRITE_MS 30000
#define LINGER_READ_MS  1000

/* How often it looks whether its last bytes have been delivered, where a reset follows them. */
#define LINGER_LOOK_MS 20

bool linger_ends_with_reset(const struct conn *c)
{
    return c->stream.torn && !c->tls;
}

/* Bytes that the peer has not confirmed; a reset would overtake them. */
static bool has_unconfirmed(const struct conn *c)
{
    int waiting = 0;
    uv_os_fd_t fd;
    return uv_fileno((const uv_handle_t *)c->tcp, &fd) == 0 && ioctl(fd, SIOCOUTQ, &waiting) == 0 &&
           waiting > 0;
}

/* Everything of a torn stream was written. It is waited for only while the connection reads: a
 * handle that does nothing does not keep the loop from ending. */
static void reset_once_delivered(struct conn *c)
{
    uint64_t now = worker_now(c->worker);
    c->reset_by = c->reset_by ? c->reset_by : now + LINGER_WRITE_MS;
    if (c->reading && now < c->reset_by && has_unconfirmed(c)) {
        deadline_set(&c->deadline, LINGER_LOOK_MS);
    } else {
        conn_shut(c);
    }
}

void linger_begin(struct conn *c)
{
    if (c->hurried) {
        return;
    }
    bool sent = c->fin_sent && !c->shutdown_active;
    deadline_set(&c->deadline, sent ? LINGER_READ_MS : LINGER_WRITE_MS);
}

static void on_shutdown(uv_shutdown_t *req, int status)
{
    struct conn *c = req->data;
    struct worker *worker = c->worker; /* outlives the connection, which may go here */
    (void)status;
    c->shutdown_active = false;
    if (!c->held && !c->closing) {
        if (c->eof) {
            conn_shut(c);
        } else {
            deadline_set(&c->deadline, LINGER_READ_MS);
        }
    }
    worker_settle(worker);
}

void linger_finish(struct conn *c)
{
    if (linger_ends_with_reset(c)) {
        if (!c->held && !c->shutdown_active) {
            reset_once_delivered(c);
        }
        return;
    }
    if (c->fin_sent || c->state == STREAM_FAILED) {
        if (!c->held && !c->shutdown_active) {
            conn_shut(c);
        }
        return;
    }
    c->fin_sent = true;
    c->shutdown.data = c;
    c->shutdown_active = uv_shutdown(&c->shutdown, (uv_stream_t *)c->tcp, on_shutdown) == 0;
    if (!c->shutdown_active && !c->held) {
        conn_shut(c);
    }
}

void linger_over(struct conn *c)
{
    if (c->reset_by) {
        reset_once_delivered(c);
    } else {
        /* What did not leave makes of what did a part. */
        c->stream.torn = c->stream.torn || c->write_active || buf_len(&c->out);
        conn_shut(c);
    }
}

bool conn_parts(struct list *conns_node)
{
    const struct conn *c = LIST_ITEM(conns_node, struct conn, all);
    return !c->held && !c->closing && (c->write_active || buf_len(&c->out) || c->reset_by);
}

void conn_hurry(struct list *conns_node)
{
    struct conn *c = LIST_ITEM(conns_node, struct conn, all);
    if (c->held || c->closing) {
        return;
    }
    c->hurried = true;
    if (c->fin_sent && !c->shutdown_active) {
        conn_shut(c);
    } else {
        c->reset_by = c->reset_by ? worker_now(c->worker) + LINGER_READ_MS : 0;
        deadline_set(&c->deadline, LINGER_READ_MS);
    }
}
