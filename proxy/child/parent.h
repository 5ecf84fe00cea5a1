/* Reading an environment that is an array of NAME=value, as environ and execve's are. */
#ifndef CHILD_PARENT_H
#define CHILD_PARENT_H

#include "why401/base/span.h"

/* The value of `name`, or else that of the same name in another case; NULL when there is none, or
 * only an empty one. Owned by the environment. */
const char *parent_value(char *const *parent, const char *name);

/* The name of an entry, up to its "=". */
struct span parent_name(const char *entry);

#endif
