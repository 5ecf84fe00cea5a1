/* A flow: the life of one client connection, from its first byte to its last, one exchange after
 * the other. Private to the module; server.c makes flows, tests drive them with streams in memory.
 */
#ifndef CORE_FLOW_H
#define CORE_FLOW_H

#include <stdatomic.h>

#include "transfer.h"
#include "why401/core/options.h"
#include "why401/core/origin.h"
#include "why401/inspect/inspect.h"
#include "why401/net/conn.h"
#include "why401/net/worker.h"

/* Where exchanges go, and what answers them there. */
struct route {
    const struct upstream_address *address; /* NULL: whatever the exchange names, or no host */
    struct origin *origin;
};

/* What a forward proxy has beside its routes. */
struct forward {
    struct route passage; /* to every host that is no upstream */
    enum tunnel_policy tunnel;
    const struct network_proxy *proxy; /* NULL: hosts are reached directly */
    const struct ca *ca;               /* names that it may not sign for cannot be inspected */
    struct tls_context *accepting;     /* of clients behind a CONNECT */
    uint16_t port;                     /* of the door, to know requests for ourselves */
    /* conn_restart; tests have their own. */
    int (*restart)(struct stream *s, struct tls_context *tls, struct span name,
                   uint32_t handshake_ms);
};

/* What all flows of a worker share. */
struct flow_env {
    struct worker *worker;
    struct limits limits;
    struct timeouts timeouts;
    const struct inspect_options *inspect; /* NULL: no judgement */
    const struct route *routes;            /* to the upstreams */
    size_t route_count;
    struct forward *forward; /* NULL: this is no forward proxy (the mock) */
    bool capture_all;        /* bodies of successes too */
    void (*finished)(void *ctx,
                     struct exchange *x); /* takes a finished exchange; NULL: it is freed */
    void (*passed)(void *ctx, const struct exchange *x);              /* NULL: nobody listens */
    void (*notice)(void *ctx, struct ip peer, const struct err *why); /* NULL: nobody listens */
    void (*urgent)(void *ctx, const struct exchange *x,
                   const struct finding *f); /* before it goes upstream; NULL: nobody listens */
    void *ctx;                               /* for these */
    atomic_uint_fast64_t *ids;               /* the next exchange's number, shared by all workers */
    struct list flows;                       /* all that live */
    size_t flow_count;
    size_t cut_off;                             /* exchanges ended by flow_cut */
    bool draining;                              /* no new exchange may begin */
    struct str staged;                          /* scratch for heads and small bodies */
    struct http_field fields[HTTP_FIELDS_MOST]; /* scratch for reading heads */
};

void flow_env_init(struct flow_env *env);
void flow_env_release(struct flow_env *env);

struct flow;

/* Takes a client's stream over. `info` stays valid as long as the stream. With `refuse` not
 * ERR_NONE the first request is answered with that error. Returns 0, or -1 when memory is out; the
 * stream is closed then. Requests in origin form go by `home`, one of env's routes. */
int flow_start(struct flow_env *env, struct stream *client, const struct conn_info *info,
               const struct route *home, enum err_code refuse);

/* For draining: ends the flow if no exchange runs, else lets it end after the one that does. */
void flow_drain(struct list *node);

/* Ends the flow at once, in the middle of an exchange if need be. */
void flow_cut(struct list *node);

#endif
