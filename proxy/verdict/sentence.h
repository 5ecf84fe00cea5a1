/* Sentences that every report has. Private. */
#ifndef VERDICT_SENTENCE_H
#define VERDICT_SENTENCE_H

#include "inside.h"

/* "GET /api/v2/{coin}: 401", or "" for the run as a whole. */
void sentence_call(struct str *out, const struct verdict_reason *r);

/* "3 times, first in exchange 5 at 2026-11-24T09:15:03.123Z" */
void sentence_count(struct str *out, const struct verdict_reason *r);

/* How the baseline stands to it: "accepted until 2026-12-31: BG-1234", "was accepted until …", "".
 */
void sentence_accepted(struct str *out, const struct verdict_reason *r);

/* "failed, for 2 reasons; 1 more is accepted" */
void sentence_verdict(struct str *out, const struct verdict *v);

/* "3 failed (2 explained, 1 answered by this proxy)" */
void sentence_failed(struct str *out, const struct verdict *v);

/* ", 3 failed and got lost unseen", "": the observer lost none. */
void sentence_lost(struct str *out, const struct verdict *v);

/* What an entry of the baseline that fits nothing is about. */
void sentence_stale(struct str *out, const struct accepted *a);

#define OWN_TITLE_SIZE 80

/* "Answered by this proxy: Why401ReadOnly", in `title`. */
const char *own_title(enum err_code why, char title[OWN_TITLE_SIZE]);

/* The scenarios in the order in which they are worth looking at: the most frequent first, where
 * sure ones weigh more. Fills `order` with indexes into v->scenarios; returns how many. */
size_t scenarios_first(const struct verdict *v, size_t order[SCENARIOS_MOST]);

/* "s" where there is not one. */
static inline const char *plural(uint64_t count)
{
    return count == 1 ? "" : "s";
}

#endif
