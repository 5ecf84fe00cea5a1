/* A string that grows while it is written, up to a limit. An append that does not fit, or finds no
 * memory, marks the string as failed; later appends do nothing. So a long run of appends is checked
 * once, at its end. What was in it may be a
 * secret: str_clear and str_release wipe it. */
#ifndef WHY401_BASE_STR_H
#define WHY401_BASE_STR_H

#include <stdarg.h>

#include "why401/base/span.h"

struct str {
    char *ptr;    /* NUL-terminated storage, owned; NULL until the first append */
    size_t len;   /* bytes without the NUL */
    size_t cap;   /* bytes of storage */
    size_t limit; /* the most bytes it may hold */
    bool failed;  /* an append was lost */
};

void str_init(struct str *s, size_t limit);
void str_release(struct str *s);

/* Empties s and its failure mark; keeps the storage. */
void str_clear(struct str *s);

/* Storage for `more` bytes and a NUL behind the text, for a writer that then adds to len itself;
 * NULL after marking the failure. */
char *str_room(struct str *s, size_t more);

/* Inline, because most appends are short, fit, and are one of hundreds. */
static inline void str_add(struct str *s, struct span more)
{
    bool fits = !s->failed && more.len < s->cap - s->len && more.len <= s->limit - s->len;
    char *to = fits ? s->ptr + s->len : str_room(s, more.len);
    if (to) {
        if (more.len) {
            memcpy(to, more.ptr, more.len);
        }
        to[more.len] = '\0';
        s->len += more.len;
    }
}

static inline void str_add_c(struct str *s, char c)
{
    str_add(s, span(&c, 1));
}

void str_addf(struct str *s, const char *format, ...) __attribute__((format(printf, 2, 3)));
void str_vaddf(struct str *s, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));

/* The text so far. Without storage there is none, which analysers cannot know of every str. */
static inline struct span str_span(const struct str *s)
{
    return span(s->ptr, s->ptr ? s->len : 0);
}

/* The text as a C string, "" while empty; valid until the next append. */
const char *str_cstr(const struct str *s);

#endif
