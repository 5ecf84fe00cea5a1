/* The words of the flow's tests: what client and upstream send, and what each has got, over streams
 * in memory. */
#ifndef WHY401_TESTS_CORE_SCRIPT_H
#define WHY401_TESTS_CORE_SCRIPT_H

#include "flow.h"
#include "memory_stream.h"
#include "testing.h"
#include "worker_loop.h"

#define UPSTREAMS 4

static struct {
    struct worker *worker;
    struct flow_env env;
    atomic_uint_fast64_t ids;
    struct origin origin;
    struct route route;
    struct conn_info info;
    struct memory_stream client;
    struct memory_stream upstream[UPSTREAMS];
    size_t opened; /* upstream streams that were asked for */
    size_t released;
    bool reuse;  /* what the last release said */
    bool pooled; /* the first stream that is opened has served before */
    enum stream_state opens_as;
    struct exchange *done[8];
    size_t done_count;
} t;

static struct upstream_address address = {
    .host = "app.bitgo.com", .port = 443, .tls = true, .authority = "app.bitgo.com"};

static struct stream *open_next(struct origin *o, struct exchange *x, bool fresh, struct err *err)
{
    (void)o;
    (void)err;
    assert_true(t.opened < UPSTREAMS);
    struct memory_stream *m = &t.upstream[t.opened++];
    memory_init(m, t.opens_as);
    x->reused_connection = t.pooled && !fresh;
    return &m->stream;
}

static void release(struct origin *o, struct stream *s, bool reuse)
{
    (void)o;
    t.released++;
    t.reuse = reuse;
    stream_close(s);
}

static const struct origin_ops ops = {.open = open_next, .release = release};

static void finished(void *ctx, struct exchange *x)
{
    (void)ctx;
    assert_true(t.done_count < sizeof t.done / sizeof *t.done);
    t.done[t.done_count++] = x;
}

static int setup(void **state)
{
    (void)state;
    struct err err;
    memset(&t, 0, sizeof t);
    t.worker = worker_new(&err);
    t.origin.ops = &ops;
    t.opens_as = STREAM_OPEN;
    flow_env_init(&t.env);
    t.env.worker = t.worker;
    t.route = (struct route){&address, &t.origin};
    t.env.routes = &t.route;
    t.env.route_count = 1;
    t.env.finished = finished;
    t.env.ids = &t.ids;
#define X(key, value, least, most, meaning) t.env.limits.key = value;
    LIMITS_LIST(X)
#undef X
#define X(key, value, least, most, meaning) t.env.timeouts.key = value;
    TIMEOUTS_LIST(X)
#undef X
    memory_init(&t.client, STREAM_OPEN);
    return flow_start(&t.env, &t.client.stream, &t.info, &t.route, ERR_NONE);
}

static int teardown(void **state)
{
    (void)state;
    while (!list_empty(&t.env.flows)) {
        flow_cut(t.env.flows.next);
    }
    worker_settle(t.worker);
    for (size_t i = 0; i < t.done_count; i++) {
        exchange_free(t.done[i]);
    }
    for (size_t i = 0; i < t.opened; i++) {
        memory_release(&t.upstream[i]);
    }
    memory_release(&t.client);
    flow_env_release(&t.env);
    worker_stop(t.worker);
    return 0;
}

/* The words of the scripts. */
#define CLIENT_SENDS(text)       far_send(&t.client, SPAN(text))
#define UPSTREAM_SENDS(text)     far_send(&t.upstream[t.opened - 1], SPAN(text))
#define UPSTREAM_ENDS()          far_set_state(&t.upstream[t.opened - 1], STREAM_ENDED)
#define UPSTREAM_BREAKS()        far_set_state(&t.upstream[t.opened - 1], STREAM_FAILED)
#define UPSTREAM_OPENS()         far_set_state(&t.upstream[t.opened - 1], STREAM_OPEN)
#define CLIENT_GOT(text)         got(&t.client, text)
#define UPSTREAM_GOT(text)       got(&t.upstream[t.opened - 1], text)
#define CLIENT_GOT_STATUS(start) got_start(&t.client, start)

static inline void got(struct memory_stream *m, const char *text)
{
    assert_string_equal(str_cstr(&m->far_out), text);
    str_clear(&m->far_out);
    m->unread = 0;
}

static inline void got_start(struct memory_stream *m, const char *text)
{
    if (!span_starts(str_span(&m->far_out), span_of(text))) {
        fail_msg("got %s, expected %s", str_cstr(&m->far_out), text);
    }
}

#endif
