/* The happy path of an item: its burden is added to the backlog, it is counted as given and queued;
 * the thread takes it, discards it when it was carried out, and settles it when the whole batch was
 * written. Who drains waits until as many are settled as had been given.
 *
 * The other ends: the backlog has no room, and nothing has happened; the queue has none, and what
 * was counted already is taken back: the burden shed, the item settled, since nobody will do so. */
#include "inbox.h"

#include <stdlib.h>
#include <time.h>

#include "why401/base/clock.h"

bool inbox_init(struct inbox *in, size_t length, size_t bytes)
{
    pthread_condattr_t monotonic;
    *in = (struct inbox){.queue = queue_new(length)};
    backlog_init(&in->backlog, length, bytes);
    pthread_mutex_init(&in->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&in->settled_some, &monotonic);
    pthread_condattr_destroy(&monotonic);
    return in->queue != NULL;
}

void inbox_release(struct inbox *in)
{
    queue_free(in->queue);
    pthread_cond_destroy(&in->settled_some);
    pthread_mutex_destroy(&in->lock);
}

void inbox_settle(struct inbox *in, uint64_t items)
{
    pthread_mutex_lock(&in->lock);
    in->settled += items;
    pthread_cond_broadcast(&in->settled_some);
    pthread_mutex_unlock(&in->lock);
}

/* Hands an item over; frees it when it is not taken. */
static bool hand_over(struct inbox *in, struct item *item, bool must)
{
    if (!backlog_load(&in->backlog, item->burden, must)) {
        free(item);
        return false;
    }
    atomic_fetch_add(&in->given, 1);
    if (queue_push(in->queue, item, must)) {
        return true;
    }
    inbox_discard(in, item);
    inbox_settle(in, 1);
    return false;
}

unsigned inbox_relieve(struct inbox *in, struct exchange *x, bool failure)
{
    return backlog_relieve(&in->backlog, x, failure, queue_len(in->queue));
}

bool inbox_exchange(struct inbox *in, struct exchange *x, bool must)
{
    struct item *item = malloc(sizeof *item);
    if (!item) {
        return false;
    }
    *item = (struct item){.kind = ITEM_EXCHANGE, .exchange = x, .burden = burden_of(x)};
    return hand_over(in, item, must);
}

bool inbox_notice(struct inbox *in, struct span text)
{
    size_t size = text.len + 1;
    struct item *item = malloc(sizeof *item + size);
    if (!item) {
        return false;
    }
    *item = (struct item){
        .kind = ITEM_NOTICE, .wall_ms = clock_wall_ms(), .burden.held = sizeof *item + size};
    memcpy(item->text, text.ptr, text.len);
    item->text[text.len] = '\0';
    return hand_over(in, item, true);
}

void inbox_reopen(struct inbox *in)
{
    struct item *item = calloc(1, sizeof *item);
    if (item) {
        item->kind = ITEM_REOPEN;
        hand_over(in, item, true);
    }
}

size_t inbox_take(struct inbox *in, void **items, size_t most, int gather_ms, int wait_ms)
{
    return queue_pop(in->queue, items, most, gather_ms, wait_ms);
}

bool inbox_is_done(const struct inbox *in)
{
    return queue_closed(in->queue) && queue_len(in->queue) == 0;
}

void inbox_discard(struct inbox *in, struct item *item)
{
    backlog_shed(&in->backlog, item->burden);
    free(item);
}

bool inbox_drain(struct inbox *in, int wait_ms)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    int64_t ns = until.tv_nsec + (int64_t)wait_ms * 1000000;
    until.tv_sec += (time_t)(ns / 1000000000);
    until.tv_nsec = (long)(ns % 1000000000);
    int rc = 0;
    uint64_t target = atomic_load(&in->given);
    queue_hurry(in->queue);
    pthread_mutex_lock(&in->lock);
    while (in->settled < target && rc == 0) {
        rc = pthread_cond_timedwait(&in->settled_some, &in->lock, &until);
    }
    bool drained = in->settled >= target;
    pthread_mutex_unlock(&in->lock);
    return drained;
}

void inbox_close(struct inbox *in)
{
    queue_close(in->queue);
}
