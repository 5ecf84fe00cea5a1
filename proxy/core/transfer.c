#include "transfer.h"

#include "why401/http/serialise.h"

/* A piece of body this small joins what is staged; also the most that one chunk carries, so that
 * chunk and framing fit one TLS record. */
#define PIECE_MOST 16000

/* What chunk framing adds to one piece at most: size line, CRLF, and the last chunk. */
#define FRAMING_MOST 32

/* Bytes that could not be written must never be skipped over: the message is lost then. */
static void write_out(struct transfer *t, struct stream *to, struct span bytes)
{
    t->lost = t->lost || stream_write(to, bytes) != 0;
}

static void flush(struct transfer *t, struct stream *to, struct str *staged)
{
    t->lost = t->lost || staged->failed;
    if (staged->len) {
        write_out(t, to, str_span(staged));
    }
    str_clear(staged);
}

/* Puts one piece of content into the outgoing framing. */
static void put(struct transfer *t, struct stream *to, struct str *staged, struct span data)
{
    if (data.len == 0) {
        return;
    }
    if (t->out == HTTP_CHUNKED) {
        http_write_chunk_line(staged, data.len);
        str_add(staged, data);
        str_add(staged, SPAN("\r\n"));
    } else if (staged->len + data.len <= PIECE_MOST) {
        str_add(staged, data);
    } else {
        flush(t, to, staged);
        write_out(t, to, data);
    }
}

/* The most content that may go out now. */
static size_t content_room(const struct transfer *t, const struct stream *to,
                           const struct str *staged)
{
    size_t room = stream_room(to);
    size_t taken = staged->len + FRAMING_MOST;
    size_t most = room > taken ? room - taken : 0;
    return t->out == HTTP_CHUNKED && most > PIECE_MOST ? PIECE_MOST : most;
}

/* The stream `from` may have ended for good. */
static enum transfer_result at_end(struct transfer *t, struct stream *from, struct err *err)
{
    switch (stream_state(from)) {
    case STREAM_CONNECTING:
    case STREAM_OPEN:
        return TRANSFER_WAITS;
    case STREAM_ENDED:
        return http_body_eof(&t->body, err) == 0 ? TRANSFER_DONE : TRANSFER_BROKEN;
    case STREAM_FAILED:
        break;
    }
    err_set(err, ERR_CONNECTION, "%s", stream_error(from)->text);
    return TRANSFER_BROKEN;
}

/* Moves pieces until the body is done, bytes or room run out, or the framing breaks. */
static enum transfer_result move_pieces(struct transfer *t, struct stream *from, struct stream *to,
                                        struct str *staged, struct message *m, struct err *err)
{
    enum transfer_result result = TRANSFER_WAITS;
    while (!http_body_done(&t->body)) {
        size_t most = content_room(t, to, staged);
        struct span data;
        size_t used;
        if (most == 0) {
            return result;
        }
        if (http_body_next(&t->body, stream_peek(from), most, &data, &used, err) != 0) {
            return TRANSFER_BROKEN;
        }
        if (used == 0) {
            enum transfer_result end = at_end(t, from, err);
            if (end == TRANSFER_WAITS) {
                return result;
            }
            if (end == TRANSFER_BROKEN) {
                return end;
            }
        }
        put(t, to, staged, data);
        m->body_bytes += data.len;
        capture_add(&m->body, data, t->capture);
        if (http_body_done(&t->body) && t->out == HTTP_CHUNKED) {
            http_write_last_chunk(staged, t->body.trailers);
        } else if (t->out == HTTP_CHUNKED && staged->len > PIECE_MOST) {
            flush(t, to, staged);
        }
        stream_consume(from, used);
        result = TRANSFER_MOVED;
    }
    return TRANSFER_DONE;
}

enum transfer_result transfer_run(struct transfer *t, struct stream *from, struct stream *to,
                                  struct str *staged, struct message *m, struct err *err)
{
    bool head = staged->len > 0;
    enum transfer_result result = move_pieces(t, from, to, staged, m, err);
    flush(t, to, staged);
    if (t->lost && result != TRANSFER_BROKEN) {
        if (stream_state(to) == STREAM_FAILED) {
            err_set(err, ERR_CONNECTION, "the other side went away");
        } else {
            err_set(err, ERR_MEMORY, "no memory for forwarding a message");
        }
        return TRANSFER_BROKEN;
    }
    return result == TRANSFER_WAITS && head ? TRANSFER_MOVED : result;
}
