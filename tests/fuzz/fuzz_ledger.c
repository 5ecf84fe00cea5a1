/* The ledger: it learns from whatever bodies pass, in memory. After any sequence of calls what it
 * tells holds: texts are valid UTF-8, bounded and hold no token; counters add up; passports can be
 * made; a finding it recalls is bounded; and it commits.
 *
 * Input: calls, each "METHOD TARGET STATUS DIGIT", a line with the request's body, a line with the
 * answer's. DIGIT stands for the token made of it; '-' for none. */
#include <jansson.h>

#include "fuzz.h"
#include "why401/inspect/inspect.h"
#include "why401/ledger/ledger.h"

#define CALLS_MOST 16
#define TEXT_MOST  8192
#define TOKEN      SPAN("11111111111111111111111111111111")

static void check_text(const char *text)
{
    if (text) {
        json_t *string = json_string(text);
        CHECK(string && strlen(text) <= TEXT_MOST);
        CHECK(span_find(span_of(text), TOKEN) < 0);
        json_decref(string);
    }
}

static void check_row(void *ctx, const struct ledger_row *row)
{
    size_t *rows = ctx;
    CHECK(row->passport);
    check_text(row->token_id);
    check_text(row->limits);
    check_text(row->ip_restrict);
    check_text(row->last_problem);
    check_text(row->passport->label);
    CHECK(row->successes + row->failures <= CALLS_MOST + 1);
    ++*rows;
}

static struct exchange *read_call(struct span *in, int64_t now)
{
    struct span line = fuzz_line(in);
    struct span asked = fuzz_line(in);
    struct span answer = fuzz_line(in);
    struct exchange *x = exchange_new((uint64_t)now, 1u << 20);
    struct span digit = SPAN("-");
    CHECK(x);
    span_cut(&line, ' ', &x->request.head.method);
    span_cut(&line, ' ', &x->request.head.target);
    x->response.head.status = (int)(fuzz_number(&line, 200) % 900 + 100);
    digit = line.len ? line : digit;
    x->started_ms = 1795511703123 + now * 60000;
    x->target = target_split(x->request.head.target);
    x->request.complete = x->response.complete = true;
    x->maker = MAKER_UPSTREAM;
    x->host = SPAN("app.bitgo.com");
    x->source.kind = SOURCE_EGRESS_IP;
    CHECK(ip_parse(SPAN("203.0.113.7"), &x->source.ip));
    if (digit.ptr[0] >= '0' && digit.ptr[0] <= '9') {
        char token[67];
        memcpy(token, "v2x", 3);
        memset(token + 3, digit.ptr[0], 64);
        x->token.form = TOKEN_RAW;
        token_fingerprint(span(token, 67), false, x->token.fingerprint);
    }
    capture_add(&x->request.body, asked, 1u << 18);
    capture_add(&x->response.body, answer, 1u << 18);
    return x;
}

static void pass(struct ledger *l, struct exchange *x)
{
    ledger_recall(l, x);
    CHECK(x->finding_count <= FINDINGS_MOST);
    for (size_t i = 0; i < x->finding_count; i++) {
        CHECK(x->findings[i].id && span_find(x->findings[i].evidence, TOKEN) < 0);
    }
    ledger_learn(l, x);
    if (ledger_changed(l)) {
        passports_drop(ledger_passports(l));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct err err = {0};
    struct span in = fuzz_span(bytes, size);
    struct ledger *l = ledger_open(NULL, &err);
    size_t rows = 0;
    CHECK(l);
    for (int64_t i = 1; i <= CALLS_MOST && in.len; i++) {
        struct exchange *x = read_call(&in, i);
        pass(l, x);
        exchange_free(x);
    }
    ledger_each(l, check_row, &rows);
    CHECK(ledger_commit(l, &err) == 0);
    ledger_close(l);
    return 0;
}
