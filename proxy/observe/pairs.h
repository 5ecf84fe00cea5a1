/* Secrets that are found by the name in front of them. Private. */
#ifndef OBSERVE_PAIRS_H
#define OBSERVE_PAIRS_H

#include "view.h"

/* Marks the values of secret names: "name": value, name=value, name[0]=value, name: value to the
 * end of the line, ["name", "value"] and {"name": "name", "value": "value"}. A value that does not
 * end, because the text was cut, is marked up to the end. */
void pairs_mark(const struct view *v);

#endif
