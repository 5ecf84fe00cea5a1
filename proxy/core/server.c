/* A server's life: server_start copies its options, makes one lane for each worker and starts the
 * threads. From outside, a lane is changed only by a post to its thread that the caller waits for.
 *
 * server_stop drains: every lane stops accepting and ends its idle flows; when the last exchange
 * has ended, or time is up, what is left is cut off, and the worker ends by itself. */
#include "why401/core/server.h"

#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "lane.h"

#define STRINGS_MOST (1u << 20) /* bytes of the options' strings and lists */

struct server {
    struct arena arena; /* what the plan's options point to */
    struct lane_plan plan;
    size_t lane_count;
    struct lane *lanes;
};

static const char *copy_text(struct arena *arena, const char *text, bool *failed)
{
    struct span copy = text ? arena_copy(arena, span_of(text)) : span(NULL, 0);
    *failed = *failed || (text && !copy.ptr);
    return copy.ptr;
}

static bool copy_doors(struct arena *arena, struct server_options *o)
{
    bool failed = false;
    struct server_door *doors = arena_alloc(arena, o->door_count * sizeof *doors);
    for (size_t i = 0; doors && i < o->door_count; i++) {
        doors[i] = o->doors[i];
        doors[i].host = copy_text(arena, o->doors[i].host, &failed);
    }
    o->doors = doors;
    return doors && !failed;
}

static bool copy_upstreams(struct arena *arena, struct server_options *o)
{
    bool failed = false;
    if (o->upstream_count == 0) {
        return true;
    }
    struct upstream_address *list = arena_alloc(arena, o->upstream_count * sizeof *list);
    for (size_t i = 0; list && i < o->upstream_count; i++) {
        const struct upstream_address *from = &o->upstreams[i];
        list[i] = *from;
        list[i].host = copy_text(arena, from->host, &failed);
        list[i].authority = copy_text(arena, from->authority, &failed);
        list[i].resolve = copy_text(arena, from->resolve, &failed);
        list[i].ca_path = copy_text(arena, from->ca_path, &failed);
    }
    o->upstreams = list;
    return list && !failed;
}

static bool copy_proxy(struct arena *arena, struct server_options *o)
{
    bool failed = false;
    if (!o->proxy) {
        return true;
    }
    struct network_proxy *copy = arena_alloc(arena, sizeof *copy);
    if (!copy) {
        return false;
    }
    *copy = *o->proxy;
    copy->via.host = copy_text(arena, o->proxy->via.host, &failed);
    copy->via.authorization = copy_text(arena, o->proxy->via.authorization, &failed);
    copy->except = copy_text(arena, o->proxy->except, &failed);
    o->proxy = copy;
    return !failed;
}

static int copy_options(struct server *s, const struct server_options *options, struct err *err)
{
    struct server_options *o = &s->plan.options;
    *o = *options;
    s->plan.ports = arena_alloc(&s->arena, options->door_count * sizeof *s->plan.ports);
    if (!s->plan.ports || !copy_doors(&s->arena, o) || !copy_upstreams(&s->arena, o) ||
        !copy_proxy(&s->arena, o)) {
        return err_set(err, ERR_MEMORY, "no memory for a server");
    }
    for (size_t i = 0; i < o->door_count; i++) {
        s->plan.ports[i] = o->doors[i].port;
    }
    return 0;
}

static int start_lanes(struct server *s, struct err *err)
{
    for (size_t i = 0; i < s->lane_count; i++) {
        if (lane_init(&s->lanes[i], &s->plan, err) != 0) {
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
    size_t flows; /* answer: flows that still run, or whose bytes are still to be delivered */
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
    arena_init(&s->arena, STRINGS_MOST);
    pthread_mutex_init(&s->plan.held_up_lock, NULL);
    s->lane_count = s->plan.lane_count = options->workers;
    s->lanes = lanes;
    if (copy_options(s, options, err) != 0 || start_lanes(s, err) != 0) {
        server_stop(s, 0);
        return NULL;
    }
    return s;
}

uint16_t server_port(const struct server *s, size_t i)
{
    return s->plan.ports[i];
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
    lane_set_options(order->lane, order->limits, order->timeouts);
}

void server_set_options(struct server *s, const struct limits *limits,
                        const struct timeouts *timeouts)
{
    struct order order = {.fn = set_options, .limits = limits, .timeouts = timeouts};
    each_lane(s, &order);
}

/* Flows, and what flows have written that is still to be delivered. */
static void count_work(struct order *order)
{
    order->flows = order->lane->env.flow_count + worker_parting(order->lane->worker);
}

static void begin_drain(struct order *order)
{
    lane_drain(order->lane);
    count_work(order);
}

static void cut(struct order *order)
{
    lane_cut(order->lane);
}

/* Waits until no exchange runs and all is delivered, or drain_ms have passed. Rare and short, so
 * looking now and then will do. */
static void drain(struct server *s, uint32_t drain_ms)
{
    struct order order = {.fn = begin_drain};
    each_lane(s, &order);
    order.fn = count_work;
    for (uint32_t waited = 0; order.flows && waited < drain_ms; waited += 10) {
        nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
        each_lane(s, &order);
    }
    order.fn = cut;
    each_lane(s, &order);
}

/* The arena's memory goes back as it is. */
static void forget_secrets(const struct server_options *o)
{
    const char *secret = o->proxy ? o->proxy->via.authorization : NULL;
    if (secret) {
        explicit_bzero((void *)(uintptr_t)secret, strlen(secret));
    }
}

size_t server_stop(struct server *s, uint32_t drain_ms)
{
    size_t cut_off = 0;
    drain(s, drain_ms);
    for (size_t i = 0; i < s->lane_count; i++) {
        cut_off += s->lanes[i].env.cut_off;
        if (s->lanes[i].plan) {
            lane_release(&s->lanes[i]);
        }
    }
    free(s->lanes);
    forget_secrets(&s->plan.options);
    arena_release(&s->arena);
    pthread_mutex_destroy(&s->plan.held_up_lock);
    free(s);
    return cut_off;
}
