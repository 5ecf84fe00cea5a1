#include "why401/http/body.h"

#include "chunked.h"

void http_body_begin(struct http_body *b, const struct http_head *head, size_t trailer_most)
{
    *b = (struct http_body){.framing = head->framing, .trailer_most = trailer_most};
    switch (head->framing) {
    case HTTP_LENGTH:
        b->left = head->content_length;
        break;
    case HTTP_CHUNKED:
        b->state = BODY_CHUNK_SIZE;
        break;
    case HTTP_UNTIL_CLOSE:
        b->left = UINT64_MAX;
        break;
    case HTTP_NO_BODY:
    case HTTP_TUNNEL:
        b->state = BODY_DONE;
        break;
    }
}

/* One piece of framing at the start of `in`; *used stays 0 when it is not there as a whole. */
static int read_framing(struct http_body *b, struct span in, size_t *used, struct err *err)
{
    *used = 0;
    switch (b->state) {
    case BODY_CHUNK_SIZE:
        if (http_chunk_line(in, &b->left, used, err) != 0) {
            return -1;
        }
        if (*used) {
            b->state = b->left ? BODY_DATA : BODY_TRAILERS;
        }
        return 0;
    case BODY_CHUNK_END:
        if (!span_starts(SPAN("\r\n"), span_first(in, 2))) {
            return err_set(err, ERR_BAD_REQUEST, "a chunk is not followed by CR LF");
        }
        if (in.len >= 2) {
            *used = 2;
            b->state = BODY_CHUNK_SIZE;
        }
        return 0;
    case BODY_TRAILERS:
        if (chunked_trailers(in, b->trailer_most, &b->trailers, used, err) != 0) {
            return -1;
        }
        if (*used) {
            b->state = BODY_DONE;
        }
        return 0;
    case BODY_DATA:
    case BODY_DONE:
        break;
    }
    return 0;
}

int http_body_next(struct http_body *b, struct span in, size_t most, struct span *data,
                   size_t *used, struct err *err)
{
    *used = 0;
    *data = span(in.ptr, 0);
    while (b->state != BODY_DATA && b->state != BODY_DONE) {
        size_t framing;
        if (read_framing(b, span_from(in, *used), &framing, err) != 0) {
            return -1;
        }
        if (framing == 0) {
            return 0;
        }
        *used += framing;
    }
    if (b->state == BODY_DONE) {
        return 0;
    }
    struct span run = span_first(span_from(in, *used), most);
    if (b->left < run.len) {
        run.len = (size_t)b->left;
    }
    *data = run;
    *used += run.len;
    if (b->framing != HTTP_UNTIL_CLOSE) {
        b->left -= run.len;
        if (b->left == 0) {
            b->state = b->framing == HTTP_CHUNKED ? BODY_CHUNK_END : BODY_DONE;
        }
    }
    return 0;
}

int http_body_eof(struct http_body *b, struct err *err)
{
    if (b->framing == HTTP_UNTIL_CLOSE) {
        b->state = BODY_DONE;
    }
    if (b->state == BODY_DONE) {
        return 0;
    }
    return err_set(err, ERR_BAD_REQUEST, "the connection ended in the middle of a body");
}
