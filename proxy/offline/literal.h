/* JavaScript values as Node's util.inspect prints them. Private. */
#ifndef OFFLINE_LITERAL_H
#define OFFLINE_LITERAL_H

#include "why401/base/str.h"

/* Appends the value at the start of `text` to `out` as JSON. What inspect leaves out ([Object], …)
 * becomes null, what JSON does not have becomes a string. Returns false when the text ends amid the
 * value, is nested too deep, or is no such value. */
bool literal_to_json(struct span text, struct str *out);

#endif
