/* The HTTP codec, fed at every split. A stream of messages is read as the flow reads it: head,
 * body, next head. Wherever the stream is cut into pieces, the messages must be the same as when it
 * comes as a whole: what is read may not depend on how the network delivered it.
 *
 * Input: a line "request TRAILERS PIECE" or "response METHOD TRAILERS PIECE", where TRAILERS is the
 * most that a trailer section may have and PIECE the most content taken at a time; then the stream.
 */
#include "fuzz.h"
#include "why401/http/body.h"

#define FIELDS_MOST 32
#define EVERY_SPLIT 256 /* streams up to this length are cut at every place */
#define SOME_SPLITS 24

static const struct http_limits limits = {
    .head_bytes = 4096, .request_line_bytes = 1024, .fields = FIELDS_MOST};

struct wire {
    bool response;
    struct span method; /* of the request that is answered */
    size_t trailers;
    size_t piece;
    struct span bytes;
};

struct codec {
    const struct wire *wire;
    struct str waiting; /* bytes that came and were not consumed */
    size_t scanned;
    bool in_body;
    bool over; /* the stream cannot go on as HTTP */
    struct http_body body;
    struct str log; /* what was read */
};

static void log_head(struct codec *c, const struct http_head *head)
{
    str_addf(&c->log, "\nhead %.*s|%.*s|%d|%.*s|1.%d framing %d length %llu",
             SPAN_ARG(head->method), SPAN_ARG(head->target), head->status, SPAN_ARG(head->reason),
             head->minor, (int)head->framing, (unsigned long long)head->content_length);
    str_addf(&c->log, " close %d keep %d upgrade %d expect %d", head->close, head->keep_alive_1_0,
             head->upgrade, head->expect_continue);
    for (size_t i = 0; i < head->field_count; i++) {
        str_addf(&c->log, "\nfield %.*s|%.*s|%.*s", SPAN_ARG(head->fields[i].name),
                 SPAN_ARG(head->fields[i].value), SPAN_ARG(head->fields[i].line));
    }
    str_add(&c->log, SPAN("\nbody "));
}

static void fail(struct codec *c, const struct err *err)
{
    CHECK(err->code != ERR_NONE && err->text[0]);
    CHECK(strlen(err->text) < ERR_TEXT_SIZE && !strpbrk(err->text, "\r\n"));
    str_addf(&c->log, "\nerror %d", (int)err->code);
    c->over = true;
}

/* Reads what it can off the front; returns how many bytes that took. */
static size_t read_head(struct codec *c, struct span in)
{
    struct http_field fields[FIELDS_MOST];
    struct http_head head = {.fields = fields};
    struct err err = {0};
    size_t none = 0;
    size_t len = http_head_end(in, &c->scanned);
    CHECK(len == http_head_end(in, &none));
    CHECK(len <= in.len);
    if (len == 0) {
        return 0;
    }
    c->scanned = 0;
    struct span bytes = span_first(in, len);
    int rc = c->wire->response ? http_read_response(bytes, &limits, c->wire->method, &head, &err)
                               : http_read_request(bytes, &limits, &head, &err);
    if (rc != 0) {
        fail(c, &err);
        return len;
    }
    log_head(c, &head);
    http_body_begin(&c->body, &head, c->wire->trailers);
    c->in_body = true;
    c->over = head.framing == HTTP_TUNNEL;
    return len;
}

static size_t read_body(struct codec *c, struct span in)
{
    struct err err = {0};
    struct span data;
    size_t used;
    if (http_body_done(&c->body)) {
        str_addf(&c->log, "\ntrailers %.*s", SPAN_ARG(c->body.trailers));
        c->in_body = false;
        return 0;
    }
    if (http_body_next(&c->body, in, c->wire->piece, &data, &used, &err) != 0) {
        fail(c, &err);
        return 0;
    }
    CHECK(used <= in.len && data.len <= used && data.len <= c->wire->piece);
    CHECK(data.len == 0 || (data.ptr >= in.ptr && data.ptr + data.len <= in.ptr + used));
    str_add(&c->log, data);
    if (http_body_done(&c->body) && c->body.trailers.len) {
        CHECK(c->body.trailers.ptr >= in.ptr);
        CHECK(c->body.trailers.ptr + c->body.trailers.len <= in.ptr + used);
    }
    if (http_body_done(&c->body)) {
        str_addf(&c->log, "\ntrailers %.*s", SPAN_ARG(c->body.trailers));
        c->in_body = false;
    }
    return used;
}

static void feed(struct codec *c, struct span piece)
{
    str_add(&c->waiting, piece);
    for (bool moved = true; moved && !c->over;) {
        struct span in = fuzz_exact(str_span(&c->waiting));
        bool was_in_body = c->in_body;
        size_t used = c->in_body ? read_body(c, in) : read_head(c, in);
        moved = used > 0 || c->in_body != was_in_body;
        fuzz_free(in);
        struct span rest = fuzz_exact(span_from(str_span(&c->waiting), used));
        str_clear(&c->waiting);
        str_add(&c->waiting, rest);
        fuzz_free(rest);
    }
}

/* The stream ends; what was read is the log. */
static void end(struct codec *c)
{
    struct err err = {0};
    if (c->over) {
        return;
    }
    if (c->in_body) {
        str_addf(&c->log, "\neof %d", http_body_eof(&c->body, &err));
    }
    str_addf(&c->log, "\nleft %zu", c->waiting.len);
}

/* Feeds the stream in pieces that end at `at` and then every `step` bytes. */
static struct str read_in_pieces(const struct wire *wire, size_t at, size_t step)
{
    struct codec c = {.wire = wire};
    str_init(&c.waiting, 1u << 20);
    str_init(&c.log, 8u << 20);
    struct span rest = wire->bytes;
    size_t len = at;
    while (rest.len && !c.over) {
        feed(&c, span_first(rest, len));
        rest = span_from(rest, len);
        len = step;
    }
    end(&c);
    CHECK(!c.waiting.failed && !c.log.failed);
    str_release(&c.waiting);
    return c.log;
}

static void same_in_pieces(const struct wire *wire, const struct str *whole, size_t at, size_t step)
{
    struct str pieces = read_in_pieces(wire, at, step);
    CHECK_SAME(str_span(&pieces), str_span(whole));
    str_release(&pieces);
}

static bool read_wire(struct wire *wire, struct span in)
{
    struct span line = fuzz_line(&in);
    struct span kind;
    span_cut(&line, ' ', &kind);
    wire->response = span_eq(kind, SPAN("response"));
    if (wire->response) {
        span_cut(&line, ' ', &wire->method);
    }
    wire->trailers = fuzz_number(&line, 1024) % 65536;
    wire->piece = fuzz_number(&line, 16384) % 65536 + 1;
    wire->bytes = in;
    return in.len > 0 && in.len <= 16384;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct wire wire = {0};
    if (!read_wire(&wire, fuzz_span(bytes, size))) {
        return 0;
    }
    size_t len = wire.bytes.len;
    struct str whole = read_in_pieces(&wire, len, len);
    size_t stride = len <= EVERY_SPLIT ? 1 : len / SOME_SPLITS;
    for (size_t at = 1; at < len; at += stride) {
        same_in_pieces(&wire, &whole, at, len);
    }
    if (len <= 2048) {
        same_in_pieces(&wire, &whole, 1, 1);
    }
    same_in_pieces(&wire, &whole, 7, 7 + len / 64);
    str_release(&whole);
    return 0;
}
