/* A worker: a thread with one event loop that moves bytes. What belongs to a worker (streams,
 * deadlines, flows, its pool) is used in its thread only; worker_post is the one way in from
 * outside. */
#ifndef WHY401_NET_WORKER_H
#define WHY401_NET_WORKER_H

#include <stdint.h>

#include "why401/base/err.h"
#include "why401/base/list.h"

struct worker;

/* A loop that does not run yet: until worker_start, the calling thread counts as the worker's. */
struct worker *worker_new(struct err *err);

/* Runs the loop in a thread of its own, with all signals blocked. */
int worker_start(struct worker *w, struct err *err);

/* Runs fn(ctx) in the worker's thread, soon. Any thread. Returns 0, or -1 when memory is out. */
int worker_post(struct worker *w, void (*fn)(void *ctx), void *ctx);

/* Connections whose holders let go and that still have bytes to deliver. On the worker's thread. */
size_t worker_parting(const struct worker *w);

/* Lets the loop end once every stream, listener and dial is closed, waits for the thread and frees
 * the worker. Not from the worker's own thread. */
void worker_stop(struct worker *w);

/* Milliseconds of the loop's clock, which never goes back; constant within one callback. */
uint64_t worker_now(const struct worker *w);

/* Calls fn(ctx) once, soon, outside of any stream's event: for freeing what an event still stands
 * on. `task` belongs to the caller until then. */
struct worker_task {
    struct list node;
    void (*fn)(void *ctx);
    void *ctx;
};
void worker_later(struct worker *w, struct worker_task *task, void (*fn)(void *ctx), void *ctx);

/* A moment at which something is called unless it is moved or cleared before. Setting costs a few
 * pointer writes when deadlines are mostly set further away than those already set. */
struct deadline {
    struct list node;
    struct worker *worker;
    uint64_t due;            /* in the loop's clock, ms */
    void (*fire)(void *ctx); /* may set the deadline again */
    void *ctx;
};
void deadline_init(struct deadline *d, struct worker *w, void (*fire)(void *ctx), void *ctx);
void deadline_set(struct deadline *d, uint64_t ms);
void deadline_clear(struct deadline *d);

#endif
