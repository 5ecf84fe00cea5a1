/* Blocks that were shown a moment ago. A loop that fails a hundred times says a hundred times the
 * same, and the one block that is new drowns in it; so a block that would say what one just above
 * says is one line that points there. Private; observer thread. */
#ifndef OBSERVE_REPEATS_H
#define OBSERVE_REPEATS_H

#include "record.h"

#define REPEATS_MOST     16    /* blocks that are remembered */
#define REPEATS_KEY_MOST 600   /* bytes; what needs more is always shown */
#define REPEATS_TIME     13    /* "10:15:03.123" */
#define REPEATS_LINES    100   /* how far above a block may stand */
#define REPEATS_MS       60000 /* and how long ago its exchange may have begun */

struct shown_block {
    size_t len;
    char key[REPEATS_KEY_MOST]; /* what makes two blocks the same */
    char time[REPEATS_TIME];    /* by which people find it: it begins the exchange's line */
    int64_t started_ms;
    uint64_t line;
};

struct repeats {
    struct shown_block blocks[REPEATS_MOST];
    size_t next;    /* the place that is overwritten next */
    uint64_t lines; /* written so far */
    struct str key; /* scratch */
};

void repeats_init(struct repeats *p);
void repeats_release(struct repeats *p);

/* The time of the exchange above whose block says the same as r's; valid until the next call. NULL
 * when there is none: then r's block is remembered, with its own `time`. */
const char *repeats_above(struct repeats *p, const struct record *r, const char *time);

/* That text was written. */
void repeats_wrote(struct repeats *p, struct span text);

#endif
