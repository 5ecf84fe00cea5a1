/* Which names in Host mean this machine. Private. */
#ifndef CORE_REBINDING_H
#define CORE_REBINDING_H

#include "why401/base/span.h"

/* A line of `text`, which is in the form of /etc/hosts, gives the name a loopback address. */
bool hosts_call_us(struct span text, struct span name);

#endif
