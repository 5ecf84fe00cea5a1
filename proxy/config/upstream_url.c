/* Reading a URL takes it apart from both ends: scheme, then what ends the authority, then the port,
 * and what is left is the host. Everything that cannot be a part of where requests go is refused
 * with the reason, a path most of all: requests keep the path that the client signed. */
#include "upstream_url.h"

#include <stdio.h>

#include "why401/base/ip.h"
#include "why401/config/nearest.h"

#define HOST_MOST  253 /* of a DNS name (RFC 1035 §2.3.4) */
#define LABEL_MOST 63
#define HTTPS_PORT 443
#define HTTP_PORT  80

static const struct {
    const char *name;
    const char *url;
} environments[] = {
    {"prod", "https://app.bitgo.com"},
    {"test", "https://app.bitgo-test.com"},
};

#define EXPECTED "expected prod, test or a URL such as https://app.bitgo.com"

struct url {
    struct span scheme;
    struct span host; /* without brackets */
    struct span port; /* empty: the scheme's */
    struct span tail; /* path, query and fragment, as far as there are any */
    bool brackets;    /* the host stood in [ ] */
};

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

/* Takes the URL apart without judging its parts; false when there is no "://". */
static bool split(struct span text, struct url *url)
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

static bool is_host(const struct url *url)
{
    struct ip ip;
    if (url->brackets) {
        return span_find(url->host, SPAN(":")) >= 0 && ip_parse(url->host, &ip);
    }
    return ip_parse(url->host, &ip) || is_dns_name(url->host);
}

/* Connections to *upstream stay on this machine. */
static bool is_local(const struct upstream_address *upstream)
{
    struct ip ip;
    if (upstream->resolve) {
        return ip_parse(span_of(upstream->resolve), &ip) && ip_is_loopback(ip);
    }
    struct span host = span_of(upstream->host);
    return span_ieq(host, SPAN("localhost")) || (ip_parse(host, &ip) && ip_is_loopback(ip));
}

/* What is wrong with the URL's parts, or NULL. */
static const char *fault(const struct url *url, uint64_t *port)
{
    bool http = span_ieq(url->scheme, SPAN("http"));
    if (!http && !span_ieq(url->scheme, SPAN("https"))) {
        return "expected a URL that begins with https:// (or http:// for BitGo Express on "
               "localhost)";
    }
    if (url->tail.len && !span_eq(url->tail, SPAN("/"))) {
        return "expected a URL that ends with its host and port: the SDK's HMAC signs the path of "
               "each "
               "request, so why401 cannot put a path of its own in front of it";
    }
    if (!is_host(url)) {
        return "expected a host name or IP address behind ://, an IPv6 address in brackets, for "
               "example https://app.bitgo.com or http://localhost:3080";
    }
    *port = http ? HTTP_PORT : HTTPS_PORT;
    if (url->port.len && (!span_u64(url->port, port) || *port == 0 || *port > UINT16_MAX)) {
        return "expected a port from 1 to 65535 behind the host";
    }
    return NULL;
}

/* Host names are compared and looked up without regard to case; one spelling serves all. */
static struct span lower_copy(struct arena *arena, struct span s)
{
    char *copy = arena_alloc(arena, s.len + 1);
    for (size_t i = 0; copy && i < s.len; i++) {
        char c = s.ptr[i];
        copy[i] = (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
    }
    return span(copy, copy ? s.len : 0);
}

static int fill(struct upstream_address *upstream, struct arena *arena, const struct url *url,
                uint16_t port, struct err *err)
{
    bool tls = span_ieq(url->scheme, SPAN("https"));
    bool default_port = port == (tls ? HTTPS_PORT : HTTP_PORT);
    struct span host = lower_copy(arena, url->host);
    const char *open = url->brackets ? "[" : "";
    const char *close = url->brackets ? "]" : "";
    struct span authority =
        default_port ? arena_printf(arena, "%s%.*s%s", open, SPAN_ARG(host), close)
                     : arena_printf(arena, "%s%.*s%s:%u", open, SPAN_ARG(host), close, port);
    if (!host.ptr || !authority.ptr) {
        return err_set(err, ERR_MEMORY, "no memory for the upstream's address");
    }
    upstream->host = host.ptr;
    upstream->port = port;
    upstream->tls = tls;
    upstream->authority = authority.ptr;
    return 0;
}

static int refuse_word(const struct place *at, const char *text, struct err *err)
{
    const char *words[] = {environments[0].name, environments[1].name};
    const char *near = nearest_word(span_of(text), words, 2);
    if (near) {
        return place_bad_text(at, text, err, EXPECTED "; did you mean %s?", near);
    }
    return place_bad_text(at, text, err, EXPECTED);
}

int upstream_from_text(struct upstream_address *upstream, struct arena *arena,
                       const struct place *at, const char *text, struct err *err)
{
    struct url url;
    uint64_t port;
    for (size_t i = 0; i < sizeof environments / sizeof environments[0]; i++) {
        if (strcmp(text, environments[i].name) == 0) {
            text = environments[i].url;
        }
    }
    if (strchr(text, '@')) {
        return place_bad(
            at, "a URL with a user name or password", err,
            "expected one without: BitGo takes a token in the Authorization field only");
    }
    if (!split(span_of(text), &url)) {
        return refuse_word(at, text, err);
    }
    const char *why = fault(&url, &port);
    if (why) {
        return place_bad_text(at, text, err, "%s", why);
    }
    if (fill(upstream, arena, &url, (uint16_t)port, err) != 0) {
        return -1;
    }
    if (!upstream->tls && !is_local(upstream)) {
        return place_bad_text(at, text, err,
                              "expected https://: http is for BitGo Express on this machine only, "
                              "since further away anybody on the path could read the tokens");
    }
    return 0;
}
