/* One client connection, pumped. Callbacks only report; flow_pump is the one place that decides. It
 * walks the steps in the direction of the data for as long as something moves:
 *
 *     take_request → open_origin → give_request → take_response → give_response → finish_exchange
 *
 * The steps are in flow_request.c and flow_response.c; each begins with the conditions under which
 * it has nothing to do. Whatever goes wrong ends in flow_failure.c. Backpressure needs no code:
 * what is not consumed fills the stream's buffer, and a full buffer stops reading.
 *
 * A flow ends when its client has ended between two exchanges, when an exchange said close, when
 * the client is gone, or when the server shuts down. It never frees itself inside a callback:
 * flow_close lets go of the streams and leaves the rest to the end of the tick. */
#include "flow.h"

#include <stdlib.h>

#include "flow_state.h"

#define STAGED_MOST (4u << 20)

void flow_env_init(struct flow_env *env)
{
    list_init(&env->flows);
    str_init(&env->staged, STAGED_MOST);
}

void flow_env_release(struct flow_env *env)
{
    str_release(&env->staged);
}

static uint32_t wait_ms(const struct flow *f, enum wait wait)
{
    const struct timeouts *t = &f->env->timeouts;
    switch (wait) {
    case WAIT_REQUEST:
        return t->client_idle_ms;
    case WAIT_HEAD:
        return t->request_head_ms;
    case WAIT_RESPONSE:
        return t->response_head_ms;
    case WAIT_BODY:
        return t->body_idle_ms;
    case WAIT_TUNNEL:
        return t->tunnel_idle_ms;
    case WAIT_NONE:
        break;
    }
    return 0;
}

/* What the flow waits for now. */
static enum wait current_wait(const struct flow *f)
{
    if (!f->x) {
        return stream_peek(f->client).len ? WAIT_HEAD : WAIT_REQUEST;
    }
    if (f->response == HALF_TUNNEL) {
        return WAIT_TUNNEL;
    }
    if (f->request == HALF_HEAD && f->upstream) {
        return WAIT_NONE;
    }
    return f->request == HALF_DONE && f->response == HALF_IDLE ? WAIT_RESPONSE : WAIT_BODY;
}

/* Bodies and tunnels may take as long as they move; the other waits run from where they began. */
static void set_deadline(struct flow *f, bool moved)
{
    enum wait wait = current_wait(f);
    bool renews = wait == WAIT_BODY || wait == WAIT_TUNNEL || wait == WAIT_REQUEST;
    if (wait == f->wait && !(moved && renews)) {
        return;
    }
    f->wait = wait;
    if (wait == WAIT_NONE) {
        deadline_clear(&f->deadline);
    } else {
        deadline_set(&f->deadline, wait_ms(f, wait));
    }
}

/* The client is gone while an exchange runs. Half-closing is no reason: it may still read. */
static bool client_is_gone(struct flow *f)
{
    if (!f->x || stream_state(f->client) != STREAM_FAILED) {
        return false;
    }
    struct err why;
    err_set(&why, ERR_CLIENT_GONE, "%s", stream_error(f->client)->text);
    flow_abort(f, OUTCOME_CLIENT_GONE, &why);
    return true;
}

static bool walk_steps(struct flow *f)
{
    static bool (*const steps[])(struct flow * f) = {
        client_is_gone,     flow_take_request,  flow_open_origin, flow_give_request,
        flow_take_response, flow_give_response, flow_tunnel,      flow_finish_exchange,
    };
    bool moved = false;
    for (size_t i = 0; i < sizeof steps / sizeof *steps && !f->closing; i++) {
        moved = steps[i](f) || moved;
    }
    return moved;
}

static void flow_pump(struct flow *f)
{
    if (f->pumping) {
        f->again = true;
        return;
    }
    f->pumping = true;
    bool moved = false;
    do {
        f->again = walk_steps(f);
        moved = moved || f->again;
    } while (f->again && !f->closing);
    f->pumping = false;
    if (!f->closing) {
        set_deadline(f, moved);
    }
}

static void on_event(void *ctx)
{
    flow_pump(ctx);
}

static void on_deadline(void *ctx)
{
    struct flow *f = ctx;
    struct err why;
    f->wait = WAIT_NONE;
    switch (current_wait(f)) {
    case WAIT_NONE:
        return;
    case WAIT_REQUEST:
        flow_close(f, true);
        return;
    case WAIT_HEAD:
        err_set(&why, ERR_REQUEST_TIMEOUT, "the request head was not complete after %u ms",
                f->env->timeouts.request_head_ms);
        break;
    case WAIT_RESPONSE:
        err_set(&why, ERR_UPSTREAM_TIMEOUT, "no response head after %u ms",
                f->env->timeouts.response_head_ms);
        break;
    case WAIT_BODY:
    case WAIT_TUNNEL:
        err_set(&why, ERR_REQUEST_TIMEOUT, "no byte moved for %u ms", wait_ms(f, current_wait(f)));
        break;
    }
    flow_refuse(f, &why);
    flow_pump(f);
}

int flow_start(struct flow_env *env, struct stream *client, const struct conn_info *info,
               const struct route *home, enum err_code refuse)
{
    struct flow *f = calloc(1, sizeof *f);
    if (!f) {
        stream_close(client);
        return -1;
    }
    f->env = env;
    f->client = client;
    f->info = info;
    f->home = home;
    f->refuse = refuse;
    list_push(&env->flows, &f->node);
    env->flow_count++;
    deadline_init(&f->deadline, env->worker, on_deadline, f);
    client->on_event = on_event;
    client->ctx = f;
    set_deadline(f, true);
    return 0;
}

static void reap(void *ctx)
{
    free(ctx);
}

void flow_release_upstream(struct flow *f, bool reuse)
{
    struct stream *upstream = f->upstream;
    if (upstream) {
        f->upstream = NULL;
        upstream->on_event = NULL;
        upstream->torn = f->torn;
        origin_release(f->route->origin, upstream, reuse);
    }
}

void flow_close(struct flow *f, bool grace)
{
    if (f->closing) {
        return;
    }
    f->closing = true;
    flow_release_upstream(f, false);
    deadline_clear(&f->deadline);
    f->client->torn = f->torn;
    if (grace) {
        stream_end(f->client);
    }
    stream_close(f->client);
    f->client = NULL;
    list_remove(&f->node);
    f->env->flow_count--;
    worker_later(f->env->worker, &f->reap, reap, f);
}

void flow_drain(struct list *node)
{
    struct flow *f = LIST_ITEM(node, struct flow, node);
    f->close = true;
    if (!f->x) {
        flow_close(f, true);
    }
}

void flow_cut(struct list *node)
{
    struct flow *f = LIST_ITEM(node, struct flow, node);
    struct err why;
    err_set(&why, ERR_SHUTDOWN, "the proxy shut down before the exchange was done");
    if (f->x) {
        f->env->cut_off++;
        flow_abort(f, OUTCOME_REFUSED, &why);
    } else {
        flow_close(f, true);
    }
}
