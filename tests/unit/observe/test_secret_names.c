/* Names of BitGo's own routes and of others, and the company in which an ordinary word is one. */
#include "redacting.h"

#define SEED "JBSWY3DPEHPK3PXPKEY3"

static void test_more_names(void **state)
{
    (void)state;
    static const char *const secret[] = {"decrypted",
                                         "macaroon",
                                         "admin_macaroon",
                                         "signerMacaroon",
                                         "signerAdminMacaroon",
                                         "signerTlsKey",
                                         "tokens",
                                         "otps",
                                         "prvs",
                                         "keyShares",
                                         "otpCode",
                                         "totpCode",
                                         "token1",
                                         "recoveryCodes",
                                         "encryptedSignerShare",
                                         "seeds",
                                         "otp2",
                                         "signerShare",
                                         "backupCode",
                                         "twoFactorCode",
                                         "user[password]",
                                         "otp[0]",
                                         "password[]",
                                         "password (user)",
                                         "password/user",
                                         "wallet passphrase",
                                         "pass word",
                                         "my password \xc3\xa9",
                                         "tokens[0]",
                                         "otp.0"};
    static const char *const harmless[] = {
        "signerTlsCert", "enableTokens", "tokenIds",   "input",    "key",
        "keys",          "passes",       "wallet[id]", "token id", "isToken2022",
        "tokenIds[0]",   "keyIds",       "sids1x",     "phrases",  "bearers"};
    char name[512] = "password";
    for (size_t i = 0; i < sizeof secret / sizeof *secret; i++) {
        if (!redact_is_secret_name(span_of(secret[i]))) {
            fail_msg("%s is not taken for a secret", secret[i]);
        }
    }
    for (size_t i = 0; i < sizeof harmless / sizeof *harmless; i++) {
        if (redact_is_secret_name(span_of(harmless[i]))) {
            fail_msg("%s is taken for a secret", harmless[i]);
        }
    }
    memset(name + 8, 'x', 200);
    assert_true(redact_is_secret_name(span(name, 208)));
}

/* A wallet's tokens are objects with balances; a list of strings may be of access tokens. */
static void test_lists_of_tokens(void **state)
{
    (void)state;
    check("{\"tokens\":[\"" CANARY "\"],\"a\":1}", "{\"tokens\":[redacted],\"a\":1}");
    check("{\"tokens\":\"" CANARY "\"}", "{\"tokens\":\"[redacted]\"}");
    check_same("{\"tokens\":{\"tbaseeth:xsgd\":{\"balance\":1}}}");
    check_same("{\"tokens\": [ {\"name\":\"tbaseeth:xsgd\"}]}");
    check_same("{\"tokens\":[]}");
    check_same("{\"include\":[\"tokens\",\"wallets\"]}");
    check_same("`why401 tokens`, `why401 report`; tokens: what they are");
    check_json("[\"tokens\",\"wallets\"]", "[\"tokens\",\"wallets\"]");
    check_json("{\"tokens\":[\"" CANARY "\"]}", "{\"tokens\":\"[redacted]\"}");
    check_json("{\"tokens\":[{\"name\":\"x\"}]}", "{\"tokens\":[{\"name\":\"x\"}]}");
    check_json("{\"tokens\":{\"x\":{\"balance\":1}}}", "{\"tokens\":{\"x\":{\"balance\":1}}}");
}

static void test_seeds_of_one_time_passwords(void **state)
{
    (void)state;
    check("{\"key\":\"" SEED "\",\"hmac\":\"aa\"}", "{\"key\":\"[redacted]\",\"hmac\":\"aa\"}");
    check("{\"type\":\"totp\",\"key\":\"jbsw y3dp\",\"hmac\":\"aa\"}",
          "{\"type\":\"totp\",\"key\":\"[redacted]\",\"hmac\":\"aa\"}");
    check("{\"url\":\"otpauth://totp/BitGo:me?secret=" SEED "&issuer=BitGo\"}",
          "{\"url\":\"otpauth://totp/BitGo:me?secret=[redacted]&issuer=BitGo\"}");
    check("type=totp&key=" CANARY "&label=x", "type=totp&key=[redacted]&label=x");
    check_json("{\"type\":\"totp\",\"key\":\"x1\",\"label\":\"l\"}",
               "{\"type\":\"totp\",\"key\":\"[redacted]\",\"label\":\"l\"}");
    check_json("{\"key\":\"" SEED "\"}", "{\"key\":\"[redacted]\"}");
    /* Other keys. */
    check_same("{\"type\":\"totp\",\"headers\":[{\"key\":\"Content-Type\"}]}");
    check_json("{\"type\":\"totp\",\"key\":\"label\"}", "{\"type\":\"totp\",\"key\":\"label\"}");
    check_same("{\"key\":\"59cd72485007a239fb00282ed480da1f\"}");
    check_same("{\"key\":\"WALLET\",\"value\":1}");
    check_same("{\"key\":\"TRANSFER_APPROVED_BY_ALL\"}");
    check_same("{\"key\":\"GA7QYNF7SOWQ3GLR2BGMZEHXAVIRZA4KVWLTJJFC7MGXUA74P7UJVSGZ\"}");
    check_json("{\"key\":\"59cd72485007a239fb00282ed480da1f\"}",
               "{\"key\":\"59cd72485007a239fb00282ed480da1f\"}");
}

static void test_what_is_encrypted(void **state)
{
    (void)state;
    struct str out;
    static const struct span input = {"{\"input\":\"" CANARY " x\",\"adata\":1}",
                                      sizeof "{\"input\":\"" CANARY " x\",\"adata\":1}" - 1};
    check("{\"input\":\"" CANARY " x\",\"password\":\"pw\"}",
          "{\"input\":\"[redacted]\",\"password\":\"[redacted]\"}");
    check_json("{\"input\":{\"a\":1},\"password\":\"pw\"}",
               "{\"input\":\"[redacted]\",\"password\":\"[redacted]\"}");
    check("{\"decrypted\":\"" CANARY " x\"}", "{\"decrypted\":\"[redacted]\"}");
    check_same("{\"input\":\"0.1 tbtc\"}");
    check_same("the input: what the password encrypts");
    check_same(input.ptr);
    /* Without a password the route tells. */
    str_init(&out, 1024);
    assert_int_equal(redact_place_of(SPAN("/api/v2/encrypt")), REDACT_ENCRYPTION);
    assert_int_equal(redact_place_of(SPAN("/api/v2/user/me")), REDACT_ANYWHERE);
    redact_body(&out, input, REDACT_ENCRYPTION);
    assert_string_equal(str_cstr(&out), "{\"input\":\"[redacted]\",\"adata\":1}");
    str_release(&out);
    json_t *value = json_loads("{\"a\":[{\"input\":\"x\"}]}", 0, NULL);
    json_t *copy = redact_json_body(value, REDACT_ENCRYPTION);
    char *got = json_dumps(copy, JSON_COMPACT);
    assert_string_equal(got, "{\"a\":[{\"input\":\"[redacted]\"}]}");
    free(got);
    json_decref(copy);
    json_decref(value);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_more_names),
        cmocka_unit_test(test_lists_of_tokens),
        cmocka_unit_test(test_seeds_of_one_time_passwords),
        cmocka_unit_test(test_what_is_encrypted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
