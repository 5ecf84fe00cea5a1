/* The baseline: reasons that somebody has looked at and accepts. Private.
 *
 *     {"version": 1, "accepted": [
 *       {"rule": "explained", "scenario": "bitgo#rate-limited", "method": "GET",
 *        "path": "/api/v2/tbtc/wallet/{id}", "until": "2026-12-31", "why": "BG-1234"}]}
 *
 * An entry accepts a reason when all that it names is so; what it leaves out may be anything. */
#ifndef VERDICT_BASELINE_H
#define VERDICT_BASELINE_H

#include "why401/base/arena.h"
#include "why401/verdict/verdict.h"

#define BASELINE_ENTRIES_MOST 1000

/* One entry; a text that it leaves out is NULL. */
struct accepted {
    const char *rule;
    const char *scenario;
    const char *finding;
    const char *method;
    const char *path;
    const char *until; /* "2026-12-31": the last day on which it holds, UTC */
    const char *why;
    int status;   /* 0: any */
    bool matched; /* some reason */
};

struct baseline {
    struct accepted *list; /* owned; the texts are in the arena */
    size_t count;
};

/* Reads the file. Returns 0, or -1 with ERR_FILE, ERR_INPUT or ERR_MEMORY: the text names file,
 * JSON path, what was found and what is expected. */
int baseline_read(struct baseline *b, const char *path, struct arena *arena, struct err *err);
void baseline_release(struct baseline *b);

/* Marks the reason as accepted, or leaves it as it is; `today` is like "2026-11-24". */
void baseline_apply(struct baseline *b, struct verdict_reason *reason, const char *today);

#endif
