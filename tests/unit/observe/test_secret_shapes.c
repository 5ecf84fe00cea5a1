/* Shapes of secrets that need no name: user and password in front of a host, private keys that were
 * cut, tokens in the place of a WebSocket's protocol. */
#include "redacting.h"

#define WIF  "KxFC1jmwwCoACiCAWZ3eXa96mBM6tb3TYzGmf6YwgdGWZgawvrtJ"
#define SEED "SB7QYNF7SOWQ3GLR2BGMZEHXAVIRZA4KVWLTJJFC7MGXUA74P7UJVSGZ"

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

static void test_keys_that_were_cut(void **state)
{
    static const char *const keys[] = {WIF,
                                       SEED,
                                       "L1aW4aubDFB7yfras2S1mN3bqg9nwySY8nkoLmJebSLD5BWv3ENZ",
                                       "5HueCGU8rMjxEXxiPuD5BDku4MkFqeZyd4dZ1jvhTVqvbTLvyTJ",
                                       "cTpB4YiyKiBcPxnefsDpbnDxFDffjqJob8wGCEDXxgQ7zQoMXJdH",
                                       "92Pg46rUhgTT7romnV7iGW6W1gbGdeezqdbJCzShkCsYNzyyNcc"};
    (void)state;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        for (size_t len = 45; len <= strlen(keys[i]); len++) {
            char text[128];
            snprintf(text, sizeof text, "key %.*s", (int)len, keys[i]);
            bool address =
                keys[i][0] == '5' && (len == 47 || len == 48); /* of Substrate's chains */
            check(text, address ? text : "key [redacted]");
        }
    }
    /* Ids, addresses and hashes at the end. */
    static const char *const shown[] = {
        "59cd72485007a239fb00282ed480da1f",
        "2NEe8GWc4xMVBBzSXqMBMhQ9HX6FSuFDsDa",
        "LM2WMpR1Rp6j3Sa59cMXMs1SPzj9eXpGc1",
        "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq",
        "0x52908400098527886E0F7030069857D2E4169EE7",
        "GA7QYNF7SOWQ3GLR2BGMZEHXAVIRZA4KVWLTJJFC7MGXUA74P7UJVSGZ",
        "KT1VsSxSXUkgw6zkBGgUuDXXuJs9ToPqkrCg",
        "9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin",
        "5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty",
        "5HGjWAeFDfFCWPsjFQdVV2Msvz2XtMktvgocEZcCj68kUMaw",
        "SAB2CDEFGH34JKLMNPQRS",
        "c9f2xmn58rrtuf6g4imnsqf2p",
        "6bf98a33e50670143e28d6bd728efee647bcb2718eca67431d1ab8b3610dbacf",
        "KxFC1jmwwCoACiCAWZ3",
    };
    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++) {
        check_same(shown[i]);
    }
    check_same("KxFC1jmwwCoACiCAWZ3eXa and more");
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
        cmocka_unit_test(test_keys_that_were_cut),
        cmocka_unit_test(test_protocols_of_websockets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
