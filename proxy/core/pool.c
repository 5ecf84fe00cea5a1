/* Upstream connections, kept while idle and lent to one exchange at a time.
 *
 * Which connection an exchange gets is where "never sent twice" begins: a GET may take any idle
 * one, since it can be repeated on a fresh one when the server closed it meanwhile. A request that
 * can change something takes one only if it was used moments ago; else it gets a fresh one. And
 * neither takes one on which something waits to be read, says the kernel at this very moment: it is
 * the server's close, or bytes that would be taken for the answer.
 *
 * An idle connection that sends or closes anything is out of order, and is dropped. */
#include "pool.h"

#include <stdlib.h>

#include "why401/net/conn.h"

/* "Moments ago", for a request that must not be repeated. */
#define MOMENTS_MS 1000

struct pooled {
    struct pool *pool;
    struct stream *stream;
    struct list node;         /* in pool->idle while idle */
    struct deadline deadline; /* of being idle */
    uint64_t returned;        /* when it became idle */
};

struct pool {
    struct origin origin; /* must be first */
    struct worker *worker;
    const struct dial_options *dial;
    const struct limits *limits;
    const struct timeouts *timeouts;
    struct list idle; /* the longest idle first */
    size_t idle_count;
    size_t *in_use; /* idle and lent, of all that share the limit */
};

static void drop(struct pooled *c, bool grace)
{
    struct pool *p = c->pool;
    if (!list_empty(&c->node)) {
        list_remove(&c->node);
        p->idle_count--;
    }
    deadline_clear(&c->deadline);
    --*p->in_use;
    if (grace) {
        stream_end(c->stream);
    }
    stream_close(c->stream);
    free(c);
}

static void on_idle_event(void *ctx)
{
    drop(ctx, true);
}

/* Takes an idle connection out of the list. */
static struct stream *lend(struct pooled *c, struct exchange *x)
{
    list_remove(&c->node);
    c->pool->idle_count--;
    deadline_clear(&c->deadline);
    c->stream->on_event = NULL;
    x->reused_connection = true;
    return c->stream;
}

static bool is_repeatable(const struct exchange *x)
{
    return span_eq(x->request.head.method, SPAN("GET")) ||
           span_eq(x->request.head.method, SPAN("HEAD"));
}

/* The idle connection that was used last, if this request may take it. */
static struct stream *take_idle(struct pool *p, struct exchange *x)
{
    if (list_empty(&p->idle)) {
        return NULL;
    }
    struct pooled *c = LIST_ITEM(p->idle.prev, struct pooled, node);
    bool recent = worker_now(p->worker) - c->returned < MOMENTS_MS;
    if (!(is_repeatable(x) || recent) || !conn_is_quiet(c->stream)) {
        return NULL;
    }
    return lend(c, x);
}

static struct stream *take_fresh(struct pool *p, struct exchange *x, struct err *err)
{
    if (*p->in_use >= p->limits->upstream_connections && p->idle_count) {
        drop(LIST_ITEM(p->idle.next, struct pooled, node), true);
    }
    if (*p->in_use >= p->limits->upstream_connections) {
        err_set(err, ERR_TOO_MANY, "all %zu upstream connections are in use",
                p->limits->upstream_connections);
        return NULL;
    }
    struct pooled *c = calloc(1, sizeof *c);
    struct stream *stream = c ? dial(p->worker, p->dial) : NULL;
    if (!stream) {
        free(c);
        err_set(err, ERR_MEMORY, "no memory for an upstream connection");
        return NULL;
    }
    *c = (struct pooled){.pool = p, .stream = stream};
    list_init(&c->node);
    deadline_init(&c->deadline, p->worker, on_idle_event, c);
    stream->owner = c;
    ++*p->in_use;
    x->reused_connection = false;
    return stream;
}

static struct stream *pool_open(struct origin *o, struct exchange *x, bool fresh, struct err *err)
{
    struct pool *p = (struct pool *)o;
    struct stream *stream = fresh ? NULL : take_idle(p, x);
    return stream ? stream : take_fresh(p, x, err);
}

static void pool_release(struct origin *o, struct stream *s, bool reuse)
{
    struct pool *p = (struct pool *)o;
    struct pooled *c = s->owner;
    if (!reuse || p->timeouts->upstream_idle_ms == 0 ||
        p->idle_count >= p->limits->upstream_idle_connections) {
        drop(c, reuse);
        return;
    }
    c->returned = worker_now(p->worker);
    list_push(&p->idle, &c->node);
    p->idle_count++;
    deadline_set(&c->deadline, p->timeouts->upstream_idle_ms);
    s->on_event = on_idle_event;
    s->ctx = c;
}

static const struct origin_ops pool_ops = {.open = pool_open, .release = pool_release};

struct pool *pool_new(struct worker *w, const struct dial_options *dial_options,
                      const struct limits *limits, const struct timeouts *timeouts, size_t *in_use)
{
    struct pool *p = calloc(1, sizeof *p);
    if (p) {
        p->origin.ops = &pool_ops;
        p->worker = w;
        p->dial = dial_options;
        p->limits = limits;
        p->timeouts = timeouts;
        p->in_use = in_use;
        list_init(&p->idle);
    }
    return p;
}

struct origin *pool_origin(struct pool *p)
{
    return &p->origin;
}

void pool_empty(struct pool *p)
{
    while (!list_empty(&p->idle)) {
        struct list *first = list_pop(&p->idle);
        p->idle_count--;
        drop(LIST_ITEM(first, struct pooled, node), true);
    }
}

void pool_free(struct pool *p)
{
    if (p) {
        pool_empty(p);
        free(p);
    }
}
