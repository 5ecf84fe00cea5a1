#include "why401/base/str.h"

#include <stdio.h>
#include <stdlib.h>

void str_init(struct str *s, size_t limit)
{
    *s = (struct str){.limit = limit};
}

/* All of it, because a string that was cleared was longer once. */
static void wipe_and_free(struct str *s)
{
    if (s->ptr) {
        explicit_bzero(s->ptr, s->cap);
        free(s->ptr);
    }
}

void str_release(struct str *s)
{
    wipe_and_free(s);
    *s = (struct str){.limit = s->limit};
}

void str_clear(struct str *s)
{
    if (s->ptr) {
        explicit_bzero(s->ptr, s->len);
    }
    s->len = 0;
    s->failed = false;
}

char *str_room(struct str *s, size_t more)
{
    if (s->failed || more > s->limit - s->len) {
        s->failed = true;
        return NULL;
    }
    size_t need = s->len + more + 1;
    if (need > s->cap) {
        size_t cap = s->cap ? s->cap : 128;
        while (cap < need) {
            cap *= 2;
        }
        char *ptr = malloc(cap); /* realloc may leave a copy behind */
        if (!ptr) {
            s->failed = true;
            return NULL;
        }
        if (s->ptr) {
            memcpy(ptr, s->ptr, s->len + 1);
        }
        wipe_and_free(s);
        s->ptr = ptr;
        s->cap = cap;
    }
    return s->ptr + s->len;
}

void str_vaddf(struct str *s, const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, format, args);
    char *to = len >= 0 ? str_room(s, (size_t)len) : NULL;
    if (to) {
        vsnprintf(to, (size_t)len + 1, format, again);
        s->len += (size_t)len;
    }
    va_end(again);
}

void str_addf(struct str *s, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    str_vaddf(s, format, args);
    va_end(args);
}

const char *str_cstr(const struct str *s)
{
    return s->ptr ? s->ptr : "";
}
