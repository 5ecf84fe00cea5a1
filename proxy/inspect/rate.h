/* How many calls each token made within the last minute. Private, one thread. */
#ifndef WHY401_RATE_H
#define WHY401_RATE_H

#include "why401/exchange/exchange.h"

/* BitGo's documentation of rate limits: an authenticated user has 360 requests in 60 seconds. */
#define RATE_LIMIT     360
#define RATE_WINDOW_US (60 * INT64_C(1000000))
#define RATE_NEAR      (RATE_LIMIT * 80 / 100)
#define RATE_TOKENS    64

struct token_rate {
    char fingerprint[FINGERPRINT_SIZE]; /* "": free */
    bool warned;              /* the finding was noted, and the rate has not fallen since */
    size_t count;             /* calls that were counted, ever */
    int64_t calls[RATE_NEAR]; /* when the last ones came, monotonic; a ring */
};

struct rate_table {
    struct token_rate tokens[RATE_TOKENS];
};

/* Counts x and notes rate.near when its token has reached four fifths of the limit. A table that is
 * full forgets the token that was quiet for longest. */
void rate_count(struct rate_table *t, struct exchange *x);

#endif
