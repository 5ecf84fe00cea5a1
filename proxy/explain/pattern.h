/* The three small pattern languages of rules: tests on a text, patterns for a path, places in JSON.
 * None of them has regular expressions; each costs at most length × length. */
#ifndef WHY401_EXPLAIN_PATTERN_H
#define WHY401_EXPLAIN_PATTERN_H

#include <jansson.h>

#include "why401/base/span.h"

/* A test on a text: it holds when one of the alternatives does. ASCII letters are folded. */
enum text_how {
    TEXT_EQUALS,   /* the whole text, white space around it aside */
    TEXT_CONTAINS, /* somewhere in it */
    TEXT_GLOB,     /* the whole text; '*' stands for any run of bytes, '?' for one byte */
    TEXT_PRESENT,  /* any text, the empty one too */
};

struct text_test {
    enum text_how how;
    struct span *any; /* alternatives, none for TEXT_PRESENT */
    size_t count;
};

bool text_holds(const struct text_test *test, struct span text);

bool glob_matches(struct span glob, struct span text);

/* The longest part of a glob that stands there literally. */
struct span glob_literal(struct span glob);

/* Whether a path pattern is well-formed; *why then says what is expected instead. */
bool path_pattern_ok(struct span pattern, const char **why);

/* Matches a path, already unescaped, against a pattern of words, {coin}, {id} or {…Id} (a segment
 * with a digit in it), "*" (any one segment) and, at its end, "**" (all that follows, if anything).
 * `coin` is what stands at the place of the path's coin, empty when there is none. Doubled slashes
 * and one at the end do not count. */
bool path_matches(struct span pattern, struct span path, struct span coin);

/* The longest segment of a path pattern that stands there literally; empty when there is none. */
struct span path_literal(struct span pattern);

/* Whether a place in JSON such as intent.enableTokens.*.name is well-formed. */
bool place_ok(struct span place);

/* Calls `found` for each value at that place, until it returns true; returns whether it did. '*'
 * stands for each member or item, a number for an item of a list. */
typedef bool place_found(const json_t *value, const void *ctx);
bool place_any(const json_t *top, struct span place, place_found *found, const void *ctx);

#endif
