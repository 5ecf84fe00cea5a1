/* The passage: an origin whose streams are connections to whatever host an exchange names, one for
 * each exchange. For the hosts that a forward proxy passes on blindly. Private. */
#ifndef CORE_PASSAGE_H
#define CORE_PASSAGE_H

#include "pool.h"

struct passage;

/* Dials as `dial` says but for host, port, TLS and via; absolute https targets get `tls`. All but
 * `proxy` (NULL: none) must be there, and everything must outlive the passage. NULL: no memory. */
struct passage *passage_new(struct worker *w, const struct dial_options *dial,
                            struct tls_context *tls, const struct network_proxy *proxy,
                            const struct limits *limits, size_t *in_use);
struct origin *passage_origin(struct passage *p);
void passage_free(struct passage *p);

#endif
