/* HAR 1.2, as browsers and other tools write it. */
#include "reading.h"

#define ENTRY(fields)                                                                              \
    "{\"startedDateTime\":\"2026-11-24T10:15:03.123+01:00\",\"time\":12.5,\"request\":{"           \
    "\"method\":\"POST\",\"url\":\"https://app.bitgo-test.com/api/v2/user/accesstoken?a=b#top\","  \
    "\"headers\":[{\"name\":\":authority\",\"value\":\"app.bitgo-test.com\"}" fields "],"          \
    "\"postData\":{\"mimeType\":\"application/json\",\"text\":\"{\\\"duration\\\":5}\"}},"         \
    "\"response\":{\"status\":401,\"headers\":[{\"name\":\"Content-Encoding\",\"value\":\"br\"}]," \
    "\"content\":{\"mimeType\":\"application/json\",\"text\":\"eyJlcnJvciI6ICJubyJ9\","            \
    "\"encoding\":\"base64\"}}}"
#define HAR(entries) "{\"log\":{\"version\":\"1.2\",\"entries\":[" entries "]}}"

static void an_entry_is_read(void **state)
{
    (void)state;
    struct input in;
    understand(&in,
               HAR(ENTRY(",{\"name\":\"authorization\",\"value\":\"Bearer " MADE_UP_TOKEN "\"}")),
               INPUT_HAR, 1);
    const struct exchange *x = in.exchanges[0];
    assert_span(x->request.head.method, "POST");
    assert_span(x->request.head.target, "/api/v2/user/accesstoken?a=b");
    assert_span(x->host, "app.bitgo-test.com");
    assert_span(x->scheme, "https");
    assert_int_equal(x->request.head.field_count, 1);
    assert_span(http_value(&x->request.head, SPAN("Authorization")), "Bearer " MADE_UP_TOKEN);
    assert_span(body_of(&x->request), "{\"duration\":5}");
    assert_int_equal(x->response.head.status, 401);
    assert_int_equal(x->response.head.field_count, 0);
    assert_span(body_of(&x->response), "{\"error\": \"no\"}");
    assert_int_equal(x->started_ms, 1795511703123);
    assert_int_equal(x->finished_us - x->started_us, 12500);
    assert_null(exchange_finding(x, "input.no-credentials"));
    input_release(&in);
}

static void credentials_that_were_left_out_are_told(void **state)
{
    (void)state;
    struct input in;
    understand(&in, HAR(ENTRY("") "," ENTRY("")), INPUT_HAR, 2);
    assert_non_null(exchange_finding(in.exchanges[1], "input.no-credentials"));
    input_release(&in);
}

#define OURS(more)                                                                                 \
    "{\"startedDateTime\":\"2026-11-24T09:15:03.123Z\",\"time\":12.5,\"request\":{"                \
    "\"method\":\"GET\",\"url\":\"https://app.bitgo.com/api/v2/user/me\","                         \
    "\"headers\":[{\"name\":\"Authorization\",\"value\":\"Bearer [redacted]\"}]},"                 \
    "\"response\":{\"status\":502,\"headers\":[],\"content\":{\"text\":\"{\",\"comment\":\"cut\"}" \
    "}"                                                                                            \
    ",\"serverIPAddress\":\"192.0.2.1\"" more "}"
#define JUDGEMENT                                                                                  \
    ",\"_why401\":{\"id\":7,\"outcome\":\"refused\",\"maker\":\"proxy\",\"source\":{\"ip\":"       \
    "\"192.0.2.9\",\"kind\":\"egress_ip\",\"verdict\":\"denied\"},\"token\":{\"form\":\"raw\","    \
    "\"fingerprint\":\"0123456789abcdef\"},\"findings\":[{\"id\":\"a.b\",\"severity\":"            \
    "\"warning\","                                                                                 \
    "\"evidence\":\"Seen.\"}],\"error\":{\"name\":\"Why401UpstreamClosed\",\"text\":\"gone\"}}"
#define BY(name, list)                                                                             \
    "{\"log\":{\"version\":\"1.2\",\"creator\":{\"name\":\"" name "\"},\"entries\":[" list "]}}"

static void what_the_proxy_judged_is_taken_over(void **state)
{
    (void)state;
    struct input in;
    understand(&in, BY("why401", OURS(JUDGEMENT)), INPUT_HAR, 1);
    const struct exchange *x = in.exchanges[0];
    assert_true(in.inspected);
    assert_int_equal(x->id, 7);
    assert_int_equal(x->maker, MAKER_PROXY);
    assert_int_equal(x->outcome, OUTCOME_REFUSED);
    assert_int_equal(x->token.form, TOKEN_RAW);
    assert_string_equal(x->token.fingerprint, "0123456789abcdef");
    assert_int_equal(x->source.verdict, SOURCE_DENIED);
    assert_int_equal(x->error.code, ERR_UPSTREAM_CLOSED);
    assert_int_equal(x->upstream_ip.family, 4);
    assert_true(x->response.body.truncated);
    assert_int_equal(x->finding_count, 1);
    assert_span(exchange_finding(x, "a.b")->evidence, "Seen.");
    input_release(&in);
}

/* Of a HAR that somebody else wrote, or added to, everything is judged anew. */
static void other_hars_are_judged_anew(void **state)
{
    (void)state;
    struct input in;
    understand(&in, BY("other", OURS(JUDGEMENT)), INPUT_HAR, 1);
    assert_false(in.inspected);
    assert_int_equal(in.exchanges[0]->finding_count, 0);
    input_release(&in);
    understand(&in, BY("why401", OURS(JUDGEMENT) "," OURS("")), INPUT_HAR, 2);
    assert_false(in.inspected);
    assert_int_equal(in.exchanges[0]->maker, MAKER_UPSTREAM);
    input_release(&in);
}

static void a_wrong_har_is_named_with_its_place(void **state)
{
    (void)state;
    refuse(SPAN("{\"log\":{}}"), "log.entries: a list is expected, found nothing");
    refuse(SPAN(HAR("")), "log.entries is empty");
    refuse(SPAN(HAR("3")), "log.entries[0]: an object is expected, found a number");
    refuse(SPAN(HAR(ENTRY("") ",{}")), "log.entries[1].request: an object is expected");
    refuse(SPAN(HAR("{\"request\":{\"method\":1}}")), "log.entries[0].request.method: a string");
    refuse(SPAN(HAR("{\"request\":{\"method\":\"GET\"}}")), "log.entries[0].request.url: a string");
    refuse(SPAN(HAR("{\"request\":{\"method\":\"GET\",\"url\":\"/\"},\"response\":[]}")),
           "log.entries[0].response: an object is expected, found a list");
    refuse(
        SPAN(HAR(
            "{\"request\":{\"method\":\"GET\",\"url\":\"/\"},\"response\":{\"status\":\"401\"}}")),
        "log.entries[0].response.status: a number is expected, found a string");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_entry_is_read),
        cmocka_unit_test(credentials_that_were_left_out_are_told),
        cmocka_unit_test(what_the_proxy_judged_is_taken_over),
        cmocka_unit_test(other_hars_are_judged_anew),
        cmocka_unit_test(a_wrong_har_is_named_with_its_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
