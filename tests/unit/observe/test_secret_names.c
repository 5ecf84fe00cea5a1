/* Names of BitGo's own routes and of others. */
#include "redacting.h"

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
        "signerTlsCert", "enableTokens", "tokenIds",    "input",       "key",    "keys",  "passes",
        "wallet[id]",    "token id",     "isToken2022", "tokenIds[0]", "keyIds", "sids1x"};
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
    check_json("{\"tokens\":[\"" CANARY "\"]}", "{\"tokens\":\"[redacted]\"}");
    check_json("{\"tokens\":[{\"name\":\"x\"}]}", "{\"tokens\":[{\"name\":\"x\"}]}");
    check_json("{\"tokens\":{\"x\":{\"balance\":1}}}", "{\"tokens\":{\"x\":{\"balance\":1}}}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_more_names),
        cmocka_unit_test(test_lists_of_tokens),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
