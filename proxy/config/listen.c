#include "why401/config/listen.h"

#include <stdio.h>

#define PORT_MOST 65535

/* Splits "host:port" and "[host]:port" at the colon before the port. */
static bool split(struct span text, struct span *host, struct span *port)
{
    const char *colon = text.len ? memrchr(text.ptr, ':', text.len) : NULL;
    if (!colon) {
        return false;
    }
    *host = span_first(text, (size_t)(colon - text.ptr));
    *port = span_from(text, host->len + 1);
    return true;
}

/* An IPv6 address stands in brackets, so that its colons are not taken for the port's. */
static bool read_host(struct span host, struct ip *out)
{
    bool brackets = host.len >= 2 && host.ptr[0] == '[' && host.ptr[host.len - 1] == ']';
    if (brackets) {
        host = span(host.ptr + 1, host.len - 2);
    } else if (span_ieq(host, SPAN("localhost"))) {
        host = SPAN("127.0.0.1");
    }
    bool colons = host.len && memchr(host.ptr, ':', host.len);
    return brackets == colons && ip_parse(host, out);
}

bool listen_parse(struct span text, struct listen_address *out, const char **why)
{
    struct span host;
    struct span port_text;
    struct ip ip;
    uint64_t port;
    if (!split(text, &host, &port_text)) {
        *why = "expected ADDRESS:PORT, for example 127.0.0.1:8401 or [::1]:8401";
        return false;
    }
    if (host.len == 0) {
        *why = "expected an address before the colon: 127.0.0.1 for this machine only, 0.0.0.0 or "
               "[::] "
               "for every network it is in";
        return false;
    }
    if (!read_host(host, &ip)) {
        *why =
            "expected an IP address of this machine before the port, an IPv6 address in brackets, "
            "for example 127.0.0.1:8401 or [::1]:8401";
        return false;
    }
    if (!span_u64(port_text, &port) || port > PORT_MOST) {
        *why = "expected a port from 0 to 65535 behind the last colon (0: the system chooses)";
        return false;
    }
    ip_text(ip, out->host);
    out->port = (uint16_t)port;
    out->loopback = ip_is_loopback(ip);
    return true;
}
