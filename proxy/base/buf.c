#include "why401/base/buf.h"

#include <stdlib.h>

#define BUF_SMALLEST 1024

void buf_init(struct buf *b, size_t limit)
{
    *b = (struct buf){.limit = limit};
}

static void wipe_and_free(struct buf *b)
{
    if (b->data) {
        explicit_bzero(b->data, b->high);
        free(b->data);
    }
}

void buf_release(struct buf *b)
{
    wipe_and_free(b);
    *b = (struct buf){.limit = b->limit};
}

void buf_consume(struct buf *b, size_t n)
{
    b->start += n;
    if (b->start == b->end) {
        b->start = b->end = 0;
    }
}

/* Doubles the storage until `need` bytes fit, never past the limit by more than rounding. */
static int grow(struct buf *b, size_t need)
{
    size_t cap = b->cap ? b->cap : BUF_SMALLEST;
    while (cap < need) {
        cap *= 2;
    }
    if (cap > b->limit && need <= b->limit) {
        cap = b->limit;
    }
    char *data = malloc(cap);
    if (!data) {
        return -1;
    }
    if (buf_len(b)) {
        memcpy(data, b->data + b->start, buf_len(b));
    }
    wipe_and_free(b);
    b->data = data;
    b->end -= b->start;
    b->start = 0;
    b->high = b->end;
    b->cap = cap;
    return 0;
}

char *buf_reserve(struct buf *b, size_t n)
{
    if (n > buf_room(b)) {
        return NULL;
    }
    if (b->cap - b->end < n) {
        if (buf_len(b) + n <= b->cap) {
            memmove(b->data, b->data + b->start, buf_len(b));
            b->end -= b->start;
            b->start = 0;
        } else if (grow(b, buf_len(b) + n) != 0) {
            return NULL;
        }
    }
    return b->data + b->end;
}

void buf_commit(struct buf *b, size_t n)
{
    b->end += n;
    if (b->end > b->high) {
        b->high = b->end;
    }
}

int buf_append(struct buf *b, struct span s)
{
    if (s.len == 0) {
        return 0;
    }
    char *to = buf_reserve(b, s.len);
    if (!to) {
        return -1;
    }
    memcpy(to, s.ptr, s.len);
    buf_commit(b, s.len);
    return 0;
}

void buf_trim(struct buf *b)
{
    if (buf_len(b) == 0) {
        buf_release(b);
    }
}
