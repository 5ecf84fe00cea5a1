/* Small questions about characters, for those who search text for secrets. Private. */
#ifndef OBSERVE_CHARS_H
#define OBSERVE_CHARS_H

#include "why401/base/span.h"

/* c is in `set`; NUL never is. */
static inline bool one_of(char c, const char *set)
{
    return c && strchr(set, c);
}

static inline bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static inline bool is_alpha(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static inline bool is_alnum(char c)
{
    return is_alpha(c) || is_digit(c);
}

static inline bool is_hex(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* What names of fields are made of. */
static inline bool is_word(char c)
{
    return is_alnum(c) || c == '_' || c == '-' || c == '.';
}

/* One of these bytes stands in the text. */
static inline bool has_byte(struct span text, const char *set)
{
    for (; text.len && *set; set++) {
        if (memchr(text.ptr, *set, text.len)) {
            return true;
        }
    }
    return false;
}

/* The byte at that offset, NUL behind the end. */
static inline char byte_at(struct span text, size_t at)
{
    return at < text.len ? text.ptr[at] : '\0';
}

#endif
