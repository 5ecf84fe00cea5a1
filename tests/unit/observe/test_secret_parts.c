/* Secrets in parts of multipart forms. */
#include "redacting.h"

#define HEAD(rest)  "--b\r\nContent-Disposition: form-data; " rest "\r\n\r\n"
#define HIDES(rest) check(HEAD(rest) CANARY "\r\n--b--\r\n", HEAD(rest) "[redacted]\n--b--\r\n")
#define SHOWS(rest) check_same(HEAD(rest) CANARY "\r\n--b--\r\n")
#define FIFTY       "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
#define SIX_HUNDRED FIFTY FIFTY FIFTY FIFTY FIFTY FIFTY FIFTY FIFTY FIFTY FIFTY FIFTY FIFTY

static void test_heads_of_parts(void **state)
{
    (void)state;
    HIDES("name=password");
    HIDES("name=\"user[password]\"");
    HIDES("name=\"passphrase[]\"");
    HIDES("name=\"wallet passphrase\"");
    HIDES("name = \"passphrase\"");
    HIDES("name=\"pass\\\"word\"; x=\"y\"");
    HIDES("name*=utf-8''password");
    HIDES("filename=\"passphrase.txt\"; name=\"f\"");
    HIDES("name=\"otp\"\r\nX-Foo: " SIX_HUNDRED);
    SHOWS("name=\"label\"");
    SHOWS("name=\"label\"; filename=\"a.txt\"");
    SHOWS("name=\"label\"\r\nContent-Type: text/plain");
}

static void test_where_parts_end(void **state)
{
    (void)state;
    check(HEAD("name=\"otp\"") "a\n--" CANARY "\r\n--banana" CANARY "\r\n--b\r\nx",
          HEAD("name=\"otp\"") "[redacted]\n--b\r\nx");
    check("{\"body\":\"--b\r\nContent-Disposition: form-data; name=\"otp\"\r\n\r\n" CANARY
          "\r\n--b--\",\"a\":1}",
          "{\"body\":\"--b\r\nContent-Disposition: form-data; "
          "name=\"otp\"\r\n\r\n[redacted]\n--b--\","
          "\"a\":1}");
    check(
        HEAD("name=\"otp\"") "a\r\n--b\r\nContent-Disposition: form-data; name=\"c\"\r\n\r\nd\r\n"
                             "--b--",
        HEAD("name=\"otp\"") "[redacted]\n--b\r\nContent-Disposition: form-data; name=\"c\"\r\n\r\n"
                             "d\r\n--b--");
    /* Cut at either end. */
    check("Content-Disposition: form-data; name=\"otp\"\n\n" CANARY "\n--b\nx",
          "Content-Disposition: form-data; name=\"otp\"\n\n[redacted]");
    check(HEAD("name=\"otp\"") CANARY, HEAD("name=\"otp\"") "[redacted]");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_heads_of_parts),
        cmocka_unit_test(test_where_parts_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
