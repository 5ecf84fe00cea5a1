/* Where a setting stands, for errors that a person can act on: a chain on the stack from a value
 * outwards to the file, the environment variable or the flag that it came from. */
#ifndef WHY401_CONFIG_PLACE_H
#define WHY401_CONFIG_PLACE_H

#include <jansson.h>

#include "why401/base/err.h"
#include "why401/base/span.h"

enum place_kind {
    PLACE_FILE,    /* the file's top; name is its path */
    PLACE_KEY,     /* the value of a key; name is the key */
    PLACE_ITEM,    /* an array's item; index counts from 0 */
    PLACE_OUTSIDE, /* an environment variable or a flag; name is its name */
};

struct place {
    enum place_kind kind;
    const struct place *outer; /* NULL for PLACE_FILE and PLACE_OUTSIDE */
    const char *name;          /* NULL for PLACE_ITEM */
    size_t index;              /* for PLACE_ITEM */
};

static inline struct place place_key(const struct place *outer, const char *key)
{
    return (struct place){.kind = PLACE_KEY, .outer = outer, .name = key};
}

static inline struct place place_item(const struct place *outer, size_t index)
{
    return (struct place){.kind = PLACE_ITEM, .outer = outer, .index = index};
}

/* The path of the file that the place is in; NULL outside of a file. */
const char *place_file(const struct place *at);

/* Each fills *err with "PLACE: found …; EXPECTED" and returns -1. What was found is shown short,
 * its control characters escaped, anything that looks like a secret left out. */
int place_bad_value(const struct place *at, const json_t *found, struct err *err,
                    const char *expected, ...) __attribute__((format(printf, 4, 5)));
int place_bad_text(const struct place *at, const char *found, struct err *err, const char *expected,
                   ...) __attribute__((format(printf, 4, 5)));

/* The same with words for what was found, where the value itself must not be shown. */
int place_bad(const struct place *at, const char *found, struct err *err, const char *expected, ...)
    __attribute__((format(printf, 4, 5)));

#endif
