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

/* What all flows of a worker share. */
struct flow_env {
    struct worker *worker;
    struct limits limits;
    struct timeouts timeouts;
    const struct inspect_options *inspect;   /* NULL: no judgement */
    struct origin *origin;                   /* answers the exchanges */
    const struct upstream_address *upstream; /* NULL: the origin is no host (the mock) */
    void (*finished)(void *ctx,
                     struct exchange *x); /* takes a finished exchange; NULL: it is freed */
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
 * stream is closed then. */
int flow_start(struct flow_env *env, struct stream *client, const struct conn_info *info,
               enum err_code refuse);

/* For draining: ends the flow if no exchange runs, else lets it end after the one that does. */
void flow_drain(struct list *node);

/* Ends the flow at once, in the middle of an exchange if need be. */
void flow_cut(struct list *node);

#endif
