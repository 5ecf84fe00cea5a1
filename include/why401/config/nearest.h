/* "Did you mean …?" for keys, flags and commands. */
#ifndef WHY401_CONFIG_NEAREST_H
#define WHY401_CONFIG_NEAREST_H

#include "why401/base/span.h"

/* The one of `count` words that somebody who typed `typed` most probably meant: the one with the
 * fewest letters added, left out, replaced or swapped, as long as those are few. NULL when none is
 * near. */
const char *nearest_word(struct span typed, const char *const *words, size_t count);

#endif
