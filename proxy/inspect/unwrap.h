/* Takes away what got wrapped around an access token on its way from a person into a header field:
 * quotes, brackets, white space, escaped or not. */
#ifndef WHY401_UNWRAP_H
#define WHY401_UNWRAP_H

#include "why401/base/span.h"

struct unwrapped {
    struct span inner; /* what is left, a part of the original */
    bool quoted;       /* quotes or brackets were taken away */
    bool
        spaced; /* white space was taken away: escaped, typographic, or SP and HTAB inside quotes */
};

struct unwrapped unwrap(struct span s);

#endif
