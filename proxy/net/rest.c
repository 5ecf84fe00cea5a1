/* What a TLS connection holds only while it is busy: OpenSSL's record buffers, some 34 KiB. It
 * keeps them from one exchange to the next, and gives them back once it has been idle for a moment,
 * or when too many others were used after it. A worker's busy connections are a list in the order
 * of their last use, so that neither costs a look at the others. */
#include "rest.h"

#include <malloc.h>

#define REST_MS 250 /* without an exchange */

/* So many may be busy in this sense at a time. */
#define BUSY_MOST 512

/* Connections that came to rest since memory was given back to the system last. */
#define FEW_RESTED 64

/* Gives back what only a busy connection needs. */
static void rest(struct conn *c)
{
    list_remove(&c->busy);
    c->worker->busy_count--;
    c->worker->rested++;
    tls_rest(c->tls);
}

void rest_idle(void *ctx)
{
    struct worker *w = ctx;
    while (!list_empty(&w->busy)) {
        struct conn *c = LIST_ITEM(w->busy.next, struct conn, busy);
        uint64_t idle = uv_now(&w->loop) - c->used;
        if (idle < REST_MS) {
            /* Not for each by itself: those that were used at about the same time rest together. */
            deadline_set(&w->rest, REST_MS - idle + REST_MS / 4);
            return;
        }
        rest(c);
    }
    /* Nothing is busy any more: free memory between what stays is worth the time that it takes to
     * give it back to the system. */
    if (w->rested >= FEW_RESTED) {
        w->rested = 0;
#ifdef __GLIBC__
        malloc_trim(0);
#endif
    }
}

/* Where very many are busy, the one that was used longest ago rests at once. */
void rest_later(struct conn *c)
{
    struct worker *w = c->worker;
    if (!c->tls || c->closing) {
        return;
    }
    if (list_empty(&w->busy)) {
        deadline_set(&w->rest, REST_MS);
    }
    c->used = uv_now(&w->loop);
    w->busy_count += list_empty(&c->busy);
    list_remove(&c->busy);
    list_push(&w->busy, &c->busy);
    if (w->busy_count > BUSY_MOST) {
        rest(LIST_ITEM(w->busy.next, struct conn, busy));
    }
}

void rest_never(struct conn *c)
{
    c->worker->busy_count -= !list_empty(&c->busy);
    list_remove(&c->busy);
}
