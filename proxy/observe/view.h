/* A view of a text: the text as it is, or with some levels of escapes undone. A secret that is
 * found in a view is marked in the text from which the view was made. Private. */
#ifndef OBSERVE_VIEW_H
#define OBSERVE_VIEW_H

#include "why401/base/span.h"

struct view {
    struct span text; /* what is searched */
    char *storage;    /* the bytes of text, owned; NULL: text is the source itself */
    uint32_t *from;   /* offset in the source of each byte and of the end, owned; NULL: the same */
    char *marks;      /* one byte for each byte of the source: 1 for what is secret */
    bool *marked;     /* something has been marked */
    bool encryption;  /* the source is the body of a call that encrypts or decrypts */
};

/* Marks the bytes from `start` up to `end` of the view. */
void view_mark(const struct view *v, size_t start, size_t end);

enum unescaped { UNESCAPED_NONE, UNESCAPED_SOME, UNESCAPED_NO_MEMORY };

/* %XX, JSON's and JavaScript's backslash escapes, HTML's entities. */
enum escapes { ESCAPES_PERCENT, ESCAPES_BACKSLASH, ESCAPES_ENTITY };

/* Makes `deeper` a view of the same source with one more level of such escapes undone. To be
 * released, unless the result is not UNESCAPED_SOME, which makes nothing. */
enum unescaped view_unescape(const struct view *v, enum escapes which, struct view *deeper);
void view_release(struct view *v);

/* The character that an escape at the start of s stands for: %XX, \uXXXX or \xXX, each of them
 * nested in others as often as you like (%2570, \\u0070). Returns its length, or 0. Only ASCII is
 * of interest: *c is a byte beyond it for all else. */
size_t escape_read(struct span s, char *c);

#endif
