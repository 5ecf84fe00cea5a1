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

static void addresses_of_the_internet_are_public(void **state)
{
    (void)state;
    static const char *const public_ones[] = {
        "1.1.1.1",          "9.255.255.255",   "11.0.0.0",         "100.63.255.255",
        "100.128.0.0",      "126.255.255.255", "128.0.0.0",        "169.253.255.255",
        "169.255.0.0",      "172.15.255.255",  "172.32.0.0",       "192.0.1.0",
        "192.0.3.0",        "192.167.255.255", "192.169.0.0",      "198.17.255.255",
        "198.20.0.0",       "223.255.255.255", "::ffff:1.1.1.1",   "2606:4700::1111",
        "2a00:1450::1",     "2001:200::1",     "64:ff9b::1.1.1.1", "2002:101:101::1",
        "3ffe:ffff:ffff::1"};
    for (size_t i = 0; i < sizeof public_ones / sizeof *public_ones; i++) {
        if (!ip_is_public(ip(public_ones[i]))) {
            fail_msg("%s is public", public_ones[i]);
        }
    }
}

static void other_addresses_are_not(void **state)
{
    (void)state;
    static const char *const others[] = {"0.0.0.0",
                                         "0.255.255.255",
                                         "10.0.0.1",
                                         "100.64.0.1",
                                         "100.127.255.255",
                                         "127.0.0.1",
                                         "127.255.255.255",
                                         "169.254.169.254",
                                         "172.16.0.1",
                                         "172.31.255.255",
                                         "192.0.0.1",
                                         "192.0.2.1",
                                         "192.88.99.1",
                                         "192.168.255.255",
                                         "198.18.0.1",
                                         "198.19.255.255",
                                         "198.51.100.1",
                                         "203.0.113.1",
                                         "224.0.0.1",
                                         "239.255.255.255",
                                         "240.0.0.1",
                                         "255.255.255.255",
                                         "::ffff:10.0.0.1",
                                         "::ffff:127.0.0.1",
                                         "::",
                                         "::1",
                                         "::127.0.0.1",
                                         "64:ff9b::10.0.0.1",
                                         "64:ff9b::7f00:1",
                                         "64:ff9b:1::1.1.1.1",
                                         "100::1",
                                         "2001::1",
                                         "2001:1ff::1",
                                         "2001:db8::1",
                                         "2002:a00:1::1",
                                         "2002:7f00:1::",
                                         "2002:a9fe:a9fe::",
                                         "3fff:fff::1",
                                         "5f00::1",
                                         "fc00::1",
                                         "fdff::1",
                                         "fe80::1",
                                         "fec0::1",
                                         "ff02::1"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        if (ip_is_public(ip(others[i]))) {
            fail_msg("%s is not public", others[i]);
        }
    }
    assert_false(ip_is_public((struct ip){0}));
}

static void what_ends_in_a_number_is_no_name(void **state)
{
    (void)state;
    static const char *const numbers[] = {"127.1",     "2130706433", "0x7f000001", "0177.0.0.1",
                                          "010.0.0.1", "08.0.0.1",   "0X7F.0.0.1", "127.0.0.0x",
                                          "1.2.3.4.5", "name.1",     "192.0.2.1"};
    static const char *const names[] = {"",         "localhost", "1.example",   "example.1a",
                                        "x0.0x1.a", "a.0xg",     "127.0.0.1.x", "0x7f.com"};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        assert_true(ip_ends_in_number(span_of(numbers[i])));
    }
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        assert_false(ip_ends_in_number(span_of(names[i])));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_contain_what_they_say),
        cmocka_unit_test(bad_blocks_say_why),
        cmocka_unit_test(texts_come_back),
        cmocka_unit_test(addresses_of_the_internet_are_public),
        cmocka_unit_test(other_addresses_are_not),
        cmocka_unit_test(what_ends_in_a_number_is_no_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
