/* Memory for one exchange: taken in blocks, given back all at once, never beyond a cap. Nothing in
 * it is freed alone, and nothing in it may own a descriptor or a handle. Not shared between
 * threads; moving the whole arena to another thread is fine. It is wiped when it is given
 * back, because heads and tokens are in it. */
#ifndef WHY401_BASE_ARENA_H
#define WHY401_BASE_ARENA_H

#include "why401/base/span.h"

struct arena_block;

struct arena {
    struct arena_block *newest; /* blocks, newest first; owned */
    size_t used;                /* bytes handed out in the newest block */
    size_t total;               /* bytes of all blocks */
    size_t cap;                 /* the most bytes of all blocks */
};

void arena_init(struct arena *a, size_t cap);
void arena_release(struct arena *a);

/* Zeroed memory, aligned for any type; NULL when the cap or the machine says no. */
void *arena_alloc(struct arena *a, size_t size);

/* A NUL-terminated copy of s; {NULL, 0} when there is no room. */
struct span arena_copy(struct arena *a, struct span s);

/* printf into the arena; {NULL, 0} when there is no room. */
struct span arena_printf(struct arena *a, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
