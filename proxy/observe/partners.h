/* Names and values that are members of the same object. Private. */
#ifndef OBSERVE_PARTNERS_H
#define OBSERVE_PARTNERS_H

#include "view.h"

/* Marks the value of {"name": "password", …, "value": "x"} in any order of the two, as JSON or YAML
 * or as the attributes of an element. */
void partners_mark(const struct view *v);

#endif
