/* What is recognised as what, and what is refused with its place. */
#include "reading.h"

#include <stdlib.h>

static void bodies_of_all_shapes(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int status;
        bool assumed;
    } cases[] = {
        {"{\"error\":\"No access "
         "token\",\"name\":\"Unauthorized\",\"requestId\":\"a\",\"context\":{}}",
         401, true},
        {"{\"error\":\"wallet not found\",\"errorName\":\"NotFound\",\"reqId\":\"a\"}", 404, true},
        {"{\"code\":\"x\",\"message\":\"Forbidden\",\"status\":403}", 403, false},
        {"{\"error\":\"password error\",\"message\":\"m\",\"bitgoExpressVersion\":\"10\"}", 400,
         true},
        {"\xef\xbb\xbf  {\"error\":\"cut off in the mid", 400, true},
        {"<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head></html>", 502, false},
        {"<html><body>gateway timeout", 504, true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct input in;
        understand(&in, cases[i].text, INPUT_BODY, 1);
        const struct exchange *x = in.exchanges[0];
        assert_int_equal(x->response.head.status, cases[i].status);
        assert_int_equal(exchange_finding(x, "input.status-assumed") != NULL, cases[i].assumed);
        assert_int_equal(x->request.head.method.len, 0);
        assert_int_equal(x->started_ms, 0);
        input_release(&in);
    }
}

static void words_are_words(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "token disappeared from the UI",        "[urgent] our status: bad",
        "{our customer} says: session expired", "> quoted: no access token",
        "status: 401 is what we see",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct input in;
        understand(&in, texts[i], INPUT_TEXT, 1);
        assert_span(body_of(&in.exchanges[0]->response), texts[i]);
        input_release(&in);
    }
}

static void what_cannot_be_read_is_refused(void **state)
{
    (void)state;
    refuse(SPAN(""), "is empty");
    refuse(SPAN(" \r\n\t"), "is empty");
    refuse(SPAN("\x1f\x8b\x08"), "byte 1 is 0x1f");
    refuse(SPAN("ab\0cd"), "byte 3 is 0x00");
    refuse(SPAN("\xff\xfe{\0"), "UTF-16");
    refuse(SPAN("[{\"log\":1}]"), "JSON list");
    refuse(SPAN("{\"a\": 1,\n \"b\": oops}"), "line 2, column");
    refuse(SPAN("{\"log\": {\"entries\": [\n{]}}"), "line 2");
}

static void what_is_too_large_is_refused(void **state)
{
    (void)state;
    size_t len = (size_t)INPUT_MOST + 1;
    char *large = malloc(len);
    assert_non_null(large);
    memset(large, 'a', len);
    refuse(span(large, len), "64 MiB");
    free(large);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bodies_of_all_shapes),
        cmocka_unit_test(words_are_words),
        cmocka_unit_test(what_cannot_be_read_is_refused),
        cmocka_unit_test(what_is_too_large_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
