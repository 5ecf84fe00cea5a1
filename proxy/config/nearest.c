#include "why401/config/nearest.h"

/* Longer words are typed by nobody, and the rows below stay small. */
#define WORD_MOST 40

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* The Damerau-Levenshtein distance (optimal string alignment) of two words of at most WORD_MOST
 * bytes, row by row; a swap of two neighbours looks back two rows. */
static size_t distance(struct span a, struct span b)
{
    size_t rows[3][WORD_MOST + 1];
    for (size_t j = 0; j <= b.len; j++) {
        rows[0][j] = j;
    }
    for (size_t i = 1; i <= a.len; i++) {
        size_t *row = rows[i % 3];
        const size_t *above = rows[(i + 2) % 3];
        const size_t *above_that = rows[(i + 1) % 3];
        row[0] = i;
        for (size_t j = 1; j <= b.len; j++) {
            bool same = a.ptr[i - 1] == b.ptr[j - 1];
            row[j] = least(above[j - 1] + !same, least(above[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && a.ptr[i - 1] == b.ptr[j - 2] && a.ptr[i - 2] == b.ptr[j - 1]) {
                row[j] = least(row[j], above_that[j - 2] + 1);
            }
        }
    }
    return rows[a.len % 3][b.len];
}

const char *nearest_word(struct span typed, const char *const *words, size_t count)
{
    const char *best = NULL;
    size_t best_distance = typed.len / 3 + 1;
    if (typed.len == 0 || typed.len > WORD_MOST) {
        return NULL;
    }
    for (size_t i = 0; i < count; i++) {
        struct span word = span_of(words[i]);
        if (word.len > WORD_MOST) {
            continue;
        }
        size_t d = distance(typed, word);
        /* A word of which nothing is left says nothing about what was meant. */
        if (d < word.len && (d < best_distance || (!best && d == best_distance))) {
            best = words[i];
            best_distance = d;
        }
    }
    return best;
}
