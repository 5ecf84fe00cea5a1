/* Whether a host is reached through the network's proxy. Private. */
#ifndef CORE_NETWORK_PROXY_H
#define CORE_NETWORK_PROXY_H

#include "why401/core/options.h"

/* The proxy through which host:port is to be reached; NULL: directly. `host` is a name or an
 * address without brackets. This machine is always reached directly, and so is what p->except
 * lists: names (a leading dot does not matter, subdomains belong to them), addresses and blocks,
 * each with a port where it is about that port only, or * for everything; separated by commas or
 * spaces. */
const struct via *network_proxy_for(const struct network_proxy *p, struct span host, uint16_t port);

#endif
