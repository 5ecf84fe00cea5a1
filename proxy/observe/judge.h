/* Judging an exchange: read its answer, explain it, and hand the record to the sinks. Private;
 * observer thread. */
#ifndef OBSERVE_JUDGE_H
#define OBSERVE_JUDGE_H

#include "har_file.h"
#include "json_file.h"
#include "memory.h"
#include "tally.h"
#include "terminal.h"

struct judge {
    struct record record; /* storage is used again for each exchange */
    struct terminal terminal;
    struct json_file file;
    struct har_file har;
    struct memory memory;
    struct str news; /* what the files' sinks and the memory have to tell */
    struct tally *tally;
    void (*judged)(void *ctx, const struct judged *j); /* NULL: nobody */
    void *judged_ctx;
    size_t decoded_bytes; /* most bytes of a decoded body */
};

/* Opens the sinks. Returns 0, or -1 with *err. */
int judge_init(struct judge *j, const struct observer_options *options, struct tally *tally,
               struct err *err);
void judge_release(struct judge *j);

/* Frees x. `rules` may be NULL. */
void judge_exchange(struct judge *j, struct exchange *x, const struct rulepack *rules);

void judge_notice(struct judge *j, int64_t wall_ms, struct span text);

/* The JSON file is opened again; people are told when that fails. The HAR goes on: half of one is
 * none, so it is not rotated. */
void judge_reopen(struct judge *j);

/* Writes what waits in the sinks. */
void judge_flush(struct judge *j);

/* Commits what the ledger has learned, at once where it is a fact or `last`, within a second
 * otherwise. Returns true while something waits for that second. */
bool judge_remember(struct judge *j, bool last);

#endif
