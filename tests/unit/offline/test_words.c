/* Secrets in sentences. */
#include "reading.h"

#include "why401/offline/words.h"

static void sentences(void **state)
{
    (void)state;
    static const struct {
        const char *said;
        const char *kept;
    } cases[] = {
        {"my password hunter2 gives an error", "my password [redacted] gives an error"},
        {"The passphrase is \"Swordfish\", and the token disappeared",
         "The passphrase is [redacted] and the token disappeared"},
        {"otp 777777 is incorrect", "otp [redacted] is incorrect"},
        {"token abc123def disappeared", "token [redacted] disappeared"},
        {"password error - ccm: tag doesn't match", "password error - ccm: tag doesn't match"},
        {"incorrect otp", "incorrect otp"},
        {"token disappeared", "token disappeared"},
        {"create access token v2/user/accesstoken", "create access token v2/user/accesstoken"},
        {"token ERC20", "token ERC20"},
        {"session expired", "session expired"},
        {"", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct str out;
        str_init(&out, 4096);
        words_redact(&out, span_of(cases[i].said));
        assert_string_equal(str_cstr(&out), cases[i].kept);
        str_release(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(sentences)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
