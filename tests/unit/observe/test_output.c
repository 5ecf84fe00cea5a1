/* What the two sinks write, to the byte where people and programs rely on it. */
#include <sys/ioctl.h>
#include <termios.h>
#include <zlib.h>

#include "bench.h"

#define CANARY "Canary7Q4mCanary"

static void test_success_is_one_line(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_start(&b);
    observer_give(b.observer, sample_exchange("GET", "/api/v2/ping", 200));
    struct exchange *quick = sample_exchange("DELETE", "/api/v2/\x1b[2J?token=" CANARY, 302);
    quick->finished_us = 1000 + 1230;
    observer_give(b.observer, quick);
    struct exchange *gone = sample_exchange("POST", "/api/v2/tbtc/wallet", 0);
    gone->outcome = OUTCOME_CLIENT_GONE;
    observer_give(b.observer, gone);
    observer_give(b.observer, sample_exchange("CONNECT", "app.bitgo.com:443", 200));
    bench_drain(&b);
    assert_string_equal(
        bench_terminal(&b),
        "09:15:03.123 [200] GET    /api/v2/ping                                                 "
        "84 ms\n"
        "09:15:03.123 [302] DELETE /api/v2/\\x1b[2J?token=[redacted]                            "
        "1.2 ms\n"
        "09:15:03.123 [---] POST   /api/v2/tbtc/wallet                                          "
        "84 ms  the client closed first\n"
        "09:15:03.123 [200] CONNECT app.bitgo.com:443                                           "
        "84 ms\n");
    bench_close(&b);
}

/* Puts a terminal of 80 columns in the place of the bench's file. Returns the side at which
 * somebody looks. */
static int use_terminal(struct bench *b)
{
    struct winsize size = {.ws_row = 24, .ws_col = 80};
    struct termios plain;
    int screen = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
    assert_true(screen >= 0);
    assert_int_equal(grantpt(screen), 0);
    assert_int_equal(unlockpt(screen), 0);
    close(b->options.terminal_fd);
    b->options.terminal_fd = open(ptsname(screen), O_RDWR | O_NOCTTY | O_CLOEXEC);
    assert_true(b->options.terminal_fd >= 0);
    assert_int_equal(tcgetattr(b->options.terminal_fd, &plain), 0);
    plain.c_oflag &= ~(tcflag_t)OPOST; /* a line feed stays one */
    assert_int_equal(tcsetattr(b->options.terminal_fd, TCSANOW, &plain), 0);
    assert_int_equal(ioctl(screen, TIOCSWINSZ, &size), 0);
    return screen;
}

static void test_lines_fit_a_terminal(void **state)
{
    (void)state;
    static const char want[] =
        "09:15:03.123 [200] GET    /api/v2/ping                                    84 ms\n"
        "09:15:03.123 [200] GET    /api/v2/tbtc/wallet/59cd72485007a239fb00282ed480da1f\n"
        "                             84 ms\n";
    char seen[2 * sizeof want];
    size_t len = 0;
    struct bench b;
    bench_open(&b);
    int screen = use_terminal(&b);
    bench_start(&b);
    observer_give(b.observer, sample_exchange("GET", "/api/v2/ping", 200));
    observer_give(
        b.observer,
        sample_exchange("GET", "/api/v2/tbtc/wallet/59cd72485007a239fb00282ed480da1f", 200));
    bench_drain(&b);
    for (ssize_t n; (n = read(screen, seen + len, sizeof seen - 1 - len)) > 0;) {
        len += (size_t)n;
    }
    seen[len] = '\0';
    assert_string_equal(seen, want);
    bench_close(&b);
    close(screen);
}

static void test_findings_are_told_on_success_too(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_start(&b);
    struct exchange *x = sample_exchange("GET", "/api/v2/ping", 200);
    exchange_find(x, "a.note", SEVERITY_NOTE, "Nobody needs to see this.");
    exchange_find(x, "a.warning", SEVERITY_WARNING, "This looks odd.");
    exchange_find(x, "a.problem", SEVERITY_PROBLEM, "The token is v2x0123456789.");
    observer_give(b.observer, x);
    bench_drain(&b);
    const char *seen = bench_terminal(&b);
    assert_non_null(strstr(seen, "84 ms\n"
                                 "  │ warning        This looks odd.\n"
                                 "  │ problem        The token is [redacted].\n"));
    assert_null(strstr(seen, "Nobody"));
    bench_close(&b);
}

static const char golden[] =
    "09:15:03.123 [400] GET    /api/v2/tbtc/wallet?limit=25                                 84 ms  "
    "cjd6dflt4b70sdjrscvgks22d\n"
    "  │ The moon is closed for your account (certain)\n"
    "  │ sample#moon-closed\n"
    "  │\n"
    "  │ The server knows the wallet, but the moon is not open for the account that the access "
    "token\n"
    "  │ belongs to. No retry will help until somebody opens it.\n"
    "  │\n"
    "  │ Answer from    app.bitgo.com: the moon is not open (MoonClosed)\n"
    "  │ Seen           • The server says: the moon is not open\n"
    "  │ What to do     1. Open the moon in the settings.\n"
    "  │                2. Send the call again, and look at the answer's request id if it fails "
    "once\n"
    "  │                   more, because support asks for it first.\n"
    "  │ Send support   • GET /api/v2/tbtc/wallet?limit=25 at app.bitgo.com, status 400, request "
    "id\n"
    "  │                  cjd6dflt4b70sdjrscvgks22d, 2026-11-24 09:15:03 +00:00\n"
    "  │                • The account's name.\n"
    "  │ Ask support    • To open the moon.\n"
    "  │ Read more      • https://example.com/moon\n"
    "  │ Also possible  There is no moon (possible), sample#moon-missing\n"
    "\n";

static void test_failure_is_explained(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_start(&b);
    observer_give(b.observer, sample_failure());
    bench_drain(&b);
    assert_string_equal(bench_terminal(&b), golden);
    bench_close(&b);
}

static void test_failure_without_explanation_says_what_is_known(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    rulepack_drop(b.options.rules);
    b.options.rules = NULL;
    bench_start(&b);
    observer_give(b.observer, sample_failure());
    struct exchange *page = sample_exchange("GET", "/api/v2/ping", 502);
    sample_body(&page->response, "<html><title>502 Bad Gateway</title></html>");
    observer_give(b.observer, page);
    struct exchange *own = sample_exchange("GET", "/api/v2/ping", 502);
    own->maker = MAKER_PROXY;
    own->outcome = OUTCOME_REFUSED;
    err_set(&own->error, ERR_CONNECT, "app.bitgo.com port 443: connection refused");
    sample_body(&own->response, "{\"error\":\"x\",\"name\":\"Why401UpstreamUnreachable\"}");
    observer_give(b.observer, own);
    bench_drain(&b);
    const char *seen = bench_terminal(&b);
    assert_non_null(strstr(
        seen, "  │ No known scenario matches this answer.\n"
              "  │\n"
              "  │ Answer from    app.bitgo.com: the moon is not open (MoonClosed)\n"
              "  │ Send support   • GET /api/v2/tbtc/wallet?limit=25 at app.bitgo.com, status 400, "
              "request id\n"
              "  │                  cjd6dflt4b70sdjrscvgks22d, 2026-11-24 09:15:03 +00:00\n\n"));
    assert_non_null(strstr(seen, "Answer from    an HTML page (502 Bad Gateway), not BitGo's API"));
    assert_non_null(
        strstr(seen, "Answer from    this proxy: app.bitgo.com port 443: connection refused"));
    assert_non_null(strstr(seen, "What to do     No connection to the upstream."));
    bench_close(&b);
}

/* Another token has a block of its own, and so has what came long before or stands far above. */
static void test_a_block_is_not_repeated(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_start(&b);
    observer_give(b.observer, sample_failure());
    observer_give(b.observer, sample_failure());
    struct exchange *other_token = sample_failure();
    other_token->token.fingerprint[0] = 'f';
    observer_give(b.observer, other_token);
    bench_drain(&b);
    const char *seen = bench_terminal(&b);
    assert_int_equal(count_of(seen, "sample#moon-closed\n"), 2);
    assert_int_equal(count_of(seen,
                              "  │ as at 09:15:03.123 above: The moon is closed for your account "
                              "(certain)\n"),
                     1);
    assert_int_equal(count_of(bench_json(&b), "\"sample#moon-closed\""), 3);
    for (int i = 0; i < 100; i++) {
        observer_give(b.observer, sample_exchange("GET", "/api/v2/ping", 200));
    }
    observer_give(b.observer, sample_failure());
    struct exchange *later = sample_failure();
    later->started_ms += 60001;
    observer_give(b.observer, later);
    bench_drain(&b);
    seen = bench_terminal(&b);
    assert_int_equal(count_of(seen, "sample#moon-closed\n"), 4);
    assert_int_equal(count_of(seen, " above: "), 1);
    bench_close(&b);
}

static void test_quiet_tells_failures_only(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    b.options.quiet = true;
    bench_start(&b);
    observer_notice(b.observer, "listening on %s", "https://localhost:8401");
    observer_notice(b.observer, "a\x1b[2J of\nhttps://me:%s@host", CANARY);
    observer_give(b.observer, sample_exchange("GET", "/api/v2/ping", 200));
    observer_give(b.observer, sample_failure());
    bench_drain(&b);
    const char *seen = bench_terminal(&b);
    assert_non_null(strstr(seen, " listening on https://localhost:8401\n"));
    assert_non_null(strstr(seen, " a\\x1b[2J of\\nhttps://[redacted]@host\n"));
    assert_null(strstr(seen, "ping"));
    assert_non_null(strstr(seen, "[400]"));
    assert_int_equal(count_of(bench_json(&b), "\n"), 2);
    bench_close(&b);
}

static void test_verbose_tells_header_fields(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    b.options.verbose = true;
    bench_start(&b);
    struct exchange *x = sample_exchange("GET", "/api/v2/ping", 200);
    sample_field(x, &x->request, "Authorization", "Bearer " CANARY);
    sample_field(x, &x->request, "v2x0123456789", "a\x1b[0m");
    exchange_find(x, "a.note", SEVERITY_NOTE, "A note.");
    observer_give(b.observer, x);
    bench_drain(&b);
    assert_non_null(strstr(bench_terminal(&b),
                           "  │ note           A note.\n"
                           "  │ request        Host: localhost:8401\n"
                           "  │                Authorization: Bearer [redacted]\n"
                           "  │                [redacted]: a\\x1b[0m\n"
                           "  │ response       Content-Type: application/json\n"));
    bench_close(&b);
}

static void test_colors_when_asked_for(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    b.options.color = COLOR_ALWAYS;
    bench_start(&b);
    observer_give(b.observer, sample_failure());
    bench_drain(&b);
    const char *seen = bench_terminal(&b);
    assert_non_null(strstr(seen, "\x1b[31m\x1b[1m [400] \x1b[0m"));
    assert_non_null(strstr(seen, "\x1b[1mThe moon is closed for your account (certain)\x1b[0m\n"));
    bench_close(&b);
}

static void test_no_terminal_no_colors(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    b.options.color = COLOR_AUTO;
    bench_start(&b);
    observer_give(b.observer, sample_failure());
    bench_drain(&b);
    assert_null(strchr(bench_terminal(&b), '\x1b'));
    bench_close(&b);
}

/* The id counts up within the process, so it is not compared. */
static const char *behind_id(const char *line)
{
    const char *at = strstr(line, "\"time\":");
    assert_non_null(at);
    return at;
}

static void test_json_line_of_a_success(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_start(&b);
    struct exchange *x = sample_exchange("GET", "/api/v2/ping?otp=123456", 200);
    sample_body(&x->response, "{}");
    exchange_find(x, "a.note", SEVERITY_NOTE, "A \"note\".");
    observer_give(b.observer, x);
    bench_drain(&b);
    const char *line = bench_json(&b);
    assert_true(span_starts(span_of(line), SPAN("{\"v\":1,\"type\":\"exchange\",\"id\":")));
    assert_string_equal(
        behind_id(line),
        "\"time\":\"2026-11-24T09:15:03.123Z\",\"method\":\"GET\","
        "\"target\":\"/api/v2/"
        "ping?otp=[redacted]\",\"scheme\":\"https\",\"host\":\"app.bitgo.com\","
        "\"port\":443,\"status\":200,\"outcome\":\"complete\",\"maker\":\"upstream\","
        "\"duration_us\":84500,\"sent_us\":1000,\"answered_us\":79000,\"request_bytes\":0,"
        "\"response_bytes\":2,\"tls\":false,\"client_ip\":\"127.0.0.1\",\"upstream_ip\":null,"
        "\"reused_connection\":false,\"sent_twice\":false,"
        "\"source\":{\"ip\":\"127.0.0.1\",\"kind\":\"peer\",\"verdict\":\"no_list\"},"
        "\"token\":{\"form\":\"raw\",\"fingerprint\":\"0123456789abcdef\"},"
        "\"findings\":[{\"id\":\"a.note\",\"severity\":\"note\",\"evidence\":\"A \\\"note\\\".\"}],"
        "\"error\":null}\n");
    bench_close(&b);
}

static void test_json_line_of_a_failure(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_start(&b);
    struct exchange *x = sample_failure();
    sample_field(x, &x->request, "AUTHORIZATION", "Bearer " CANARY);
    sample_field(x, &x->response, "Request-ID", "abc");
    observer_give(b.observer, x);
    bench_drain(&b);
    json_t *line = json_loads(bench_json(&b), 0, NULL);
    assert_non_null(line);
    const char *id, *error, *name, *first, *confidence, *evidence, *second, *auth, *type, *body;
    int cut, html;
    assert_int_equal(
        json_unpack(line,
                    "{s:s, s:{s:s, s:s, s:b}, s:[{s:s, s:s, s:[s]}, {s:s}], s:{s:s}, s:{s:s}, "
                    "s:s, s:b}",
                    "request_id", &id, "answer", "error", &error, "name", &name, "html", &html,
                    "explanations", "id", &first, "confidence", &confidence, "evidence", &evidence,
                    "id", &second, "request_fields", "authorization", &auth, "response_fields",
                    "content-type", &type, "body", &body, "body_cut", &cut),
        0);
    assert_string_equal(id, "cjd6dflt4b70sdjrscvgks22d");
    assert_string_equal(error, "the moon is not open");
    assert_string_equal(name, "MoonClosed");
    assert_string_equal(first, "sample#moon-closed");
    assert_string_equal(confidence, "certain");
    assert_string_equal(evidence, "The server says: the moon is not open");
    assert_string_equal(second, "sample#moon-missing");
    assert_string_equal(auth, "Bearer [redacted]");
    assert_string_equal(type, "application/json");
    assert_non_null(strstr(body, "\"error\":\"the moon is not open\""));
    assert_false(cut);
    assert_false(html);
    json_decref(line);
    bench_close(&b);
}

static void test_json_body_is_bounded(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_start(&b);
    struct exchange *x = sample_exchange("GET", "/api/v2/ping", 500);
    struct str text;
    str_init(&text, 1 << 20);
    str_add(&text, SPAN("{\"error\":\"moon\",\"x\":\""));
    for (int i = 0; i < 100000; i++) {
        str_add(&text, SPAN("\x01"));
    }
    sample_body(&x->response, str_cstr(&text));
    str_release(&text);
    observer_give(b.observer, x);
    bench_drain(&b);
    json_t *line = json_loads(bench_json(&b), 0, NULL);
    assert_non_null(line);
    assert_int_equal(json_string_length(json_object_get(line, "body")), 4096);
    assert_true(json_is_true(json_object_get(line, "body_cut")));
    json_decref(line);
    bench_close(&b);
}

static void test_json_lines_to_standard_output(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    fflush(stdout);
    int before = dup(STDOUT_FILENO);
    int out = memfd_create("stdout", MFD_CLOEXEC);
    assert_true(before >= 0 && out >= 0);
    assert_true(dup2(out, STDOUT_FILENO) >= 0);
    b.options.json_path = "-";
    bench_start(&b);
    observer_give(b.observer, sample_exchange("GET", "/api/v2/ping", 200));
    observer_reopen(b.observer);
    observer_give(b.observer, sample_exchange("GET", "/api/v2/ping", 200));
    bool drained = observer_drain(b.observer, BENCH_WAIT_MS);
    assert_true(dup2(before, STDOUT_FILENO) >= 0);
    assert_true(drained);
    assert_int_equal(count_of(bench_read(&b, out), "\"target\":\"/api/v2/ping\""), 2);
    close(before);
    close(out);
    bench_close(&b);
}

/* `in` as gzip, into the response. */
static void gzip_body(struct message *m, const char *in)
{
    unsigned char coded[1024];
    z_stream z = {0};
    assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    char *copy = strdup(in);
    z.next_in = (Bytef *)copy;
    z.avail_in = (uInt)strlen(in);
    z.next_out = coded;
    z.avail_out = sizeof coded;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    capture_add(&m->body, span((const char *)coded, sizeof coded - z.avail_out), 1 << 18);
    deflateEnd(&z);
    free(copy);
}

/* An exchange with secrets wherever a peer can put one. */
static struct exchange *leaky(int status, const char *body, bool gzip)
{
    struct exchange *x = sample_exchange(
        "PUT",
        "/api/v2/tbtc/wallet/v2x0123456789" CANARY "?access%5Ftoken=" CANARY "&otp=" CANARY
        "&next=https%3A%2F%2Fme%3A" CANARY "%40h%2F%3Ftoken%3D" CANARY,
        status);
    static const char *const names[] = {"Authorization", "Cookie",  "X-BitGo-OTP",
                                        "X-Api-Key",     "Referer", "User-Agent"};
    static const char *const values[] = {
        "Bearer " CANARY, "a=" CANARY "; b=" CANARY,     CANARY,
        CANARY,           "https://h/?password=" CANARY, "curl token=" CANARY};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        sample_field(x, &x->request, names[i], values[i]);
    }
    sample_field(x, &x->response, "Set-Cookie", "sid=" CANARY "; Path=/");
    sample_field(x, &x->response, "Location", "/login?refresh_token=" CANARY);
    sample_field(x, &x->response, "WWW-Authenticate", "Bearer " CANARY);
    sample_field(x, &x->response, "Request-ID", "v2x0123456789" CANARY);
    sample_body(&x->request, "walletPassphrase=" CANARY "&json=%7B%22prv%22%3A%22" CANARY "%22%7D");
    if (gzip) {
        sample_field(x, &x->response, "Content-Encoding", "gzip");
        gzip_body(&x->response, body);
    } else {
        sample_body(&x->response, body);
    }
    exchange_find(x, "a.problem", SEVERITY_PROBLEM, "It was sent as Bearer %s, token=%s.", CANARY,
                  CANARY);
    err_set(&x->error, ERR_UPSTREAM_RESPONSE, "answer begins with password=%s", CANARY);
    return x;
}

static void test_canaries_reach_no_output(void **state)
{
    (void)state;
    static const char *const bodies[] = {
        "{\"error\":\"the moon rejects token=" CANARY "\",\"name\":\"Bearer " CANARY "\","
        "\"requestId\":\"v2x0123456789" CANARY "\",\"context\":{\"a\":[{\"password\":\"" CANARY
        "\","
        "\"body\":\"{\\\"otp\\\":\\\"" CANARY "\\\"}\"}]}}",
        "{\"error\":{\"message\":\"moon, encryptedPrv: " CANARY "\"},\"mnemonic\":[\"" CANARY
        "\"]}",
        "{\"error\":\"moon\",\"xprv\":\"" CANARY,
        "moon walletPassphrase=" CANARY "&otp=" CANARY,
        "<html><title>moon token=" CANARY "</title><input name=\"password\" value=\"" CANARY "\">",
        "moon\r\nAuthorization: Bearer " CANARY "\r\nCookie: a=" CANARY "\r\n",
    };
    struct bench b;
    bench_open(&b);
    b.options.verbose = true;
    bench_start(&b);
    size_t given = 0;
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        for (int status = 200; status <= 500; status += 100) {
            observer_give(b.observer, leaky(status, bodies[i], status == 500));
            given++;
        }
    }
    bench_drain(&b);
    const char *seen = bench_terminal(&b);
    assert_true(count_of(seen, "[redacted]") > given * 5);
    assert_true(count_of(seen, "The moon is closed") >= 2);
    assert_null(strstr(seen, "Canary"));
    assert_null(strstr(seen, "7Q4m"));
    seen = bench_json(&b);
    assert_int_equal(count_of(seen, "\n"), given);
    assert_int_equal(count_of(seen, "0123456789abcdef"), given); /* the fingerprint stays */
    assert_null(strstr(seen, "Canary"));
    assert_null(strstr(seen, "7Q4m"));
    bench_close(&b);
}

static void test_hostile_bytes_keep_lines_whole(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_start(&b);
    struct exchange *x = sample_exchange("G\x1bT", "/\xff\xe2\x80\xae\r\n[200] forged", 400);
    sample_body(&x->response,
                "{\"error\":\"moon\\u001b[2J\\n\\u202e\",\"name\":\"\\u0000\\u009b\"}");
    sample_field(x, &x->response, "Request-ID", "a\r\nb");
    observer_give(b.observer, x);
    bench_drain(&b);
    const char *seen = bench_terminal(&b);
    for (const char *at = seen; *at; at++) {
        assert_true(*at == '\n' || (unsigned char)*at >= ' ');
    }
    assert_null(strstr(seen, "\xe2\x80\xae"));
    assert_null(strstr(seen, "\n[200]"));
    seen = bench_json(&b);
    assert_int_equal(count_of(seen, "\n"), 1);
    json_t *line = json_loads(seen, JSON_ALLOW_NUL, NULL);
    assert_non_null(line);
    json_decref(line);
    bench_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_success_is_one_line),
        cmocka_unit_test(test_lines_fit_a_terminal),
        cmocka_unit_test(test_findings_are_told_on_success_too),
        cmocka_unit_test(test_failure_is_explained),
        cmocka_unit_test(test_failure_without_explanation_says_what_is_known),
        cmocka_unit_test(test_a_block_is_not_repeated),
        cmocka_unit_test(test_quiet_tells_failures_only),
        cmocka_unit_test(test_verbose_tells_header_fields),
        cmocka_unit_test(test_colors_when_asked_for),
        cmocka_unit_test(test_no_terminal_no_colors),
        cmocka_unit_test(test_json_line_of_a_success),
        cmocka_unit_test(test_json_line_of_a_failure),
        cmocka_unit_test(test_json_body_is_bounded),
        cmocka_unit_test(test_json_lines_to_standard_output),
        cmocka_unit_test(test_canaries_reach_no_output),
        cmocka_unit_test(test_hostile_bytes_keep_lines_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
