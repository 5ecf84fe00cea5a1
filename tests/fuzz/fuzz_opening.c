/* The first bytes of a client connection: a PROXY header where one must come, then TLS or plain
 * HTTP. However the bytes are cut into pieces, the connection becomes the same; a plain one's
 * holder gets exactly what follows the header, byte for byte; nothing becomes TLS but what begins
 * as a TLS handshake does.
 *
 * Input: a line "plain|tls header|none STEP" (whether TLS is offered, and a header asked for), then
 * the bytes. */
#include "fuzz.h"
#include "proxy/net/conn_impl.h"
#include "proxy/net/opening.h"
#include "proxy/net/proxy_protocol.h"
#include "why401/tls/context.h"

static struct worker *worker;
static struct tls_context *accepting;

struct wanted {
    bool tls;
    bool header;
    size_t step;
    struct span bytes;
};

static void set_up(void)
{
    struct err err = {0};
    struct ca *ca = ca_ephemeral(&err);
    worker = worker_new(&err);
    CHECK(ca && worker);
    accepting = tls_context_accepting(ca, &err);
    CHECK(accepting);
}

/* What arrives, as wire.c hands it on. */
static void arrive(struct conn *c, struct span piece)
{
    struct span exact = fuzz_exact(piece);
    if (c->state == STREAM_FAILED) {
        /* nothing is read any more */
    } else if (c->opening) {
        CHECK(buf_append(&c->cipher, exact) == 0);
        opening_look(c);
    } else {
        conn_take(c, exact);
    }
    fuzz_free(exact);
}

/* What became of the connection, as text, and what its holder got, where it is plain. */
static struct str open_in_pieces(const struct wanted *wanted, size_t first)
{
    struct str became;
    char ip[IP_TEXT_SIZE];
    struct conn *c = conn_new(worker, 65536, 65536);
    CHECK(c && opening_begin(c, wanted->tls ? accepting : NULL, span(NULL, 0), wanted->header,
                             10000) == 0);
    struct span rest = wanted->bytes;
    for (size_t len = first; rest.len; len = wanted->step) {
        arrive(c, span_first(rest, len));
        rest = span_from(rest, len);
    }
    CHECK(!c->tls || wanted->tls);
    str_init(&became, 1u << 20);
    str_addf(&became, "undecided %d tls %d failed %d %s\n", c->opening != NULL, c->tls != NULL,
             c->state == STREAM_FAILED && !c->tls, ip_text(c->info.forwarded, ip));
    if (!c->tls && !c->opening) {
        str_add(&became, buf_peek(&c->in));
    }
    c->held = false;
    conn_shut(c);
    return became;
}

/* What must be in the end, decided from all of the bytes. */
static void check_became(const struct wanted *wanted, const struct str *became)
{
    struct err err = {0};
    struct ip source = {0};
    size_t used = 0;
    int rc = wanted->header ? proxy_header_read(wanted->bytes, &source, &used, &err) : 0;
    struct span rest = span_from(wanted->bytes, used);
    bool decided = rc == 0 && rest.len && (used || !wanted->header);
    bool tls = decided && wanted->tls && rest.ptr[0] == 0x16;
    struct str expected;
    char ip[IP_TEXT_SIZE];
    str_init(&expected, 1u << 20);
    str_addf(&expected, "undecided %d tls %d failed %d %s\n", !decided, tls, rc != 0,
             ip_text(source, ip));
    if (decided && !tls) {
        str_add(&expected, rest);
    }
    CHECK_SAME(str_span(became), str_span(&expected));
    str_release(&expected);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct span in = fuzz_span(bytes, size < 4096 ? size : 4096);
    struct span line = fuzz_line(&in);
    struct span word;
    struct wanted wanted = {0};
    if (!worker) {
        set_up();
    }
    span_cut(&line, ' ', &word);
    wanted.tls = span_eq(word, SPAN("tls"));
    span_cut(&line, ' ', &word);
    wanted.header = span_eq(word, SPAN("header"));
    line = line.ptr ? line : SPAN("");
    wanted.step = fuzz_number(&line, 1) % 4096 + 1;
    wanted.bytes = in;
    struct str whole = open_in_pieces(&wanted, in.len);
    check_became(&wanted, &whole);
    struct str pieces = open_in_pieces(&wanted, wanted.step);
    CHECK_SAME(str_span(&pieces), str_span(&whole));
    str_release(&pieces);
    str_release(&whole);
    return 0;
}
