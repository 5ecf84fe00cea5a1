/* Transcripts of curl. */
#include "reading.h"

#include "made.h"

static const char transcript[] =
    "$ curl -v https://app.bitgo.com/api/v2/user/me?x=1\n"
    "* Connected to app.bitgo.com (192.0.2.1) port 443 (#0)\n"
    "* ALPN, server accepted to use h2\n"
    "} [5 bytes data]\r\n"
    "> GET /api/v2/user/me?x=1 HTTP/2\r\n"
    "> Host: app.bitgo.com\r\n"
    "> authorization: Bearer " MADE_UP_TOKEN "\r\n"
    "> \r\n"
    "{ [5 bytes data]\r\n"
    "< HTTP/2 401 \r\n"
    "< date: Tue, 24 Nov 2026 09:15:03 GMT\r\n"
    "< content-encoding: gzip\r\n"
    "< x-auth-required: true\r\n"
    "< \r\n"
    "{\n  \"error\": \"session expired\"\n}* Connection #0 to host app.bitgo.com left intact\n";

static void a_call_is_read(void **state)
{
    (void)state;
    struct input in;
    understand(&in, transcript, INPUT_CURL, 1);
    const struct exchange *x = in.exchanges[0];
    assert_span(x->request.head.method, "GET");
    assert_span(x->request.head.target, "/api/v2/user/me?x=1");
    assert_span(x->target.path, "/api/v2/user/me");
    assert_span(x->host, "app.bitgo.com");
    assert_int_equal(x->port, 443);
    assert_span(http_value(&x->request.head, SPAN("Authorization")), "Bearer " MADE_UP_TOKEN);
    assert_int_equal(x->response.head.status, 401);
    assert_span(http_value(&x->response.head, SPAN("X-Auth-Required")), "true");
    assert_null(http_field(&x->response.head, SPAN("Content-Encoding")));
    assert_span(body_of(&x->response), "{\n  \"error\": \"session expired\"\n}");
    assert_int_equal(x->started_ms, 1795511703000);
    input_release(&in);
}

static void several_calls_are_read_in_order(void **state)
{
    (void)state;
    struct input in;
    understand(&in,
               "> CONNECT app.bitgo.com:443 HTTP/1.1\n> Host: app.bitgo.com:443\n> \n"
               "< HTTP/1.1 200 Connection established\n< \n* CONNECT phase completed\n"
               "> POST /a HTTP/1.1\n> Host: app.bitgo.com:8443\n> \n"
               "< HTTP/1.1 100 Continue\n< \n< HTTP/1.1 302 Found\n< Location: /b\n< \n"
               "* Connection #0 to host app.bitgo.com left intact\n"
               "> GET /b HTTP/1.1\n> Host: app.bitgo.com\n> \n"
               "100    10  100    10    0     0    100      0 --:--:-- --:--:-- --:--:--   100< "
               "HTTP/1.1 400 Bad Request\n"
               "< \nno\n"
               "> GET /never HTTP/1.1\n> \n* Operation timed out\n",
               INPUT_CURL, 3);
    assert_span(in.exchanges[0]->request.head.target, "/a");
    assert_int_equal(in.exchanges[0]->port, 8443);
    assert_int_equal(in.exchanges[0]->response.head.status, 302);
    assert_int_equal(in.exchanges[0]->response.body.len, 0);
    assert_int_equal(in.exchanges[1]->response.head.status, 400);
    assert_span(body_of(&in.exchanges[1]->response), "no");
    assert_int_equal(in.exchanges[2]->response.head.status, 0);
    assert_int_equal(in.exchanges[2]->maker, MAKER_NOBODY);
    input_release(&in);
}

static void curl_i_is_read(void **state)
{
    (void)state;
    struct input in;
    understand(&in, "HTTP/1.1 404 Not Found\r\nServer: x\r\n\r\n{\"error\":\"wallet not found\"}\n",
               INPUT_CURL, 1);
    assert_int_equal(in.exchanges[0]->response.head.status, 404);
    assert_span(http_value(&in.exchanges[0]->response.head, SPAN("Server")), "x");
    assert_span(body_of(&in.exchanges[0]->response), "{\"error\":\"wallet not found\"}");
    assert_int_equal(in.exchanges[0]->request.head.method.len, 0);
    input_release(&in);
}

static void without_tls_it_is_http(void **state)
{
    (void)state;
    struct input in;
    understand(&in,
               "* Connected to localhost (127.0.0.1) port 3080\n> GET /api/v2/ping HTTP/1.1\n"
               "> Host: localhost\n> \n< HTTP/1.1 404 Not Found\n< \n",
               INPUT_CURL, 1);
    assert_span(in.exchanges[0]->scheme, "http");
    assert_int_equal(in.exchanges[0]->port, 80);
    assert_false(in.exchanges[0]->tls);
    input_release(&in);
}

static void times(void **state)
{
    (void)state;
    assert_int_equal(made_time_read(SPAN("2026-11-24T09:15:03.123Z")), 1795511703123);
    assert_int_equal(made_time_read(SPAN("2026-11-24T10:15:03.1234567+01:00")), 1795511703123);
    assert_int_equal(made_time_read(SPAN("2026-11-24T09:15:03Z")), 1795511703000);
    assert_int_equal(made_time_read(SPAN("Tue, 24 Nov 2026 09:15:03 GMT")), 1795511703000);
    assert_int_equal(made_time_read(SPAN("yesterday, at a quarter to ten")), 0);
    assert_int_equal(made_time_read(SPAN("2026-13-24T09:15:03Z")), 0);
    assert_int_equal(made_time_read(SPAN("")), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_call_is_read), cmocka_unit_test(several_calls_are_read_in_order),
        cmocka_unit_test(curl_i_is_read), cmocka_unit_test(without_tls_it_is_http),
        cmocka_unit_test(times),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
