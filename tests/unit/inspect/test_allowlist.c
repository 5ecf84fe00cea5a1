/* Allowlists: blocks of both families, which list decides, and long lists. */
#include "request.h"

#define NOBODY        "198.51.100.1"
#define FINGERPRINT_A "00000000000000aa"
#define FINGERPRINT_B "10000000000000aa" /* falls on the same place of a small table */

static struct ip ip(const char *text)
{
    struct ip ip = {0};
    if (!ip_parse(span_of(text), &ip)) {
        fail_msg("%s is no address", text);
    }
    return ip;
}

static struct cidr block(const char *text)
{
    struct cidr block = {0};
    const char *why = "";
    if (!cidr_parse(span_of(text), &block, &why)) {
        fail_msg("%s: %s", text, why);
    }
    return block;
}

static void allow(struct allowlist *list, const char *text)
{
    struct cidr b = block(text);
    assert_int_equal(allowlist_add(list, &b), 0);
}

static void allow_client(struct allowlist *list, const char *client, const char *text)
{
    struct cidr c = block(client);
    struct cidr b = block(text);
    assert_int_equal(allowlist_add_client(list, &c, &b), 0);
}

static void allow_token(struct allowlist *list, const char *fingerprint, const char *text)
{
    struct cidr b = block(text);
    assert_int_equal(allowlist_add_token(list, fingerprint, &b), 0);
}

static enum source_verdict judge(const struct allowlist *list, const char *source)
{
    return allowlist_judge(list, "", ip(NOBODY), ip(source));
}

static void an_empty_list_says_nothing(void **state)
{
    (void)state;
    struct allowlist *list = allowlist_new();
    assert_int_equal(judge(list, "192.0.2.1"), SOURCE_NO_LIST);
    assert_int_equal(judge(list, "2001:db8::1"), SOURCE_NO_LIST);
    assert_int_equal(allowlist_judge(list, FINGERPRINT_A, ip(NOBODY), ip("192.0.2.1")),
                     SOURCE_NO_LIST);
    allowlist_free(list);
    allowlist_free(NULL);
}

static void blocks(void **state)
{
    (void)state;
    static const struct {
        const char *block;
        const char *inside[2];
        const char *outside[3];
    } rows[] = {
        {"192.0.2.7", {"192.0.2.7", "::ffff:192.0.2.7"}, {"192.0.2.6", "192.0.2.8", "::192.0.2.7"}},
        {"192.0.2.0/24", {"192.0.2.0", "192.0.2.255"}, {"192.0.1.255", "192.0.3.0", "c000:200::"}},
        {"192.0.2.128/25", {"192.0.2.128", "192.0.2.255"}, {"192.0.2.127", "192.0.3.128", "::1"}},
        {"128.0.0.0/1", {"128.0.0.0", "255.255.255.255"}, {"127.255.255.255", "0.0.0.0", "8000::"}},
        {"0.0.0.0/0", {"0.0.0.0", "255.255.255.255"}, {"::", "::1", "2001:db8::"}},
        {"::/0", {"::", "ffff::"}, {"0.0.0.0", "192.0.2.1", "::ffff:192.0.2.1"}},
        {"2001:db8::/32",
         {"2001:db8::", "2001:db8:ffff::1"},
         {"2001:db7:ffff::", "2001:db9::", "32.1.13.184"}},
        {"2001:db8::1",
         {"2001:db8::1", "2001:db8:0::1"},
         {"2001:db8::", "2001:db8::2", "192.0.2.1"}},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct allowlist *list = allowlist_new();
        allow(list, rows[i].block);
        for (size_t n = 0; n < COUNT(rows[i].inside); n++) {
            assert_int_equal(judge(list, rows[i].inside[n]), SOURCE_ALLOWED);
        }
        for (size_t n = 0; n < COUNT(rows[i].outside); n++) {
            assert_int_equal(judge(list, rows[i].outside[n]), SOURCE_DENIED);
        }
        assert_int_equal(allowlist_judge(list, "", ip(NOBODY), (struct ip){0}), SOURCE_DENIED);
        allowlist_free(list);
    }
}

static void the_most_specific_list_decides(void **state)
{
    (void)state;
    struct allowlist *list = allowlist_new();
    allow(list, "192.0.2.1");
    allow_client(list, "10.0.0.0/8", "192.0.2.2");
    allow_client(list, "10.1.0.0/16", "192.0.2.3");
    allow_client(list, "10.1.0.0/16", "192.0.2.33");
    allow_client(list, "2001:db8::/32", "192.0.2.4");
    allow_token(list, FINGERPRINT_A, "192.0.2.5");
    allow_token(list, FINGERPRINT_B, "2001:db8::5");
    static const struct {
        const char *fingerprint;
        const char *peer;
        const char *allowed;
    } rows[] = {
        {"", "198.51.100.1", "192.0.2.1"},
        {"", "10.2.0.1", "192.0.2.2"},
        {"", "10.1.0.1", "192.0.2.3"},
        {"", "10.1.255.255", "192.0.2.33"},
        {"", "::ffff:10.1.0.1", "192.0.2.3"},
        {"", "2001:db8::99", "192.0.2.4"},
        {FINGERPRINT_A, "10.1.0.1", "192.0.2.5"},
        {"00000000000000AA", "10.1.0.1", "192.0.2.5"},
        {FINGERPRINT_B, "198.51.100.1", "2001:db8::5"},
        {"20000000000000aa", "10.2.0.1", "192.0.2.2"},
    };
    static const char *const sources[] = {"192.0.2.1", "192.0.2.2",   "192.0.2.3",  "192.0.2.4",
                                          "192.0.2.5", "2001:db8::5", "192.0.2.33", "192.0.2.6"};
    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_int_equal(
            allowlist_judge(list, rows[i].fingerprint, ip(rows[i].peer), ip(rows[i].allowed)),
            SOURCE_ALLOWED);
        size_t allowed = 0;
        for (size_t n = 0; n < COUNT(sources); n++) {
            allowed += allowlist_judge(list, rows[i].fingerprint, ip(rows[i].peer),
                                       ip(sources[n])) == SOURCE_ALLOWED;
        }
        assert_int_equal(allowed, span_starts(span_of(rows[i].peer), SPAN("10.1.")) &&
                                          !rows[i].fingerprint[0]
                                      ? 2
                                  : strcmp(rows[i].peer, "::ffff:10.1.0.1") == 0 ? 2
                                                                                 : 1);
    }
    allowlist_free(list);
}

static void lists_for_some_leave_the_others_alone(void **state)
{
    (void)state;
    struct allowlist *list = allowlist_new();
    allow_token(list, FINGERPRINT_A, "192.0.2.5");
    allow_client(list, "10.0.0.0/8", "192.0.2.2");
    assert_int_equal(judge(list, "192.0.2.9"), SOURCE_NO_LIST);
    assert_int_equal(allowlist_judge(list, FINGERPRINT_B, ip(NOBODY), ip("192.0.2.9")),
                     SOURCE_NO_LIST);
    assert_int_equal(allowlist_judge(list, FINGERPRINT_A, ip(NOBODY), ip("192.0.2.9")),
                     SOURCE_DENIED);
    assert_int_equal(allowlist_judge(list, "", ip("10.9.9.9"), ip("192.0.2.9")), SOURCE_DENIED);
    allowlist_free(list);
}

static void bad_fingerprints_are_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {"",
                                        "aa",
                                        "00000000000000a",
                                        "00000000000000aa0",
                                        "00000000000000ag",
                                        "-0000000000000aa",
                                        " 0000000000000aa"};
    struct allowlist *list = allowlist_new();
    struct cidr b = block("192.0.2.1");
    struct cidr none = {0};
    for (size_t i = 0; i < COUNT(texts); i++) {
        assert_int_equal(allowlist_add_token(list, texts[i], &b), -1);
    }
    assert_int_equal(allowlist_add(list, &none), -1);
    allowlist_free(list);
}

/* Every second address of a range, for all, and as many tokens. */
static void long_lists(void **state)
{
    (void)state;
    enum { ENTRIES = 10000 };
    struct allowlist *list = allowlist_new();
    char text[64];
    for (unsigned i = 0; i < ENTRIES; i++) {
        snprintf(text, sizeof text, "10.%u.%u.%u", i >> 15, (i >> 7) & 255, (i << 1) & 255);
        allow(list, text);
        snprintf(text, sizeof text, "2001:db8:0:%x::/64", i * 2);
        allow(list, text);
        char fingerprint[FINGERPRINT_SIZE];
        snprintf(fingerprint, sizeof fingerprint, "%016x", i * 4096u);
        allow_token(list, fingerprint, "192.0.2.0/24");
    }
    for (unsigned i = 0; i < ENTRIES * 2; i++) {
        enum source_verdict expected = i % 2 ? SOURCE_DENIED : SOURCE_ALLOWED;
        snprintf(text, sizeof text, "10.%u.%u.%u", i >> 16, (i >> 8) & 255, i & 255);
        assert_int_equal(judge(list, text), expected);
        snprintf(text, sizeof text, "2001:db8:0:%x::77", i);
        assert_int_equal(judge(list, text), expected);
        char fingerprint[FINGERPRINT_SIZE];
        snprintf(fingerprint, sizeof fingerprint, "%016x", i * 2048u);
        assert_int_equal(allowlist_judge(list, fingerprint, ip(NOBODY), ip("192.0.2.9")),
                         i % 2 ? SOURCE_DENIED : SOURCE_ALLOWED);
        assert_int_equal(allowlist_judge(list, fingerprint, ip(NOBODY), ip("10.0.0.0")),
                         i % 2 ? SOURCE_ALLOWED : SOURCE_DENIED);
    }
    allowlist_free(list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_list_says_nothing),
        cmocka_unit_test(blocks),
        cmocka_unit_test(the_most_specific_list_decides),
        cmocka_unit_test(lists_for_some_leave_the_others_alone),
        cmocka_unit_test(bad_fingerprints_are_refused),
        cmocka_unit_test(long_lists),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
