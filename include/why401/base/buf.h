/* A bounded first-in, first-out byte buffer whose content is always one contiguous span. Storage is
 * taken when the first byte arrives and given back by buf_trim, so an idle connection holds none.
 * It never grows beyond its limit: whoever writes asks for room first. What was in it may be a
 * secret: storage is wiped before it is given back. */
#ifndef WHY401_BASE_BUF_H
#define WHY401_BASE_BUF_H

#include "why401/base/span.h"

struct buf {
    char *data;   /* storage, owned; NULL while nothing has been stored */
    size_t start; /* offset of the first byte that waits */
    size_t end;   /* offset behind the last byte */
    size_t high;  /* the largest `end` there was: what is to be wiped */
    size_t cap;   /* bytes of storage */
    size_t limit; /* the most bytes that may wait */
};

void buf_init(struct buf *b, size_t limit);
void buf_release(struct buf *b);

static inline size_t buf_len(const struct buf *b)
{
    return b->end - b->start;
}

/* Bytes that may still be appended. */
static inline size_t buf_room(const struct buf *b)
{
    size_t len = b->end - b->start;
    return len < b->limit ? b->limit - len : 0;
}

/* The bytes that wait, valid until the next call that changes b. */
static inline struct span buf_peek(const struct buf *b)
{
    /* NULL + 0 is undefined before C2Y. */
    return b->data ? span(b->data + b->start, b->end - b->start) : span(NULL, 0);
}

/* Drops the first n bytes, n <= buf_len. Moves nothing. */
void buf_consume(struct buf *b, size_t n);

/* Storage for n more bytes behind the content, to be filled and then committed. NULL when n is over
 * buf_room or memory is out; the buffer is unchanged then. */
char *buf_reserve(struct buf *b, size_t n);
void buf_commit(struct buf *b, size_t n);

/* Appends all of s, or nothing. Returns 0, or -1 as buf_reserve's NULL. */
int buf_append(struct buf *b, struct span s);

/* Gives the storage back when no byte waits. */
void buf_trim(struct buf *b);

#endif
