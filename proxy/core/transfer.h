/* Moving one body from a stream to a stream: framing taken off on one side and put on anew on the
 * other (design, decision 3). Private; no state beyond its struct. */
#ifndef CORE_TRANSFER_H
#define CORE_TRANSFER_H

#include "why401/exchange/exchange.h"
#include "why401/http/body.h"
#include "why401/net/stream.h"

struct transfer {
    struct http_body body; /* reads the framing as it comes */
    enum http_framing out; /* the framing as it goes */
    size_t capture;        /* bytes of the body to keep for judgement */
    bool lost;             /* bytes could not be written: nothing more may follow them */
};

enum transfer_result {
    TRANSFER_WAITS,  /* nothing moved: there is no byte or no room */
    TRANSFER_MOVED,  /* something moved, more is to come */
    TRANSFER_DONE,   /* the whole body went out */
    TRANSFER_BROKEN, /* *err says what is wrong with the body, or that its stream ended too early */
};

/* Moves what can be moved from `from` to `to`. `staged` holds bytes that go out first, such as the
 * head, and is empty afterwards; small pieces join it, so that head and body leave in one write.
 * Counts and captures into m. */
enum transfer_result transfer_run(struct transfer *t, struct stream *from, struct stream *to,
                                  struct str *staged, struct message *m, struct err *err);

#endif
