/* What waits for the observer, and what is lost when too much does: first bodies, then successes,
 * failures last. Private; any thread. */
#ifndef OBSERVE_BACKLOG_H
#define OBSERVE_BACKLOG_H

#include <stdatomic.h>

#include "why401/exchange/exchange.h"

struct backlog {
    size_t length;           /* items up to which successes may wait */
    size_t bytes;            /* most bytes of everything that waits */
    _Atomic size_t captured; /* bytes of bodies that wait */
    _Atomic size_t held;     /* bytes of everything that waits */
};

/* What one item adds to it. */
struct burden {
    size_t captured; /* bytes of bodies */
    size_t held;     /* bytes, bodies included */
};

void backlog_init(struct backlog *b, size_t length, size_t bytes);

/* Whether it is no success: a 4xx or 5xx, an error, or a finding of severity problem. */
bool backlog_is_failure(const struct exchange *x);

/* Drops captures or their ends when `waiting` items, or their bodies, are too much. Returns how
 * many captures lost something. */
unsigned backlog_relieve(struct backlog *b, struct exchange *x, bool failure, size_t waiting);

/* What an exchange takes up. */
struct burden burden_of(const struct exchange *x);

/* Adds the burden unless that is too much: what may be lost leaves half of the room to what must
 * not (`must`). Returns whether it was added; then backlog_shed takes it away again. */
bool backlog_load(struct backlog *b, struct burden burden, bool must);
void backlog_shed(struct backlog *b, struct burden burden);

#endif
