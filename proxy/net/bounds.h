/* The bounds of a dial: it may be held to addresses of the internet, and must not end where we
 * listen ourselves. Private; nothing here waits. */
#ifndef NET_BOUNDS_H
#define NET_BOUNDS_H

#include <uv.h>

#include "why401/net/dial.h"

struct addrinfo;

/* The first of the resolver's addresses from here on that is of the internet, or NULL; *skipped is
 * set to the last one before it that is not. */
const struct addrinfo *bounds_next_public(const struct addrinfo *from, struct ip *skipped);

/* The address that a host is, if it is one: as ip_parse reads it, with a zone, or in a spelling
 * that resolvers take ("127.1", "0x7f000001"). */
bool bounds_is_address(const char *host, struct ip *out);

/* Fills *err with ERR_TUNNEL_REFUSED: host leads to an address out of bounds. Returns -1. */
int bounds_refuse(struct err *err, const char *host, struct ip address);

/* A connected socket's two ends; family 0 where the kernel does not say. */
struct ends {
    struct ip peer;
    uint16_t peer_port;
    struct ip local;
};
struct ends bounds_ends(const uv_tcp_t *tcp);

/* Both ends are one address: however public it is, what is there is on this machine. */
bool bounds_is_this_machine(const struct ends *ends);

/* The other end is the port where we listen (own, own_port): a request would come back, and again.
 */
bool bounds_is_ourselves(const struct dial_options *options, const struct ends *ends);

#endif
