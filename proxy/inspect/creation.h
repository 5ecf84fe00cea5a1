/* What a call that creates an access token asks for, and what will surprise its owner later.
 * Private. */
#ifndef WHY401_CREATION_H
#define WHY401_CREATION_H

#include <jansson.h>

#include "why401/inspect/inspect.h"

/* POST …/user/accesstoken or /api/auth/v1/accesstoken. */
bool is_token_creation(const struct exchange *x);

/* Notes creation.* of such a call. Does nothing when its body is no whole JSON object. */
void inspect_creation(struct exchange *x, enum environment environment);

/* Notes creation.duration and its kin. `seconds` is positive. */
void judge_duration(struct exchange *x, double seconds);

/* Notes creation.no-ip-restrict and creation.ip-restrict-*. `list` may be NULL. */
void judge_ip_restrict(struct exchange *x, const json_t *list, enum environment environment);

#endif
