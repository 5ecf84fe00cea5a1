/* The observer's thread. The happy path: a worker gives a finished exchange, which waits in the
 * inbox (inbox.c); the thread takes items in batches, judges each in the order in which it came,
 * writes the batch, and says that it is settled.
 *
 * What can happen otherwise:
 * - the inbox fills: first captures are dropped, then successes, and failures only when what waits
 * would take more memory than it may (see observer_give); the thread says how many in a notice as
 * soon as it keeps up again, at most once a second;
 * - a sink cannot write: its lines are lost and counted, the thread goes on (see outlet.c);
 * - a sink does not take anything, such as a terminal that somebody has stopped: the thread waits
 * in write(2) and the inbox fills;
 * - the end has come and judging what waits takes too long: the thread drops it (observer_finish);
 * - stop: the inbox is closed, the thread writes what waits and ends. */
#include "why401/observe/observer.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "inbox.h"
#include "judge.h"
#include "tally.h"
#include "why401/base/clock.h"

#define BATCH           256
#define GATHER_MS       10 /* people do not see it, and a batch costs one write */
#define NOTICE_MOST     1024
#define REPORT_EVERY_US 1000000
#define LAST_MS         1000 /* for the exchange at hand, when what waits behind it is dropped */

struct observer {
    struct inbox inbox;
    pthread_t thread;
    struct judge judge; /* the thread's own */
    struct tally tally;
    atomic_bool late;                /* what waits is dropped */
    struct observer_counts reported; /* losses that a notice has told; the thread's own */
    int64_t reported_us;             /* when; monotonic */
    pthread_mutex_t lock;            /* guards what follows */
    struct rulepack *rules;          /* one reference; may be NULL */
};

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

static void lose(struct observer *o, struct exchange *x)
{
    bool failing = backlog_is_failure(x);
    atomic_fetch_add(failing ? &o->tally.lost_failing : &o->tally.lost_success, 1);
    exchange_free(x);
}

static void carry_out(struct observer *o, struct item *item, const struct rulepack *rules)
{
    switch (item->kind) {
    case ITEM_EXCHANGE:
        if (atomic_load(&o->late)) {
            lose(o, item->exchange);
        } else {
            judge_exchange(&o->judge, item->exchange, rules);
        }
        break;
    case ITEM_NOTICE:
        judge_notice(&o->judge, item->wall_ms, span_of(item->text));
        break;
    case ITEM_REOPEN:
        judge_reopen(&o->judge);
        break;
    }
    inbox_discard(&o->inbox, item);
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
            inbox_take(&o->inbox, items, BATCH, GATHER_MS, waits ? REPORT_EVERY_US / 1000 : -1);
        bool last = count == 0 && inbox_is_done(&o->inbox);
        carry_out_batch(o, items, count);
        waits = consider_report(o, last);
        /* First the ledger: what people can read has been committed. */
        waits = judge_remember(&o->judge, last) || waits;
        judge_flush(&o->judge);
        inbox_settle(&o->inbox, count);
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

static void release(struct observer *o)
{
    if (o->rules) {
        rulepack_drop(o->rules);
    }
    judge_release(&o->judge);
    inbox_release(&o->inbox);
    tally_release(&o->tally);
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
    bool has_room = inbox_init(&o->inbox, options->queue_length, options->queue_bytes);
    pthread_mutex_init(&o->lock, NULL);
    o->rules = options->rules;
    if (o->rules) {
        rulepack_hold(o->rules);
    }
    int rc = has_room ? start_thread(o) : ENOMEM;
    if (rc != 0) {
        err_set(err, ERR_SYSTEM, "cannot start the observer's thread: %s", strerror(rc));
        release(o);
        return NULL;
    }
    return o;
}

/* Captures that were dropped are counted before the thread can have the exchange, so that whoever
 * drains sees the count. */
void observer_give(struct observer *o, struct exchange *x)
{
    bool must = backlog_is_failure(x);
    unsigned dropped = inbox_relieve(&o->inbox, x, must);
    if (dropped) {
        atomic_fetch_add(&o->tally.lost_bodies, dropped);
    }
    if (!inbox_exchange(&o->inbox, x, must)) {
        lose(o, x);
    }
}

void observer_notice(struct observer *o, const char *format, ...)
{
    char text[NOTICE_MOST];
    va_list args;
    va_start(args, format);
    int len = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    size_t kept = len < 0 ? 0 : (size_t)len < sizeof text ? (size_t)len : sizeof text - 1;
    if (!inbox_notice(&o->inbox, span(text, kept))) {
        atomic_fetch_add(&o->tally.lost_lines, 1);
    }
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
    inbox_reopen(&o->inbox);
}

bool observer_drain(struct observer *o, int wait_ms)
{
    return inbox_drain(&o->inbox, wait_ms);
}

bool observer_finish(struct observer *o, int wait_ms)
{
    if (inbox_drain(&o->inbox, wait_ms)) {
        return true;
    }
    atomic_store(&o->late, true);
    return inbox_drain(&o->inbox, LAST_MS);
}

void observer_counts(const struct observer *o, struct observer_counts *counts)
{
    tally_read(&o->tally, counts);
}

size_t observer_scenarios(struct observer *o, struct scenario_count *out, size_t most)
{
    return tally_scenarios(&o->tally, out, most);
}

void observer_stop(struct observer *o)
{
    if (o) {
        inbox_close(&o->inbox);
        pthread_join(o->thread, NULL);
        release(o);
    }
}
