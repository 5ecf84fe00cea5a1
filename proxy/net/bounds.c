/* Judged are addresses, never names: a name may lead anywhere, and elsewhere a moment later. So the
 * resolver's answer is sifted before anything is connected to, and what a socket is connected to is
 * asked of the kernel. */
#include "bounds.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <string.h>

const struct addrinfo *bounds_next_public(const struct addrinfo *from, struct ip *skipped)
{
    for (; from; from = from->ai_next) {
        struct ip ip = ip_from_sockaddr(from->ai_addr);
        if (ip_is_public(ip)) {
            break;
        }
        *skipped = ip;
    }
    return from;
}

bool bounds_is_address(const char *host, struct ip *out)
{
    struct in_addr old;
    struct span rest = span_of(host);
    struct span address;
    span_cut(&rest, '%', &address);
    if (ip_parse(address, out)) {
        return true;
    }
    if (inet_aton(host, &old) == 0) {
        return false;
    }
    *out = (struct ip){.family = 4};
    memcpy(out->bytes, &old, 4);
    return true;
}

int bounds_refuse(struct err *err, const char *host, struct ip address)
{
    char text[IP_TEXT_SIZE];
    return err_set(err, ERR_TUNNEL_REFUSED, "%s is %s, which is no address of the internet", host,
                   ip_text(address, text));
}

struct ends bounds_ends(const uv_tcp_t *tcp)
{
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } end = {0};
    struct ends ends = {0};
    int len = sizeof end;
    if (uv_tcp_getpeername(tcp, &end.any, &len) == 0) {
        ends.peer = ip_from_sockaddr(&end.any);
        ends.peer_port = ntohs(end.v4.sin_port); /* the same place in sockaddr_in6 */
    }
    len = sizeof end;
    if (uv_tcp_getsockname(tcp, &end.any, &len) == 0) {
        ends.local = ip_from_sockaddr(&end.any);
    }
    return ends;
}

bool bounds_is_this_machine(const struct ends *ends)
{
    return ends->peer.family != 0 && ip_eq(ends->peer, ends->local);
}

static bool is_wildcard(struct ip ip)
{
    static const uint8_t zero[16];
    return memcmp(ip.bytes, zero, ip.family == 4 ? 4 : 16) == 0;
}

bool bounds_is_ourselves(const struct dial_options *options, const struct ends *ends)
{
    struct ip own = options->own;
    if (own.family == 0 || ends->peer.family == 0 || ends->peer_port != options->own_port) {
        return false;
    }
    return ip_eq(ends->peer, own) ||
           (is_wildcard(own) && (ip_is_loopback(ends->peer) || ip_eq(ends->peer, ends->local)));
}
