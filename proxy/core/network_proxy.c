#include "network_proxy.h"

static bool is_local(struct span host)
{
    struct ip ip;
    return span_ieq(host, SPAN("localhost")) || (ip_parse(host, &ip) && ip_is_loopback(ip));
}

/* Takes a port off the end of an entry: "example.com:8443", "[::1]:80". An address in IPv6 notation
 * without brackets has none. */
static uint16_t take_port(struct span *entry)
{
    uint64_t port = 0;
    size_t colon = entry->len;
    while (colon > 0 && entry->ptr[colon - 1] != ':') {
        colon--;
    }
    bool brackets = entry->len && entry->ptr[0] == '[';
    struct span before = span_first(*entry, colon ? colon - 1 : 0);
    bool lone = colon && !memchr(before.ptr, ':', before.len);
    bool closed = brackets && before.len && before.ptr[before.len - 1] == ']';
    if ((lone || closed) && span_u64(span_from(*entry, colon), &port) && port <= UINT16_MAX) {
        *entry = before;
    } else {
        port = 0;
    }
    if (entry->len > 2 && entry->ptr[0] == '[' && entry->ptr[entry->len - 1] == ']') {
        *entry = span(entry->ptr + 1, entry->len - 2);
    }
    return (uint16_t)port;
}

/* The name itself, or one under it. */
static bool is_under(struct span host, struct span name)
{
    if (name.len && name.ptr[0] == '.') {
        name = span_from(name, 1);
    }
    if (name.len == 0 || host.len < name.len ||
        !span_ieq(span_from(host, host.len - name.len), name)) {
        return false;
    }
    return host.len == name.len || host.ptr[host.len - name.len - 1] == '.';
}

static bool matches(struct span entry, struct span host, uint16_t port)
{
    struct cidr block;
    struct ip ip;
    const char *why;
    if (span_eq(entry, SPAN("*"))) {
        return true;
    }
    uint16_t only = take_port(&entry);
    if (only && only != port) {
        return false;
    }
    if (ip_parse(host, &ip)) {
        return cidr_parse(entry, &block, &why) && cidr_contains(&block, ip);
    }
    return is_under(host, entry);
}

static bool is_separator(char c)
{
    return c == ',' || c == ' ' || c == '\t';
}

const struct via *network_proxy_for(const struct network_proxy *p, struct span host, uint16_t port)
{
    if (!p || is_local(host)) {
        return NULL;
    }
    struct span rest = span_of(p->except);
    while (rest.len) {
        size_t len = 0;
        while (len < rest.len && !is_separator(rest.ptr[len])) {
            len++;
        }
        if (len && matches(span_first(rest, len), host, port)) {
            return NULL;
        }
        rest = span_from(rest, len + 1);
    }
    return &p->via;
}
