/* Two engines with memory between them: what one writes is fed to the other, `step` bytes at a
 * time. */
#ifndef TESTS_TLS_PAIR_H
#define TESTS_TLS_PAIR_H

#include "certs.h"
#include "context_parts.h"
#include "engine_parts.h"

struct side {
    struct tls *tls;
    struct buf out;   /* what it wrote for the other */
    struct buf plain; /* what it read */
    size_t seen;      /* bytes of the other's out that it was shown and left */
};

struct pair {
    struct side client;
    struct side server;
    size_t step; /* bytes that arrive at a time */
};

static inline void pair_open(struct pair *p, struct tls_context *from, const char *host,
                             struct tls_context *to)
{
    *p = (struct pair){.step = SIZE_MAX / 2};
    buf_init(&p->client.out, 65536);
    buf_init(&p->client.plain, 65536);
    buf_init(&p->server.out, 65536);
    buf_init(&p->server.plain, 65536);
    p->client.tls = tls_client(from, span_of(host), &p->client.out);
    p->server.tls = tls_server(to, span(NULL, 0), &p->server.out);
    assert_non_null(p->client.tls);
    assert_non_null(p->server.tls);
    tls_start(p->client.tls);
    tls_start(p->server.tls);
}

/* Shows `to` the next bytes of from->out; true when something changed. */
static inline bool side_move(struct side *to, struct side *from, size_t step)
{
    struct span waiting = buf_peek(&from->out);
    struct span part = span_first(waiting, to->seen + step);
    struct span left = part;
    size_t out = buf_len(&to->out);
    size_t plain = buf_len(&to->plain);
    size_t seen = to->seen;
    tls_feed(to->tls, &left, &to->plain);
    to->seen = left.len;
    buf_consume(&from->out, part.len - left.len);
    return left.len != part.len || out != buf_len(&to->out) || plain != buf_len(&to->plain) ||
           seen != to->seen;
}

/* Moves bytes both ways until nothing changes any more. */
static inline void pair_run(struct pair *p)
{
    for (bool moved = true; moved;) {
        moved = side_move(&p->server, &p->client, p->step);
        moved = side_move(&p->client, &p->server, p->step) || moved;
    }
}

static inline void pair_close(struct pair *p)
{
    tls_free(p->client.tls);
    tls_free(p->server.tls);
    buf_release(&p->client.out);
    buf_release(&p->client.plain);
    buf_release(&p->server.out);
    buf_release(&p->server.plain);
}

static inline void assert_both_open(const struct pair *p)
{
    assert_string_equal(tls_error(p->client.tls)->text, "");
    assert_string_equal(tls_error(p->server.tls)->text, "");
    assert_int_equal(tls_state(p->client.tls), TLS_OPEN);
    assert_int_equal(tls_state(p->server.tls), TLS_OPEN);
}

static inline void assert_read(struct side *side, struct span expected)
{
    struct span got = buf_peek(&side->plain);
    assert_int_equal(got.len, expected.len);
    assert_memory_equal(got.ptr, expected.ptr, expected.len);
    buf_consume(&side->plain, got.len);
}

static inline void assert_failed(const struct tls *t, enum err_code code, const char *part)
{
    const struct err *err = tls_error(t);
    assert_int_equal(tls_state(t), TLS_FAILED);
    if (!strstr(err->text, part)) {
        print_error("\"%s\" is not in \"%s\"\n", part, err->text);
    }
    assert_non_null(strstr(err->text, part));
    assert_string_equal(err_advice(err->code), err_advice(code));
    assert_int_equal(err->code, code);
}

static inline void only_version(struct tls_context *context, int version)
{
    SSL_CTX_set_min_proto_version(context->ssl, version);
    SSL_CTX_set_max_proto_version(context->ssl, version);
}

#endif
