/* What a token's passport says against a request. */
#include "why401/inspect/passport.h"

void inspect_passport(struct exchange *x, const struct passports *p)
{
    (void)x;
    (void)p;
}
