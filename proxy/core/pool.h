/* The upstream pool of one worker: an origin whose streams are connections to one host, kept and
 * used again. Private to the module. */
#ifndef CORE_POOL_H
#define CORE_POOL_H

#include "why401/core/options.h"
#include "why401/core/origin.h"
#include "why401/net/dial.h"

struct pool;

/* A pool that dials with these options and obeys these limits; all must outlive it. *in_use counts
 * the connections, idle ones too, of everything that shares limits->upstream_connections. NULL: no
 * memory. */
struct pool *pool_new(struct worker *w, const struct dial_options *dial,
                      const struct limits *limits, const struct timeouts *timeouts, size_t *in_use);

struct origin *pool_origin(struct pool *p);

/* Closes the idle connections. */
void pool_empty(struct pool *p);

/* Nothing may be lent out any more. */
void pool_free(struct pool *p);

#endif
