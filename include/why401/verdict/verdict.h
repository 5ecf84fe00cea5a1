/* The verdict of a run: each exchange, as the observer has judged it, is held against the rules of
 * --fail-on; what a rule catches is a reason, unless the baseline file accepts it. Also what
 * reports.h needs: calls by method and path, scenarios and findings by count. Memory is bounded:
 * what goes beyond is counted, and fails the run all the same.
 *
 * One thread at a time: verdict_take in the observer's while it runs, everything else before it
 * started or after it stopped. */
#ifndef WHY401_VERDICT_VERDICT_H
#define WHY401_VERDICT_VERDICT_H

#include "why401/observe/judged.h"

/* What `exec --ci` fails on. */
#define VERDICT_CI "explained,missing-bearer,secret-in-url,production,no-traffic"

struct verdict_options {
    const char *fail_on;          /* the text of --fail-on; NULL: nothing fails */
    const char *baseline;         /* path of the file of accepted reasons; NULL: none */
    const struct rulepack *rules; /* whose scenarios may be named; NULL: none may. Not kept */
    bool env_test;                /* the run has --env test: no call may go to production */
};

/* What is known when the run is over. */
struct verdict_run {
    const char *command;   /* the program that was run; NULL: none was */
    uint64_t tunnels;      /* connections to other hosts than BitGo's, passed on unread */
    uint64_t lost_success; /* exchanges that the observer dropped: good answers */
    uint64_t lost_failing; /* the same: failures; they fail a run that has a rule about answers */
    int64_t started_ms;    /* wall clock */
    int64_t ended_ms;      /* wall clock; its day (UTC) is held against "until" of the baseline */
};

/* Why the run fails, or would without its baseline. No text is NULL; none has a secret, a control
 * character or a line end in it. */
struct verdict_reason {
    const char *rule;     /* the word of --fail-on; "lost": failures that nobody judged */
    const char *scenario; /* id of the scenario that explains it; "": none */
    const char *finding;  /* id of the finding; "": none */
    const char *method;   /* "": it is about the whole run */
    const char *path;     /* without query; ids are {id} */
    int status;           /* 0: no answer, or about the whole run */
    const char *title;    /* what is the matter */
    const char *evidence; /* one sentence; "": none */
    const char *step;     /* what to do first; "": not known */
    uint64_t count;       /* exchanges */
    uint64_t first_id;    /* the first one's id; 0: about the whole run */
    int64_t first_ms;     /* the first one's wall clock */
    bool accepted;        /* by the baseline */
    const char *why;      /* of the baseline's entry, "" without one */
    const char *until;    /* the same; where it is over, the reason is not accepted */
};

struct verdict;

/* NULL with ERR_USAGE for --fail-on, with ERR_FILE or ERR_INPUT for the baseline. */
struct verdict *verdict_new(const struct verdict_options *options, struct err *err);
void verdict_free(struct verdict *v);

/* One exchange. */
void verdict_take(struct verdict *v, const struct judged *j);

/* The same, as the callback of observer_options: ctx is the verdict. */
void verdict_judged(void *ctx, const struct judged *j);

/* After the last exchange, once: judges the run as a whole and applies the baseline. Copies *run.
 */
void verdict_end(struct verdict *v, const struct verdict_run *run);

/* At least one reason is not accepted. After verdict_end, as what follows. */
bool verdict_failed(const struct verdict *v);

/* In the order in which they were first seen; valid until verdict_free. */
const struct verdict_reason *verdict_reasons(const struct verdict *v, size_t *count);

/* The words that --fail-on knows: rules, ids of findings and, of `rules` if not NULL, of scenarios.
 * For "did you mean". Returns how many of `most` were written; static or the pack's. */
size_t verdict_words(const struct rulepack *rules, const char **out, size_t most);

/* The first word of `fail_on` that is none of them, for the same; false: all are known. */
bool verdict_unknown_word(const char *fail_on, const struct rulepack *rules, struct span *word);

#endif
