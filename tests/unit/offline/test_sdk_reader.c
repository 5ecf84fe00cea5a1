/* Errors of the SDK as Node and loggers print them. */
#include "reading.h"

#include "literal.h"

#define STACK                                                                                      \
    "ApiResponseError: No access token\n"                                                          \
    "    at handleResponseError (/app/node_modules/@bitgo/sdk-api/dist/src/util.js:12:3)\n"        \
    "    at process.processTicksAndRejections (node:internal/process/task_queues:95:5) {\n"
#define BODY                                                                                       \
    "{\"error\":\"No access "                                                                      \
    "token\",\"name\":\"Unauthorized\",\"requestId\":\"c2m\",\"context\":{}}"

static void nodes_print_is_read(void **state)
{
    (void)state;
    static const char *const prints[] = {
        STACK
        "  status: 401,\n  result: {\n    error: 'No access token',\n    name: 'Unauthorized',\n"
        "    requestId: 'c2m',\n    context: {}\n  },\n  invalidToken: true,\n  needsOTP: "
        "false\n}\n",
        "[ApiResponseError: No access token] {\n  status: 401,\n  result: { error: 'No access "
        "token', "
        "name: 'Unauthorized', requestId: 'c2m', context: {} },\n  invalidToken: true }",
        "{ status: 401, result: { error: 'No access token', name: \"Unauthorized\", requestId: "
        "`c2m`, "
        "context: {} }, invalidToken: true }",
        "{\"message\":\"No access token\",\"status\":401,\"result\":" BODY
        ",\"invalidToken\":true}",
    };
    for (size_t i = 0; i < sizeof prints / sizeof *prints; i++) {
        struct input in;
        understand(&in, prints[i], INPUT_SDK_ERROR, 1);
        const struct exchange *x = in.exchanges[0];
        assert_int_equal(x->response.head.status, 401);
        assert_span(http_value(&x->response.head, SPAN("X-Auth-Required")), "true");
        assert_span(body_of(&x->response), BODY);
        input_release(&in);
    }
}

static void without_a_result_the_message_counts(void **state)
{
    (void)state;
    struct input in;
    understand(&in,
               "ApiResponseError: invalid response HMAC, possible man-in-the-middle-attack\n"
               "    at f (x.js:1:1) {\n  status: 511,\n  result: {},\n  invalidToken: false\n}",
               INPUT_SDK_ERROR, 1);
    const struct exchange *x = in.exchanges[0];
    assert_int_equal(x->response.head.status, 511);
    assert_span(body_of(&x->response),
                "{\"error\":\"invalid response HMAC, possible man-in-the-middle-attack\"}");
    assert_int_equal(x->response.head.field_count, 0);
    input_release(&in);
}

static void literal(const char *text, const char *json)
{
    struct str out;
    str_init(&out, 4096);
    if (!literal_to_json(span_of(text), &out)) {
        fail_msg("not read: %s", text);
    }
    assert_string_equal(str_cstr(&out), json);
    str_release(&out);
}

static void no_literal(const char *text)
{
    struct str out;
    str_init(&out, 4096);
    assert_false(literal_to_json(span_of(text), &out));
    str_release(&out);
}

static void literals(void **state)
{
    (void)state;
    literal("'it\\'s'", "\"it's\"");
    literal("'one\\n' +\n  'two'", "\"one\\u000atwo\"");
    literal("'\\x1b\\u00e9'", "\"\\u001b\\u00e9\"");
    literal("{ 'a-b': 1, c: [ 1, 2, ... 3 more items ] }", "{\"a-b\":1,\"c\":[1,2]}");
    literal("<ref *1> Foo { self: [Circular *1], f: [Function: f], n: null }",
            "{\"self\":null,\"f\":null,\"n\":null}");
    literal("[Object: null prototype] { a: undefined }", "{\"a\":\"undefined\"}");
    literal("{ d: 2026-11-24T09:15:03.123Z, x: -1.5, s: [Array] }",
            "{\"d\":\"2026-11-24T09:15:03.123Z\",\"x\":\"-1.5\",\"s\":null}");
    literal("{}", "{}");
    no_literal("{ a: 'unfinished");
    no_literal("{ a: 1");
    no_literal("{ a 1 }");
    no_literal("");
    no_literal("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nodes_print_is_read),
        cmocka_unit_test(without_a_result_the_message_counts),
        cmocka_unit_test(literals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
