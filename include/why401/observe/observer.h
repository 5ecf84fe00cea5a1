/* The observer: the one thread that judges and writes. Workers hand finished exchanges over and go
 * on; it redacts, explains and writes to its sinks. It never touches a socket to a client or
 * upstream. */
#ifndef WHY401_OBSERVE_OBSERVER_H
#define WHY401_OBSERVE_OBSERVER_H

#include "why401/explain/explain.h"
#include "why401/inspect/inspect.h"
#include "why401/observe/judged.h"

enum color { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

struct observer_options {
    int terminal_fd;            /* where lines for people go; -1: nowhere */
    enum color color;           /* AUTO: a terminal without NO_COLOR */
    bool quiet;                 /* only failing exchanges and notices */
    bool verbose;               /* findings and header fields of every exchange */
    const char *json_path;      /* JSON lines are appended here, mode 0600; NULL: no; "-": stdout */
    const char *har_path;       /* replaced by a HAR of all exchanges, mode 0600; NULL: no */
    size_t queue_length;        /* exchanges that may wait; failing ones beyond it, too */
    size_t queue_bytes;         /* memory of all that waits */
    size_t decoded_bytes;       /* most bytes of a decoded body */
    const char *ledger_path;    /* the ledger's file; NULL: it is in memory only */
    struct passport_desk *desk; /* gets what the ledger knows of tokens; NULL: nobody asks there */
    /* Sees every exchange after the sinks; NULL: nobody. In the observer's thread; *j is valid
     * during the call. */
    void (*judged)(void *ctx, const struct judged *j);
    void *judged_ctx;
    struct rulepack *rules; /* held by the observer until replaced; NULL: nothing is explained */
};

/* What the observer has counted. */
struct observer_counts {
    uint64_t exchanges;    /* judged and written */
    uint64_t failing;      /* of them, 4xx and 5xx */
    uint64_t explained;    /* of them, with at least one explanation */
    uint64_t own;          /* of them, without one: this proxy answered, and said itself why */
    uint64_t lost_success; /* successes dropped on a full queue */
    uint64_t lost_failing; /* the same of what is no success; only beyond queue_bytes */
    uint64_t lost_bodies;  /* captures dropped or shortened on a full queue */
    uint64_t lost_lines;   /* lines that a sink could not write, notices on a full queue */
};

struct observer;

/* Starts the thread. NULL with *err when the JSON file, the HAR or the ledger cannot be opened or
 * the thread not started.
 */
struct observer *observer_start(const struct observer_options *options, struct err *err);

/* Takes a finished exchange over. Never waits: under pressure it drops captures of successes, then
 * whole successes, counted; of an exchange with a 4xx or 5xx, an error or a finding of severity
 * problem captures are shortened when far too many wait, and it is dropped last, counted apart,
 * when what waits would take more than queue_bytes. Any thread.
 */
void observer_give(struct observer *o, struct exchange *x);

/* Says at once what speaks against a request that is about to go upstream. Any thread. */
void observer_urgent(struct observer *o, const struct exchange *x, const struct finding *f);

/* A notice for people, in the order of the exchanges: "listening on …". One line. Any thread. */
void observer_notice(struct observer *o, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Replaces the rules (NULL: none); exchanges that are judged from now on use them. Takes a
 * reference. Any thread. */
void observer_set_rules(struct observer *o, struct rulepack *rules);

/* The JSON file is opened again (after log rotation); the HAR goes on as it is. Any thread. */
void observer_reopen(struct observer *o);

void observer_counts(const struct observer *o, struct observer_counts *counts);

/* One row per scenario that was seen, best explanations only, most frequent first: for summaries.
 * Call it after observer_drain, before observer_stop, or accept a moment's lag. Any thread. Returns
 * how many of `most` were written. */
struct scenario_count {
    char id[128];
    char title[160];
    uint64_t count;
};
size_t observer_scenarios(struct observer *o, struct scenario_count *out, size_t most);

/* Waits until everything given before has been written (at most wait_ms). */
bool observer_drain(struct observer *o, int wait_ms);

/* The same at the end, when nobody gives any more. What has not been judged after wait_ms never is:
 * it is dropped, and counted as if the queue had been full. False when not even the exchange at
 * hand was over a second later. */
bool observer_finish(struct observer *o, int wait_ms);

/* Writes what waits, ends the thread, frees. Nobody may give any more. */
void observer_stop(struct observer *o);

#endif
