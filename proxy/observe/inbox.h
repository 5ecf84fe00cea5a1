/* The inbox of the observer's thread: what any thread hands over waits here as an item, in order,
 * until the thread takes it; and who wants to know waits here until what was handed over has been
 * settled, which is written or dropped. Private. */
#ifndef OBSERVE_INBOX_H
#define OBSERVE_INBOX_H

#include <pthread.h>

#include "backlog.h"
#include "why401/base/queue.h"

enum item_kind { ITEM_EXCHANGE, ITEM_NOTICE, ITEM_REOPEN };

/* What waits. */
struct item {
    enum item_kind kind;
    struct exchange *exchange; /* ITEM_EXCHANGE: owned */
    struct burden burden;      /* none for ITEM_REOPEN, which always finds room */
    int64_t wall_ms;           /* ITEM_NOTICE: when it was given */
    char text[];               /* ITEM_NOTICE */
};

/* The fields are the inbox's own. */
struct inbox {
    struct queue *queue;         /* owned; NULL: no memory */
    struct backlog backlog;      /* how much waits in the queue, or is in the thread's hands */
    atomic_uint_fast64_t given;  /* items that were handed over, or were about to be */
    pthread_mutex_t lock;        /* guards what follows */
    pthread_cond_t settled_some; /* `settled` has grown */
    uint64_t settled;            /* items that have been written, or were dropped */
};

/* Successes wait up to `length` items, all of it up to `bytes`. False: no memory. Either way it is
 * released with inbox_release, when nothing waits and nobody hands over any more. */
bool inbox_init(struct inbox *in, size_t length, size_t bytes);
void inbox_release(struct inbox *in);

/* What is dropped of x when much waits, before it is handed over: backlog_relieve. Any thread. */
unsigned inbox_relieve(struct inbox *in, struct exchange *x, bool failure);

/* Takes x over, unless there is no room; then it is still the caller's, and false is returned. What
 * `must` not be lost finds room where the rest does not. Any thread. */
bool inbox_exchange(struct inbox *in, struct exchange *x, bool must);

/* Copies a notice's text. False: there was no room. Any thread. */
bool inbox_notice(struct inbox *in, struct span text);

/* Asks for the files to be opened again; lost when memory is out. Any thread. */
void inbox_reopen(struct inbox *in);

/* Takes up to `most` items, as queue_pop does, each to be given to inbox_discard. After none came,
 * inbox_is_done says whether none will any more. The observer's thread. */
size_t inbox_take(struct inbox *in, void **items, size_t most, int gather_ms, int wait_ms);
bool inbox_is_done(const struct inbox *in);

/* Frees an item, but not its exchange; what it took up is free again. */
void inbox_discard(struct inbox *in, struct item *item);

/* So many of the items that were taken have been written. */
void inbox_settle(struct inbox *in, uint64_t items);

/* Waits until everything that was handed over before is settled, at most wait_ms. Any thread. */
bool inbox_drain(struct inbox *in, int wait_ms);

/* Nothing more will be handed over. */
void inbox_close(struct inbox *in);

#endif
