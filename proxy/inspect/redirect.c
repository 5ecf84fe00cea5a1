/* A redirect to another host or port loses the token: superagent, which the SDK is built on,
 * follows it by itself and drops Authorization on the way (curl and Python's requests do the same).
 * "Another" is seen from the client, whose host is what its Host field names: for a client of this
 * proxy BitGo's own name is another host, too, and leads past the proxy. */
#include "answered.h"
#include "token.h"

#define SHOWN_MOST 80

/* host[:port] of an absolute or scheme-relative reference; empty when it names no host. *tls is set
 * where the reference has a scheme. */
static struct span authority_of(struct span location, bool *tls)
{
    ptrdiff_t scheme = span_find(location, SPAN("://"));
    if (span_starts(location, SPAN("//"))) {
        location = span_from(location, 2);
    } else if (span_istarts(location, SPAN("http")) && scheme > 0 && scheme <= 5) {
        *tls = scheme == 5;
        location = span_from(location, (size_t)scheme + 3);
    } else {
        return span(NULL, 0);
    }
    size_t len = 0;
    while (len < location.len && !memchr("/?#\\", location.ptr[len], 4)) {
        len++;
    }
    location = span_first(location, len);
    for (ptrdiff_t at = span_find(location, SPAN("@")); at >= 0;
         at = span_find(location, SPAN("@"))) {
        location = span_from(location, (size_t)at + 1);
    }
    return location;
}

/* Without the port that the scheme has anyway. */
static struct span without_default_port(struct span authority, bool tls)
{
    struct span port = tls ? SPAN(":443") : SPAN(":80");
    if (span_ends(authority, port)) {
        authority.len -= port.len;
    }
    return authority;
}

void inspect_redirect(struct exchange *x)
{
    bool tls = x->tls;
    struct span location = http_value(&x->response.head, SPAN("Location"));
    struct span there = authority_of(location, &tls);
    struct span here = http_value(&x->request.head, SPAN("Host"));
    if (!there.len || !here.len ||
        (tls == x->tls &&
         span_ieq(without_default_port(there, tls), without_default_port(here, x->tls)))) {
        return;
    }
    bool shown = there.len <= SHOWN_MOST && !token_like(there);
    exchange_find(
        x, "redirect.other-host", SEVERITY_WARNING,
        "The answer redirects to %.*s, which is not where the request was sent; BitGo's SDK and "
        "most clients drop Authorization there, so the next answer may be \"No access token\".",
        SPAN_ARG(shown ? there : SPAN("another host")));
}
