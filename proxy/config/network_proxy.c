/* The way out: which proxy of the network stands before the internet, and which hosts beside
 * BitGo's clients may reach. Without a word of ours the environment's HTTPS_PROXY and NO_PROXY
 * count, as for every program. A proxy's URL may hold a password, so nothing of it is ever shown.
 */
#include <stdlib.h>

#include "reader.h"
#include "url.h"
#include "why401/base/str.h"
#include "why401/http/target.h"

#define CREDENTIALS_MOST 1024
#define DEFAULT_PORT     80

#define EXPECTED                                                                                   \
    "expected http://HOST[:PORT], with USER:PASSWORD@ before HOST where it wants them, or none; "  \
    "the connection to BitGo inside of it "                                                        \
    "is encrypted all the same"

int set_tunnel(struct config *c, const struct place *at, const char *text, struct err *err)
{
    static const char *const words[] = {
        [TUNNEL_PUBLIC] = "public", [TUNNEL_ALL] = "all", [TUNNEL_NONE] = "none"};
    for (unsigned i = 0; i < sizeof words / sizeof *words; i++) {
        if (strcmp(text, words[i]) == 0) {
            c->tunnel = (enum tunnel_policy)i;
            return 0;
        }
    }
    return place_bad_text(at, text, err,
                          "expected none, public (hosts with a public address) or all");
}

static void add_base64(struct str *out, struct span s)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; s.ptr && i < s.len; i += 3) {
        unsigned bits = (unsigned)(unsigned char)s.ptr[i] << 16;
        bits |= i + 1 < s.len ? (unsigned)(unsigned char)s.ptr[i + 1] << 8 : 0;
        bits |= i + 2 < s.len ? (unsigned)(unsigned char)s.ptr[i + 2] : 0;
        str_add_c(out, digits[bits >> 18]);
        str_add_c(out, digits[bits >> 12 & 63]);
        str_add_c(out, i + 1 < s.len ? digits[bits >> 6 & 63] : '=');
        str_add_c(out, i + 2 < s.len ? digits[bits & 63] : '=');
    }
}

static void wipe(struct str *s)
{
    if (s->ptr) {
        explicit_bzero(s->ptr, s->cap);
    }
    str_release(s);
}

/* "Basic …" (RFC 7617) for the user:password of a URL, in which %XX is allowed. */
static const char *basic(struct arena *arena, struct span userinfo)
{
    struct str plain;
    struct str value;
    str_init(&plain, CREDENTIALS_MOST);
    str_init(&value, 2UL * CREDENTIALS_MOST);
    percent_decode(&plain, userinfo, false);
    if (!memchr(userinfo.ptr, ':', userinfo.len)) {
        str_add_c(&plain, ':');
    }
    str_add(&value, SPAN("Basic "));
    add_base64(&value, str_span(&plain));
    const char *copy =
        plain.failed || value.failed ? NULL : arena_copy(arena, str_span(&value)).ptr;
    wipe(&plain);
    wipe(&value);
    return copy;
}

/* Takes user:password@ out of the URL into *userinfo; what is left is in the arena. */
static struct span take_userinfo(struct arena *arena, struct span text, struct span *userinfo)
{
    ptrdiff_t scheme = span_find(text, SPAN("://"));
    size_t start = scheme < 0 ? 0 : (size_t)scheme + 3;
    struct span rest = span_from(text, start);
    size_t end = 0;
    while (end < rest.len && !strchr("/?#", rest.ptr[end])) {
        end++;
    }
    size_t at = end;
    while (at > 0 && rest.ptr[at - 1] != '@') {
        at--;
    }
    *userinfo = at ? span_first(rest, at - 1) : span(NULL, 0);
    struct span prefix = scheme < 0 ? SPAN("http://") : span_first(text, start);
    return arena_printf(arena, "%.*s%.*s", SPAN_ARG(prefix), SPAN_ARG(span_from(rest, at)));
}

/* What is wrong with it, or NULL. */
static const char *fault(const struct url *url, uint64_t *port)
{
    if (!span_ieq(url->scheme, SPAN("http")) || (url->tail.len && !span_eq(url->tail, SPAN("/"))) ||
        !url_has_host(url)) {
        return EXPECTED;
    }
    *port = DEFAULT_PORT;
    bool fine =
        url->port.len == 0 || (span_u64(url->port, port) && *port > 0 && *port <= UINT16_MAX);
    return fine ? NULL : "expected a port from 1 to 65535 behind the proxy's host";
}

int set_upstream_proxy(struct config *c, const struct place *at, const char *text, struct err *err)
{
    struct url url;
    struct span userinfo;
    uint64_t port;
    c->proxy_spoken = true;
    c->proxy.via = (struct via){0};
    if (strcmp(text, "none") == 0) {
        return 0;
    }
    struct span plain = take_userinfo(&c->arena, span_of(text), &userinfo);
    const char *why = plain.ptr && url_split(plain, &url) ? fault(&url, &port) : EXPECTED;
    if (why) {
        return place_bad(at, "a value that is not shown, since it may hold a password", err, "%s",
                         why);
    }
    if (userinfo.len > CREDENTIALS_MOST / 2) {
        return place_bad(at, "a user name and password of more than 512 bytes", err, EXPECTED);
    }
    c->proxy.via.host = arena_copy(&c->arena, url.host).ptr;
    c->proxy.via.port = (uint16_t)port;
    c->proxy.via.authorization = userinfo.len ? basic(&c->arena, userinfo) : NULL;
    bool whole = c->proxy.via.host && (c->proxy.via.authorization || !userinfo.len);
    return whole ? 0 : err_set(err, ERR_MEMORY, "no memory for the network's proxy");
}

/* The first of the variables that says something. */
static const char *first_set(const char *const *names, size_t count, const char **name)
{
    for (size_t i = 0; i < count; i++) {
        const char *value = getenv(names[i]);
        if (value && *value) {
            *name = names[i];
            return value;
        }
    }
    return NULL;
}

int find_network_proxy(struct config *c, struct err *err)
{
    static const char *const proxies[] = {"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"};
    static const char *const excepts[] = {"no_proxy", "NO_PROXY"};
    const char *name;
    const char *proxy = c->proxy_spoken ? NULL : first_set(proxies, 4, &name);
    if (proxy) {
        struct place at = {.kind = PLACE_OUTSIDE, .name = name};
        if (set_upstream_proxy(c, &at, proxy, err) != 0) {
            return -1;
        }
    }
    const char *except = c->proxy.via.host ? first_set(excepts, 2, &name) : NULL;
    if (except) {
        c->proxy.except = arena_copy(&c->arena, span_of(except)).ptr;
        return c->proxy.except ? 0 : err_set(err, ERR_MEMORY, "no memory for NO_PROXY");
    }
    return 0;
}
