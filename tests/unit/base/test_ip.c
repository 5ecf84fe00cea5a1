/* Addresses and blocks, as texts and as what they contain. */
#include "testing.h"
#include "why401/base/ip.h"

static struct ip ip(const char *text)
{
    struct ip out;
    if (!ip_parse(span_of(text), &out)) {
        fail_msg("%s is no address", text);
    }
    return out;
}

static bool contains(const char *block, const char *address)
{
    struct cidr c;
    const char *why = "";
    if (!cidr_parse(span_of(block), &c, &why)) {
        fail_msg("%s: %s", block, why);
    }
    return cidr_contains(&c, ip(address));
}

static void blocks_contain_what_they_say(void **state)
{
    (void)state;
    assert_true(contains("192.0.2.0/24", "192.0.2.255"));
    assert_false(contains("192.0.2.0/24", "192.0.3.0"));
    assert_true(contains("192.0.2.128/25", "192.0.2.128"));
    assert_false(contains("192.0.2.128/25", "192.0.2.127"));
    assert_true(contains("0.0.0.0/0", "8.8.8.8"));
    assert_false(contains("0.0.0.0/0", "2001:db8::1"));
    assert_true(contains("192.0.2.7", "192.0.2.7"));
    assert_true(contains("192.0.2.7", "::ffff:192.0.2.7"));
    assert_true(contains("2001:db8::/33", "2001:db8:7fff::1"));
    assert_false(contains("2001:db8::/33", "2001:db8:8000::1"));
    assert_true(contains("::/0", "::1"));
}

static void bad_blocks_say_why(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",       "192.0.2",      "192.0.2.0/33", "192.0.2.0/",     "192.0.2.0/-1",  "192.0.2.1/24",
        "::/129", "fe80::1%eth0", "[::1]",        "192.0.2.0/024x", "192.0.2.0/24/1"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct cidr c;
        const char *why = NULL;
        assert_false(cidr_parse(span_of(bad[i]), &c, &why));
        assert_non_null(why);
    }
}

static void texts_come_back(void **state)
{
    (void)state;
    char text[IP_TEXT_SIZE];
    assert_string_equal(ip_text(ip("2001:DB8::1"), text), "2001:db8::1");
    assert_string_equal(ip_text(ip("::ffff:10.0.0.1"), text), "10.0.0.1");
    assert_string_equal(ip_text((struct ip){0}, text), "-");
    assert_true(ip_is_loopback(ip("127.9.9.9")) && ip_is_loopback(ip("::1")));
    assert_false(ip_is_loopback(ip("128.0.0.1")) || ip_is_loopback(ip("::2")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_contain_what_they_say),
        cmocka_unit_test(bad_blocks_say_why),
        cmocka_unit_test(texts_come_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
