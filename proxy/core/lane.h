/* A lane: what one worker of a server owns: its listeners, TLS contexts, pools and flows. Nothing
 * in it is shared with another lane. Private to the module; in the worker's thread once that runs.
 */
#ifndef CORE_LANE_H
#define CORE_LANE_H

#include <pthread.h>

#include "flow.h"
#include "passage.h"
#include "pool.h"
#include "why401/core/server.h"
#include "why401/net/listener.h"

/* What all lanes of a server share; immutable once they run, but for the last ones. */
struct lane_plan {
    struct server_options options; /* what it points to is the server's own */
    uint16_t *ports;               /* of the doors, filled in as they are bound */
    size_t lane_count;
    bool bound; /* a lane has bound the doors; the next ones share them */
    atomic_uint_fast64_t ids;
    pthread_mutex_t held_up_lock; /* guards held_up, and the order of what is told of it */
    size_t held_up;               /* listeners for which the system accepts nothing */
};

struct lane;

/* A connection of one upstream: where it goes, how it is dialled, and those that are kept. */
struct lane_upstream {
    struct tls_context *connecting; /* NULL: plain */
    struct dial_options dial;
    struct pool *pool;
};

/* One listening port of a lane. */
struct lane_door {
    struct lane *lane;
    struct listener *listener;
    const struct route *home;
};

struct lane {
    struct lane_plan *plan;
    struct worker *worker;
    struct tls_context *accepting;
    struct lane_upstream *upstreams; /* plan->options.upstream_count of them */
    struct route *routes;            /* one for each, or one for the caller's origin */
    struct lane_door *doors;
    struct tls_context *elsewhere; /* for hosts that are no upstreams: the system's roots only */
    struct dial_options dial;      /* to those */
    struct passage *passage;
    struct forward forward;
    struct inspect_options inspect;
    struct flow_env env;
    size_t in_use; /* upstream connections */
    bool started;  /* its thread runs */
};

/* Makes everything but the thread. Returns 0, or -1 with *err; lane_release in either case. */
int lane_init(struct lane *lane, struct lane_plan *plan, struct err *err);

/* New limits and timeouts for connections from now on. */
void lane_set_options(struct lane *lane, const struct limits *limits,
                      const struct timeouts *timeouts);

/* Stops accepting; flows end with the exchange that runs. */
void lane_drain(struct lane *lane);

/* Whatever still lives in the lane ends now. */
void lane_cut(struct lane *lane);

/* Stops the worker and frees everything; from another thread than the worker's. */
void lane_release(struct lane *lane);

#endif
