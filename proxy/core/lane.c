/* Making a lane: contexts, then where exchanges may go, then the doors, so that nobody comes in
 * before everything is there. Hosts and ports are dialled by options that a reload may change while
 * pools and passage hold on to them. */
#include "lane.h"

#include <stdlib.h>
#include <unistd.h>

#include "network_proxy.h"
#include "why401/tls/context.h"

/* Connections beyond limits.connections that are still accepted, to be answered 503. */
#define REFUSED_MOST 64

static void on_accepted(void *ctx, struct stream *client)
{
    const struct lane_door *door = ctx;
    struct lane *lane = door->lane;
    const struct limits *limits = &lane->env.limits;
    /* The limit is the whole server's; each lane keeps its share. */
    size_t share = (limits->connections + lane->plan->lane_count - 1) / lane->plan->lane_count;
    enum err_code refuse = lane->env.flow_count >= share ? ERR_TOO_MANY : ERR_NONE;
    flow_start(&lane->env, client, conn_info(client), door->home, refuse);
}

/* All listeners live on the same descriptors: the first that is held up tells for all, and so does
 * the last that goes on. */
static void on_held_up(void *ctx, const struct err *why)
{
    const struct lane_door *door = ctx;
    struct lane_plan *plan = door->lane->plan;
    const struct server_options *o = &plan->options;
    struct err over;
    pthread_mutex_lock(&plan->held_up_lock);
    size_t others = why ? plan->held_up++ : --plan->held_up;
    if (others == 0 && o->notice) {
        err_set(&over, ERR_NONE, "new connections are accepted again");
        o->notice(o->ctx, (struct ip){0}, why ? why : &over);
    }
    pthread_mutex_unlock(&plan->held_up_lock);
}

static void fill_env(struct lane *lane)
{
    const struct server_options *o = &lane->plan->options;
    struct flow_env *env = &lane->env;
    flow_env_init(env);
    env->worker = lane->worker;
    env->limits = o->limits;
    env->timeouts = o->timeouts;
    env->capture_all = o->capture_all;
    env->finished = o->finished;
    env->passed = o->passed;
    env->notice = o->notice;
    env->urgent = o->urgent;
    env->ctx = o->ctx;
    env->ids = &lane->plan->ids;
    env->routes = lane->routes;
    env->route_count = o->origin ? 1 : o->upstream_count;
    if (o->inspect) {
        lane->inspect = *o->inspect;
        env->inspect = &lane->inspect;
    }
}

/* What every connection of ours is dialled with. The first door is where a loop would come in. */
static struct dial_options dial_options(const struct lane *lane)
{
    const struct limits *limits = &lane->plan->options.limits;
    const struct timeouts *timeouts = &lane->plan->options.timeouts;
    struct dial_options dial = {
        .connect_ms = timeouts->connect_ms,
        .handshake_ms = timeouts->tls_handshake_ms,
        .buffer_bytes = limits->buffer_bytes,
        .head_bytes = limits->response_head_bytes,
    };
    ip_parse(span_of(lane->plan->options.doors[0].host), &dial.own);
    return dial;
}

static int make_upstream(struct lane *lane, struct lane_upstream *u,
                         const struct upstream_address *a, struct err *err)
{
    struct span reached = span_of(a->resolve ? a->resolve : a->host);
    if (a->tls && !(u->connecting = tls_context_connecting(a->ca_path, err))) {
        return -1;
    }
    u->dial = dial_options(lane);
    u->dial.host = a->host;
    u->dial.resolve = a->resolve;
    u->dial.port = a->resolve_port ? a->resolve_port : a->port;
    u->dial.tls = u->connecting;
    u->dial.via = network_proxy_for(lane->plan->options.proxy, reached, u->dial.port);
    u->pool =
        pool_new(lane->worker, &u->dial, &lane->env.limits, &lane->env.timeouts, &lane->in_use);
    return u->pool ? 0 : err_set(err, ERR_MEMORY, "no memory for the upstream pool");
}

static int make_routes(struct lane *lane, struct err *err)
{
    const struct server_options *o = &lane->plan->options;
    if (o->origin) {
        lane->routes[0].origin = o->origin;
        return 0;
    }
    for (size_t i = 0; i < o->upstream_count; i++) {
        if (make_upstream(lane, &lane->upstreams[i], &o->upstreams[i], err) != 0) {
            return -1;
        }
        lane->routes[i] = (struct route){&o->upstreams[i], pool_origin(lane->upstreams[i].pool)};
    }
    return 0;
}

/* Everything that lets clients name their host. */
static int make_forward(struct lane *lane, struct err *err)
{
    const struct server_options *o = &lane->plan->options;
    if (o->origin) {
        return 0;
    }
    lane->elsewhere = tls_context_connecting(NULL, err);
    if (!lane->elsewhere) {
        return -1;
    }
    lane->dial = dial_options(lane);
    lane->dial.public_only = o->tunnel == TUNNEL_PUBLIC;
    lane->dial.yields = true;
    lane->passage = passage_new(lane->worker, &lane->dial, lane->elsewhere, o->proxy,
                                &lane->env.limits, &lane->in_use);
    if (!lane->passage) {
        return err_set(err, ERR_MEMORY, "no memory for a forward proxy");
    }
    lane->forward = (struct forward){
        .passage = {.origin = passage_origin(lane->passage)},
        .tunnel = o->tunnel,
        .proxy = o->proxy,
        .ca = o->ca,
        .accepting = lane->accepting,
        .restart = conn_restart,
    };
    lane->env.forward = &lane->forward;
    return 0;
}

/* Lanes share their ports, and would let another process of the same user share them as well,
 * without a word. So the first lane looks whether the port is free. */
static int look_if_free(const struct lane *lane, size_t i, struct err *err)
{
    const struct lane_plan *plan = lane->plan;
    uint16_t port = plan->ports[i];
    if (plan->bound || plan->lane_count == 1 || port == 0) {
        return 0;
    }
    int fd = listener_bind(plan->options.doors[i].host, &port, false, err);
    if (fd < 0) {
        return -1;
    }
    close(fd);
    return 0;
}

static int open_door(struct lane *lane, size_t i, struct err *err)
{
    const struct server_options *o = &lane->plan->options;
    struct lane_door *door = &lane->doors[i];
    struct listener_options options = {
        .tls = lane->accepting,
        .proxy_protocol = o->proxy_protocol,
        .handshake_ms = o->timeouts.tls_handshake_ms,
        .buffer_bytes = o->limits.buffer_bytes,
        .head_bytes = o->limits.request_head_bytes,
        .most = o->limits.connections / lane->plan->lane_count + REFUSED_MOST,
        .accepted = on_accepted,
        .held_up = on_held_up,
        .ctx = door,
    };
    if (look_if_free(lane, i, err) != 0) {
        return -1;
    }
    int fd =
        listener_bind(o->doors[i].host, &lane->plan->ports[i], lane->plan->lane_count > 1, err);
    if (fd < 0) {
        return -1;
    }
    *door = (struct lane_door){.lane = lane, .home = &lane->routes[o->doors[i].upstream]};
    door->listener = listener_start(lane->worker, fd, &options, err);
    return door->listener ? 0 : -1;
}

/* A connection that ends at the first door is a loop, and a request for it means the upstream. */
static void know_own_port(struct lane *lane)
{
    uint16_t port = lane->plan->ports[0];
    lane->forward.port = port;
    lane->dial.own_port = port;
    for (size_t i = 0; lane->env.forward && i < lane->plan->options.upstream_count; i++) {
        lane->upstreams[i].dial.own_port = port;
    }
}

static int open_doors(struct lane *lane, struct err *err)
{
    for (size_t i = 0; i < lane->plan->options.door_count; i++) {
        if (open_door(lane, i, err) != 0) {
            return -1;
        }
    }
    lane->plan->bound = true;
    know_own_port(lane);
    return 0;
}

static int make_room(struct lane *lane, struct err *err)
{
    const struct server_options *o = &lane->plan->options;
    size_t routes = o->origin ? 1 : o->upstream_count;
    lane->upstreams = calloc(routes, sizeof *lane->upstreams);
    lane->routes = calloc(routes, sizeof *lane->routes);
    lane->doors = calloc(o->door_count, sizeof *lane->doors);
    if (!lane->upstreams || !lane->routes || !lane->doors) {
        return err_set(err, ERR_MEMORY, "no memory for a server");
    }
    lane->worker = worker_new(err);
    return lane->worker ? 0 : -1;
}

int lane_init(struct lane *lane, struct lane_plan *plan, struct err *err)
{
    lane->plan = plan;
    if (make_room(lane, err) != 0) {
        return -1;
    }
    fill_env(lane);
    if (plan->options.ca && !(lane->accepting = tls_context_accepting(plan->options.ca, err))) {
        return -1;
    }
    return make_routes(lane, err) != 0 || make_forward(lane, err) != 0 || open_doors(lane, err) != 0
               ? -1
               : 0;
}

static void update_dial(struct dial_options *dial, const struct limits *limits,
                        const struct timeouts *timeouts)
{
    dial->connect_ms = timeouts->connect_ms;
    dial->handshake_ms = timeouts->tls_handshake_ms;
    dial->buffer_bytes = limits->buffer_bytes;
    dial->head_bytes = limits->response_head_bytes;
}

void lane_set_options(struct lane *lane, const struct limits *limits,
                      const struct timeouts *timeouts)
{
    lane->env.limits = *limits;
    lane->env.timeouts = *timeouts;
    update_dial(&lane->dial, limits, timeouts);
    for (size_t i = 0; lane->env.forward && i < lane->env.route_count; i++) {
        update_dial(&lane->upstreams[i].dial, limits, timeouts);
    }
}

void lane_drain(struct lane *lane)
{
    lane->env.draining = true;
    for (size_t i = 0; i < lane->plan->options.door_count; i++) {
        if (lane->doors[i].listener) {
            listener_stop(lane->doors[i].listener);
            lane->doors[i].listener = NULL;
        }
    }
    struct list *node = lane->env.flows.next;
    while (node != &lane->env.flows) {
        struct list *next = node->next;
        flow_drain(node);
        node = next;
    }
}

void lane_cut(struct lane *lane)
{
    while (!list_empty(&lane->env.flows)) {
        flow_cut(lane->env.flows.next);
    }
    for (size_t i = 0; i < lane->plan->options.upstream_count; i++) {
        if (lane->upstreams[i].pool) {
            pool_empty(lane->upstreams[i].pool);
        }
    }
}

void lane_release(struct lane *lane)
{
    if (lane->worker) {
        worker_stop(lane->worker);
        flow_env_release(&lane->env);
    }
    for (size_t i = 0; lane->upstreams && i < lane->plan->options.upstream_count; i++) {
        pool_free(lane->upstreams[i].pool);
        tls_context_free(lane->upstreams[i].connecting);
    }
    passage_free(lane->passage);
    tls_context_free(lane->elsewhere);
    tls_context_free(lane->accepting);
    free(lane->upstreams);
    free(lane->routes);
    free(lane->doors);
}
