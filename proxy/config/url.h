/* The parts of a URL, for those who judge them. */
#ifndef WHY401_CONFIG_URL_H
#define WHY401_CONFIG_URL_H

#include "why401/base/span.h"

struct url {
    struct span scheme;
    struct span host; /* without brackets */
    struct span port; /* empty: the scheme's */
    struct span tail; /* path, query and fragment, as far as there are any */
    bool brackets;    /* the host stood in [ ] */
};

/* Takes the URL apart without judging its parts; false when there is no "://". */
bool url_split(struct span text, struct url *url);

/* Its host is a DNS name, or an address that stands in brackets where it is IPv6. A name that a
 * resolver could take for an address in an old notation (127.1) is none. */
bool url_has_host(const struct url *url);

#endif
