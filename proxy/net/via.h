/* Asking the proxy of the network for a tunnel. Private. */
#ifndef NET_VIA_H
#define NET_VIA_H

#include "why401/net/dial.h"

struct conn;

/* What is asked of the proxy, and what comes once it has said yes. */
struct via_request;

/* The request for options->host (or what it is resolved to) through options->via; everything is
 * copied. NULL when memory is out. */
struct via_request *via_request_new(struct worker *w, const struct dial_options *options);

/* Frees it, the credentials overwritten. NULL is fine. */
void via_request_free(struct via_request *r);

/* Why this must not be sent at all: a host or credentials that would not stay within their line, or
 * with public_only an address that is not public. ERR_NONE when all is well. Owned by r. */
const struct err *via_request_refusal(const struct via_request *r);

/* The connection, whose socket is connected to the proxy, sends the request, which it owns from now
 * on, and stays STREAM_CONNECTING until it is answered, at most `ms` from now. */
void via_ask(struct conn *c, struct via_request *r, uint64_t ms);

/* Looks at what the proxy has answered, in `cipher`. Ends with c->via NULL and the host reached,
 * the connection failed, or more to wait for. */
void via_look(struct conn *c);

/* The proxy ended the connection, or it broke, before it had answered: `reason` as libuv says it.
 */
void via_broke(struct conn *c, const char *reason);

#endif
