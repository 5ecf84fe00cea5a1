/* Reading names in a text, and what stands between a name and its value. Private. */
#ifndef OBSERVE_WORDS_H
#define OBSERVE_WORDS_H

#include "why401/base/span.h"

#define NAME_MOST 256 /* characters of a name that are kept, its last ones */

/* A name in the text. */
struct name {
    size_t start;
    size_t end;
    struct span plain; /* with its escapes undone: a part of the text, or of `storage` */
    size_t len;        /* bytes in `storage` */
    char storage[NAME_MOST];
};

/* Reads the word at `at`, some of whose characters may be escaped: pass%77ord, pass\u0077ord. False
 * when there is none. */
bool read_name(struct span text, size_t at, struct name *name);

/* The key in quotes that ends before the separator at `at`, if it is more than a word, as "password
 * (user)" is. False otherwise. */
bool read_quoted_key(struct span text, size_t at, struct name *name);

/* The first offset from `at` on whose byte is not in `set`. */
size_t skip_all(struct span text, size_t at, const char *set);

/* Behind a name: indexes in brackets, quotes, white space, a comment, then ':' or '=' or '=>'.
 * Moves *at to the value and returns ':' or '='; NUL, and *at stays, when there is no separator. */
char skip_separator(struct span text, size_t *at);

#endif
