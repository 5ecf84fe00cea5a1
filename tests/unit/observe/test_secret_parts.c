/* Secrets in parts of multipart forms, and in elements of XML and HTML. */
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

static void test_elements(void **state)
{
    (void)state;
    check("<a><password xsi:type=\"xsd:string\">" CANARY "</password></a>",
          "<a><password xsi:type=\"xsd:string\">[redacted]</password></a>");
    check("<ns:password>a</b> " CANARY "</ns:password><c/>",
          "<ns:password>[redacted]</ns:password><c/>");
    check("<password><![CDATA[" CANARY "]]></password><c/>", "<password>[redacted]</password><c/>");
    check("<password><v>" CANARY "</v></password>", "<password>[redacted]</password>");
    check("<password value=\"" CANARY "\"/><c/>", "<password value=\"[redacted]\"/><c/>");
    check("<otp a='1' value='" CANARY "'></otp>", "<otp a='1' value='[redacted]'></otp>");
    check("<prv><pub>" CANARY, "<prv>[redacted]");
    check("<prv><prv>a</prv>" CANARY "</prv> x", "<prv>[redacted]</prv> x");
    check("{\"x\":\"<prv a=\\\"1\\\"><v>" CANARY "</v></prv>\"}",
          "{\"x\":\"<prv a=\\\"1\\\">[redacted]</prv>\"}");
    check("<key>password</key><string>" CANARY "</string><key>a</key><string>b</string>",
          "<key>password</key><string>[redacted]</string><key>a</key><string>b</string>");
    check("<m><name>otp</name>\n<value><i>" CANARY "</i></value></m>",
          "<m><name>otp</name>\n<value>[redacted]</value></m>");
    check_same("<needsOTP>true</needsOTP><a>b</a>");
    check_same("<password/><a value=\"b\">c</a>");
    check("{\"error\":\"send Bearer <token> now\",\"a\":\"<b>\"}",
          "{\"error\":\"send Bearer <token>[redacted]\",\"a\":\"<b>\"}");
    check_same("| `x`, `<YOUR_TOKEN>` | quoted |\n| more |");
    check("<a/>\n<otp>\n " CANARY "\n " CANARY, "<a/>\n<otp>[redacted]");
    check("Send Bearer <token> please, <b>now</b>", "Send Bearer <token>[redacted]<b>now</b>");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_heads_of_parts),
        cmocka_unit_test(test_where_parts_end),
        cmocka_unit_test(test_elements),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
