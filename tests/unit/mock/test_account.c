/* Who the mock thinks is calling. The signatures below are those of BitGo's own signing library
 * (BitGoJS modules/sdk-hmac) for the token of 64 zeros, which is the account's good one. */
#include "account.h"
#include "call.h"

/* SHA-256 of that token, as the SDK sends it. */
#define GOOD_HASH "a23017b8c9794e1ec157ea7f03ef47177885d9f3dd0652510c1145bba0e39f54"

#define CREATE_BODY "{\"label\":\"t\",\"otp\":\"0000000\",\"scope\":[\"wallet_view_all\"]}"

/* Requests as the SDK signs them, in versions 2 and 3. */
static const struct vector {
    const char *line;
    const char *body;
    const char *version; /* BitGo-Auth-Version */
    const char *time;    /* Auth-Timestamp */
    const char *subject; /* what is signed */
    const char *hmac;
} vectors[] = {
    {"GET /api/v1/user/me", "", "2.0", "1795462137983", "1795462137983|/api/v1/user/me|",
     "f784b6b8bc0c6761ac3a6f5ed90aa68571482830595ed34b7cfb1b101e4155a9"},
    {"GET /api/v2/tbtc/wallet?limit=25&prevId=p", "", "2.0", "1795462137988",
     "1795462137988|/api/v2/tbtc/wallet?limit=25&prevId=p|",
     "b6bf98a33e50670143e28d6bd728efee647bcb2718eca67431d1ab8b3610dbac"},
    {"POST /api/v2/user/accesstoken", CREATE_BODY, "2.0", "1795462137994",
     "1795462137994|/api/v2/user/accesstoken|" CREATE_BODY,
     "d8d1cfe1c9c79cd286ba49dceba92f1d41786e78cb3a9ff978cb14f585d01c39"},
    {"GET /api/v1/user/me", "", "3.0", "1795462185495", "GET|1795462185495|3.0|/api/v1/user/me|",
     "87673ad1fc772862029163983614c53c260e7331a538dbe59e52f441d4325746"},
};

#define VECTORS (sizeof vectors / sizeof vectors[0])

static void signs_as_the_sdk_does(void **state)
{
    (void)state;
    for (size_t i = 0; i < VECTORS; i++) {
        struct str out;
        str_init(&out, 100);
        account_sign(MOCK_TOKEN_GOOD, span_of(vectors[i].subject), &out);
        assert_string_equal(str_cstr(&out), vectors[i].hmac);
        str_release(&out);
    }
}

/* Who calls with the vector's request, of which `body` and `hmac` may be others. */
static struct caller caller_of(const struct vector *v, const char *body, const char *hmac)
{
    struct wire w;
    char fields[512];
    snprintf(fields, sizeof fields,
             "Authorization: Bearer " GOOD_HASH "\r\nBitGo-Auth-Version: %s\r\n"
             "Auth-Timestamp: %s\r\nHMAC: %s\r\n",
             v->version, v->time, hmac);
    wire_request(&w, v->line, fields);
    return account_caller(&w.head, span_of(body));
}

static void knows_callers_by_their_signature(void **state)
{
    (void)state;
    for (size_t i = 0; i < VECTORS; i++) {
        const struct vector *v = &vectors[i];
        struct caller caller = caller_of(v, v->body, v->hmac);
        assert_int_equal(caller.calling, CALLER_KNOWN);
        assert_int_equal(caller.token, MOCK_TOKEN_GOOD);
        assert_int_equal(caller.version, v->version[0]);
    }
}

static void a_signature_is_for_these_bytes_only(void **state)
{
    (void)state;
    for (size_t i = 0; i < VECTORS; i++) {
        const struct vector *v = &vectors[i];
        const struct vector *other = &vectors[(i + 1) % VECTORS];
        assert_int_equal(caller_of(v, "{}", v->hmac).calling, CALLER_UNKNOWN);
        assert_int_equal(caller_of(v, v->body, other->hmac).calling, CALLER_UNKNOWN);
        assert_int_equal(caller_of(v, v->body, "").calling, CALLER_UNKNOWN);
    }
}

/* Who calls with these field lines and no body. */
static struct caller caller_with(const char *fields)
{
    struct wire w;
    wire_request(&w, "GET /api/v2/user/me", fields);
    return account_caller(&w.head, SPAN(""));
}

static void knows_every_raw_token(void **state)
{
    (void)state;
    for (int i = 0; i < MOCK_TOKEN_COUNT; i++) {
        char fields[128];
        snprintf(fields, sizeof fields, "Authorization: bearer %s\r\n",
                 mock_token((enum mock_token)i));
        struct caller caller = caller_with(fields);
        assert_int_equal(caller.calling, CALLER_KNOWN);
        assert_int_equal(caller.token, i);
        assert_int_equal(caller.version, 0); /* its answers are not signed */
    }
}

static void tells_no_token_from_an_unknown_one(void **state)
{
    (void)state;
    static const char *const none[] = {"",
                                       "Authorization: Bearer\r\n",
                                       "Authorization: Bearer undefined\r\n",
                                       "Authorization: Basic dXNlcjpwYXNzd29yZHBhc3N3b3Jk\r\n",
                                       "Authorization: Bearer ${BITGO_ACCESS_TOKEN_HERE}\r\n",
                                       "Authorization: Bearer <YOUR_ACCESS_TOKEN_HERE>\r\n",
                                       "Authorization: Bearer two words are no token at all\r\n"};
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
        assert_int_equal(caller_with(none[i]).calling, CALLER_NONE);
    }
    /* The hash without the field that says so is no token, raw or not. */
    assert_int_equal(caller_with("Authorization: Bearer " GOOD_HASH "\r\n").calling,
                     CALLER_UNKNOWN);
    assert_int_equal(caller_with("Authorization: Bearer 99999999999999999999\r\n").calling,
                     CALLER_UNKNOWN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(signs_as_the_sdk_does),
        cmocka_unit_test(knows_callers_by_their_signature),
        cmocka_unit_test(a_signature_is_for_these_bytes_only),
        cmocka_unit_test(knows_every_raw_token),
        cmocka_unit_test(tells_no_token_from_an_unknown_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
