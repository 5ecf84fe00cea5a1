/* IPv4 and IPv6 addresses and CIDR blocks as values. An IPv4-mapped IPv6 address (::ffff:192.0.2.1)
 * is the IPv4 address it maps. */
#ifndef WHY401_BASE_IP_H
#define WHY401_BASE_IP_H

#include "why401/base/span.h"

struct sockaddr;

struct ip {
    uint8_t family;    /* 4, 6, or 0 for none */
    uint8_t bytes[16]; /* network order; the first 4 for IPv4 */
};

struct cidr {
    struct ip ip;   /* the block's address, host bits zero */
    uint8_t prefix; /* bits, 0-32 or 0-128 */
};

#define IP_TEXT_SIZE 48

/* Parses an address, brackets and zones not allowed. Returns false and leaves *out alone otherwise.
 */
bool ip_parse(struct span text, struct ip *out);

/* The last label of a host name is a number, as in "127.1", "0x7f000001" and "010.0.0.1". No domain
 * ends so: somewhere somebody takes it for an address, and not everybody for the same one. True of
 * "192.0.2.1" as well, so ip_parse goes first. */
bool ip_ends_in_number(struct span host);

/* Family 0 when the socket address is neither IPv4 nor IPv6. */
struct ip ip_from_sockaddr(const struct sockaddr *address);

/* Writes "192.0.2.1" or "2001:db8::1" ("-" for none) into text and returns it. */
const char *ip_text(struct ip ip, char text[IP_TEXT_SIZE]);

bool ip_eq(struct ip a, struct ip b);
bool ip_is_loopback(struct ip ip);

/* Loopback, private, shared or link-local: nobody beyond the own network sees such an address. */
bool ip_is_private(struct ip ip);

/* An address of the internet at large: not in a block that IANA's special-purpose registries (the
 * IPv4 one and the IPv6 one) call not globally reachable, no multicast, nothing reserved. So
 * documentation, benchmarking and unspecified addresses are neither private nor public. An IPv6
 * address that carries an IPv4 one (NAT64, 6to4) is as public as that. */
bool ip_is_public(struct ip ip);

/* Parses "192.0.2.0/24" or a lone address (prefix 32 or 128). Returns false when the text is no
 * block or has host bits set; *why then says what is expected. */
bool cidr_parse(struct span text, struct cidr *out, const char **why);

bool cidr_contains(const struct cidr *block, struct ip ip);

#endif
