/* A server: a listening port whose connections become flows, on one or more worker threads, with an
 * origin that answers. The proxy is one (its origin is the upstream pool); the mock is another. */
#ifndef WHY401_CORE_SERVER_H
#define WHY401_CORE_SERVER_H

#include "why401/core/options.h"
#include "why401/core/origin.h"
#include "why401/inspect/inspect.h"
#include "why401/tls/ca.h"

struct server;

/* How the server gets what a worker needs; every callback runs in the worker's thread. */
struct server_options {
    const struct server_door *doors; /* addresses to listen on; copied, their strings too */
    size_t door_count;               /* at least 1 */
    unsigned workers;                /* at least 1 */
    bool proxy_protocol; /* each connection begins with a PROXY protocol header (v1 or v2) */
    struct ca *ca;       /* for TLS on the same port; NULL: plain HTTP only. Outlives the server */
    struct limits limits;
    struct timeouts timeouts;
    /* Upstream: either an origin of the caller's (called from worker 0; workers must be 1) … */
    struct origin *origin;
    /* … or connection pools to these hosts; copied, their strings too. A request in origin form
     * goes to its door's, others to the one they name. Then the server is a forward proxy as well:
     * CONNECT to one of them is answered with a leaf of `ca` and inspected. */
    const struct upstream_address *upstreams;
    size_t upstream_count;
    enum tunnel_policy tunnel;         /* for all other hosts */
    const struct network_proxy *proxy; /* copied, its strings too; NULL: there is none */
    bool capture_all; /* bodies of all exchanges are kept for judgement, not of failing ones only */
    /* Judgement: NULL inspect: none. Copied; what it points to must outlive its use (see
     * server_set_inspect). */
    const struct inspect_options *inspect;
    /* Takes a finished exchange over (observer_give); NULL: it is freed. Any worker's thread. */
    void (*finished)(void *ctx, struct exchange *x);
    /* Something was passed on blindly, and is over: x says where to and how much; NULL: nobody
     * listens. Any worker's thread; x is valid during the call. */
    void (*passed)(void *ctx, const struct exchange *x);
    /* A connection ended before its first request for a reason that a person may want to know, such
     * as a client that does not trust the local CA. Or, with a peer of family 0, no connection can
     * be accepted any more, or they can again (then the code is ERR_NONE). NULL: nobody listens.
     * Any worker's thread. */
    void (*notice)(void *ctx, struct ip peer, const struct err *why);
    /* What is known of a token speaks against a request that is about to go upstream; NULL: nobody
     * listens. Any worker's thread; x and f are valid during the call. */
    void (*urgent)(void *ctx, const struct exchange *x, const struct finding *f);
    void *ctx;
};

/* Binds, listens and starts the workers. NULL with *err: the port is in use, the upstream's roots
 * cannot be read, … */
struct server *server_start(const struct server_options *options, struct err *err);

/* The port that door `i` has. */
uint16_t server_port(const struct server *s, size_t i);

/* New inspection options for requests from now on. Returns once no worker uses the old ones. */
void server_set_inspect(struct server *s, const struct inspect_options *inspect);

/* New limits and timeouts for connections from now on. */
void server_set_options(struct server *s, const struct limits *limits,
                        const struct timeouts *timeouts);

/* Stops accepting, lets running exchanges finish and what they wrote be delivered for at most
 * drain_ms, closes, joins the threads, frees. Returns how many exchanges were cut off. */
size_t server_stop(struct server *s, uint32_t drain_ms);

#endif
