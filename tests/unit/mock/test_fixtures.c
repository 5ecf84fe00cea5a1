/* Routes out of files: which one answers what, and what is refused before the mock starts. */
#include "asked.h"
#include "folder.h"

#define SAYS(method, path, text)                                                                   \
    "{\"request\":{\"method\":\"" method "\",\"path\":\"" path                                     \
    "\"},\"response\":{\"status\":200,\"body\":{\"says\":\"" text "\"}}}"

static struct mock *mock_with_fixtures(void)
{
    struct err err;
    struct mock_options options = {.fixtures = folder};
    struct mock *m = mock_new(&options, &err);
    if (!m) {
        fail_msg("%s", err.text);
    }
    return m;
}

static void assert_answer(struct mock *m, const char *line, const char *text)
{
    struct answered a;
    ask_mock_as(&a, m, MOCK_TOKEN_GOOD, line, "", "");
    assert_int_equal(a.head.status, 200);
    assert_says(a.body, "says", text);
    drop(&a);
}

static void the_most_specific_one_answers(void **state)
{
    (void)state;
    write_file("a.json", SAYS("GET", "/api/v2/{coin}/wallet/{id}", "any wallet"));
    write_file("b.json", SAYS("GET", "/api/v2/tbtc/wallet/{id}", "bitcoin"));
    write_file("c.json", SAYS("GET", "/api/v2/{coin}/wallet/mine", "mine"));
    write_file("d.json", SAYS("GET", "/api/v2/tbtc/wallet/mine", "my bitcoin"));
    write_file("e.json", SAYS("POST", "/api/v2/{coin}/wallet/{id}", "posted"));
    write_file("f.json", SAYS("GET", "/api/v2/tbtc/wallet/", "nothing behind the slash"));
    write_file("notes.txt", "no fixture");
    struct mock *m = mock_with_fixtures();
    assert_int_equal(mock_counts(m).fixtures, 6);
    assert_answer(m, "GET /api/v2/hteth/wallet/1", "any wallet");
    assert_answer(m, "GET /api/v2/tbtc/wallet/1?limit=25", "bitcoin");
    assert_answer(m, "GET /api/v2/hteth/wallet/mine", "mine");
    assert_answer(m, "GET /api/v2/tbtc/wallet/mine", "my bitcoin");
    assert_answer(m, "POST /api/v2/tbtc/wallet/mine", "posted");
    assert_answer(m, "GET /api/v2/tbtc/wallet/", "nothing behind the slash");
    mock_free(m);
}

static void a_query_narrows_a_route(void **state)
{
    (void)state;
    write_file("a.json", SAYS("GET", "/api/v2/tbtc/transfer", "all"));
    write_file("b.json", "{\"request\":{\"method\":\"GET\",\"path\":\"/api/v2/tbtc/transfer\","
                         "\"query\":{\"prevId\":\"a b\",\"limit\":\"1\"}},"
                         "\"response\":{\"status\":200,\"body\":{\"says\":\"page\"}}}");
    struct mock *m = mock_with_fixtures();
    assert_answer(m, "GET /api/v2/tbtc/transfer?limit=1&x=y&prevId=a%20b", "page");
    assert_answer(m, "GET /api/v2/tbtc/transfer?limit=1&prevId=a+b", "page");
    assert_answer(m, "GET /api/v2/tbtc/transfer?limit=1&prevId=a", "all");
    assert_answer(m, "GET /api/v2/tbtc/transfer", "all");
    mock_free(m);
}

static void it_needs_a_token_unless_it_says_so(void **state)
{
    (void)state;
    struct answered a;
    write_file("a.json", SAYS("GET", "/closed", "x"));
    write_file("b.json", "{\"request\":{\"method\":\"GET\",\"path\":\"/open\",\"bearer\":\"none\"},"
                         "\"response\":{\"status\":200,\"text\":\"come in\"}}");
    struct mock *m = mock_with_fixtures();
    ask_mock_as(&a, m, NOBODY, "GET /closed", "", "");
    assert_int_equal(a.head.status, 401);
    assert_says(a.body, "error", "No access token");
    drop(&a);
    ask_mock_as(&a, m, MOCK_TOKEN_SPENT, "GET /closed", "", "");
    assert_says(a.body, "error", "session expired");
    drop(&a);
    ask_mock_as(&a, m, NOBODY, "GET /open", "", "");
    assert_int_equal(a.head.status, 200);
    assert_true(span_eq(a.body, SPAN("come in")));
    assert_true(span_eq(value(&a, "Content-Type"), SPAN("text/plain; charset=utf-8")));
    drop(&a);
    mock_free(m);
}

static void headers_and_status_are_as_written(void **state)
{
    (void)state;
    struct answered a;
    write_file("a.json",
               "{\"request\":{\"method\":\"GET\",\"path\":\"/a\"},\"response\":{\"status\":"
               "409,\"headers\":{\"content-type\":\"application/problem+json\","
               "\"X-Note\":\"seen\"},\"body\":[1,0.1,null]}}");
    write_file("b.json", "{\"request\":{\"method\":\"DELETE\",\"path\":\"/b\"},\"response\":{"
                         "\"status\":204}}");
    struct mock *m = mock_with_fixtures();
    ask_mock_as(&a, m, MOCK_TOKEN_GOOD, "GET /a", "", "");
    assert_int_equal(a.head.status, 409);
    assert_int_equal(http_field_count(&a.head, SPAN("Content-Type")), 1);
    assert_true(span_eq(value(&a, "Content-Type"), SPAN("application/problem+json")));
    assert_true(span_eq(value(&a, "X-Note"), SPAN("seen")));
    assert_true(span_eq(a.body, SPAN("[1,0.1,null]")));
    drop(&a);
    ask_mock_as(&a, m, MOCK_TOKEN_GOOD, "HEAD /a", "", "");
    assert_int_equal(a.head.status, 409);
    assert_int_equal(a.body.len, 0);
    drop(&a);
    ask_mock_as(&a, m, MOCK_TOKEN_GOOD, "DELETE /b", "", "");
    assert_int_equal(a.head.status, 204);
    assert_int_equal(value(&a, "Content-Length").len, 0);
    drop(&a);
    mock_free(m);
}

static void it_wins_over_what_is_built_in_and_is_signed(void **state)
{
    (void)state;
    struct answered a;
    struct wire w;
    char fields[600];
    write_file("a.json", SAYS("GET", "/api/v2/user/me", "it is me"));
    struct mock *m = mock_with_fixtures();
    for (const char *version = "23"; *version; version++) {
        sdk_fields(*version, "/api/v2/user/me", fields, sizeof fields);
        wire_request(&w, "GET /api/v2/user/me", fields);
        ask_mock(&a, m, &w.head, SPAN(""));
        assert_says(a.body, "says", "it is me");
        assert_signed(&a, *version, "/api/v2/user/me", a.body);
        drop(&a);
    }
    mock_free(m);
}

static void a_mistake_is_refused_with_its_place(void **state)
{
    (void)state;
#define ASKS           "\"request\":{\"method\":\"GET\",\"path\":\"/a\"}"
#define OK             "\"response\":{\"status\":200}"
#define RESPONSE(more) "{" ASKS ",\"response\":{\"status\":200," more "}}"
    static const struct {
        const char *text;
        const char *says;
    } cases[] = {
        {"", "line 1, column 0: found no JSON"},
        {"{\"request\":{},\"request\":{}}", "found no JSON (duplicate object key"},
        {"[]", "the file: found a list, expected an object"},
        {"{}", "request: found nothing, expected an object"},
        {"{" ASKS "}", "response: found nothing, expected an object"},
        {"{" ASKS "," OK ",\"note\":1}", "note: found a key that is unknown, expected request and"},
        {"{\"request\":{\"path\":\"/a\"}," OK "}", "request.method: found nothing, expected"},
        {"{\"request\":{\"method\":\"get\",\"path\":\"/a\"}," OK "}",
         "request.method: found another text, expected a method in capital letters"},
        {"{\"request\":{\"method\":\"GET\",\"path\":\"a\"}," OK "}", "request.path: found another"},
        {"{\"request\":{\"method\":\"GET\",\"path\":\"/a?b=c\"}," OK "}", "request.path: found"},
        {"{\"request\":{\"method\":\"GET\",\"path\":\"/a/{\"}," OK "}", "request.path: found"},
        {"{\"request\":{\"method\":\"GET\",\"path\":\"/a/x{y}\"}," OK "}", "request.path: found"},
        {"{\"request\":{\"method\":\"GET\",\"path\":\"/a\",\"query\":\"b=c\"}," OK "}",
         "request.query: found a string, expected an object of texts"},
        {"{\"request\":{\"method\":\"GET\",\"path\":\"/a\",\"query\":{\"limit\":1}}," OK "}",
         "request.query.limit: found a number, expected a text"},
        {"{\"request\":{\"method\":\"GET\",\"path\":\"/a\",\"bearer\":false}," OK "}",
         "request.bearer: found false, expected \"required\" or \"none\""},
        {"{" ASKS ",\"response\":{}}", "response.status: found nothing, expected an integer from"},
        {"{" ASKS ",\"response\":{\"status\":101}}", "response.status: found another number"},
        {RESPONSE("\"headers\":[]"), "response.headers: found a list, expected an object of texts"},
        {RESPONSE("\"headers\":{\"X\":1}"), "response.headers.X: found a number"},
        {RESPONSE("\"headers\":{\"X\":\"a\\r\\nB: c\"}"),
         "response.headers.X: found what cannot stand in a head"},
        {RESPONSE("\"headers\":{\"HMAC\":\"0\"}"), "response.headers.HMAC: found it, expected no"},
        {RESPONSE("\"body\":{},\"text\":\"\""), "response: found body and text, expected one"},
        {RESPONSE("\"text\":{}"), "response.text: found an object, expected a text"},
        {RESPONSE("\"delay\":1"), "response.delay: found a key that is unknown, expected status,"},
        {"{" ASKS ",\"response\":{\"status\":204,\"body\":{}}}", "response.body: found it"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct err err = {0};
        struct mock_options options = {.fixtures = folder};
        write_file("bad.json", cases[i].text);
        assert_null(mock_new(&options, &err));
        if (err.code != ERR_INPUT || !strstr(err.text, in_folder("bad.json")) ||
            !strstr(err.text, cases[i].says)) {
            fail_msg("%s\n  was refused with: %s\n  and not with: %s", cases[i].text, err.text,
                     cases[i].says);
        }
    }
}

static void two_for_the_same_are_refused(void **state)
{
    (void)state;
    struct err err;
    struct mock_options options = {.fixtures = folder};
    write_file("a.json", SAYS("GET", "/api/{coin}", "a"));
    write_file("b.json", SAYS("GET", "/api/{token}", "b"));
    assert_null(mock_new(&options, &err));
    assert_non_null(strstr(err.text, "b.json: request: found the one of"));
    assert_non_null(strstr(err.text, "a.json"));
}

static void what_is_too_much_or_nothing_is_refused(void **state)
{
    (void)state;
    struct err err;
    struct mock_options options = {.fixtures = folder};
    assert_null(mock_new(&options, &err));
    assert_non_null(strstr(err.text, "found 0 files *.json, expected 1 to 1000"));
    char *big = malloc((1u << 20) + 2);
    assert_non_null(big);
    memset(big, ' ', (1u << 20) + 1);
    big[(1u << 20) + 1] = '\0';
    write_file("a.json", big);
    free(big);
    assert_null(mock_new(&options, &err));
    assert_non_null(strstr(err.text, "a.json: the file: found too many bytes"));
    options.fixtures = "/nonexistent";
    assert_null(mock_new(&options, &err));
    assert_int_equal(err.code, ERR_FILE);
    assert_non_null(strstr(err.text, "/nonexistent: cannot read this folder"));
}

/* The README's example is a fixture. */
static void the_example_is_right(void **state)
{
    (void)state;
    char readme[16384] = "";
    FILE *f = fopen(TESTS_DIR "/../proxy/mock/README.md", "r");
    assert_non_null(f);
    assert_true(fread(readme, 1, sizeof readme - 1, f) > 0);
    fclose(f);
    char *begin = strstr(readme, "```json\n");
    assert_non_null(begin);
    begin += strlen("```json\n");
    char *end = strstr(begin, "```");
    assert_non_null(end);
    *end = '\0';
    write_file("a.json", begin);
    struct answered a;
    struct mock *m = mock_with_fixtures();
    ask_mock_as(&a, m, MOCK_TOKEN_GOOD, "GET /api/v2/x/wallet/y?limit=25", "", "");
    assert_says(a.body, "balanceString", "100");
    drop(&a);
    mock_free(m);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_most_specific_one_answers),
        TEST(a_query_narrows_a_route),
        TEST(it_needs_a_token_unless_it_says_so),
        TEST(headers_and_status_are_as_written),
        TEST(it_wins_over_what_is_built_in_and_is_signed),
        TEST(a_mistake_is_refused_with_its_place),
        TEST(two_for_the_same_are_refused),
        TEST(what_is_too_much_or_nothing_is_refused),
        TEST(the_example_is_right),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
