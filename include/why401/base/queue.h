/* A bounded queue of owned pointers between threads: any number push, one pops. It carries finished
 * exchanges to the observer. Whether a full queue may lose an item is the pusher's decision. */
#ifndef WHY401_BASE_QUEUE_H
#define WHY401_BASE_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct queue;

/* NULL when memory is out. At most `soft` items wait unless pushed with `must`. */
struct queue *queue_new(size_t soft);

/* Nothing may wait and nobody may use it any more. */
void queue_free(struct queue *q);

/* Hands item over. Returns false, item still the caller's, when `soft` items wait and not must, or
 * when memory is out. Any thread. */
bool queue_push(struct queue *q, void *item, bool must);

/* Items that wait now; a glance for deciding what to lose, outdated at once. Any thread. */
size_t queue_len(const struct queue *q);

/* Takes up to `most` items. When none waits, it lets them gather for gather_ms (0: it does not), in
 * which it is not woken by them, and if there is still none it waits up to wait_ms for the first
 * (-1: for ever). Returns how many; 0 after that, or once the queue is closed and empty. One thread
 * only. */
size_t queue_pop(struct queue *q, void **items, size_t most, int gather_ms, int wait_ms);

/* Whoever pops need not let items gather now. Any thread. */
void queue_hurry(struct queue *q);

/* Nothing more will be pushed: queue_pop stops waiting. Any thread. */
void queue_close(struct queue *q);
bool queue_closed(const struct queue *q);

#endif
