/* What goes out: lines as they came, connection fields gone; and targets taken apart for judgement.
 */
#include "testing.h"
#include "why401/http/serialise.h"
#include "why401/http/target.h"

static struct http_field fields[64];
static const struct http_limits limits = {.head_bytes = 65536, .fields = 64};

static void assert_request_becomes(const char *in, bool upgrade, const char *expected)
{
    struct http_head head = {.fields = fields};
    struct err err;
    struct str out;
    str_init(&out, 65536);
    if (http_read_request(span_of(in), &limits, &head, &err) != 0) {
        fail_msg("%s: %s", in, err.text);
    }
    http_write_request(&out, &head, head.target, SPAN("app.bitgo.com"), upgrade);
    assert_string_equal(str_cstr(&out), expected);
    str_release(&out);
}

static void assert_response_becomes(const char *in, enum http_framing framing,
                                    enum http_connection connection, const char *expected)
{
    struct http_head head = {.fields = fields};
    struct err err;
    struct str out;
    str_init(&out, 65536);
    if (http_read_response(span_of(in), &limits, SPAN("GET"), &head, &err) != 0) {
        fail_msg("%s: %s", in, err.text);
    }
    http_write_response(&out, &head, framing, connection);
    assert_string_equal(str_cstr(&out), expected);
    str_release(&out);
}

static void requests_keep_every_line_but_the_connection_s(void **state)
{
    (void)state;
    assert_request_becomes(
        "PUT /a?b=%3a&c HTTP/1.1\r\nX-a:1\r\nhost: h:1\r\nx-A:  2  \r\nConnection: X-b , close\r\n"
        "X-B: gone\r\nKeep-Alive: 5\r\nTE: trailers\r\nTrailer: T\r\n"
        "Transfer-Encoding: chunked\r\nProxy-Connection: x\r\nUpgrade: websocket\r\n"
        "Authorization: Bearer t\r\nCookie:\r\n\r\n",
        false,
        "PUT /a?b=%3a&c HTTP/1.1\r\nX-a:1\r\nhost: app.bitgo.com\r\nx-A:  2  \r\nTrailer: T\r\n"
        "Transfer-Encoding: chunked\r\nAuthorization: Bearer t\r\nCookie:\r\n\r\n");
    assert_request_becomes(
        "GET / HTTP/1.1\r\nHost: h\r\nproxy-Connection: x\r\nProxy-Authorization: Basic x\r\n"
        "Proxy-Foo: 1\r\nProxy-Mine: gone\r\nConnection: proxy-mine\r\nProxy: p\r\n\r\n",
        false, "GET / HTTP/1.1\r\nHost: app.bitgo.com\r\nProxy-Foo: 1\r\nProxy: p\r\n\r\n");
    assert_request_becomes("GET / HTTP/1.0\r\nExpect: 100-continue\r\nA: b\r\n\r\n", false,
                           "GET / HTTP/1.1\r\nHost: app.bitgo.com\r\nA: b\r\n\r\n");
    assert_request_becomes(
        "GET / HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n", true,
        "GET / HTTP/1.1\r\nHost: app.bitgo.com\r\nConnection: Upgrade\r\n"
        "Upgrade: websocket\r\n\r\n");
}

static void responses_say_how_they_are_framed(void **state)
{
    (void)state;
    assert_response_becomes(
        "HTTP/1.0 200 Fine\r\nA:b\r\nConnection: keep-alive\r\nContent-Length: 3\r\n\r\n",
        HTTP_LENGTH, CONNECTION_SAY_NOTHING,
        "HTTP/1.1 200 Fine\r\nA:b\r\nContent-Length: 3\r\n\r\n");
    assert_response_becomes("HTTP/1.1 200 \r\nTransfer-Encoding: chunked\r\nB: c\r\n\r\n",
                            HTTP_UNTIL_CLOSE, CONNECTION_CLOSE,
                            "HTTP/1.1 200 \r\nB: c\r\nConnection: close\r\n\r\n");
    assert_response_becomes("HTTP/1.1 200 OK\r\n\r\n", HTTP_CHUNKED, CONNECTION_SAY_NOTHING,
                            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    assert_response_becomes(
        "HTTP/1.1 200 OK\r\nProxy-Status: cdn; error=x\r\nProxy-Authenticate: Basic\r\n"
        "Proxy-Authentication-Info: a=b\r\nProxy-Connection: close\r\nContent-Length: 0\r\n\r\n",
        HTTP_LENGTH, CONNECTION_SAY_NOTHING,
        "HTTP/1.1 200 OK\r\nProxy-Status: cdn; error=x\r\nContent-Length: 0\r\n\r\n");
    assert_response_becomes(
        "HTTP/1.1 426 Upgrade Required\r\nUpgrade: w\r\nContent-Length: 0\r\n\r\n", HTTP_NO_BODY,
        CONNECTION_KEEP_ALIVE,
        "HTTP/1.1 426 Upgrade Required\r\nConnection: Upgrade\r\nUpgrade: w\r\n"
        "Content-Length: 0\r\nConnection: keep-alive\r\n\r\n");
}

static void chunks_are_written_in_hexadecimal(void **state)
{
    (void)state;
    struct str out;
    str_init(&out, 100);
    http_write_chunk_line(&out, 0xabc0);
    http_write_last_chunk(&out, SPAN("T: 1\r\n"));
    assert_string_equal(str_cstr(&out), "abc0\r\n0\r\nT: 1\r\n\r\n");
    str_release(&out);
}

#define ASSERT_SPAN(s, text) assert_true(span_eq(s, SPAN(text)))

static void targets_come_apart(void **state)
{
    (void)state;
    struct target t = target_split(SPAN("/api/v2/hteth:usdc/wallet?a=b?c"));
    assert_int_equal(t.form, TARGET_ORIGIN);
    ASSERT_SPAN(t.path, "/api/v2/hteth:usdc/wallet");
    ASSERT_SPAN(t.query, "a=b?c");
    t = target_split(SPAN("HTTPS://h:1?q"));
    assert_int_equal(t.form, TARGET_ABSOLUTE);
    ASSERT_SPAN(t.authority, "h:1");
    ASSERT_SPAN(t.query, "q");
    assert_int_equal(target_split(SPAN("http:///x")).form, TARGET_BAD);
    assert_int_equal(target_split(SPAN("http://u@h/x")).form, TARGET_BAD);
    assert_int_equal(target_split(SPAN("h:443")).form, TARGET_AUTHORITY);
    assert_int_equal(target_split(SPAN("*")).form, TARGET_ASTERISK);
    assert_int_equal(target_split(SPAN("ftp://h/")).form, TARGET_BAD);
}

static void queries_come_apart_and_are_decoded(void **state)
{
    (void)state;
    struct span rest = SPAN("&a=1&&b&c=d=e&");
    struct span name;
    struct span value;
    assert_true(query_next(&rest, &name, &value));
    ASSERT_SPAN(name, "a");
    ASSERT_SPAN(value, "1");
    assert_true(query_next(&rest, &name, &value));
    ASSERT_SPAN(name, "b");
    assert_int_equal(value.len, 0);
    assert_true(query_next(&rest, &name, &value));
    ASSERT_SPAN(value, "d=e");
    assert_false(query_next(&rest, &name, &value));
    struct str out;
    str_init(&out, 100);
    percent_decode(&out, SPAN("a%3A+%zz%4"), true);
    assert_string_equal(str_cstr(&out), "a: %zz%4");
    str_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests_keep_every_line_but_the_connection_s),
        cmocka_unit_test(responses_say_how_they_are_framed),
        cmocka_unit_test(chunks_are_written_in_hexadecimal),
        cmocka_unit_test(targets_come_apart),
        cmocka_unit_test(queries_come_apart_and_are_decoded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
