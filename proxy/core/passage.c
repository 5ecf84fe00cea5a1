/* A CONNECT gets a plain connection, whatever is spoken in it. An absolute https target, as old
 * HTTP clients send it to a proxy, gets one with TLS, and an http one goes to the network's proxy
 * as it came, since few of those let a CONNECT through to port 80. */
#include "passage.h"

#include <stdlib.h>

#include "network_proxy.h"

struct passage {
    struct origin origin; /* must be first */
    struct worker *worker;
    const struct dial_options *dial;
    struct tls_context *tls;
    const struct network_proxy *proxy;
    const struct limits *limits;
    size_t *in_use; /* upstream connections of this worker, the pools' too */
};

static bool is_connect(const struct exchange *x)
{
    return span_eq(x->request.head.method, SPAN("CONNECT"));
}

/* The host is an address that is not of the internet. What only looks like an address (127.1) is
 * for the resolver to judge where we resolve it; the network's proxy may take it for any. */
static bool is_out_of_bounds(struct span host, const struct via *via)
{
    struct ip ip;
    return ip_parse(host, &ip) ? !ip_is_public(ip) : via && ip_ends_in_number(host);
}

/* Where this exchange's connection goes. x->host ends with NUL, as everything from an arena. */
static struct dial_options options_for(const struct passage *p, const struct exchange *x,
                                       const struct via *via)
{
    bool https = span_eq(x->scheme, SPAN("https"));
    struct dial_options options = *p->dial;
    options.host = x->host.ptr;
    options.port = x->port;
    options.tls = https && !is_connect(x) ? p->tls : NULL;
    options.via = via;
    if (via && !https) {
        options.host = via->host;
        options.port = via->port;
        options.via = NULL;
        options.public_only = false;
    }
    return options;
}

static struct stream *passage_open(struct origin *o, struct exchange *x, bool fresh,
                                   struct err *err)
{
    struct passage *p = (struct passage *)o;
    (void)fresh;
    if (*p->in_use >= p->limits->upstream_connections) {
        err_set(err, ERR_TOO_MANY, "all %zu upstream connections are in use",
                p->limits->upstream_connections);
        return NULL;
    }
    const struct via *via = network_proxy_for(p->proxy, x->host, x->port);
    if (p->dial->public_only && is_out_of_bounds(x->host, via)) {
        err_set(err, ERR_TUNNEL_REFUSED, "%.*s is no address of the internet", SPAN_ARG(x->host));
        return NULL;
    }
    struct dial_options options = options_for(p, x, via);
    struct stream *stream = dial(p->worker, &options);
    if (!stream) {
        err_set(err, ERR_MEMORY, "no memory for a connection");
        return NULL;
    }
    ++*p->in_use;
    return stream;
}

static void passage_release(struct origin *o, struct stream *s, bool reuse)
{
    struct passage *p = (struct passage *)o;
    --*p->in_use;
    if (reuse) {
        stream_end(s);
    }
    stream_close(s);
}

static const struct origin_ops passage_ops = {.open = passage_open, .release = passage_release};

struct passage *passage_new(struct worker *w, const struct dial_options *dial,
                            struct tls_context *tls, const struct network_proxy *proxy,
                            const struct limits *limits, size_t *in_use)
{
    struct passage *p = calloc(1, sizeof *p);
    if (p) {
        *p = (struct passage){
            .origin.ops = &passage_ops,
            .worker = w,
            .dial = dial,
            .tls = tls,
            .proxy = proxy,
            .limits = limits,
            .in_use = in_use,
        };
    }
    return p;
}

struct origin *passage_origin(struct passage *p)
{
    return &p->origin;
}

void passage_free(struct passage *p)
{
    free(p);
}
