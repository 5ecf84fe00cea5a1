#include "why401/exchange/exchange.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define EVIDENCE_MOST 400

struct exchange *exchange_new(uint64_t id, size_t arena_cap)
{
    struct exchange *x = calloc(1, sizeof *x);
    if (x) {
        x->id = id;
        arena_init(&x->arena, arena_cap);
    }
    return x;
}

static void capture_release(struct capture *c)
{
    if (c->data) {
        explicit_bzero(c->data, c->len);
        free(c->data);
    }
}

void exchange_free(struct exchange *x)
{
    if (x) {
        capture_release(&x->request.body);
        capture_release(&x->response.body);
        arena_release(&x->arena);
        free(x);
    }
}

/* Storage for `need` bytes, at most `limit`; false when memory is out. */
static bool capture_grow(struct capture *c, size_t need, size_t limit)
{
    size_t cap = c->cap ? c->cap : 1024;
    while (cap < need) {
        cap *= 2;
    }
    if (cap > limit) {
        cap = limit;
    }
    char *data = malloc(cap);
    if (!data) {
        return false;
    }
    if (c->data) {
        memcpy(data, c->data, c->len);
        explicit_bzero(c->data, c->len);
        free(c->data);
    }
    c->data = data;
    c->cap = cap;
    return true;
}

void capture_add(struct capture *c, struct span bytes, size_t limit)
{
    if (c->truncated || bytes.len == 0) {
        return;
    }
    size_t room = limit > c->len ? limit - c->len : 0;
    struct span kept = span_first(bytes, room);
    if (c->len + kept.len > c->cap && !capture_grow(c, c->len + kept.len, limit)) {
        kept.len = 0;
    }
    if (kept.len) {
        memcpy(c->data + c->len, kept.ptr, kept.len);
        c->len += kept.len;
    }
    c->truncated = kept.len < bytes.len;
}

void exchange_find(struct exchange *x, const char *id, enum severity severity, const char *format,
                   ...)
{
    char text[EVIDENCE_MOST];
    if (x->finding_count == FINDINGS_MOST) {
        return;
    }
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    x->findings[x->finding_count++] = (struct finding){
        .id = id,
        .severity = severity,
        .evidence = arena_copy(&x->arena, span_of(text)),
    };
}

const struct finding *exchange_finding(const struct exchange *x, const char *id)
{
    for (size_t i = 0; i < x->finding_count; i++) {
        if (strcmp(x->findings[i].id, id) == 0) {
            return &x->findings[i];
        }
    }
    return NULL;
}
