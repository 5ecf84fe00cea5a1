/* The body of a message as it comes off the wire: framing taken off, piece by piece, nothing copied
 * (RFC 9112 §6, §7). Strict: whatever is not chunked framing by the letter is an error. */
#ifndef WHY401_HTTP_BODY_H
#define WHY401_HTTP_BODY_H

#include "why401/http/head.h"

enum http_body_state {
    BODY_DATA,       /* in the bytes of a body or chunk */
    BODY_CHUNK_SIZE, /* before a chunk-size line */
    BODY_CHUNK_END,  /* before the CRLF behind a chunk */
    BODY_TRAILERS,   /* before the trailer section */
    BODY_DONE,
};

struct http_body {
    enum http_framing framing;
    enum http_body_state state;
    uint64_t left;        /* bytes still to come of the body (HTTP_LENGTH) or chunk */
    size_t trailer_most;  /* bytes of a trailer section */
    struct span trailers; /* once done: the trailer's field lines, each with CRLF; points into the
                             last `in` */
};

/* Starts the body that follows `head`. */
void http_body_begin(struct http_body *b, const struct http_head *head, size_t trailer_most);

static inline bool http_body_done(const struct http_body *b)
{
    return b->state == BODY_DONE;
}

/* Reads on in `in`. *data is the next run of content, at most `most` bytes, and *used how many
 * bytes of `in` it and the framing before it take; both 0 when `in` holds too little to go on. To
 * be called again, with *used bytes taken off, while it makes progress. Returns 0, or -1 with *err
 * (ERR_BAD_REQUEST) when the framing is broken. */
int http_body_next(struct http_body *b, struct span in, size_t most, struct span *data,
                   size_t *used, struct err *err);

/* The peer ended its stream. Returns 0 when that ends the body or it was done, else -1 with *err.
 */
int http_body_eof(struct http_body *b, struct err *err);

/* Reads the chunk-size line at the start of `in`: *used is its length with CRLF, 0 while it is
 * incomplete. Returns -1 with *err when it can never become one. */
int http_chunk_line(struct span in, uint64_t *size, size_t *used, struct err *err);

#endif
