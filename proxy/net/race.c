/* The happy path: the first address is tried, it connects, the owner takes the socket and cancels
 * what is left of the race.
 *
 * The other ends: an attempt fails, or takes longer than a moment, and the next one starts beside
 * it; none is left, and it is lost; the owner cancels. Whatever libuv holds then is waited for. */
#include "race.h"

#include <netdb.h>
#include <stdlib.h>

#include "bounds.h"

#define NEXT_ATTEMPT_MS 250

static void start_attempts(struct race *r);

static void on_step(void *ctx)
{
    start_attempts(ctx);
}

void race_init(struct race *r, struct worker *w, const struct race_events *events, void *ctx)
{
    *r = (struct race){.worker = w, .events = events, .ctx = ctx};
    deadline_init(&r->step, w, on_step, r);
}

static void on_connected(uv_connect_t *req, int status)
{
    struct attempt *attempt = req->data;
    struct race *r = attempt->race;
    struct worker *w = r->worker; /* outlives the race, which may go here */
    r->pending--;
    r->running--;
    if (r->cancelled) {
        if (r->pending == 0) {
            r->events->gone(r->ctx);
        }
    } else if (status == 0) {
        r->winner = attempt;
        r->events->won(r->ctx);
    } else {
        r->last_error = status;
        start_attempts(r);
    }
    worker_settle(w);
}

/* One attempt to the next address; false when it could not even start. */
static bool start_one(struct race *r)
{
    struct attempt *attempt = &r->attempts[r->started];
    const struct addrinfo *address = r->next;
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } to;
    r->next = address->ai_next;
    memcpy(&to, address->ai_addr,
           address->ai_addrlen < sizeof to ? address->ai_addrlen : sizeof to);
    to.v4.sin_port = htons(r->port); /* the same place in sockaddr_in6 */
    *attempt = (struct attempt){.race = r, .tcp = malloc(sizeof *attempt->tcp)};
    if (!attempt->tcp || uv_tcp_init(&r->worker->loop, attempt->tcp) != 0) {
        free(attempt->tcp);
        attempt->tcp = NULL;
        r->last_error = UV_ENOMEM;
        return false;
    }
    r->started++;
    attempt->connect.data = attempt;
    r->last_error = uv_tcp_connect(&attempt->connect, attempt->tcp, &to.any, on_connected);
    if (r->last_error != 0) {
        return false;
    }
    r->pending++;
    r->running++;
    return true;
}

/* Moves on to the next address within bounds, if there is one. */
static bool find_next(struct race *r)
{
    if (r->public_only) {
        r->next = bounds_next_public(r->next, &r->skipped);
    }
    return r->next && r->started < RACE_ATTEMPTS_MOST;
}

/* Starts the next attempt and the clock for the one after it. */
static void start_attempts(struct race *r)
{
    deadline_clear(&r->step);
    while (find_next(r)) {
        if (start_one(r)) {
            deadline_set(&r->step, NEXT_ATTEMPT_MS);
            return;
        }
    }
    if (r->running == 0) {
        r->events->lost(r->ctx);
    }
}

void race_start(struct race *r, const struct addrinfo *addresses, uint16_t port, bool public_only)
{
    r->next = addresses;
    r->port = port;
    r->public_only = public_only;
    start_attempts(r);
}

const uv_tcp_t *race_winner(const struct race *r)
{
    return r->winner->tcp;
}

uv_tcp_t *race_take(struct race *r)
{
    uv_tcp_t *tcp = r->winner->tcp;
    r->winner->tcp = NULL;
    return tcp;
}

int race_why(const struct race *r, struct ip *skipped)
{
    *skipped = r->skipped;
    return r->started == 0 && r->skipped.family ? 0 : r->last_error;
}

static void on_tcp_closed(uv_handle_t *handle)
{
    struct race *r = handle->data;
    free(handle);
    if (--r->pending == 0) {
        r->events->gone(r->ctx);
    }
}

void race_cancel(struct race *r)
{
    r->cancelled = true;
    deadline_clear(&r->step);
    for (size_t i = 0; i < r->started; i++) {
        uv_tcp_t *tcp = r->attempts[i].tcp;
        if (tcp) {
            r->attempts[i].tcp = NULL;
            tcp->data = r;
            r->pending++;
            uv_close((uv_handle_t *)tcp, on_tcp_closed);
        }
    }
}

bool race_is_gone(const struct race *r)
{
    return r->pending == 0;
}
