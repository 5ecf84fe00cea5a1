/* Snapshots of passports, and the desk where the newest one lies. A snapshot is one block of
 * memory: the passports sorted by fingerprint, then their lists, then their texts. */
#include "why401/inspect/passport.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "why401/base/arena.h"

#define SNAPSHOT_MOST (256u << 20) /* bytes */

struct passports {
    atomic_int holders;
    struct arena arena;
    struct passport *list;
    size_t count;
};

static int by_fingerprint(const void *a, const void *b)
{
    const struct passport *x = a;
    const struct passport *y = b;
    return strcmp(x->fingerprint, y->fingerprint);
}

/* A copy of a text in the arena; a NULL stays one. */
static bool copy_text(struct arena *arena, const char **text)
{
    if (*text) {
        *text = arena_copy(arena, span_of(*text)).ptr;
        return *text != NULL;
    }
    return true;
}

static bool copy_scopes(struct arena *arena, struct passport *p)
{
    size_t count = 0;
    if (!p->scopes) {
        return true;
    }
    while (p->scopes[count]) {
        count++;
    }
    const char **copy = arena_alloc(arena, (count + 1) * sizeof *copy);
    for (size_t i = 0; copy && i < count; i++) {
        copy[i] = p->scopes[i];
        if (!copy_text(arena, &copy[i])) {
            return false;
        }
    }
    p->scopes = copy;
    return copy != NULL;
}

static bool copy_allowed(struct arena *arena, struct passport *p)
{
    if (p->allowed_count == 0) {
        p->allowed = NULL;
        return true;
    }
    struct cidr *copy = arena_alloc(arena, p->allowed_count * sizeof *copy);
    if (copy) {
        memcpy(copy, p->allowed, p->allowed_count * sizeof *copy);
    }
    p->allowed = copy;
    return copy != NULL;
}

struct passports *passports_new(const struct passport *list, size_t count)
{
    struct passports *p = calloc(1, sizeof *p);
    if (!p) {
        return NULL;
    }
    atomic_init(&p->holders, 1);
    arena_init(&p->arena, SNAPSHOT_MOST);
    p->list = arena_alloc(&p->arena, (count ? count : 1) * sizeof *p->list);
    for (; p->list && p->count < count; p->count++) {
        struct passport *copy = &p->list[p->count];
        *copy = list[p->count];
        if (!copy_text(&p->arena, &copy->label) || !copy_text(&p->arena, &copy->host) ||
            !copy_scopes(&p->arena, copy) || !copy_allowed(&p->arena, copy)) {
            break;
        }
    }
    if (!p->list || p->count < count) {
        passports_drop(p);
        return NULL;
    }
    qsort(p->list, count, sizeof *p->list, by_fingerprint);
    return p;
}

void passports_hold(struct passports *p)
{
    atomic_fetch_add_explicit(&p->holders, 1, memory_order_relaxed);
}

void passports_drop(struct passports *p)
{
    if (p && atomic_fetch_sub_explicit(&p->holders, 1, memory_order_acq_rel) == 1) {
        arena_release(&p->arena);
        free(p);
    }
}

const struct passport *passports_find(const struct passports *p, const char *fingerprint)
{
    struct passport key = {0};
    if (!p || !fingerprint[0]) {
        return NULL;
    }
    memcpy(key.fingerprint, fingerprint, sizeof key.fingerprint);
    return bsearch(&key, p->list, p->count, sizeof *p->list, by_fingerprint);
}

size_t passports_count(const struct passports *p)
{
    return p->count;
}

struct passport_desk {
    pthread_mutex_t lock;
    struct passports *newest; /* one reference; may be NULL */
};

struct passport_desk *passport_desk_new(void)
{
    struct passport_desk *desk = calloc(1, sizeof *desk);
    if (desk) {
        pthread_mutex_init(&desk->lock, NULL);
    }
    return desk;
}

void passport_desk_free(struct passport_desk *desk)
{
    if (desk) {
        passports_drop(desk->newest);
        pthread_mutex_destroy(&desk->lock);
        free(desk);
    }
}

void passport_desk_put(struct passport_desk *desk, struct passports *p)
{
    pthread_mutex_lock(&desk->lock);
    struct passports *before = desk->newest;
    desk->newest = p;
    pthread_mutex_unlock(&desk->lock);
    passports_drop(before);
}

struct passports *passport_desk_take(struct passport_desk *desk)
{
    pthread_mutex_lock(&desk->lock);
    struct passports *p = desk->newest;
    if (p) {
        passports_hold(p);
    }
    pthread_mutex_unlock(&desk->lock);
    return p;
}
