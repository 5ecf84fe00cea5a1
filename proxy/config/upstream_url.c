/* Everything that cannot be a part of where requests go is refused with the reason, a path most of
 * all: requests keep the path that the client signed. */
#include "upstream_url.h"

#include <stdio.h>

#include "url.h"
#include "why401/base/ip.h"
#include "why401/config/nearest.h"

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
    if (!url_has_host(url)) {
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
    if (!url_split(span_of(text), &url)) {
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
