/* Our own JSON lines: what was judged when an exchange passed is taken over. */
#include "reading.h"

#define LINE                                                                                       \
    "{\"v\":1,\"type\":\"exchange\",\"id\":7,\"time\":\"2026-11-24T09:15:03.123Z\","               \
    "\"method\":\"GET\",\"target\":\"/api/v2/user/me\",\"scheme\":\"https\",\"host\":"             \
    "\"app.bitgo.com\",\"port\":443,\"status\":401,\"outcome\":\"complete\",\"maker\":"            \
    "\"upstream\",\"duration_us\":900,\"tls\":true,\"client_ip\":\"127.0.0.1\",\"source\":"        \
    "{\"ip\":\"192.0.2.7\",\"kind\":\"egress_ip\",\"verdict\":\"denied\"},\"token\":{\"form\":"    \
    "\"sdk\",\"fingerprint\":\"0123456789abcdef\"},\"findings\":[{\"id\":\"source.denied\","       \
    "\"severity\":\"problem\",\"evidence\":\"It is not on the list.\"},{\"id\":\"NOT AN ID\","     \
    "\"severity\":\"note\",\"evidence\":\"x\"}],\"error\":null,\"request_id\":\"r1\","             \
    "\"answer\":{\"error\":\"unauthorized\"},\"explanations\":[],\"request_fields\":"              \
    "{\"authorization\":\"Bearer [redacted]\"},\"response_fields\":{},\"body\":"                   \
    "\"{\\\"error\\\":\\\"unauthorized\\\"}\",\"body_cut\":false}"
#define REFUSED                                                                                    \
    "{\"v\":1,\"type\":\"exchange\",\"id\":8,\"method\":\"GET\",\"target\":\"/\",\"status\":403,"  \
    "\"outcome\":\"refused\",\"maker\":\"proxy\",\"error\":{\"name\":\"Why401SourceDenied\","      \
    "\"text\":\"192.0.2.7 is not allowed\"}}"

static void a_line_is_read(void **state)
{
    (void)state;
    struct input in;
    understand(&in, LINE "\n\n" REFUSED "\r\n", INPUT_LINES, 2);
    const struct exchange *x = in.exchanges[0];
    assert_int_equal(x->id, 7);
    assert_int_equal(x->started_ms, 1795511703123);
    assert_int_equal(x->finished_us - x->started_us, 900);
    assert_span(x->host, "app.bitgo.com");
    assert_int_equal(x->token.form, TOKEN_SDK);
    assert_string_equal(x->token.fingerprint, "0123456789abcdef");
    assert_int_equal(x->source.verdict, SOURCE_DENIED);
    assert_int_equal(x->source.kind, SOURCE_EGRESS_IP);
    assert_int_equal(x->finding_count, 1);
    assert_string_equal(x->findings[0].id, "source.denied");
    assert_int_equal(x->findings[0].severity, SEVERITY_PROBLEM);
    assert_span(body_of(&x->response), "{\"error\":\"unauthorized\"}");
    assert_span(http_value(&x->response.head, SPAN("Request-ID")), "r1");
    assert_int_equal(x->maker, MAKER_UPSTREAM);
    x = in.exchanges[1];
    assert_int_equal(x->maker, MAKER_PROXY);
    assert_int_equal(x->outcome, OUTCOME_REFUSED);
    assert_int_equal(x->error.code, ERR_SOURCE_DENIED);
    input_release(&in);
}

static void a_nul_in_a_body_is_read(void **state)
{
    (void)state;
    struct input in;
    understand(&in,
               "{\"v\":1,\"type\":\"exchange\",\"method\":\"GET\",\"target\":\"/\",\"status\":400,"
               "\"body\":\"a\\u0000b\"}",
               INPUT_LINES, 1);
    assert_int_equal(in.exchanges[0]->response.head.status, 400);
    input_release(&in);
}

static void a_fault_is_told_without_secrets(void **state)
{
    (void)state;
    struct err err = {0};
    struct input in;
    assert_int_equal(
        input_read(&in, SPAN("{\"token\": " MADE_UP_TOKEN "\x1b[31m}"), "in.txt", &err), -1);
    assert_null(strstr(err.text, "v2x111"));
    assert_null(strchr(err.text, '\x1b'));
    input_release(&in);
}

static void a_wrong_line_is_named(void **state)
{
    (void)state;
    refuse(SPAN(LINE "\n{\"v\":1,\"type\":\"exchange\",\"id\""), "line 2, column");
    refuse(SPAN(LINE "\n\n{\"v\":1}"), "line 3: an object with \"type\":\"exchange\"");
    refuse(SPAN("{\"v\":2,\"type\":\"exchange\"}"), "line 1: version 1");
    refuse(SPAN(LINE "\n[]"), "line 2");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_is_read),
        cmocka_unit_test(a_wrong_line_is_named),
        cmocka_unit_test(a_nul_in_a_body_is_read),
        cmocka_unit_test(a_fault_is_told_without_secrets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
