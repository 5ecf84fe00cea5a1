/* Chunked re-framing: a chunked body is taken apart and put together again in other chunks, as the
 * proxy does with every one. What comes out, read again, must be the same content and the same
 * trailers, and end exactly where what we wrote ends: a byte more or less would be the beginning of
 * the next message.
 *
 * Input: a line "IN OUT TRAILERS", the most content taken and written at a time and the most bytes
 * of a trailer section; then the chunked body, and perhaps what follows it. */
#include "fuzz.h"
#include "why401/http/body.h"
#include "why401/http/serialise.h"

struct content {
    struct str data;
    struct str trailers;
    size_t used; /* bytes of the wire */
    bool whole;
};

static void content_init(struct content *c)
{
    *c = (struct content){0};
    str_init(&c->data, 4u << 20);
    str_init(&c->trailers, 1u << 20);
}

static void content_release(struct content *c)
{
    str_release(&c->data);
    str_release(&c->trailers);
}

static void decode(struct content *c, struct span in, size_t piece, size_t trailers)
{
    const struct http_head head = {.framing = HTTP_CHUNKED};
    struct http_body body;
    struct err err = {0};
    content_init(c);
    http_body_begin(&body, &head, trailers);
    while (!http_body_done(&body)) {
        struct span data;
        size_t used;
        if (http_body_next(&body, span_from(in, c->used), piece, &data, &used, &err) != 0) {
            CHECK(err.code == ERR_BAD_REQUEST);
            return;
        }
        if (used == 0) {
            CHECK(http_body_eof(&body, &err) != 0);
            return;
        }
        str_add(&c->data, data);
        c->used += used;
    }
    CHECK(body.trailers.len <= trailers);
    str_add(&c->trailers, body.trailers);
    c->whole = true;
}

static void encode(struct str *out, const struct content *c, size_t piece)
{
    struct span rest = str_span(&c->data);
    while (rest.len) {
        struct span data = span_first(rest, piece);
        http_write_chunk_line(out, data.len);
        str_add(out, data);
        str_add(out, SPAN("\r\n"));
        rest = span_from(rest, data.len);
    }
    http_write_last_chunk(out, str_span(&c->trailers));
}

/* Every line of a trailer section, by a reading of its own: NAME ":" value CR LF, no other
 * controls. */
static void check_trailers(struct span trailers)
{
    while (trailers.len) {
        ptrdiff_t end = span_find(trailers, SPAN("\r\n"));
        CHECK(end > 0);
        struct span line = span_first(trailers, (size_t)end);
        CHECK(span_find(line, SPAN(":")) > 0);
        for (size_t i = 0; i < line.len; i++) {
            unsigned char c = (unsigned char)line.ptr[i];
            CHECK(c == '\t' || (c >= ' ' && c != 0x7f));
        }
        CHECK(!span_istarts(line, SPAN("content-length")));
        CHECK(!span_istarts(line, SPAN("transfer-encoding")));
        CHECK(!span_istarts(line, SPAN("host:")));
        trailers = span_from(trailers, (size_t)end + 2);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct span in = fuzz_span(bytes, size);
    struct span line = fuzz_line(&in);
    size_t piece_in = fuzz_number(&line, 16384) % 65536 + 1;
    size_t piece_out = fuzz_number(&line, 16000) % 65536 + 1;
    size_t trailers = fuzz_number(&line, 4096) % 65536;
    struct content first;
    decode(&first, in, piece_in, trailers);
    if (first.whole) {
        struct str wire;
        struct content again;
        str_init(&wire, 32u << 20);
        encode(&wire, &first, piece_out);
        check_trailers(str_span(&first.trailers));
        size_t end = wire.len;
        str_add(&wire, SPAN("GET / HTTP/1.1\r\n"));
        decode(&again, str_span(&wire), piece_in, trailers);
        CHECK(!wire.failed && again.whole && again.used == end);
        CHECK_SAME(str_span(&again.data), str_span(&first.data));
        CHECK_SAME(str_span(&again.trailers), str_span(&first.trailers));
        content_release(&again);
        str_release(&wire);
    }
    content_release(&first);
    return 0;
}
