/* The worker's inside, for the other files of this module. Private. */
#ifndef NET_WORKER_LOOP_H
#define NET_WORKER_LOOP_H

#include <pthread.h>
#include <uv.h>

#include "why401/net/worker.h"

#define SCRATCH_BYTES 65536

/* Deadlines are kept in a few lists, each sorted; a deadline goes to the list of its own duration
 * class, so that it nearly always belongs at the end. */
#define DEADLINE_LISTS 8

struct worker {
    uv_loop_t loop;
    pthread_t thread;
    bool running;       /* the thread was started */
    uv_async_t wake;    /* posts wait, or stop was asked for */
    uv_timer_t timer;   /* armed for the earliest deadline */
    uint64_t timer_due; /* what it is armed for; UINT64_MAX: not armed */
    struct list deadlines[DEADLINE_LISTS];
    struct list dirty;          /* connections to settle before the loop goes on */
    struct list conns;          /* every connection that is not freed */
    struct list later;          /* tasks for the end of the tick */
    bool settling;              /* worker_settle is at work */
    struct list busy;           /* connections that were used lately, the latest last */
    size_t busy_count;          /* of them */
    struct deadline rest;       /* when the first of them may rest; rest_idle */
    size_t rested;              /* connections that gave their buffers back since malloc_trim */
    pthread_mutex_t posts_lock; /* guards posts and stopping */
    struct list posts;
    bool stopping;
    char wire[SCRATCH_BYTES];  /* where every read of this worker lands */
    char plain[SCRATCH_BYTES]; /* where TLS decrypts to */
};

/* Every libuv callback ends with this: settles the dirty connections, then runs the tasks for
 * later. */
void worker_settle(struct worker *w);

/* A connection whose holder let go, and that still has bytes to deliver. */
bool conn_parts(struct list *conns_node);

/* The worker is about to end: a connection that only lingers does so no longer than it must. */
void conn_hurry(struct list *conns_node);

/* Lets connections that have been idle for a while give back what only busy ones need. ctx is the
 * worker. */
void rest_idle(void *ctx);

/* What conn.c does for a dirty connection. */
void conn_settle(struct list *dirty_node);

#endif
