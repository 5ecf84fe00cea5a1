/* Where requests go: "prod", "test" or the URL of a host. */
#ifndef WHY401_CONFIG_UPSTREAM_URL_H
#define WHY401_CONFIG_UPSTREAM_URL_H

#include "place.h"
#include "why401/base/arena.h"
#include "why401/core/options.h"

/* Fills host, port, tls and authority of *upstream from the words or the URL `text`; strings go to
 * the arena. upstream->resolve has to be known before: http is for BitGo Express on this machine
 * only, any further and the token would travel in clear. Returns 0, or -1 with *err. */
int upstream_from_text(struct upstream_address *upstream, struct arena *arena,
                       const struct place *at, const char *text, struct err *err);

#endif
