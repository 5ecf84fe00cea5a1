/* The TLS engine. Whatever a peer sends: the engine takes no more than it was given, keeps within
 * its buffers, never goes back from failed or closed, says why it failed, and gives no plaintext
 * before the handshake is done. In three ways:
 *
 * "server STEP" or "client STEP" and bytes: they come as the peer's, STEP at a time.
 * "between AT STEP" and bytes: two engines talk, and from the AT-th byte on the client's stream
 * these bytes are mixed into it. What the server reads is then a beginning of what the client said,
 * or nothing; it is never anything else. */
#include "fuzz.h"
#include "why401/tls/context.h"
#include "why401/tls/engine.h"

#define OUT_MOST 65536
#define SAID     SPAN("GET /api/v2/user/me HTTP/1.1\r\nHost: app.bitgo.com\r\n\r\n")

static struct tls_context *accepting;
static struct tls_context *connecting;

static void set_up(void)
{
    struct err err = {0};
    struct ca *ca = ca_ephemeral(&err);
    CHECK(ca);
    accepting = tls_context_accepting(ca, &err);
    connecting = tls_context_connecting(NULL, &err);
    CHECK(accepting && connecting);
}

struct side {
    struct tls *tls;
    struct buf out;
    struct buf plain;
    enum tls_state state;
};

static void side_open(struct side *s, bool server)
{
    *s = (struct side){0};
    buf_init(&s->out, OUT_MOST);
    buf_init(&s->plain, OUT_MOST);
    s->tls = server ? tls_server(accepting, span(NULL, 0), &s->out)
                    : tls_client(connecting, SPAN("app.bitgo.com"), &s->out);
    CHECK(s->tls);
    s->state = tls_start(s->tls);
}

static void side_close(struct side *s)
{
    tls_free(s->tls);
    buf_release(&s->out);
    buf_release(&s->plain);
}

static void check_state(struct side *s, enum tls_state now)
{
    CHECK(now == tls_state(s->tls));
    CHECK(s->state != TLS_FAILED || now == TLS_FAILED);
    CHECK(s->state != TLS_CLOSED || now == TLS_CLOSED || now == TLS_FAILED);
    CHECK(s->state == TLS_HANDSHAKE || now != TLS_HANDSHAKE);
    const struct err *err = tls_error(s->tls);
    CHECK((now == TLS_FAILED) == (err->code != ERR_NONE) &&
          (err->code == ERR_NONE || err->text[0]));
    for (const char *c = err->text; *c; c++) {
        CHECK((unsigned char)*c >= ' ' && *c != 0x7f);
    }
    CHECK(now != TLS_HANDSHAKE || buf_len(&s->plain) == 0);
    CHECK(buf_len(&s->out) <= OUT_MOST && buf_len(&s->plain) <= OUT_MOST);
    s->state = now;
}

/* Shows the engine bytes; returns how many it left. */
static size_t side_take(struct side *s, struct span bytes)
{
    struct span exact = fuzz_exact(bytes);
    struct span left = exact;
    enum tls_state now = tls_feed(s->tls, &left, &s->plain);
    CHECK(left.len <= exact.len && left.ptr + left.len == exact.ptr + exact.len);
    check_state(s, now);
    size_t len = left.len;
    fuzz_free(exact);
    return len;
}

static void alone(bool server, size_t step, struct span in)
{
    struct side s;
    side_open(&s, server);
    while (in.len) {
        struct span part = span_first(in, step);
        size_t left = side_take(&s, part);
        in = span_from(in, part.len - left);
        if (left == part.len) {
            break; /* a buffer is full */
        }
        buf_consume(&s.out, buf_len(&s.out));
    }
    /* Nobody guesses a handshake. */
    CHECK(s.state != TLS_OPEN && s.state != TLS_CLOSED && buf_len(&s.plain) == 0);
    check_state(&s, tls_eof(s.tls));
    side_close(&s);
}

static void side_move(struct side *to, struct side *from, size_t step)
{
    struct span part = span_first(buf_peek(&from->out), step);
    size_t left = side_take(to, part);
    buf_consume(&from->out, part.len - left);
}

/* The client trusts nobody here, so what goes to the server is its part of a handshake and, where
 * the server gets that far, an alert. That is enough to mix something in at every place of it. */
static void between(size_t at, size_t step, struct span in)
{
    struct side client;
    struct side server;
    size_t sent = 0;
    side_open(&client, false);
    side_open(&server, true);
    for (int turn = 0; turn < 64; turn++) {
        struct span part = span_first(buf_peek(&client.out), step);
        struct span mixed = fuzz_exact(part);
        char *bytes = (char *)(uintptr_t)mixed.ptr;
        for (size_t i = 0; i < part.len; i++) {
            size_t place = sent + i;
            if (place >= at && place - at < in.len) {
                bytes[i] = (char)(bytes[i] ^ in.ptr[place - at]);
            }
        }
        size_t left = side_take(&server, mixed);
        fuzz_free(mixed);
        buf_consume(&client.out, part.len - left);
        sent += part.len - left;
        side_move(&client, &server, step);
        if (part.len == 0 && buf_len(&server.out) == 0) {
            break;
        }
    }
    struct span got = buf_peek(&server.plain);
    CHECK_SAME(got, span_first(SAID, got.len));
    CHECK(client.state != TLS_OPEN);
    side_close(&client);
    side_close(&server);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct span in = fuzz_span(bytes, size);
    struct span line = fuzz_line(&in);
    struct span kind;
    span_cut(&line, ' ', &kind);
    line = line.ptr ? line : SPAN("");
    if (!accepting) {
        set_up();
    }
    if (span_eq(kind, SPAN("between"))) {
        size_t at = fuzz_number(&line, 0);
        between(at, fuzz_number(&line, 65536) % 65536 + 1, in);
    } else {
        alone(!span_eq(kind, SPAN("client")), fuzz_number(&line, 65536) % 65536 + 1, in);
    }
    return 0;
}
