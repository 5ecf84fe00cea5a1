/* What the mock answers: each failure comes from the request that would cause it, and what succeeds
 * is signed as the SDK verifies it. */
#include "asked.h"
#include "why401/http/decode.h"
#include "why401/mock/badday.h"

#define WALLET "/api/v2/tbtc/wallet/59cd72485007a239fb00282ed480da1f"

/* Asks a mock of its own. */
static void ask(struct answered *a, const struct http_head *request, struct span body)
{
    struct err err;
    struct mock *m = mock_new(NULL, &err);
    assert_non_null(m);
    ask_mock(a, m, request, body);
    mock_free(m);
}

static void ask_as(struct answered *a, enum mock_token token, const char *line, const char *fields,
                   const char *body)
{
    struct err err;
    struct mock *m = mock_new(NULL, &err);
    assert_non_null(m);
    ask_mock_as(a, m, token, line, fields, body);
    mock_free(m);
}

static void each_failure_has_its_request(void **state)
{
    (void)state;
    static const struct {
        enum mock_token token;
        const char *line;
        const char *fields;
        const char *body;
        int status;
        const char *key; /* the member that says it */
        const char *text;
    } cases[] = {
        {NOBODY, "GET " WALLET, "", "", 401, "error", "No access token"},
        {NOBODY, "GET " WALLET, "Authorization: Bearer null\r\n", "", 401, "error",
         "No access token"},
        {NOBODY, "GET " WALLET, "Authorization: Bearer 99999999999999999999\r\n", "", 401, "error",
         "unauthorized"},
        {MOCK_TOKEN_EXPIRED, "GET " WALLET, "", "", 401, "error", "unauthorized"},
        {MOCK_TOKEN_IP, "GET " WALLET, "", "", 401, "error",
         "Attempt to use IP-restricted token from an unauthorized IP address"},
        {MOCK_TOKEN_SPENT, "GET " WALLET, "", "", 401, "error", "session expired"},
        {MOCK_TOKEN_LOCKED, "POST " WALLET "/tx/send", "", "{}", 401, "error", "needs unlock"},
        {MOCK_TOKEN_GOOD, "POST /api/v2/user/accesstoken", "", "{}", 401, "error",
         "Access token lacks required scope for this action"},
        {MOCK_TOKEN_GOOD, "POST /api/auth/v1/accesstoken", "", "{}", 401, "error",
         "Access token lacks required scope for this action"},
        {MOCK_TOKEN_VIEWER, "GET /api/v2/tbtc/key", "", "", 401, "error",
         "Access token lacks required scope for this action"},
        {MOCK_TOKEN_GOOD, "DELETE /api/v2/tbtc/webhooks", "", "", 401, "error",
         "Access token lacks required scope for this action"},
        {NOBODY, "POST /api/v2/user/login", "", "{\"otp\":\"1\"}", 401, "error", "incorrect otp"},
        {MOCK_TOKEN_GOOD, "GET /api/v2/tbaseeth:xsgd/wallet", "", "", 400, "error",
         "To enable tbaseeth:xsgd for your account"},
        {MOCK_TOKEN_GOOD, "GET /api/v2/tbaseeth%3Axsgd/wallet", "", "", 400, "error",
         "To enable tbaseeth:xsgd for your account"},
        {MOCK_TOKEN_GOOD, "GET /api/v2/ethx/wallet", "", "", 401, "error",
         "cannot access this route with coin type ethx"},
        {MOCK_TOKEN_GOOD, "GET /api/v2/tbtc/wallet/short", "", "", 400, "name", "InvalidWalletId"},
        {MOCK_TOKEN_GOOD, "GET /api/v2/bgerch/wallet/59cd72485007a239fb00282ed480da1f", "", "", 404,
         "name", "WalletNotFound"},
        {MOCK_TOKEN_GOOD, "PUT /api/v2/user/accesstoken/0f1e", "", "{}", 404, "name", "NotFound"},
        {MOCK_TOKEN_GOOD, "POST " WALLET "/tx/build", "", "{\"type\":\"enabletoken\"}", 400,
         "error", "Invalid token name"},
        {MOCK_TOKEN_GOOD, "POST /api/v2/wallet/1/txrequests", "",
         "{\"intent\":{\"intentType\":\"enableToken\"}}", 400, "error",
         ".intent.intentType should be equal to one of the allowed values"},
        {MOCK_TOKEN_GOOD, "POST " WALLET "/sendmany", "", "{}", 404, "error",
         "You have called a BitGo Express endpoint"},
        {MOCK_TOKEN_GOOD, "POST " WALLET "/sendmany", "X-Mock-Express: 1\r\n", "{}", 400, "error",
         "password error - ccm: tag doesn't match"},
        {NOBODY, "GET /api/staking/v1/x", "", "", 401, "errorName", "Unauthorized"},
        {NOBODY, "GET /api/policy/v1/x", "", "", 403, "code", "AccessDenied"},
        {MOCK_TOKEN_GOOD, "GET /nowhere", "", "", 404, "name", "NotFound"},
        {NOBODY, "GET " WALLET, "X-Mock-Status: 429\r\n", "", 429, "name", "TooManyRequests"},
        {NOBODY, "GET " WALLET, "X-Mock-Status: 500\r\n", "", 500, "error",
         "Internal Server Error"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct answered a;
        ask_as(&a, cases[i].token, cases[i].line, cases[i].fields, cases[i].body);
        if (a.head.status != cases[i].status) {
            fail_msg("%s: %d, not %d", cases[i].line, a.head.status, cases[i].status);
        }
        assert_says(a.body, cases[i].key, cases[i].text);
        drop(&a);
    }
}

static void platform_errors_of_a_token_ask_for_one(void **state)
{
    (void)state;
    struct answered a;
    ask_as(&a, NOBODY, "GET " WALLET, "", "");
    assert_true(span_eq(value(&a, "X-Auth-Required"), SPAN("true")));
    drop(&a);
    ask_as(&a, MOCK_TOKEN_GOOD, "GET /api/v2/tbaseeth:xsgd/wallet", "", "");
    assert_int_equal(value(&a, "X-Auth-Required").len, 0);
    drop(&a);
}

static void gateways_answer_in_no_json(void **state)
{
    (void)state;
    struct answered a;
    ask_as(&a, NOBODY, "GET " WALLET, "X-Mock-Status: 502\r\n", "");
    assert_int_equal(a.head.status, 502);
    assert_true(span_eq(value(&a, "Content-Type"), SPAN("text/html")));
    assert_true(span_starts(a.body, SPAN("<html>")));
    drop(&a);
    ask_as(&a, NOBODY, "GET " WALLET, "X-Mock-Status: 503\r\n", "");
    assert_true(span_eq(value(&a, "Content-Type"), SPAN("text/plain")));
    drop(&a);
    ask_as(&a, NOBODY, "GET " WALLET, "X-Mock-Status: 429\r\n", "");
    assert_true(span_eq(value(&a, "Retry-After"), SPAN("1")));
    drop(&a);
}

static void open_routes_need_no_token(void **state)
{
    (void)state;
    static const char *const open[] = {"GET /api/v2/ping", "GET /api/v1/ping",
                                       "GET /api/v1/client/constants", ("OPTIONS " WALLET)};
    for (size_t i = 0; i < sizeof open / sizeof open[0]; i++) {
        struct answered a;
        ask_as(&a, NOBODY, open[i], "", "");
        assert_true(a.head.status == 200 || a.head.status == 204);
        drop(&a);
    }
}

static void the_request_id_comes_back(void **state)
{
    (void)state;
    struct answered a;
    ask_as(&a, NOBODY, "GET " WALLET, "Request-ID: b779c4dadd8c2949e31a-0007\r\n", "");
    assert_true(span_eq(value(&a, "Request-ID"), SPAN("b779c4dadd8c2949e31a-0007")));
    assert_says(a.body, "requestId", "b779c4dadd8c2949e31a-0007");
    drop(&a);
    /* One that would break the JSON that it stands in is not taken; nor is none. */
    ask_as(&a, NOBODY, "GET " WALLET, "Request-ID: a\"b\r\n", "");
    assert_int_equal(value(&a, "Request-ID").len, 25);
    drop(&a);
    ask_as(&a, NOBODY, "GET " WALLET, "Request-ID: ab\\\r\n", "");
    assert_int_equal(value(&a, "Request-ID").len, 25);
    assert_says(a.body, "requestId", "c");
    drop(&a);
}

static void a_token_of_no_time_has_one_that_can_be(void **state)
{
    (void)state;
    struct answered a;
    ask_as(&a, MOCK_TOKEN_LOGIN, "POST /api/v2/user/accesstoken",
           "X-Mock-Days-Ago: 999999999999999\r\n", "{\"label\":\"x\",\"duration\":1e300}");
    assert_int_equal(a.head.status, 200);
    assert_true(span_find(a.body, SPAN("\"created\":\"19")) >= 0);
    assert_true(span_find(a.body, SPAN("\"expires\"")) < 0);
    drop(&a);
}

static void head_has_the_fields_alone(void **state)
{
    (void)state;
    struct answered a;
    ask_as(&a, MOCK_TOKEN_GOOD, "HEAD " WALLET, "", "");
    assert_int_equal(a.head.status, 200);
    assert_true(value(&a, "Content-Length").len > 0);
    assert_int_equal(a.body.len, 0);
    drop(&a);
}

static void what_succeeds_is_signed_for_the_sdk(void **state)
{
    (void)state;
    static const char target[] = "/api/v2/tbtc/wallet?limit=25&prevId=p";
    for (const char *version = "23"; *version; version++) {
        struct answered a;
        struct wire w;
        char fields[600];
        sdk_fields(*version, target, fields, sizeof fields);
        wire_request(&w, "GET /api/v2/tbtc/wallet?limit=25&prevId=p", fields);
        ask(&a, &w.head, SPAN(""));
        assert_int_equal(a.head.status, 200);
        assert_signed(&a, *version, target, a.body);
        drop(&a);
    }
}

static void a_signature_is_over_the_decoded_body(void **state)
{
    (void)state;
    struct answered a;
    struct wire w;
    struct str body;
    char fields[600];
    sdk_fields('2', "/api/v2/tbtc/wallet", fields, sizeof fields - 40);
    strcat(fields, "X-Mock-Encoding: gzip\r\n");
    wire_request(&w, "GET /api/v2/tbtc/wallet", fields);
    ask(&a, &w.head, SPAN(""));
    str_init(&body, 1u << 20);
    assert_int_equal(http_decode(value(&a, "Content-Encoding"), a.body, &body), DECODE_WHOLE);
    assert_true(body.len > 0 && !span_eq(str_span(&body), a.body));
    assert_signed(&a, '2', "/api/v2/tbtc/wallet", str_span(&body));
    str_release(&body);
    drop(&a);
}

static void nothing_else_is_signed(void **state)
{
    (void)state;
    struct answered a;
    struct wire w;
    char fields[600];
    ask_as(&a, MOCK_TOKEN_GOOD, "GET " WALLET, "", "");
    assert_int_equal(a.head.status, 200);
    assert_int_equal(value(&a, "hmac").len, 0);
    drop(&a);
    sdk_fields('2', "/api/v2/ethx/wallet", fields, sizeof fields);
    wire_request(&w, "GET /api/v2/ethx/wallet", fields);
    ask(&a, &w.head, SPAN(""));
    assert_int_equal(a.head.status, 401);
    assert_int_equal(value(&a, "hmac").len, 0);
    drop(&a);
}

/* The demo's calls get the status that the demo promises. */
static void the_bad_day_is_as_bad_as_it_says(void **state)
{
    (void)state;
    for (size_t i = 0; i < badday_size(); i++) {
        const struct badday_call *call = badday_at(i);
        struct str text;
        struct wire w = {.head.fields = w.fields};
        struct err err;
        size_t scanned = 0;
        static const struct http_limits limits = {.head_bytes = 4096, .fields = CALL_FIELDS};
        str_init(&text, 8192);
        badday_write(call, &text);
        size_t end = http_head_end(str_span(&text), &scanned);
        assert_int_equal(
            http_read_request(span_first(str_span(&text), end), &limits, &w.head, &err), 0);
        struct answered a;
        ask(&a, &w.head, span_from(str_span(&text), end));
        if (a.head.status != call->status) {
            fail_msg("%s %d, not %d", call->says, a.head.status, call->status);
        }
        drop(&a);
        str_release(&text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_failure_has_its_request),
        cmocka_unit_test(platform_errors_of_a_token_ask_for_one),
        cmocka_unit_test(gateways_answer_in_no_json),
        cmocka_unit_test(open_routes_need_no_token),
        cmocka_unit_test(the_request_id_comes_back),
        cmocka_unit_test(a_token_of_no_time_has_one_that_can_be),
        cmocka_unit_test(head_has_the_fields_alone),
        cmocka_unit_test(what_succeeds_is_signed_for_the_sdk),
        cmocka_unit_test(a_signature_is_over_the_decoded_body),
        cmocka_unit_test(nothing_else_is_signed),
        cmocka_unit_test(the_bad_day_is_as_bad_as_it_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
