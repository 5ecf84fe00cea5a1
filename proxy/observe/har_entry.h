/* One exchange as an entry of a HAR. Private; observer thread. */
#ifndef OBSERVE_HAR_ENTRY_H
#define OBSERVE_HAR_ENTRY_H

#include "record.h"

/* Appends the entry, one object in one line, without a separator. Bodies are decoded up to
 * `body_most` bytes each; with 0 they are left out. out->failed says that it was too long. */
void har_entry(struct str *out, struct record *r, size_t body_most);

#endif
