/* Java's trust store. */
#ifndef CHILD_JKS_H
#define CHILD_JKS_H

#include "why401/base/str.h"

#define JKS_PASSWORD "changeit" /* Java's own; it protects nothing, there is no key in it */

/* Appends a trust store with every certificate of `pem` to out. Returns 0, or -1 when it does not
 * fit or `pem` holds none that can be read. */
int jks_write(struct str *out, struct span pem);

#endif
