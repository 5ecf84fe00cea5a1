/* A HAR played: whose answers are given to whom, in which order, and how they are signed. */
#include "asked.h"
#include "folder.h"

#define BEARER  "[{\"name\":\"Authorization\",\"value\":\"Bearer [redacted]\"}]"
#define NO_MORE "[]"

/* An entry: method, path and query, fields of the request, status, fields and content of the
 * response. */
#define ENTRY(method, target, fields, status, more, content)                                       \
    "{\"startedDateTime\":\"2026-11-23T10:00:00.000Z\",\"time\":5,\"request\":{\"method\":"        \
    "\"" method "\",\"url\":\"https://app.bitgo-test.com" target "\",\"headers\":" fields          \
    "},\"response\":{\"status\":" #status ",\"headers\":" more ",\"content\":" content "}}"

#define TEXT(text)   "{\"text\":\"" text "\",\"mimeType\":\"text/plain\"}"
#define HAR(entries) "{\"log\":{\"version\":\"1.2\",\"entries\":[" entries "]}}"
#define AND          ","

static struct mock *mock_playing(const char *har)
{
    struct err err;
    write_file("recorded.har", har);
    struct mock_options options = {.replay = in_folder("recorded.har")};
    struct mock *m = mock_new(&options, &err);
    if (!m) {
        fail_msg("%s", err.text);
    }
    return m;
}

static void assert_body(struct mock *m, enum mock_token token, const char *line, int status,
                        const char *text)
{
    struct answered a;
    ask_mock_as(&a, m, token, line, "", "");
    if (a.head.status != status || !span_eq(a.body, span_of(text))) {
        fail_msg("%s: %d %.*s, not %d %s", line, a.head.status, SPAN_ARG(a.body), status, text);
    }
    drop(&a);
}

static void answers_come_in_order_and_the_last_stays(void **state)
{
    (void)state;
    struct mock *m = mock_playing(
        HAR(ENTRY("GET", "/a", BEARER, 200, NO_MORE, TEXT("one"))
                AND ENTRY("GET", "/b", BEARER, 200, NO_MORE, TEXT("other"))
                    AND ENTRY("GET", "/a", BEARER, 404, NO_MORE, TEXT("two"))
                        AND ENTRY("GET", "/a?x=1", BEARER, 200, NO_MORE, TEXT("query"))
                            AND ENTRY("POST", "/a", BEARER, 200, NO_MORE, TEXT("post"))));
    assert_int_equal(mock_counts(m).recorded, 5);
    assert_body(m, MOCK_TOKEN_GOOD, "GET /a", 200, "one");
    assert_body(m, MOCK_TOKEN_GOOD, "GET /a?x=1", 200, "query");
    assert_body(m, MOCK_TOKEN_GOOD, "GET /a", 404, "two");
    assert_body(m, MOCK_TOKEN_GOOD, "GET /a", 404, "two");
    assert_body(m, MOCK_TOKEN_GOOD, "POST /a", 200, "post");
    assert_body(m, MOCK_TOKEN_GOOD, "GET /b", 200, "other");
    mock_free(m);
}

static void what_was_not_recorded_is_built_in(void **state)
{
    (void)state;
    struct mock *m = mock_playing(HAR(ENTRY("GET", "/a", BEARER, 200, NO_MORE, TEXT("one"))));
    struct answered a;
    ask_mock_as(&a, m, MOCK_TOKEN_GOOD, "GET /api/v2/user/me", "", "");
    assert_int_equal(a.head.status, 200);
    drop(&a);
    ask_mock_as(&a, m, MOCK_TOKEN_GOOD, "GET /a?x=1", "", "");
    assert_says(a.body, "name", "NotFound");
    drop(&a);
    mock_free(m);
}

static void fields_of_the_connection_are_made_anew(void **state)
{
    (void)state;
    struct answered a;
    struct mock *m = mock_playing(HAR(
        ENTRY("GET", "/a", BEARER, 200,
              "[{\"name\":\"Content-Type\",\"value\":\"text/csv\"},"
              "{\"name\":\"Content-Encoding\",\"value\":\"br\"},"
              "{\"name\":\"Transfer-Encoding\",\"value\":\"chunked\"},"
              "{\"name\":\"Content-Length\",\"value\":\"999\"},"
              "{\"name\":\"Connection\",\"value\":\"close\"},{\"name\":\"hmac\",\"value\":\"old\"},"
              "{\"name\":\"timestamp\",\"value\":\"1\"},{\"name\":\"Date\",\"value\":\"old\"},"
              "{\"name\":\"X-Bad\",\"value\":\"a\\r\\nX-Worse: b\"},"
              "{\"name\":\"X-Kept\",\"value\":\"yes\"}]",
              TEXT("a,b"))));
    ask_mock_as(&a, m, MOCK_TOKEN_GOOD, "GET /a", "", "");
    assert_true(span_eq(a.body, SPAN("a,b")));
    assert_true(span_eq(value(&a, "Content-Type"), SPAN("text/csv")));
    assert_true(span_eq(value(&a, "Content-Length"), SPAN("3")));
    assert_true(span_eq(value(&a, "X-Kept"), SPAN("yes")));
    static const char *const gone[] = {
        "Content-Encoding", "Transfer-Encoding", "Connection", "hmac", "timestamp", "X-Worse"};
    for (size_t i = 0; i < sizeof gone / sizeof gone[0]; i++) {
        assert_int_equal(value(&a, gone[i]).len, 0);
    }
    assert_int_equal(http_field_count(&a.head, SPAN("Date")), 1);
    drop(&a);
    mock_free(m);
}

static void base64_is_decoded(void **state)
{
    (void)state;
    struct mock *m =
        mock_playing(HAR(ENTRY("GET", "/a", BEARER, 200, NO_MORE,
                               "{\"text\":\"aGVsbG8sIHdvcmxk\",\"encoding\":\"base64\"}")));
    assert_body(m, MOCK_TOKEN_GOOD, "GET /a", 200, "hello, world");
    mock_free(m);
}

static void a_token_is_needed_where_one_was_sent(void **state)
{
    (void)state;
    struct answered a;
    struct wire w;
    char stranger[128] = "Authorization: Bearer v2x";
    memset(stranger + strlen(stranger), 'a', 64);
    strcat(stranger, "\r\n");
    struct mock *m =
        mock_playing(HAR(ENTRY("GET", "/open", NO_MORE, 200, NO_MORE, TEXT("open"))
                             AND ENTRY("GET", "/a", NO_MORE, 401, NO_MORE, TEXT("who are you?"))
                                 AND ENTRY("GET", "/a", BEARER, 200, NO_MORE, TEXT("yours"))
                                     AND ENTRY("GET", "/b", BEARER, 200, NO_MORE, TEXT("closed"))));
    assert_body(m, NOBODY, "GET /open", 200, "open");
    assert_body(m, MOCK_TOKEN_GOOD, "GET /open", 200, "open");
    assert_body(m, MOCK_TOKEN_GOOD, "GET /a", 200, "yours");
    assert_body(m, NOBODY, "GET /a", 401, "who are you?");
    ask_mock_as(&a, m, NOBODY, "GET /b", "", "");
    assert_says(a.body, "error", "No access token");
    drop(&a);
    ask_mock_as(&a, m, MOCK_TOKEN_SPENT, "GET /b", "", "");
    assert_says(a.body, "error", "session expired");
    drop(&a);
    ask_mock_as(&a, m, NOBODY, "GET /b", "Authorization: Bearer 99999999999999999999\r\n", "");
    assert_says(a.body, "error", "unauthorized");
    drop(&a);
    /* Anybody's own token will do here, and only here. */
    assert_body(m, MOCK_TOKEN_VIEWER, "GET /b", 200, "closed");
    wire_request(&w, "GET /b", stranger);
    ask_mock(&a, m, &w.head, SPAN(""));
    assert_true(span_eq(a.body, SPAN("closed")));
    drop(&a);
    wire_request(&w, "GET /api/v2/user/me", stranger);
    ask_mock(&a, m, &w.head, SPAN(""));
    assert_says(a.body, "error", "unauthorized");
    drop(&a);
    mock_free(m);
}

static void what_succeeded_is_signed_for_this_token(void **state)
{
    (void)state;
    struct mock *m =
        mock_playing(HAR(ENTRY("GET", "/api/v2/x?limit=1", BEARER, 200, NO_MORE, TEXT("{}"))
                             AND ENTRY("GET", "/api/v2/y", BEARER, 400, NO_MORE, TEXT("{}"))));
    for (const char *version = "23"; *version; version++) {
        struct answered a;
        struct wire w;
        char fields[600];
        sdk_fields(*version, "/api/v2/x?limit=1", fields, sizeof fields);
        wire_request(&w, "GET /api/v2/x?limit=1", fields);
        ask_mock(&a, m, &w.head, SPAN(""));
        assert_int_equal(a.head.status, 200);
        assert_signed(&a, *version, "/api/v2/x?limit=1", SPAN("{}"));
        drop(&a);
        sdk_fields(*version, "/api/v2/y", fields, sizeof fields);
        wire_request(&w, "GET /api/v2/y", fields);
        ask_mock(&a, m, &w.head, SPAN(""));
        assert_int_equal(a.head.status, 400);
        assert_int_equal(value(&a, "hmac").len, 0);
        drop(&a);
    }
    mock_free(m);
}

static void tokens_that_were_redacted_are_the_mocks(void **state)
{
    (void)state;
    struct answered a;
    struct mock *m = mock_playing(HAR(
        ENTRY("POST", "/api/v2/user/login", NO_MORE, 200, NO_MORE,
              TEXT("{\\\"access_token\\\": \\\"[redacted]\\\",\\\"id\\\":\\\"7\\\"}"))
            AND ENTRY("POST", "/api/v2/user/accesstoken", BEARER, 200, NO_MORE,
                      TEXT("{\\\"token\\\":\\\"[redacted]\\\",\\\"otp\\\":\\\"[redacted]\\\"}"))));
    ask_mock_as(&a, m, NOBODY, "POST /api/v2/user/login", "", "{}");
    assert_says(a.body, "access_token", mock_token(MOCK_TOKEN_LOGIN));
    assert_says(a.body, "id", "7");
    drop(&a);
    ask_mock_as(&a, m, MOCK_TOKEN_LOGIN, "POST /api/v2/user/accesstoken", "", "{}");
    assert_says(a.body, "token", mock_token(MOCK_TOKEN_GOOD));
    assert_says(a.body, "otp", "[redacted]");
    drop(&a);
    mock_free(m);
}

static void fixtures_and_a_scenario_come_first(void **state)
{
    (void)state;
    struct err err;
    write_file("recorded.har",
               HAR(ENTRY("GET", "/a", BEARER, 200, NO_MORE, TEXT("recorded"))
                       AND ENTRY("GET", "/open", NO_MORE, 200, NO_MORE, TEXT("recorded"))));
    write_file("a.json", "{\"request\":{\"method\":\"GET\",\"path\":\"/a\"},"
                         "\"response\":{\"status\":200,\"text\":\"written\"}}");
    char path[400];
    snprintf(path, sizeof path, "%s", in_folder("recorded.har"));
    struct mock_options options = {.fixtures = folder, .replay = path};
    struct mock *m = mock_new(&options, &err);
    assert_non_null(m);
    assert_body(m, MOCK_TOKEN_GOOD, "GET /a", 200, "written");
    mock_free(m);
    options.scenario = "session-expired-error";
    m = mock_new(&options, &err);
    assert_non_null(m);
    struct answered a;
    ask_mock_as(&a, m, MOCK_TOKEN_GOOD, "GET /a", "", "");
    assert_says(a.body, "error", "session expired");
    drop(&a);
    assert_body(m, MOCK_TOKEN_GOOD, "GET /open", 200, "recorded");
    mock_free(m);
}

static void what_cannot_be_given_is_left_out(void **state)
{
    (void)state;
    struct mock *m = mock_playing(HAR(ENTRY("GET", "/a", BEARER, 0, NO_MORE, "{}")
                                          AND ENTRY("GET", "/b", BEARER, 304, NO_MORE, "{}")));
    struct mock_counts counts = mock_counts(m);
    assert_int_equal(counts.recorded, 1);
    assert_int_equal(counts.left_out, 1);
    assert_body(m, MOCK_TOKEN_GOOD, "GET /b", 304, "");
    mock_free(m);
}

static void what_is_no_har_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *says;
    } cases[] = {
        {"{\"error\":\"No access token\"}", "found no HAR, expected one"},
        {HAR(""), "log.entries is empty"},
        {"{\"log\":{\"entries\":1}}", "log.entries: a list is expected, found a number"},
        {HAR(ENTRY("GET", "/a", BEARER, 0, NO_MORE, "{}")), "found no entry with a response"},
        {HAR("{\"request\":{}}"), "log.entries[0].request.method: a string is expected"},
    };
    struct err err;
    struct mock_options options = {.replay = folder};
    assert_null(mock_new(&options, &err));
    assert_non_null(strstr(err.text, "it is no regular file"));
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        write_file("bad.har", cases[i].text);
        options.replay = in_folder("bad.har");
        assert_null(mock_new(&options, &err));
        if (err.code != ERR_INPUT || !strstr(err.text, cases[i].says)) {
            fail_msg("%s\n  was refused with: %s", cases[i].text, err.text);
        }
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(answers_come_in_order_and_the_last_stays),
        TEST(what_was_not_recorded_is_built_in),
        TEST(fields_of_the_connection_are_made_anew),
        TEST(base64_is_decoded),
        TEST(a_token_is_needed_where_one_was_sent),
        TEST(what_succeeded_is_signed_for_this_token),
        TEST(tokens_that_were_redacted_are_the_mocks),
        TEST(fixtures_and_a_scenario_come_first),
        TEST(what_cannot_be_given_is_left_out),
        TEST(what_is_no_har_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
