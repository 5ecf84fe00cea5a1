/* Where the value behind a secret name ends. Private. */
#ifndef OBSERVE_VALUE_H
#define OBSERVE_VALUE_H

#include "names.h"

/* A part of a text, from `start` up to `end`; empty when there is nothing to hide. */
struct value {
    size_t start;
    size_t end;
};

/* The value at `at`, behind the separator ':' or '='. Quotes around it, the scheme of a credential
 * and the literals true, false and null are left out. */
struct value value_read(struct span text, size_t at, char separator, enum name_class class);

/* true, false and null tell nothing, whatever their name. */
bool value_is_literal(struct span value);

#endif
