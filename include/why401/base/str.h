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

void str_add(struct str *s, struct span more);
void str_add_c(struct str *s, char c);
void str_addf(struct str *s, const char *format, ...) __attribute__((format(printf, 2, 3)));
void str_vaddf(struct str *s, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));

static inline struct span str_span(const struct str *s)
{
    return span(s->ptr, s->len);
}

/* The text as a C string, "" while empty; valid until the next append. */
const char *str_cstr(const struct str *s);

#endif
