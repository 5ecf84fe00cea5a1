/* A URL is taken apart from both ends: scheme, then what ends the authority, then the port, and
 * what is left is the host. Nothing is judged but the host's form. */
#include "url.h"

#include "why401/base/ip.h"

#define HOST_MOST  253 /* of a DNS name (RFC 1035 §2.3.4) */
#define LABEL_MOST 63

static struct span cut_at(struct span *rest, const char *stops)
{
    size_t n = 0;
    while (n < rest->len && !strchr(stops, rest->ptr[n])) {
        n++;
    }
    struct span part = span_first(*rest, n);
    *rest = span_from(*rest, n);
    return part;
}

bool url_split(struct span text, struct url *url)
{
    ptrdiff_t colon = span_find(text, SPAN("://"));
    if (colon < 0) {
        return false;
    }
    *url = (struct url){.scheme = span_first(text, (size_t)colon)};
    struct span rest = span_from(text, (size_t)colon + 3);
    struct span authority = cut_at(&rest, "/?#\\");
    url->tail = rest;
    url->brackets = authority.len && authority.ptr[0] == '[';
    if (url->brackets) {
        authority = span_from(authority, 1);
        url->host = cut_at(&authority, "]");
        if (authority.len == 0) {
            url->host = authority; /* the closing bracket is missing, so there is no host */
        }
        authority = span_from(authority, 1);
        /* Between ] and the port's colon there is nothing; whatever is makes the port a bad one. */
        url->port = span_starts(authority, SPAN(":")) ? span_from(authority, 1) : authority;
        return true;
    }
    url->host = cut_at(&authority, ":");
    url->port = span_from(authority, 1);
    return true;
}

static bool is_label_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
}

/* A last label that reads as a number makes a resolver take the name for an address in an old
 * notation (127.1, 0x7f000001), which would slip past every check made on addresses. */
static bool is_number_like(struct span label)
{
    uint64_t ignored;
    bool hex = span_istarts(label, SPAN("0x")) &&
               (label.len == 2 || span_is_hex(span_from(label, 2), false));
    return hex || span_u64(label, &ignored);
}

static bool is_dns_name(struct span host)
{
    struct span rest = host;
    struct span label;
    struct span last = host;
    if (host.len == 0 || host.len > HOST_MOST) {
        return false;
    }
    while (span_cut(&rest, '.', &label)) {
        if (label.len == 0 || label.len > LABEL_MOST || label.ptr[0] == '-' ||
            label.ptr[label.len - 1] == '-') {
            return false;
        }
        for (size_t i = 0; i < label.len; i++) {
            if (!is_label_byte(label.ptr[i])) {
                return false;
            }
        }
        last = label;
    }
    return !is_number_like(last);
}

bool url_has_host(const struct url *url)
{
    struct ip ip;
    if (url->brackets) {
        return span_find(url->host, SPAN(":")) >= 0 && ip_parse(url->host, &ip);
    }
    return ip_parse(url->host, &ip) || is_dns_name(url->host);
}
