#include "why401/base/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define BLOCK_SIZE 4096
#define ALIGN      _Alignof(max_align_t)

struct arena_block {
    struct arena_block *older; /* the block before this one */
    size_t size;               /* usable bytes */
    max_align_t bytes[];       /* the memory handed out */
};

void arena_init(struct arena *a, size_t cap)
{
    *a = (struct arena){.cap = cap};
}

void arena_release(struct arena *a)
{
    struct arena_block *block = a->newest;
    size_t used = a->used;
    while (block) {
        struct arena_block *older = block->older;
        explicit_bzero(block->bytes, used); /* heads and tokens are in it */
        free(block);
        block = older;
        used = block ? block->size : 0;
    }
    *a = (struct arena){.cap = a->cap};
}

static int add_block(struct arena *a, size_t need)
{
    size_t size = BLOCK_SIZE - sizeof(struct arena_block);
    if (size < need) {
        size = need;
    }
    if (size > a->cap - a->total) {
        return -1;
    }
    struct arena_block *block = malloc(sizeof *block + size);
    if (!block) {
        return -1;
    }
    block->older = a->newest;
    block->size = size;
    a->newest = block;
    a->total += size;
    a->used = 0;
    return 0;
}

void *arena_alloc(struct arena *a, size_t size)
{
    if (size > a->cap) {
        return NULL;
    }
    size = (size + ALIGN - 1) / ALIGN * ALIGN;
    if (!a->newest || a->newest->size - a->used < size) {
        if (add_block(a, size) != 0) {
            return NULL;
        }
    }
    void *memory = (char *)a->newest->bytes + a->used;
    a->used += size;
    memset(memory, 0, size);
    return memory;
}

struct span arena_copy(struct arena *a, struct span s)
{
    char *copy = arena_alloc(a, s.len + 1);
    if (!copy) {
        return span(NULL, 0);
    }
    if (s.len) {
        memcpy(copy, s.ptr, s.len);
    }
    return span(copy, s.len);
}

struct span arena_printf(struct arena *a, const char *format, ...)
{
    va_list args;
    va_list again;
    va_start(args, format);
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, format, args);
    va_end(args);
    char *text = len >= 0 ? arena_alloc(a, (size_t)len + 1) : NULL;
    if (text) {
        vsnprintf(text, (size_t)len + 1, format, again);
    }
    va_end(again);
    return span(text, text ? (size_t)len : 0);
}
