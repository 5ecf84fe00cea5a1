/* Where an exchange goes. A request in origin form goes home, to the upstream of the port or of the
 * CONNECT that it came by; one in absolute form goes to the host that it names. An upstream's
 * exchanges are inspected; those of any other host are passed on blindly, as far as the tunnel
 * policy lets them. Between the two is a host of BitGo's on a port that is no upstream's: nobody
 * would look at what goes there, and no guard would stop it, so nothing does.
 *
 * CONNECT comes in two kinds. To an upstream: it is answered at once, the client's stream begins
 * again, and what follows is a connection to us as if to the upstream. To another host: it is
 * answered once that host is connected, and bytes go both ways. */
#include "flow_state.h"
#include "network_proxy.h"
#include "why401/http/serialise.h"
#include "why401/tls/ca.h"

#define HTTP_PORT  80
#define HTTPS_PORT 443

static const struct span established = {"HTTP/1.1 200 Connection established\r\n\r\n", 39};

bool flow_is_connect(const struct flow *f)
{
    return span_eq(f->x->request.head.method, SPAN("CONNECT"));
}

/* The route to the upstream of that name and port, if there is one. */
static const struct route *route_to(const struct flow_env *env, struct span host, uint16_t port)
{
    for (size_t i = 0; i < env->route_count; i++) {
        const struct upstream_address *a = env->routes[i].address;
        if (a && a->port == port && span_eq(host, span_of(a->host))) {
            return &env->routes[i];
        }
    }
    return NULL;
}

/* The upstream that somebody who names this host of BitGo's most probably means, or NULL. */
static const struct upstream_address *meant(const struct flow_env *env, struct span host)
{
    const struct upstream_address *found = flow_upstream_named(env, host);
    enum environment e = environment_of_host(host);
    for (size_t i = 0; !found && e != ENVIRONMENT_UNKNOWN && i < env->route_count; i++) {
        const struct upstream_address *a = env->routes[i].address;
        found = a && environment_of_host(span_of(a->host)) == e ? a : NULL;
    }
    return found;
}

/* Another host than the upstreams: nobody will look at the exchange. */
static int go_elsewhere(struct flow *f, struct err *err)
{
    struct exchange *x = f->x;
    x->foreign = true;
    f->route = &f->env->forward->passage;
    if (f->env->forward->tunnel == TUNNEL_NONE) {
        return err_set(err, ERR_TUNNEL_REFUSED,
                       "%.*s is no host of BitGo's, and this proxy passes nothing on to others",
                       SPAN_ARG(span_first(x->host, 200)));
    }
    return 0;
}

/* A host of BitGo's where nobody would look: a call to it is refused. */
static int choose_for_unseen(struct flow *f, struct err *err)
{
    struct exchange *x = f->x;
    const struct inspect_options *options = f->env->inspect;
    const struct upstream_address *a = meant(f->env, x->host);
    const char *use = !a ? "" : a->tls ? "; use https://" : "; use http://";
    if (options && inspect_production(x, options, err) != 0) {
        return -1;
    }
    /* A site of BitGo's that is no upstream's host, www for example: people open it in browsers. */
    bool site = x->port == HTTPS_PORT && !flow_upstream_named(f->env, x->host) &&
                f->env->forward->tunnel != TUNNEL_NONE;
    if (site && flow_is_connect(f) && !(options && options->read_only)) {
        return go_elsewhere(f, err);
    }
    return err_set(err, ERR_NOT_INSPECTED,
                   "the call is for %.*s port %u, at which this proxy does not look%s%s",
                   SPAN_ARG(span_first(x->host, 200)), x->port, use, a ? a->authority : "");
}

/* A name for which the local CA may not sign cannot be inspected behind a CONNECT. */
static bool may_intercept(const struct forward *forward, struct span host)
{
    return forward->ca && ca_permits(forward->ca, host);
}

/* Such an upstream is passed on like any other host, unless a guard promises to stop what it would
 * not see. */
static int go_unguarded(struct flow *f, struct err *err)
{
    if (f->env->inspect && f->env->inspect->read_only) {
        return err_set(
            err, ERR_NOT_INSPECTED,
            "the local CA may not sign for %.*s, so --read-only could not look into this "
            "CONNECT; name this proxy itself in the client's base URL",
            SPAN_ARG(span_first(f->x->host, 200)));
    }
    return go_elsewhere(f, err);
}

/* Notes in the exchange which host and port the authority means. */
static int take_authority(struct exchange *x, struct span authority, uint16_t default_port,
                          struct err *err)
{
    struct span host;
    if (!authority_split(authority, default_port, &host, &x->port)) {
        return err_set(err, ERR_TARGET,
                       "the request names no host with an optional port to forward it to");
    }
    x->host = flow_lower(&x->arena, host);
    return x->host.ptr ? 0 : err_set(err, ERR_MEMORY, "no memory for a host name");
}

static int choose_for_connect(struct flow *f, struct err *err)
{
    struct exchange *x = f->x;
    if (x->request.head.framing != HTTP_NO_BODY) {
        return err_set(err, ERR_BAD_REQUEST, "a CONNECT has no body, and this one announces one");
    }
    x->scheme = SPAN("https");
    if (take_authority(x, x->request.head.target, HTTPS_PORT, err) != 0) {
        return -1;
    }
    const struct route *route = route_to(f->env, x->host, x->port);
    if (!route) {
        return flow_is_bitgos(f->env, x->host) ? choose_for_unseen(f, err) : go_elsewhere(f, err);
    }
    if (!may_intercept(f->env->forward, x->host)) {
        return go_unguarded(f, err);
    }
    if (f->info->tls) {
        return err_set(err, ERR_TARGET,
                       "CONNECT %.*s came inside of TLS; name this proxy with http:// in "
                       "HTTPS_PROXY, the connection to BitGo is encrypted all the same",
                       SPAN_ARG(span_first(x->host, 200)));
    }
    f->route = route;
    return 0;
}

static int choose_for_absolute(struct flow *f, struct err *err)
{
    struct exchange *x = f->x;
    bool https = span_ieq(x->target.scheme, SPAN("https"));
    if (take_authority(x, x->target.authority, https ? HTTPS_PORT : HTTP_PORT, err) != 0) {
        f->close = true; /* whom it means is not clear, so what follows is not either */
        return -1;
    }
    if (flow_is_ourselves(f, x->host, x->port)) {
        flow_go_home(f);
        return 0;
    }
    /* http:// to an upstream that speaks TLS goes there by TLS; an inspector says what that means.
     */
    bool default_port = x->port == (https ? HTTPS_PORT : HTTP_PORT);
    const struct route *route = route_to(f->env, x->host, x->port);
    if (!route && default_port) {
        route = route_to(f->env, x->host, https ? HTTP_PORT : HTTPS_PORT);
    }
    if (!route) {
        x->scheme = https ? SPAN("https") : SPAN("http");
        return flow_is_bitgos(f->env, x->host) ? choose_for_unseen(f, err) : go_elsewhere(f, err);
    }
    f->route = route;
    x->scheme = route->address->tls ? SPAN("https") : SPAN("http");
    x->port = route->address->port;
    return 0;
}

void flow_go_home(struct flow *f)
{
    struct exchange *x = f->x;
    const struct upstream_address *a = f->home->address;
    f->route = f->home;
    if (a) {
        x->scheme = a->tls ? SPAN("https") : SPAN("http");
        x->host = arena_copy(&x->arena, span_of(a->host));
        x->port = a->port;
    }
}

const struct via *flow_asks_via(const struct flow *f)
{
    const struct exchange *x = f->x;
    bool http = span_eq(x->scheme, SPAN("http")) && !flow_is_connect(f);
    return http ? network_proxy_for(f->env->forward->proxy, x->host, x->port) : NULL;
}

int flow_choose_route(struct flow *f, struct err *err)
{
    bool connect = flow_is_connect(f);
    /* What follows a CONNECT that is refused may have been meant for the tunnel. */
    f->close = f->close || connect;
    if (connect && !f->env->forward) {
        return err_set(err, ERR_TARGET,
                       "CONNECT asks for a forward proxy, and this server is none");
    }
    if (connect) {
        return choose_for_connect(f, err);
    }
    return f->x->target.form == TARGET_ABSOLUTE && f->env->forward ? choose_for_absolute(f, err)
                                                                   : flow_check_host(f, err);
}

void flow_intercept(struct flow *f)
{
    struct exchange *x = f->x;
    const struct forward *forward = f->env->forward;
    f->home = f->route;
    bool failed = stream_write(f->client, established) != 0 ||
                  forward->restart(f->client, forward->accepting, span_of(f->home->address->host),
                                   f->env->timeouts.tls_handshake_ms) != 0;
    uint_fast64_t last = x->id;
    /* No exchange, so people do not miss its number, unless another came meanwhile. */
    atomic_compare_exchange_strong(f->env->ids, &last, last - 1);
    f->x = NULL;
    f->request = HALF_IDLE;
    f->close = f->env->draining; /* Connection: close was about the CONNECT */
    exchange_free(x);
    if (failed) {
        flow_close(f, false);
    }
}

bool flow_enter_tunnel(struct flow *f)
{
    struct exchange *x = f->x;
    if (stream_write(f->client, established) != 0) {
        struct err why;
        err_set(&why, ERR_CLIENT_GONE, "the client could not be told that its tunnel is there");
        flow_abort(f, OUTCOME_CLIENT_GONE, &why);
        return true;
    }
    x->maker = MAKER_UPSTREAM;
    x->response.head.status = 200;
    x->upstream_ip = stream_peer(f->upstream);
    x->outcome = OUTCOME_TUNNEL;
    f->request = f->response = HALF_TUNNEL;
    return true;
}

void flow_hand_over(struct flow *f, struct exchange *x)
{
    const struct flow_env *env = f->env;
    bool blind = x->foreign && x->maker != MAKER_PROXY;
    if (blind && env->passed) {
        env->passed(env->ctx, x);
    }
    if (blind || !env->finished) {
        exchange_free(x);
        return;
    }
    /* What the proxy itself had to say about somebody else's exchange is worth telling; the
     * exchange is not. */
    if (x->foreign) {
        flow_blank_stranger(x);
    }
    env->finished(env->ctx, x);
}
