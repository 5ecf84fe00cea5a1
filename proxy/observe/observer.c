/* The observer's thread and its queue. The happy path: a worker gives a finished exchange, which
 * waits as an item in the queue; the thread takes items in batches, judges each in the order in
 * which it came, writes the batch, and tells those who wait for a drain.
 *
 * What can happen otherwise:
 * - the queue fills: first captures are dropped, then successes, and failures only when what waits
 * would take more memory than it may (see observer_give); the thread says how many in a notice as
 * soon as it keeps up again, at most once a second;
 * - a sink cannot write: its lines are lost and counted, the thread goes on (see outlet.c);
 * - a sink does not take anything, such as a terminal that somebody has stopped: the thread waits
 * in write(2) and the queue fills;
 * - stop: the queue is closed, the thread writes what waits and ends. */
#include "why401/observe/observer.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "backlog.h"
#include "judge.h"
#include "tally.h"
#include "why401/base/clock.h"
#include "why401/base/queue.h"

#define BATCH           256
#define GATHER_MS       10 /* people do not see it, and a batch costs one write */
#define NOTICE_MOST     1024
#define REPORT_EVERY_US 1000000

enum item_kind { ITEM_EXCHANGE, ITEM_NOTICE, ITEM_REOPEN };

/* What waits in the queue. */
struct item {
    enum item_kind kind;
    struct exchange *exchange; /* ITEM_EXCHANGE: owned */
    struct burden burden;      /* none for ITEM_REOPEN, which always finds room */
    int64_t wall_ms;           /* ITEM_NOTICE: when it was given */
    char text[];               /* ITEM_NOTICE */
};

struct observer {
    struct queue *queue;
    struct backlog backlog; /* how much waits in the queue, or is in the thread's hands */
    pthread_t thread;
    struct judge judge; /* the thread's own */
    struct tally tally;
    struct observer_counts reported; /* losses that a notice has told; the thread's own */
    int64_t reported_us;             /* when; monotonic */
    pthread_mutex_t lock;            /* guards what follows */
    pthread_cond_t settled_some;     /* `settled` has grown */
    struct rulepack *rules;          /* one reference; may be NULL */
    atomic_uint_fast64_t given; /* not guarded: items that were handed over, or were about to be */
    uint64_t settled;           /* items that have been written, or were dropped */
};

static void settle(struct observer *o, uint64_t items)
{
    pthread_mutex_lock(&o->lock);
    o->settled += items;
    pthread_cond_broadcast(&o->settled_some);
    pthread_mutex_unlock(&o->lock);
}

/* The rules for the next batch, with a reference of its own. */
static struct rulepack *take_rules(struct observer *o)
{
    pthread_mutex_lock(&o->lock);
    struct rulepack *rules = o->rules;
    if (rules) {
        rulepack_hold(rules);
    }
    pthread_mutex_unlock(&o->lock);
    return rules;
}

/* Says once how many were lost since the last time. */
static void report_losses(struct observer *o, const struct observer_counts *now)
{
    char text[NOTICE_MOST];
    int len = snprintf(text, sizeof text,
                       "exchanges came faster than they could be written: %llu successes and %llu "
                       "failures are missing here, %llu bodies were not looked at",
                       (unsigned long long)(now->lost_success - o->reported.lost_success),
                       (unsigned long long)(now->lost_failing - o->reported.lost_failing),
                       (unsigned long long)(now->lost_bodies - o->reported.lost_bodies));
    judge_notice(&o->judge, clock_wall_ms(), span(text, (size_t)len));
    o->reported = *now;
}

/* True when there is a loss that nobody has been told of, and it is not yet time to do so. */
static bool consider_report(struct observer *o, bool last)
{
    struct observer_counts now;
    tally_read(&o->tally, &now);
    if (now.lost_success == o->reported.lost_success &&
        now.lost_failing == o->reported.lost_failing &&
        now.lost_bodies == o->reported.lost_bodies) {
        return false;
    }
    int64_t us = clock_mono_us();
    if (!last && us - o->reported_us < REPORT_EVERY_US) {
        return true;
    }
    o->reported_us = us;
    report_losses(o, &now);
    return false;
}

static void carry_out(struct observer *o, struct item *item, const struct rulepack *rules)
{
    switch (item->kind) {
    case ITEM_EXCHANGE:
        judge_exchange(&o->judge, item->exchange, rules);
        break;
    case ITEM_NOTICE:
        judge_notice(&o->judge, item->wall_ms, span_of(item->text));
        break;
    case ITEM_REOPEN:
        judge_reopen(&o->judge);
        break;
    }
    backlog_shed(&o->backlog, item->burden);
    free(item);
}

static void carry_out_batch(struct observer *o, void **items, size_t count)
{
    struct rulepack *rules = take_rules(o);
    for (size_t i = 0; i < count; i++) {
        carry_out(o, items[i], rules);
    }
    if (rules) {
        rulepack_drop(rules);
    }
}

static void *run(void *arg)
{
    struct observer *o = arg;
    void *items[BATCH];
    bool waits = false; /* a report of losses does, or the ledger */
    for (;;) {
        size_t count =
            queue_pop(o->queue, items, BATCH, GATHER_MS, waits ? REPORT_EVERY_US / 1000 : -1);
        bool last = count == 0 && queue_closed(o->queue) && queue_len(o->queue) == 0;
        carry_out_batch(o, items, count);
        waits = consider_report(o, last);
        /* First the ledger: what people can read has been committed. */
        waits = judge_remember(&o->judge, last) || waits;
        judge_flush(&o->judge);
        settle(o, count);
        if (last) {
            return NULL;
        }
    }
}

/* Signals are for the threads that run loops; a broken pipe is an error of write(2) here. */
static int start_thread(struct observer *o)
{
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int rc = pthread_create(&o->thread, NULL, run, o);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return rc;
}

static void init_locks(struct observer *o)
{
    pthread_condattr_t monotonic;
    pthread_mutex_init(&o->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&o->settled_some, &monotonic);
    pthread_condattr_destroy(&monotonic);
}

static void release(struct observer *o)
{
    if (o->rules) {
        rulepack_drop(o->rules);
    }
    judge_release(&o->judge);
    queue_free(o->queue);
    tally_release(&o->tally);
    pthread_cond_destroy(&o->settled_some);
    pthread_mutex_destroy(&o->lock);
    free(o);
}

struct observer *observer_start(const struct observer_options *options, struct err *err)
{
    struct observer *o = calloc(1, sizeof *o);
    if (!o) {
        err_set(err, ERR_MEMORY, "no memory for the observer");
        return NULL;
    }
    tally_init(&o->tally);
    if (judge_init(&o->judge, options, &o->tally, err) != 0) {
        tally_release(&o->tally);
        free(o);
        return NULL;
    }
    init_locks(o);
    backlog_init(&o->backlog, options->queue_length, options->queue_bytes);
    o->queue = queue_new(options->queue_length);
    o->rules = options->rules;
    if (o->rules) {
        rulepack_hold(o->rules);
    }
    int rc = o->queue ? start_thread(o) : ENOMEM;
    if (rc != 0) {
        err_set(err, ERR_SYSTEM, "cannot start the observer's thread: %s", strerror(rc));
        release(o);
        return NULL;
    }
    return o;
}

/* Hands an item over. Returns false, the item still the caller's, when the queue does not take it.
 */
static bool hand_over(struct observer *o, struct item *item, bool must)
{
    if (!backlog_load(&o->backlog, item->burden, must)) {
        return false;
    }
    atomic_fetch_add(&o->given, 1);
    if (queue_push(o->queue, item, must)) {
        return true;
    }
    backlog_shed(&o->backlog, item->burden);
    settle(o, 1);
    return false;
}

void observer_give(struct observer *o, struct exchange *x)
{
    bool must = backlog_is_failure(x);
    unsigned dropped = backlog_relieve(&o->backlog, x, must, queue_len(o->queue));
    struct item *item = malloc(sizeof *item);
    if (dropped) {
        atomic_fetch_add(&o->tally.lost_bodies, dropped);
    }
    if (item) {
        *item = (struct item){.kind = ITEM_EXCHANGE, .exchange = x, .burden = burden_of(x)};
        if (hand_over(o, item, must)) {
            return;
        }
        free(item);
    }
    atomic_fetch_add(must ? &o->tally.lost_failing : &o->tally.lost_success, 1);
    exchange_free(x);
}

void observer_notice(struct observer *o, const char *format, ...)
{
    char text[NOTICE_MOST];
    va_list args;
    va_start(args, format);
    int len = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    size_t size = len < 0 ? 1 : (size_t)len < sizeof text ? (size_t)len + 1 : sizeof text;
    struct item *item = malloc(sizeof *item + size);
    if (item) {
        *item = (struct item){
            .kind = ITEM_NOTICE, .wall_ms = clock_wall_ms(), .burden.held = sizeof *item + size};
        memcpy(item->text, text, size);
        if (hand_over(o, item, true)) {
            return;
        }
        free(item);
    }
    atomic_fetch_add(&o->tally.lost_lines, 1);
}

void observer_set_rules(struct observer *o, struct rulepack *rules)
{
    if (rules) {
        rulepack_hold(rules);
    }
    pthread_mutex_lock(&o->lock);
    struct rulepack *before = o->rules;
    o->rules = rules;
    pthread_mutex_unlock(&o->lock);
    if (before) {
        rulepack_drop(before);
    }
}

void observer_urgent(struct observer *o, const struct exchange *x, const struct finding *f)
{
    observer_notice(o, "on its way, %.*s %.*s: %.*s",
                    SPAN_ARG(span_first(x->request.head.method, 24)),
                    SPAN_ARG(span_first(x->target.path, 200)), SPAN_ARG(f->evidence));
}

void observer_reopen(struct observer *o)
{
    struct item *item = calloc(1, sizeof *item);
    if (item) {
        item->kind = ITEM_REOPEN;
        if (!hand_over(o, item, true)) {
            free(item);
        }
    }
}

void observer_counts(const struct observer *o, struct observer_counts *counts)
{
    tally_read(&o->tally, counts);
}

size_t observer_scenarios(struct observer *o, struct scenario_count *out, size_t most)
{
    return tally_scenarios(&o->tally, out, most);
}

bool observer_drain(struct observer *o, int wait_ms)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    int64_t ns = until.tv_nsec + (int64_t)wait_ms * 1000000;
    until.tv_sec += (time_t)(ns / 1000000000);
    until.tv_nsec = (long)(ns % 1000000000);
    int rc = 0;
    uint64_t target = atomic_load(&o->given);
    queue_hurry(o->queue);
    pthread_mutex_lock(&o->lock);
    while (o->settled < target && rc == 0) {
        rc = pthread_cond_timedwait(&o->settled_some, &o->lock, &until);
    }
    bool drained = o->settled >= target;
    pthread_mutex_unlock(&o->lock);
    return drained;
}

void observer_stop(struct observer *o)
{
    if (o) {
        queue_close(o->queue);
        pthread_join(o->thread, NULL);
        release(o);
    }
}
