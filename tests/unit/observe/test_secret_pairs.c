/* A secret name and its value, however far apart, decorated, commented or in which order. */
#include "redacting.h"

#define TEN     "          "
#define SEVENTY TEN TEN TEN TEN TEN TEN TEN
#define FEEDS   "\n\n\n\n\n\n\n\n\n\n"

static void test_indexes(void **state)
{
    (void)state;
    check("otp[]=" CANARY "&password[0]=" CANARY "&a=1",
          "otp[]=[redacted]&password[0]=[redacted]&a=1");
    check("password%5B%5D=a%26" CANARY "&a=1", "password%5B%5D=[redacted]&a=1");
    check("user%5Bpassword%5D%5B0%5D=" CANARY "&a=1", "user%5Bpassword%5D%5B0%5D=[redacted]&a=1");
    check("see user['password'][0] = " CANARY "\nx", "see user['password'][0] = [redacted]\nx");
    check("see https://x/?otp[]=" CANARY " now", "see https://x/?otp[]=[redacted] now");
    check_target("/a?otp[0]=" CANARY "&b=1", "/a?otp[0]=[redacted]&b=1");
    check_target("/a?x=1;password[]=" CANARY, "/a?x=1;password[]=[redacted]");
    check_target("/a?next=/b?password%5B%5D=" CANARY, "/a?next=/b?password%5B%5D=[redacted]");
    check_target("/a?b=%3Fotp%5B%5D%3D" CANARY, "/a?b=%3Fotp%5B%5D%3D[redacted]");
    check_field("Location", "https://x/?password[0]=" CANARY "#y",
                "https://x/?password[0]=[redacted]");
    check_field("Link", "<https://x/?otp[]=" CANARY ">", "<https://x/?otp[]=[redacted]>");
    check_field("otp[0]", CANARY, "[redacted]");
    check_same("wallets[0]=a&tokens[x]");
}

/* A form's value ends at '&' only. */
static void test_forms(void **state)
{
    (void)state;
    check("a=1&password='b'," CANARY "&c=2", "a=1&password=[redacted]&c=2");
    check("password={b}" CANARY "&c=2", "password=[redacted]&c=2");
    check("password=true;" CANARY "&c=2", "password=[redacted]&c=2");
    check_same("needsOTP=true&c=2");
}

static void test_what_stands_between(void **state)
{
    (void)state;
    check("{\"password\"" SEVENTY ":\"" CANARY "\"}", "{\"password\"" SEVENTY ":\"[redacted]\"}");
    check("{\"password\":" SEVENTY FEEDS "\"" CANARY "\"}",
          "{\"password\":" SEVENTY FEEDS "\"[redacted]\"}");
    check("{\"password\"/*x*/:/*y*/\"" CANARY "\",\"a\":1}",
          "{\"password\"/*x*/:/*y*/\"[redacted]\",\"a\":1}");
    check("{\"password\"\v:\"" CANARY "\"}", "{\"password\"\v:\"[redacted]\"}");
    check("s:8:\"password\";s:11:\"" CANARY "\";", "s:8:\"password\";s:11:\"[redacted]\";");
    check_same("{\"needsOTP\"" SEVENTY ":" SEVENTY "true}");
}

static void test_keys_of_several_words(void **state)
{
    (void)state;
    check("{\"password (user)\":\"" CANARY "\",\"a\":1}",
          "{\"password (user)\":\"[redacted]\",\"a\":1}");
    check("{\"password/user\":\"" CANARY "\"}", "{\"password/user\":\"[redacted]\"}");
    check("{\"pass word\" : \"" CANARY "\"}", "{\"pass word\" : \"[redacted]\"}");
    check("{\"x\":\"{\\\"password/user\\\":\\\"" CANARY "\\\"}\"}",
          "{\"x\":\"{\\\"password/user\\\":\\\"[redacted]\\\"}\"}");
    check("'user/otp' => '" CANARY "',", "'user/otp' => '[redacted]',");
    check_json("{\"password (user)\":\"x\"}", "{\"password (user)\":\"[redacted]\"}");
    check_same("(\"no access token at all, or one (none that is valid)\": 1)");
    check_same("';' BWS token [ BWS '=' BWS");
    check_same("{\"error\":\"no access token (or none that is valid)\",\"a b\":\"c\"}");
}

static void test_values_of_many_lines(void **state)
{
    (void)state;
    check("password = \"\"\"\nx\n" CANARY "\"\"\"\na = 1",
          "password = \"\"\"[redacted]\"\"\"\na = 1");
    check("password: |\n  x\n\n  " CANARY "\na: 1", "password: |\n[redacted]a: 1");
    check("a:\n  password: >-\n    x\n    " CANARY "\n  b: 1",
          "a:\n  password: >-\n[redacted]  b: 1");
}

/* A name and a value that are members of the same object. */
static void test_partners(void **state)
{
    (void)state;
    check("{\"value\":\"" CANARY "\",\"name\":\"password\"}",
          "{\"value\":\"[redacted]\",\"name\":\"password\"}");
    check("[{\"name\":\"password\",\"type\":{\"a\":1},\"value\":\"" CANARY "\"}]",
          "[{\"name\":\"password\",\"type\":{\"a\":1},\"value\":\"[redacted]\"}]");
    check("{\"x\":\"{\\\"value\\\":\\\"" CANARY "\\\",\\\"key\\\":\\\"x-api-key\\\"}\"}",
          "{\"x\":\"{\\\"value\\\":\\\"[redacted]\\\",\\\"key\\\":\\\"x-api-key\\\"}\"}");
    check("{\"value\":[\"" CANARY "\",{\"value\":\"x\",\"name\":\"otp\"},\"" CANARY
          "\"],\"name\":\"prv\"}",
          "{\"value\":[redacted],\"name\":\"prv\"}");
    check("env:\n- name: A\n  value: 1\n- name: PASSWORD\n  value: " CANARY "\n",
          "env:\n- name: A\n  value: 1\n- name: PASSWORD\n  value: [redacted]\n");
    check("- value: 1\n  name: A\n- value: " CANARY "\n  name: TOKEN\n",
          "- value: 1\n  name: A\n- value: [redacted]\n  name: TOKEN\n");
    check("<input value=\"" CANARY "\" type=\"text\" name=\"otp\"><i value=\"x\">",
          "<input value=\"[redacted]\" type=\"text\" name=\"otp\"><i value=\"x\">");
    check("{\"name\":\"Authorization\",\"a\":1,\"value\":\"Bearer " CANARY "\"}",
          "{\"name\":\"Authorization\",\"a\":1,\"value\":\"Bearer [redacted]\"}");
    check_same("[{\"name\":\"a\",\"value\":\"b\"},{\"value\":\"c\",\"name\":\"d\"}]");
    check_same("[{\"name\":\"otp\"},{\"value\":\"c\"}]");
    check_same("[{\"value\":\"c\"},{\"name\":\"otp\"}]");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_indexes),
        cmocka_unit_test(test_forms),
        cmocka_unit_test(test_what_stands_between),
        cmocka_unit_test(test_keys_of_several_words),
        cmocka_unit_test(test_values_of_many_lines),
        cmocka_unit_test(test_partners),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
