/* Where a dial may lead, judged by addresses alone. */
#include "bounds.h"
#include "testing.h"

static struct ip ip_of(const char *text)
{
    struct ip ip = {0};
    ip_parse(span_of(text), &ip);
    return ip;
}

static bool is_ourselves(const char *own, const char *peer, const char *local)
{
    struct dial_options options = {.own = ip_of(own), .own_port = 8401};
    struct ends ends = {.peer = ip_of(peer), .peer_port = 8401, .local = ip_of(local)};
    return bounds_is_ourselves(&options, &ends);
}

static void we_are_where_we_listen(void **state)
{
    (void)state;
    assert_true(is_ourselves("127.0.0.1", "127.0.0.1", "127.0.0.1"));
    assert_true(is_ourselves("192.0.2.1", "192.0.2.1", "192.0.2.9"));
    assert_false(is_ourselves("127.0.0.1", "192.0.2.1", "192.0.2.1"));
    assert_false(is_ourselves("127.0.0.1", "127.0.0.2", "127.0.0.1"));
    assert_false(is_ourselves("127.0.0.1", "::1", "::1"));
    assert_false(is_ourselves("", "127.0.0.1", "127.0.0.1"));
    assert_false(is_ourselves("0.0.0.0", "", ""));
}

static void listening_everywhere_we_are_every_address_of_this_machine(void **state)
{
    (void)state;
    static const char *const owns[] = {"0.0.0.0", "::"};
    for (size_t i = 0; i < 2; i++) {
        assert_true(is_ourselves(owns[i], "127.0.0.53", "127.0.0.1"));
        assert_true(is_ourselves(owns[i], "::1", "::1"));
        assert_true(is_ourselves(owns[i], "192.0.2.1", "192.0.2.1"));
        assert_true(is_ourselves(owns[i], "2001:db8::1", "2001:db8::1"));
        assert_false(is_ourselves(owns[i], "192.0.2.2", "192.0.2.1"));
        assert_false(is_ourselves(owns[i], "192.0.2.2", ""));
    }
}

static void both_ends_on_this_machine(void **state)
{
    (void)state;
    struct ends ends = {.peer = ip_of("9.9.9.9"), .peer_port = 80, .local = ip_of("9.9.9.9")};
    assert_true(bounds_is_this_machine(&ends));
    ends.local = ip_of("192.0.2.1");
    assert_false(bounds_is_this_machine(&ends));
    assert_false(bounds_is_this_machine(&(struct ends){0}));
}

static void addresses_in_any_spelling(void **state)
{
    (void)state;
    static const char *const spellings[] = {"127.0.0.1",    "127.1",      "0x7f000001",
                                            "017700000001", "2130706433", "::ffff:127.0.0.1"};
    struct ip ip;
    for (size_t i = 0; i < sizeof spellings / sizeof *spellings; i++) {
        assert_true(bounds_is_address(spellings[i], &ip));
        assert_true(ip_eq(ip, ip_of("127.0.0.1")));
    }
    assert_true(bounds_is_address("fe80::1%eth0", &ip));
    assert_true(ip_eq(ip, ip_of("fe80::1")));
    assert_false(bounds_is_address("localhost", &ip));
    assert_false(bounds_is_address("127.0.0.1.example", &ip));
    assert_false(bounds_is_address("", &ip));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(we_are_where_we_listen),
        cmocka_unit_test(listening_everywhere_we_are_every_address_of_this_machine),
        cmocka_unit_test(both_ends_on_this_machine),
        cmocka_unit_test(addresses_in_any_spelling),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
