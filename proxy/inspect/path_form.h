/* A path that cannot be what BitGo expects, whatever its route. */
#ifndef WHY401_PATH_FORM_H
#define WHY401_PATH_FORM_H

#include "why401/exchange/exchange.h"

/* The path without what stands before its /api/ or /oauth/, and without empty parts in front. Empty
 * when it has neither, or begins as a path of BitGo or of BitGo Express does. */
struct span path_without_prefix(struct span path);

/* Notes path.double-slash and path.prefix. */
void inspect_path_form(struct exchange *x);

#endif
