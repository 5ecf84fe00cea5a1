/* Reading what people have, without memory: exchanges or an error. */
#include "fault.h"
#include "reading.h"

static struct span text;

static void reading(void)
{
    struct input in;
    struct err err = {0};
    fault_begin();
    int rc = input_read(&in, text, "in.txt", &err);
    bool failed = fault_end();
    assert_true(failed || rc == 0);
    if (rc != 0 && err.code != ERR_MEMORY) {
        fail_msg("%d: %s", err.code, err.text);
    }
    for (size_t i = 0; rc == 0 && i < in.count; i++) {
        assert_true(in.exchanges[i] != NULL);
    }
    input_release(&in);
}

static void an_input_is_read_or_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "{\"error\":\"No access token\",\"name\":\"Unauthorized\"}",
        "it says no access token",
        "> GET /api/v2/user/me HTTP/1.1\n> Host: app.bitgo.com\n> Authorization: Bearer " //
        MADE_UP_TOKEN "\n> \n< HTTP/1.1 401 Unauthorized\n< Content-Type: application/json\n< \n"
        "{\"error\":\"unauthorized\"}\n",
        "{\"log\":{\"version\":\"1.2\",\"entries\":[{\"startedDateTime\":"
        "\"2026-11-24T10:15:03.123+01:00\",\"time\":12.5,\"request\":{\"method\":\"GET\",\"url\":"
        "\"https://app.bitgo-test.com/a?b\",\"headers\":[{\"name\":\"A\",\"value\":\"b\"}]},"
        "\"response\":{\"status\":401,\"headers\":[],\"content\":{\"mimeType\":\"text/plain\","
        "\"text\":\"eyJlcnJvciI6ICJubyJ9\",\"encoding\":\"base64\"}}}]}}",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        text = span_of(texts[i]);
        fault_every(reading, FAULT_EACH);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_input_is_read_or_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
