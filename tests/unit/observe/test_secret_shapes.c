/* Shapes of secrets that need no name: user and password in front of a host, tokens in the place of
 * a WebSocket's protocol. */
#include "redacting.h"

static void test_userinfo_without_a_scheme(void **state)
{
    (void)state;
    check_target("user:" CANARY "@app.bitgo.com:443", "[redacted]@app.bitgo.com:443");
    check_target("//user:" CANARY "@app.bitgo.com/x", "//[redacted]@app.bitgo.com/x");
    check_field("Host", "u:" CANARY "@x", "[redacted]@x");
    check_field("Location", "//u:" CANARY "@x/", "//[redacted]@x/");
    check_field("Referer", "//u:" CANARY "@x/", "//[redacted]@x/");
    check("CONNECT user:" CANARY "@app.bitgo.com:443 HTTP/1.1\r\nHost: u:" CANARY "@x",
          "CONNECT [redacted]@app.bitgo.com:443 HTTP/1.1\r\nHost: [redacted]@x");
    check("{\"host\":\"u:" CANARY "@x\"}", "{\"host\":\"[redacted]@x\"}");
    check("{\"u\":\"https://u:p?" CANARY "@h/db\"}", "{\"u\":\"https://[redacted]@h/db\"}");
    check_target("app.bitgo.com:443", "app.bitgo.com:443");
    check_target("/a//b@c?d=e:f@g", "/a//b@c?d=e:f@g");
    check_field("Host", "app.bitgo.com:443", "app.bitgo.com:443");
    check_same("see https://localhost:8401/a@b and //x/y:z, host: ask a@b, // c:d");
    check_same("https://host:port/path");
}

static void test_protocols_of_websockets(void **state)
{
    (void)state;
    check_field("Sec-WebSocket-Protocol", "access_token, " CANARY, "access_token, [redacted]");
    check_field("sec-websocket-protocol", "bearer," CANARY ", a", "bearer, [redacted]");
    check_field("Sec-WebSocket-Protocol", "json, graphql-ws", "json, graphql-ws");
    check("Sec-WebSocket-Protocol: access_token, " CANARY "\r\nHost: h",
          "Sec-WebSocket-Protocol: access_token,[redacted]\r\nHost: h");
    check_same("Sec-WebSocket-Protocol: json, graphql-ws\r\nHost: h");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_userinfo_without_a_scheme),
        cmocka_unit_test(test_protocols_of_websockets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
