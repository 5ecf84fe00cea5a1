/* A ring under a mutex. Waking a thread costs more than most of what it then does, so the popper is
 * woken only from its sleep. When it finds nothing it naps first, for the time in which items may
 * gather: nobody wakes it from that but an owner in a hurry, or a queue that fills. Only a nap in
 * which nothing came is followed by sleep. So under load a push costs one uncontended lock and no
 * system call, and without load nothing ever runs. */
#include "why401/base/queue.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum popper { POPPER_AWAKE, POPPER_NAPS, POPPER_SLEEPS };

struct queue {
    pthread_mutex_t lock;  /* guards all below but len */
    pthread_cond_t filled; /* wakes the popper */
    void **ring;           /* cap slots */
    size_t first;          /* slot of the oldest item */
    size_t cap;            /* slots */
    size_t soft;           /* waiting items beyond which only `must` pushes succeed */
    enum popper popper;
    bool hurry;         /* the next nap is left out */
    atomic_size_t len;  /* items that wait */
    atomic_bool closed; /* no more pushes */
};

struct queue *queue_new(size_t soft)
{
    struct queue *q = calloc(1, sizeof *q);
    void **ring = calloc(soft + 1, sizeof *ring);
    if (!q || !ring) {
        free(q);
        free(ring);
        return NULL;
    }
    q->ring = ring;
    q->cap = soft + 1;
    q->soft = soft;
    pthread_mutex_init(&q->lock, NULL);
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&q->filled, &monotonic);
    pthread_condattr_destroy(&monotonic);
    return q;
}

void queue_free(struct queue *q)
{
    if (q) {
        pthread_cond_destroy(&q->filled);
        pthread_mutex_destroy(&q->lock);
        free(q->ring);
        free(q);
    }
}

/* Doubles the ring; the lock is held. */
static bool grow(struct queue *q, size_t len)
{
    void **ring = calloc(q->cap * 2, sizeof *ring);
    if (!ring) {
        return false;
    }
    for (size_t i = 0; i < len; i++) {
        ring[i] = q->ring[(q->first + i) % q->cap];
    }
    free(q->ring);
    q->ring = ring;
    q->first = 0;
    q->cap *= 2;
    return true;
}

bool queue_push(struct queue *q, void *item, bool must)
{
    pthread_mutex_lock(&q->lock);
    size_t len = atomic_load(&q->len);
    bool room = len < q->soft || (must && (len < q->cap || grow(q, len)));
    if (room) {
        q->ring[(q->first + len) % q->cap] = item;
        atomic_store(&q->len, len + 1);
    }
    bool wake = room && (q->popper == POPPER_SLEEPS ||
                         (q->popper == POPPER_NAPS && len + 1 == q->soft / 2 + 1));
    pthread_mutex_unlock(&q->lock);
    if (wake) {
        pthread_cond_signal(&q->filled);
    }
    return room;
}

size_t queue_len(const struct queue *q)
{
    return atomic_load(&q->len);
}

static struct timespec from_now(int ms)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += ms / 1000;
    until.tv_nsec += (long)(ms % 1000) * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }
    return until;
}

static bool is_empty(const struct queue *q)
{
    return atomic_load(&q->len) == 0 && !atomic_load(&q->closed);
}

/* Until the time is over, more than half of the soft limit waits, or somebody is in a hurry. */
static void nap(struct queue *q, int gather_ms)
{
    struct timespec until = from_now(gather_ms);
    int rc = 0;
    q->popper = POPPER_NAPS;
    while (rc == 0 && !q->hurry && !atomic_load(&q->closed) &&
           atomic_load(&q->len) <= q->soft / 2) {
        rc = pthread_cond_timedwait(&q->filled, &q->lock, &until);
    }
    q->popper = POPPER_AWAKE;
    q->hurry = false;
}

static void sleep_until_item(struct queue *q, int wait_ms)
{
    struct timespec until = from_now(wait_ms < 0 ? 0 : wait_ms);
    int rc = 0;
    q->popper = POPPER_SLEEPS;
    while (rc == 0 && is_empty(q)) {
        rc = wait_ms < 0 ? pthread_cond_wait(&q->filled, &q->lock)
                         : pthread_cond_timedwait(&q->filled, &q->lock, &until);
    }
    q->popper = POPPER_AWAKE;
}

void queue_hurry(struct queue *q)
{
    pthread_mutex_lock(&q->lock);
    q->hurry = q->popper == POPPER_NAPS;
    bool wake = q->hurry;
    pthread_mutex_unlock(&q->lock);
    if (wake) {
        pthread_cond_signal(&q->filled);
    }
}

size_t queue_pop(struct queue *q, void **items, size_t most, int gather_ms, int wait_ms)
{
    pthread_mutex_lock(&q->lock);
    if (is_empty(q) && gather_ms > 0) {
        nap(q, gather_ms);
    }
    if (is_empty(q) && wait_ms != 0) {
        sleep_until_item(q, wait_ms);
    }
    size_t len = atomic_load(&q->len);
    size_t taken = len < most ? len : most;
    for (size_t i = 0; i < taken; i++) {
        items[i] = q->ring[q->first];
        q->first = (q->first + 1) % q->cap;
    }
    atomic_store(&q->len, len - taken);
    pthread_mutex_unlock(&q->lock);
    return taken;
}

void queue_close(struct queue *q)
{
    pthread_mutex_lock(&q->lock);
    atomic_store(&q->closed, true);
    pthread_mutex_unlock(&q->lock);
    pthread_cond_signal(&q->filled);
}

bool queue_closed(const struct queue *q)
{
    return atomic_load(&q->closed);
}
