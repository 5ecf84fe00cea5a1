/* Whom a request names, and whether that is us, a host of BitGo's or somebody else. Of what is
 * meant for somebody else only the host and the port are ever told, and that holds of a request
 * that is refused before its way is chosen, too: malformed, or one connection too many. Its target
 * is read then as far as it can be. */
#include <ctype.h>

#include "flow_state.h"

struct span flow_lower(struct arena *arena, struct span host)
{
    char *copy = arena_alloc(arena, host.len + 1);
    for (size_t i = 0; copy && i < host.len; i++) {
        copy[i] = (char)tolower((unsigned char)host.ptr[i]);
    }
    return span(copy, copy ? host.len : 0);
}

bool flow_is_ourselves(const struct flow *f, struct span host, uint16_t port)
{
    struct ip ip;
    bool local = span_eq(host, SPAN("localhost")) || (ip_parse(host, &ip) && ip_is_loopback(ip));
    return local && port == f->env->forward->port;
}

const struct upstream_address *flow_upstream_named(const struct flow_env *env, struct span host)
{
    for (size_t i = 0; i < env->route_count; i++) {
        const struct upstream_address *a = env->routes[i].address;
        if (a && span_eq(host, span_of(a->host))) {
            return a;
        }
    }
    return NULL;
}

bool flow_is_bitgos(const struct flow_env *env, struct span host)
{
    enum environment e = environment_of_host(host);
    return e == ENVIRONMENT_PROD || e == ENVIRONMENT_TEST ||
           (e != ENVIRONMENT_EXPRESS && flow_upstream_named(env, host));
}

/* What stands before the first byte of `ends`. */
static struct span before(struct span s, const char *ends)
{
    size_t len = 0;
    while (len < s.len && (s.ptr[len] == '\0' || !strchr(ends, s.ptr[len]))) {
        len++;
    }
    return span_first(s, len);
}

/* The scheme of a target that begins like a URL, of whatever kind; empty where it does not. */
static struct span scheme_of(struct span target)
{
    struct span scheme = before(target, ":/?#@");
    return span_starts(span_from(target, scheme.len), SPAN("://")) ? scheme : span(NULL, 0);
}

/* Without user and password. */
static struct span without_userinfo(struct span authority)
{
    size_t at = authority.len;
    while (at > 0 && authority.ptr[at - 1] != '@') {
        at--;
    }
    return span_from(authority, at);
}

/* The host, and its port where that is one; 0 where it is not. False: there is no host to be seen.
 */
static bool read_authority(struct span authority, uint16_t default_port, struct span *host,
                           uint16_t *port)
{
    if (authority_split(authority, default_port, host, port)) {
        return true;
    }
    size_t colon = authority.len;
    while (colon > 0 && authority.ptr[colon - 1] != ':') {
        colon--;
    }
    bool read = colon > 0 && authority_split(span_first(authority, colon - 1), 1, host, port);
    *port = 0;
    return read;
}

/* Neither a path nor a URL: what it means nobody knows, so nothing is told. */
static void strip(struct exchange *x)
{
    x->request.head.field_count = 0;
    x->request.head.target = span(NULL, 0);
    x->target = (struct target){.form = TARGET_BAD};
}

void flow_note_stranger(struct flow *f)
{
    struct exchange *x = f->x;
    struct span target = x->request.head.target;
    struct span scheme = scheme_of(target);
    bool connect = flow_is_connect(f);
    struct span host;
    uint16_t port;
    bool local = x->target.form == TARGET_ORIGIN || x->target.form == TARGET_ASTERISK;
    if (!f->env->forward || x->foreign || (local && !connect)) {
        return;
    }
    if (!scheme.ptr && !connect) {
        strip(x);
        return;
    }
    bool https = connect || span_ieq(scheme, SPAN("https"));
    uint16_t usual = https ? 443 : span_ieq(scheme, SPAN("http")) ? 80 : 0;
    struct span rest = span_from(target, scheme.ptr ? scheme.len + 3 : 0);
    if (!read_authority(without_userinfo(before(rest, "/?#\\")), usual, &host, &port)) {
        host = SPAN("");
        port = 0;
    }
    host = flow_lower(&x->arena, host);
    if (flow_is_ourselves(f, host, port) || flow_is_bitgos(f->env, host) ||
        flow_upstream_named(f->env, host)) {
        return;
    }
    x->foreign = true;
    x->scheme = https ? SPAN("https") : SPAN("http");
    x->host = host;
    x->port = port;
}

void flow_blank_stranger(struct exchange *x)
{
    struct http_head *head = &x->request.head;
    head->field_count = 0;
    head->target =
        x->port ? arena_printf(&x->arena, "%.*s:%u", SPAN_ARG(x->host), x->port) : x->host;
    x->target = (struct target){.form = TARGET_AUTHORITY, .authority = head->target};
}
