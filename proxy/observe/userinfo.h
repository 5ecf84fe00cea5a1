/* User and password in front of a host. Private. */
#ifndef OBSERVE_USERINFO_H
#define OBSERVE_USERINFO_H

#include "why401/base/span.h"

/* What stands before the '@' at the beginning of an authority: "user:pw@host" gives 7; 0 when there
 * is no password. */
size_t userinfo_length(struct span authority);

/* The same behind "://", "//", "CONNECT " or "Host:" at `at`, behind "://" also without a password.
 * Returns where it ends, or 0, and moves *start to where it begins. */
size_t userinfo_match(struct span text, size_t at, size_t *start);

#endif
