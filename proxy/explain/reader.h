/* Reading a rule's JSON strictly: every helper either gives a checked value or fails with a text
 * that names file, JSON path, what was found and what is expected. */
#ifndef WHY401_EXPLAIN_READER_H
#define WHY401_EXPLAIN_READER_H

#include <jansson.h>

#include "why401/base/arena.h"
#include "why401/base/err.h"

#define READER_AT_SIZE 160

#define READER_ITEMS_MOST  64   /* entries of any list in a rule */
#define READER_TEXT_MOST   2000 /* bytes of a sentence */
#define READER_PHRASE_MOST 200  /* bytes of a pattern, phrase, name or path */

struct reader {
    const char *file;        /* as the messages call it */
    struct arena *arena;     /* what is read is kept here */
    struct err *err;         /* filled on failure; may be NULL */
    char at[READER_AT_SIZE]; /* JSON path of the value in hand; empty at the top */
};

/* Steps down to a member or an item; reader_leave goes back to the mark. */
size_t reader_enter(struct reader *r, const char *key);
size_t reader_enter_item(struct reader *r, size_t index);
void reader_leave(struct reader *r, size_t mark);

/* Fails at the value in hand. `found` NULL stands for a missing value. Returns -1. */
int reader_fail(struct reader *r, const json_t *found, const char *expected, ...)
    __attribute__((format(printf, 3, 4)));

/* Fails because memory, or the cap of a rule, is used up. Returns -1. */
int reader_no_room(struct reader *r);

/* The value is an object that has no key but `keys`, which ends with NULL. */
int reader_object(struct reader *r, const json_t *value, const char *const *keys);

/* The value is a list of 1 to READER_ITEMS_MOST entries. */
int reader_list(struct reader *r, const json_t *value, const char *of_what);

/* The value is a text of 1 to `most` bytes, not only white space. It belongs to the JSON value. */
int reader_text(struct reader *r, const json_t *value, size_t most, const char **out);

/* The value is a list of such texts. *out ends with NULL. */
int reader_texts(struct reader *r, const json_t *value, size_t most, const char *const **out);

/* The same for a member of an object: a text, and a list of texts. A list that is not `required`
 * may be absent; *out stays as it was then. */
int reader_member_text(struct reader *r, const json_t *object, const char *key, size_t most,
                       const char **out);
int reader_member_texts(struct reader *r, const json_t *object, const char *key, bool required,
                        size_t most, const char *const **out);

/* The value is one such text, or a list of them. */
int reader_some(struct reader *r, const json_t *value, size_t most, struct span **out,
                size_t *count);

/* The same for words of a closed list, which ends with NULL: *mask gets one bit for each that
 * stands there, by its place in the list. */
int reader_words(struct reader *r, const json_t *value, const char *const *words, unsigned *mask);

int reader_bool(struct reader *r, const json_t *value, bool *out);

#endif
