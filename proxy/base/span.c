#include "why401/base/span.h"

#include <stdlib.h>

static unsigned char fold(char c)
{
    return (unsigned char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

bool span_starts(struct span s, struct span prefix)
{
    return s.len >= prefix.len && span_eq(span_first(s, prefix.len), prefix);
}

bool span_istarts(struct span s, struct span prefix)
{
    if (s.len < prefix.len) {
        return false;
    }
    for (size_t i = 0; i < prefix.len; i++) {
        if (fold(s.ptr[i]) != fold(prefix.ptr[i])) {
            return false;
        }
    }
    return true;
}

bool span_ends(struct span s, struct span suffix)
{
    return s.len >= suffix.len && span_eq(span_from(s, s.len - suffix.len), suffix);
}

ptrdiff_t span_find(struct span s, struct span needle)
{
    if (needle.len == 0) {
        return 0;
    }
    const char *hit = s.len ? memmem(s.ptr, s.len, needle.ptr, needle.len) : NULL;
    return hit ? hit - s.ptr : -1;
}

ptrdiff_t span_ifind(struct span s, struct span needle)
{
    if (needle.len == 0) {
        return 0;
    }
    unsigned char first = fold(needle.ptr[0]);
    for (size_t at = 0; at + needle.len <= s.len; at++) {
        if (fold(s.ptr[at]) == first && span_istarts(span_from(s, at), needle)) {
            return (ptrdiff_t)at;
        }
    }
    return -1;
}

struct span span_trim(struct span s)
{
    while (s.len && (s.ptr[0] == ' ' || s.ptr[0] == '\t')) {
        s = span_from(s, 1);
    }
    while (s.len && (s.ptr[s.len - 1] == ' ' || s.ptr[s.len - 1] == '\t')) {
        s.len--;
    }
    return s;
}

bool span_cut(struct span *rest, char sep, struct span *part)
{
    if (!rest->ptr) {
        *part = span(NULL, 0);
        return false;
    }
    const char *hit = rest->len ? memchr(rest->ptr, sep, rest->len) : NULL;
    if (hit) {
        *part = span(rest->ptr, (size_t)(hit - rest->ptr));
        *rest = span_from(*rest, part->len + 1);
    } else {
        *part = *rest;
        *rest = span(NULL, 0);
    }
    return true;
}

bool span_u64(struct span s, uint64_t *out)
{
    if (s.len == 0 || s.len > 18) {
        return false;
    }
    uint64_t value = 0;
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] < '0' || s.ptr[i] > '9') {
            return false;
        }
        value = value * 10 + (uint64_t)(s.ptr[i] - '0');
    }
    *out = value;
    return true;
}

bool span_is_hex(struct span s, bool lower)
{
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        bool digit =
            (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (!lower && c >= 'A' && c <= 'F');
        if (!digit) {
            return false;
        }
    }
    return s.len > 0;
}

char *span_dup(struct span s)
{
    char *copy = malloc(s.len + 1);
    if (copy) {
        if (s.len) {
            memcpy(copy, s.ptr, s.len);
        }
        copy[s.len] = '\0';
    }
    return copy;
}
