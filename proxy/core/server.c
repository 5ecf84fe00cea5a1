/* A server's life: server_start binds, makes one lane for each worker and starts the threads. A
 * lane is what one worker owns: its listener, TLS contexts, pool and flows; nothing in it is shared
 * with another lane. From outside, a lane is changed only by a post to its thread that the caller
 * waits for.
 *
 * server_stop drains: every lane stops accepting and ends its idle flows; when the last exchange
 * has ended, or time is up, what is left is cut off, and the worker ends by itself. */
#include "why401/core/server.h"

#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "flow.h"
#include "pool.h"
#include "why401/net/listener.h"
#include "why401/tls/context.h"

/* Connections beyond limits.connections that are still accepted, to be answered 503. */
#define REFUSED_MOST 64

struct lane {
    struct server *server;
    struct worker *worker;
    struct listener *listener;
    struct tls_context *accepting;
    struct tls_context *connecting;
    struct pool *pool;
    struct dial_options dial;
    struct inspect_options inspect;
    struct flow_env env;
    bool started; /* its thread runs */
};

struct server {
    struct server_options options; /* strings of the upstream copied */
    struct upstream_address upstream;
    char *host;
    char *authority;
    char *resolve;
    uint16_t port;
    atomic_uint_fast64_t ids;
    size_t lane_count;
    struct lane *lanes;
};

static void on_accepted(void *ctx, struct stream *client)
{
    struct lane *lane = ctx;
    const struct limits *limits = &lane->env.limits;
    /* The limit is the whole server's; each lane keeps its share. */
    size_t share = (limits->connections + lane->server->lane_count - 1) / lane->server->lane_count;
    enum err_code refuse = lane->env.flow_count >= share ? ERR_TOO_MANY : ERR_NONE;
    flow_start(&lane->env, client, conn_info(client), refuse);
}

static int make_contexts(struct lane *lane, struct err *err)
{
    const struct server_options *o = &lane->server->options;
    if (o->ca && !(lane->accepting = tls_context_accepting(o->ca, err))) {
        return -1;
    }
    if (o->upstream && o->upstream->tls &&
        !(lane->connecting = tls_context_connecting(o->upstream->ca_path, err))) {
        return -1;
    }
    return 0;
}

static void fill_env(struct lane *lane)
{
    struct server *s = lane->server;
    struct flow_env *env = &lane->env;
    flow_env_init(env);
    env->worker = lane->worker;
    env->limits = s->options.limits;
    env->timeouts = s->options.timeouts;
    env->finished = s->options.finished;
    env->notice = s->options.notice;
    env->urgent = s->options.urgent;
    env->ctx = s->options.ctx;
    env->ids = &s->ids;
    env->upstream = s->options.upstream ? &s->upstream : NULL;
    if (s->options.inspect) {
        lane->inspect = *s->options.inspect;
        env->inspect = &lane->inspect;
    }
}

static int make_origin(struct lane *lane, struct err *err)
{
    struct server *s = lane->server;
    if (s->options.origin) {
        lane->env.origin = s->options.origin;
        return 0;
    }
    lane->dial = (struct dial_options){
        .host = s->upstream.host,
        .resolve = s->upstream.resolve,
        .port = s->upstream.port,
        .tls = lane->connecting,
        .connect_ms = lane->env.timeouts.connect_ms,
        .handshake_ms = lane->env.timeouts.tls_handshake_ms,
        .buffer_bytes = lane->env.limits.buffer_bytes,
        .head_bytes = lane->env.limits.response_head_bytes,
    };
    lane->pool = pool_new(lane->worker, &lane->dial, &lane->env.limits, &lane->env.timeouts);
    if (!lane->pool) {
        return err_set(err, ERR_MEMORY, "no memory for the upstream pool");
    }
    lane->env.origin = pool_origin(lane->pool);
    return 0;
}

static int start_listener(struct lane *lane, struct err *err)
{
    struct server *s = lane->server;
    struct listener_options options = {
        .tls = lane->accepting,
        .proxy_protocol = s->options.proxy_protocol,
        .handshake_ms = s->options.timeouts.tls_handshake_ms,
        .buffer_bytes = s->options.limits.buffer_bytes,
        .head_bytes = s->options.limits.request_head_bytes,
        .most = s->options.limits.connections / s->lane_count + REFUSED_MOST,
        .accepted = on_accepted,
        .ctx = lane,
    };
    int fd = listener_bind(s->options.host, &s->port, s->lane_count > 1, err);
    if (fd < 0) {
        return -1;
    }
    lane->listener = listener_start(lane->worker, fd, &options, err);
    return lane->listener ? 0 : -1;
}

static int lane_init(struct lane *lane, struct server *s, struct err *err)
{
    lane->server = s;
    lane->worker = worker_new(err);
    if (!lane->worker) {
        return -1;
    }
    fill_env(lane);
    return make_contexts(lane, err) != 0 || make_origin(lane, err) != 0 ||
                   start_listener(lane, err) != 0
               ? -1
               : 0;
}

/* After the worker's thread has ended. */
static void lane_release(struct lane *lane)
{
    if (lane->worker) {
        worker_stop(lane->worker);
        flow_env_release(&lane->env);
    }
    pool_free(lane->pool);
    tls_context_free(lane->accepting);
    tls_context_free(lane->connecting);
}

static void server_free(struct server *s)
{
    free(s->lanes);
    free(s->host);
    free(s->authority);
    free(s->resolve);
    free(s);
}

static int copy_upstream(struct server *s, struct err *err)
{
    const struct upstream_address *from = s->options.upstream;
    if (!from) {
        return 0;
    }
    s->upstream = *from;
    s->upstream.host = s->host = span_dup(span_of(from->host));
    s->upstream.authority = s->authority = span_dup(span_of(from->authority));
    s->upstream.resolve = s->resolve = from->resolve ? span_dup(span_of(from->resolve)) : NULL;
    bool whole = s->host && s->authority && (s->resolve || !from->resolve);
    return whole ? 0 : err_set(err, ERR_MEMORY, "no memory for a server");
}

static int start_lanes(struct server *s, struct err *err)
{
    for (size_t i = 0; i < s->lane_count; i++) {
        if (lane_init(&s->lanes[i], s, err) != 0) {
            return -1;
        }
    }
    for (size_t i = 0; i < s->lane_count; i++) {
        if (worker_start(s->lanes[i].worker, err) != 0) {
            return -1;
        }
        s->lanes[i].started = true;
    }
    return 0;
}

/* A function to be run by a lane's thread, and waited for. A lane without a thread yet runs it
 * here. */
struct order {
    struct lane *lane;
    void (*fn)(struct order *order);
    const struct inspect_options *inspect;
    const struct limits *limits;
    const struct timeouts *timeouts;
    size_t flows; /* answer: exchanges that still run */
    sem_t done;
};

static void obey(void *ctx)
{
    struct order *order = ctx;
    order->fn(order);
    sem_post(&order->done);
}

static void give_order(struct lane *lane, struct order *order)
{
    order->lane = lane;
    if (!lane->started) {
        order->fn(order);
        return;
    }
    sem_init(&order->done, 0, 0);
    while (worker_post(lane->worker, obey, order) != 0) {
        usleep(1000); /* Out of memory for a few bytes: an order may be late, never lost. */
    }
    while (sem_wait(&order->done) != 0) {
    }
    sem_destroy(&order->done);
}

/* Gives the order to every lane, one after the other, and adds up the answers. */
static void each_lane(struct server *s, struct order *order)
{
    size_t flows = 0;
    for (size_t i = 0; i < s->lane_count && s->lanes[i].worker; i++) {
        order->flows = 0;
        give_order(&s->lanes[i], order);
        flows += order->flows;
    }
    order->flows = flows;
}

struct server *server_start(const struct server_options *options, struct err *err)
{
    struct server *s = calloc(1, sizeof *s);
    struct lane *lanes = calloc(options->workers, sizeof *lanes);
    if (!s || !lanes) {
        free(s);
        free(lanes);
        err_set(err, ERR_MEMORY, "no memory for a server");
        return NULL;
    }
    s->options = *options;
    s->port = options->port;
    s->lane_count = options->workers;
    s->lanes = lanes;
    if (copy_upstream(s, err) != 0 || start_lanes(s, err) != 0) {
        server_stop(s, 0);
        return NULL;
    }
    return s;
}

uint16_t server_port(const struct server *s)
{
    return s->port;
}

static void set_inspect(struct order *order)
{
    struct lane *lane = order->lane;
    lane->inspect = *order->inspect;
    lane->env.inspect = &lane->inspect;
}

void server_set_inspect(struct server *s, const struct inspect_options *inspect)
{
    struct order order = {.fn = set_inspect, .inspect = inspect};
    each_lane(s, &order);
}

static void set_options(struct order *order)
{
    struct lane *lane = order->lane;
    lane->env.limits = *order->limits;
    lane->env.timeouts = *order->timeouts;
    lane->dial.connect_ms = order->timeouts->connect_ms;
    lane->dial.handshake_ms = order->timeouts->tls_handshake_ms;
    lane->dial.buffer_bytes = order->limits->buffer_bytes;
    lane->dial.head_bytes = order->limits->response_head_bytes;
}

void server_set_options(struct server *s, const struct limits *limits,
                        const struct timeouts *timeouts)
{
    struct order order = {.fn = set_options, .limits = limits, .timeouts = timeouts};
    each_lane(s, &order);
}

static void begin_drain(struct order *order)
{
    struct lane *lane = order->lane;
    lane->env.draining = true;
    if (lane->listener) {
        listener_stop(lane->listener);
        lane->listener = NULL;
    }
    struct list *node = lane->env.flows.next;
    while (node != &lane->env.flows) {
        struct list *next = node->next;
        flow_drain(node);
        node = next;
    }
    order->flows = lane->env.flow_count;
}

static void count_flows(struct order *order)
{
    order->flows = order->lane->env.flow_count;
}

/* Whatever still lives in the lane ends now. */
static void cut(struct order *order)
{
    struct lane *lane = order->lane;
    while (!list_empty(&lane->env.flows)) {
        flow_cut(lane->env.flows.next);
    }
    if (lane->pool) {
        pool_empty(lane->pool);
    }
}

/* Waits until no exchange runs or drain_ms have passed. Rare and short, so looking now and then
 * will do. */
static void drain(struct server *s, uint32_t drain_ms)
{
    struct order order = {.fn = begin_drain};
    each_lane(s, &order);
    order.fn = count_flows;
    for (uint32_t waited = 0; order.flows && waited < drain_ms; waited += 10) {
        nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
        each_lane(s, &order);
    }
    order.fn = cut;
    each_lane(s, &order);
}

size_t server_stop(struct server *s, uint32_t drain_ms)
{
    size_t cut_off = 0;
    drain(s, drain_ms);
    for (size_t i = 0; i < s->lane_count; i++) {
        lane_release(&s->lanes[i]);
        cut_off += s->lanes[i].env.cut_off;
    }
    server_free(s);
    return cut_off;
}
