/* What every fuzz target starts from. A target is one function: it is given bytes, does with them
 * what the program does, and checks what must hold whatever they were. libFuzzer calls it (preset
 * fuzz), and so does replay_main.c in every other build. */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "why401/base/span.h"
#include "why401/base/str.h"

/* One input. Always returns 0, as libFuzzer wants it. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* An invariant: says which one does not hold, and aborts, which keeps the input. */
#define CHECK(holds)                                                                               \
    do {                                                                                           \
        if (!(holds)) {                                                                            \
            fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #holds);             \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

/* The same for two runs of bytes that must be equal; shows both. */
#define CHECK_SAME(a, b)                                                                           \
    do {                                                                                           \
        if (!span_eq(a, b)) {                                                                      \
            fprintf(stderr, "%s:%d: not the same:\n%.*s\n-- and --\n%.*s\n", __FILE__, __LINE__,   \
                    SPAN_ARG(a), SPAN_ARG(b));                                                     \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

static inline struct span fuzz_span(const uint8_t *bytes, size_t size)
{
    return span((const char *)bytes, size);
}

/* Inputs that choose something besides their bytes begin with a line for it, so that seeds can be
 * read and written by hand: takes the line off the front, without its '\n'. */
static inline struct span fuzz_line(struct span *in)
{
    struct span line;
    span_cut(in, '\n', &line);
    if (!in->ptr) {
        *in = span("", 0);
    }
    return line;
}

/* A number from such a line: its first digits, or `otherwise`. */
static inline size_t fuzz_number(struct span *line, size_t otherwise)
{
    struct span word = span("", 0);
    uint64_t number;
    span_cut(line, ' ', &word);
    if (!line->ptr) {
        *line = span("", 0);
    }
    return span_u64(word, &number) ? (size_t)number : otherwise;
}

/* The bytes in memory of exactly their size, so that the address sanitizer sees a read beyond them.
 * The caller frees it. */
static inline struct span fuzz_exact(struct span bytes)
{
    char *copy = malloc(bytes.len ? bytes.len : 1);
    CHECK(copy);
    if (bytes.len) {
        memcpy(copy, bytes.ptr, bytes.len);
    }
    return span(copy, bytes.len);
}

static inline void fuzz_free(struct span exact)
{
    free((void *)(uintptr_t)exact.ptr);
}

#endif
