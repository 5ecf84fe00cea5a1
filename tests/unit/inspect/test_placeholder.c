/* What is a placeholder, and which of them may be shown. */
#include "placeholder.h"
#include "request.h"

static void assert_kind(const char *value, enum placeholder kind)
{
    enum placeholder found = placeholder_kind(span_of(value));
    if (found != kind) {
        fail_msg("%s is of kind %d, expected %d", value, (int)found, (int)kind);
    }
}

static void shown(void **state)
{
    (void)state;
    static const char *const values[] = {
        "undefined",
        "null",
        "None",
        "nil",
        "NaN",
        "<nil>",
        "(null)",
        "[object Object]",
        "[object Promise]",
        "{}",
        "...",
        "%s",
        "$TOKEN",
        "$ACCESS_TOKEN",
        "$access_token",
        "${BITGO_ACCESS_TOKEN}",
        "${token}",
        "$BITGO_PAT",
        "$(token)",
        "%ACCESS_TOKEN%",
        "$env:BITGO_TOKEN",
        "process.env.ACCESS_TOKEN",
        "<YOUR_TOKEN>",
        "<YOUR ACCESS TOKEN>",
        "<your-access-token>",
        "{{token}}",
        "{{ accessToken }}",
        "${{ secrets.BITGO_TOKEN }}",
        "{access_token}",
        "[token]",
        "<%= token %>",
        "#{token}",
        "your_access_token",
        "YOUR-ACCESS-TOKEN",
        "yourAccessToken",
        "YOUR_ACCESS_TOKEN_HERE",
        "insert token here",
        "access_token",
        "token",
        "ACCESS_TOKEN",
        "v2x_your_token",
        "changeme",
        "xxxx",
        "XXXXXXXX",
        "****",
        "v2xxxxxxxx",
        "v2x...",
        "v2x*****",
        "........",
    };
    for (size_t i = 0; i < COUNT(values); i++) {
        assert_kind(values[i],
                    strstr(values[i], "secrets.") ? PLACEHOLDER_HIDDEN : PLACEHOLDER_SHOWN);
    }
}

static void hidden(void **state)
{
    (void)state;
    static const char *const values[] = {
        "$hunter",
        "${hunter2}",
        "<correct horse battery>",
        "{{ hunter2 }}",
        "%hunter%",
        "[hunter2]",
        "v2x\xe2\x80\xa6",
        "\xe2\x80\xa6",
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "<YOUR_ACCESS_TOKEN_THAT_YOU_GOT_FROM_BITGO_ADMIN>",
    };
    for (size_t i = 0; i < COUNT(values); i++) {
        assert_kind(values[i], PLACEHOLDER_HIDDEN);
    }
}

static void none(void **state)
{
    (void)state;
    char token[TOKEN_SIZE];
    char wrapped[TOKEN_SIZE + 8];
    static const char *const values[] = {
        "",
        "   ",
        "v2x",
        "s3cr3t",
        "dXNlcjpwYXNz",
        "$2b$10$abcdefghijklmnopqrstuv",
        "x",
        "tokenA7",
        "{\"a\":\"b\"}",
        "aaaa",
        "0000",
        "hunter",
        "your_mother",
    };
    for (size_t i = 0; i < COUNT(values); i++) {
        assert_kind(values[i], PLACEHOLDER_NOT);
    }
    assert_kind(raw_token('0', token), PLACEHOLDER_NOT);
    assert_kind(raw_token('a', token), PLACEHOLDER_NOT);
    snprintf(wrapped, sizeof wrapped, "<%s>", token);
    assert_kind(wrapped, PLACEHOLDER_NOT);
    snprintf(wrapped, sizeof wrapped, "${%s}", token);
    assert_kind(wrapped, PLACEHOLDER_NOT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shown),
        cmocka_unit_test(hidden),
        cmocka_unit_test(none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
