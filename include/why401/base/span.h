/* A span is a run of bytes that somebody else owns: pointer and length, passed by value. It is
 * never NUL-terminated by promise and may be empty; ptr of an empty span may be NULL. */
#ifndef WHY401_BASE_SPAN_H
#define WHY401_BASE_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct span {
    const char *ptr; /* first byte, not owned */
    size_t len;      /* bytes */
};

/* For printf: ("%.*s", SPAN_ARG(s)) */
#define SPAN_ARG(s) (int)(s).len, (s).ptr

/* A span over a string literal. */
#define SPAN(lit) ((struct span){"" lit, sizeof(lit) - 1})

static inline struct span span(const char *ptr, size_t len)
{
    return (struct span){ptr, len};
}

/* A span over a NUL-terminated string; NULL gives an empty span. */
static inline struct span span_of(const char *cstr)
{
    return (struct span){cstr, cstr ? strlen(cstr) : 0};
}

static inline bool span_eq(struct span a, struct span b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

/* The rest of s from offset `from`; empty when s is shorter. */
static inline struct span span_from(struct span s, size_t from)
{
    size_t skip = from < s.len ? from : s.len;
    /* NULL + 0 is undefined before C2Y. */
    return span(skip ? s.ptr + skip : s.ptr, s.len - skip);
}

/* The first `len` bytes of s, or all of it when s is shorter. */
static inline struct span span_first(struct span s, size_t len)
{
    return span(s.ptr, len < s.len ? len : s.len);
}

/* Comparisons that fold ASCII letters only, as HTTP's field names do (RFC 9110 §5.1). */
bool span_starts(struct span s, struct span prefix);
bool span_istarts(struct span s, struct span prefix);

static inline bool span_ieq(struct span a, struct span b)
{
    return a.len == b.len && span_istarts(a, b);
}

bool span_ends(struct span s, struct span suffix);

/* Offset of the first needle in s, or -1. The i-form folds ASCII letters. */
ptrdiff_t span_find(struct span s, struct span needle);
ptrdiff_t span_ifind(struct span s, struct span needle);

/* s without SP and HTAB at both ends (OWS, RFC 9110 §5.6.3). */
struct span span_trim(struct span s);

/* Takes the part of *rest before the next `sep` and moves *rest behind it.
 * Returns false, with *part empty, once *rest has been used up. "a,,b" gives "a", "", "b". */
bool span_cut(struct span *rest, char sep, struct span *part);

/* Strict decimal, 1 to 18 digits, nothing else. Returns false and leaves *out alone otherwise. */
bool span_u64(struct span s, uint64_t *out);

/* Every byte is a hexadecimal digit, and there is at least one. With lower, A-F do not count. */
bool span_is_hex(struct span s, bool lower);

/* A NUL-terminated copy from malloc, owned by the caller; NULL when out of memory. */
char *span_dup(struct span s);

#endif
