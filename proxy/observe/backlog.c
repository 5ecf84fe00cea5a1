#include "backlog.h"

#include <stdlib.h>

#define SMALL_CAPTURE 8192 /* bytes of a failing answer that stay under the worst pressure */

void backlog_init(struct backlog *b, size_t length, size_t bytes)
{
    *b = (struct backlog){.length = length, .bytes = bytes};
}

bool backlog_is_failure(const struct exchange *x)
{
    if (x->response.head.status >= 400 || x->error.code != ERR_NONE) {
        return true;
    }
    for (size_t i = 0; i < x->finding_count; i++) {
        if (x->findings[i].severity == SEVERITY_PROBLEM) {
            return true;
        }
    }
    return false;
}

/* Keeps at most the first `most` bytes of a capture. Returns whether bytes were dropped. */
static bool shrink(struct capture *c, size_t most)
{
    if (c->len <= most) {
        return false;
    }
    char *kept = most ? malloc(most) : NULL;
    if (kept) {
        memcpy(kept, c->data, most);
    }
    explicit_bzero(c->data, c->len);
    free(c->data);
    *c = (struct capture){kept, kept ? most : 0, kept ? most : 0, true};
    return true;
}

static size_t captured_of(const struct exchange *x)
{
    return x->request.body.cap + x->response.body.cap;
}

/* When half of the length waits, successes lose their bodies. More than twice the length are
 * failures only; then they keep as much of their answer as most explanations need, and of their
 * request nothing but its head. The same when bodies are a quarter of the bytes that may wait,
 * however few they are. */
unsigned backlog_relieve(struct backlog *b, struct exchange *x, bool failure, size_t waiting)
{
    bool heavy = atomic_load(&b->captured) + captured_of(x) > b->bytes / 4;
    bool many = waiting >= (failure ? 2 * b->length : b->length / 2);
    if (!heavy && !many) {
        return 0;
    }
    unsigned dropped = shrink(&x->request.body, 0);
    return dropped + shrink(&x->response.body, failure ? SMALL_CAPTURE : 0);
}

struct burden burden_of(const struct exchange *x)
{
    size_t captured = captured_of(x);
    return (struct burden){captured, sizeof *x + x->arena.total + captured};
}

bool backlog_load(struct backlog *b, struct burden burden, bool must)
{
    size_t most = must ? b->bytes : b->bytes / 2;
    size_t held = atomic_load(&b->held);
    do {
        if (held + burden.held > most) {
            return false;
        }
    } while (!atomic_compare_exchange_weak(&b->held, &held, held + burden.held));
    atomic_fetch_add(&b->captured, burden.captured);
    return true;
}

void backlog_shed(struct backlog *b, struct burden burden)
{
    atomic_fetch_sub(&b->held, burden.held);
    atomic_fetch_sub(&b->captured, burden.captured);
}
