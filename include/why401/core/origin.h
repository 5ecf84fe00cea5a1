/* Whatever can answer an exchange: the upstream pool, a canned answer, the mock. A flow asks it for
 * a stream, writes the request to it as HTTP/1.1, reads the response from it, and gives it back. */
#ifndef WHY401_CORE_ORIGIN_H
#define WHY401_CORE_ORIGIN_H

#include "why401/exchange/exchange.h"
#include "why401/net/stream.h"

struct origin;

struct origin_ops {
    struct stream *(*open)(struct origin *o, struct exchange *x, bool fresh, struct err *err);
    void (*release)(struct origin *o, struct stream *s, bool reuse);
};

struct origin {
    const struct origin_ops *ops;
};

/* A stream for x, connecting or open; with `fresh`, one that served nobody before. The caller sets
 * on_event and owns it until origin_release. x->reused_connection and x->upstream_ip are filled in
 * as far as known. NULL with *err when there is none to be had. */
static inline struct stream *origin_open(struct origin *o, struct exchange *x, bool fresh,
                                         struct err *err)
{
    return o->ops->open(o, x, fresh, err);
}

/* Gives a stream back; with reuse it may serve another exchange. */
static inline void origin_release(struct origin *o, struct stream *s, bool reuse)
{
    o->ops->release(o, s, reuse);
}

#endif
