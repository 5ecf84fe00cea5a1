/* A stream in memory behind which mock_answer sits: what is written to it is read as a request, and
 * when that is whole the response waits to be peeked at. Everything happens within write, so there
 * is never an event to report. */
#include "why401/mock/origin.h"

#include <stdlib.h>

#include "why401/http/body.h"

#define HEAD_MOST     65536
#define BODY_MOST     (1u << 20)
#define RESPONSE_MOST (4u << 20)

struct mock_stream {
    struct stream stream; /* must be first */
    struct mock *mock;
    struct str head; /* bytes of the request head; later the head itself */
    size_t scanned;  /* of them, without an end */
    struct http_head request;
    struct http_field fields[256];
    bool has_head;
    struct http_body body;
    struct str pending; /* body bytes that are not a whole piece of framing yet */
    struct str content; /* the request's body, as much as BODY_MOST */
    struct str response;
    size_t taken; /* bytes of the response that were consumed */
    bool failed;  /* the request was no HTTP, or memory ran out */
    struct err error;
};

struct mock_origin {
    struct origin origin; /* must be first */
    struct mock *mock;
};

static struct mock_stream *mock_of(const struct stream *s)
{
    union {
        const struct stream *from;
        struct mock_stream *to;
    } cast = {s};
    return cast.to;
}

static enum stream_state op_state(const struct stream *s)
{
    return mock_of(s)->failed ? STREAM_FAILED : STREAM_OPEN;
}

static struct span op_peek(const struct stream *s)
{
    struct mock_stream *m = mock_of(s);
    return span_from(str_span(&m->response), m->taken);
}

static void op_consume(struct stream *s, size_t n)
{
    mock_of(s)->taken += n;
}

static size_t op_room(const struct stream *s)
{
    return mock_of(s)->failed ? 0 : HEAD_MOST;
}

static size_t op_pending(const struct stream *s)
{
    (void)s;
    return 0;
}

/* Reads body bytes; keeps what fits, so that a large upload costs no memory. */
static int read_body(struct mock_stream *m)
{
    struct span rest = str_span(&m->pending);
    struct span data;
    size_t used;
    do {
        if (http_body_next(&m->body, rest, SIZE_MAX, &data, &used, &m->error) != 0) {
            return -1;
        }
        str_add(&m->content, span_first(data, BODY_MOST - m->content.len));
        rest = span_from(rest, used);
    } while (used);
    struct str left;
    str_init(&left, m->pending.limit);
    str_add(&left, rest);
    str_release(&m->pending);
    m->pending = left;
    return 0;
}

/* Takes the head off the front of what has come, once it is whole. */
static int read_head(struct mock_stream *m)
{
    struct http_limits limits = {.head_bytes = HEAD_MOST,
                                 .fields = sizeof m->fields / sizeof *m->fields};
    size_t len = http_head_end(str_span(&m->head), &m->scanned);
    if (len == 0) {
        return 0;
    }
    m->request.fields = m->fields;
    if (http_read_request(span_first(str_span(&m->head), len), &limits, &m->request, &m->error) !=
        0) {
        return -1;
    }
    m->has_head = true;
    http_body_begin(&m->body, &m->request, HEAD_MOST);
    str_add(&m->pending, span_from(str_span(&m->head), len));
    return 0;
}

static int op_write(struct stream *s, struct span bytes)
{
    struct mock_stream *m = mock_of(s);
    bool had_head = m->has_head;
    str_add(had_head ? &m->pending : &m->head, bytes);
    if ((!had_head && read_head(m) != 0) || (m->has_head && read_body(m) != 0) || m->head.failed ||
        m->pending.failed || m->content.failed) {
        m->failed = true;
        return -1;
    }
    if (m->has_head && http_body_done(&m->body) && m->response.len == 0) {
        mock_answer(m->mock, &m->request, str_span(&m->content), &m->response);
        m->failed = m->response.failed;
    }
    return m->failed ? -1 : 0;
}

static void op_end(struct stream *s)
{
    (void)s;
}

static void op_close(struct stream *s)
{
    struct mock_stream *m = mock_of(s);
    str_release(&m->head);
    str_release(&m->pending);
    str_release(&m->content);
    str_release(&m->response);
    free(m);
}

static const struct err *op_error(const struct stream *s)
{
    return &mock_of(s)->error;
}

static struct ip op_peer(const struct stream *s)
{
    (void)s;
    return (struct ip){0};
}

static const struct stream_ops mock_stream_ops = {
    .state = op_state,
    .peek = op_peek,
    .consume = op_consume,
    .room = op_room,
    .write = op_write,
    .pending = op_pending,
    .end = op_end,
    .close = op_close,
    .error = op_error,
    .peer = op_peer,
};

static struct stream *mock_open(struct origin *o, struct exchange *x, bool fresh, struct err *err)
{
    struct mock_stream *m = calloc(1, sizeof *m);
    (void)x;
    (void)fresh;
    if (!m) {
        err_set(err, ERR_MEMORY, "no memory for a mock exchange");
        return NULL;
    }
    m->stream.ops = &mock_stream_ops;
    m->mock = ((struct mock_origin *)o)->mock;
    str_init(&m->head, 2UL * HEAD_MOST);
    str_init(&m->pending, 4UL * BODY_MOST);
    str_init(&m->content, BODY_MOST);
    str_init(&m->response, RESPONSE_MOST);
    err_set(&m->error, ERR_MEMORY, "the mock ran out of memory");
    return &m->stream;
}

static void mock_release(struct origin *o, struct stream *s, bool reuse)
{
    (void)o;
    (void)reuse;
    stream_close(s);
}

static const struct origin_ops mock_ops = {.open = mock_open, .release = mock_release};

struct origin *mock_origin_new(const struct mock_options *options, struct err *err)
{
    struct mock_origin *o = calloc(1, sizeof *o);
    if (!o) {
        err_set(err, ERR_MEMORY, "no memory for the mock");
        return NULL;
    }
    o->origin.ops = &mock_ops;
    o->mock = mock_new(options, err);
    if (!o->mock) {
        free(o);
        return NULL;
    }
    return &o->origin;
}

struct mock *mock_of_origin(struct origin *o)
{
    return ((struct mock_origin *)o)->mock;
}

void mock_origin_free(struct origin *o)
{
    if (o) {
        mock_free(((struct mock_origin *)o)->mock);
        free(o);
    }
}
