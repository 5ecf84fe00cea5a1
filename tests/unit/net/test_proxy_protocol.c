/* PROXY protocol headers, at every split, and what is none. */
#include "proxy_protocol.h"
#include "testing.h"

static struct ip source;
static size_t used;
static struct err err;

#define READ(text) proxy_header_read(SPAN(text), &source, &used, &err)
#define V2         "\r\n\r\n\0\r\nQUIT\n"

static const char *source_text(void)
{
    static char text[IP_TEXT_SIZE];
    return ip_text(source, text);
}

static void version_1_names_the_source(void **state)
{
    (void)state;
    assert_int_equal(READ("PROXY TCP4 192.0.2.7 198.51.100.1 5555 443\r\nGET / "), 0);
    assert_int_equal(used, 44);
    assert_string_equal(source_text(), "192.0.2.7");
    assert_int_equal(READ("PROXY TCP6 2001:db8::7 ::1 5555 443\r\n"), 0);
    assert_string_equal(source_text(), "2001:db8::7");
    assert_int_equal(READ("PROXY UNKNOWN whatever\r\n"), 0);
    assert_int_equal(source.family, 0);
    assert_int_equal(used, 24);
}

static void version_2_names_the_source(void **state)
{
    (void)state;
    assert_int_equal(READ(V2 "\x21\x11\0\x0c\xc0\0\2\7\1\2\3\4\0\1\0\2rest"), 0);
    assert_int_equal(used, 28);
    assert_string_equal(source_text(), "192.0.2.7");
    assert_int_equal(READ(V2 "\x21\x21\0\x24"
                             "\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\7"
                             "0123456789abcdef\0\1\0\2"),
                     0);
    assert_string_equal(source_text(), "2001:db8::7");
    assert_int_equal(READ(V2 "\x20\0\0\0"), 0);
    assert_int_equal(used, 16);
    assert_int_equal(source.family, 0);
}

static void half_a_header_waits_for_the_rest(void **state)
{
    (void)state;
    struct span whole = SPAN("PROXY TCP4 192.0.2.7 198.51.100.1 5555 443\r\n");
    for (size_t n = 0; n < whole.len; n++) {
        assert_int_equal(proxy_header_read(span_first(whole, n), &source, &used, &err), 0);
        assert_int_equal(used, 0);
    }
    whole = SPAN(V2 "\x21\x11\0\x0c\xc0\0\2\7\1\2\3\4\0\1\0\2");
    for (size_t n = 0; n < whole.len; n++) {
        assert_int_equal(proxy_header_read(span_first(whole, n), &source, &used, &err), 0);
        assert_int_equal(used, 0);
    }
}

static void what_is_no_header_is_refused(void **state)
{
    (void)state;
    assert_int_equal(READ("GET / HTTP/1.1\r\n"), -1);
    assert_int_equal(READ("\x16\x03\x01"), -1);
    assert_int_equal(READ("PROXY TCP5 192.0.2.7 198.51.100.1 5555 443\r\n"), -1);
    assert_int_equal(READ("PROXY TCP4 nonsense 198.51.100.1 5555 443\r\n"), -1);
    assert_int_equal(READ("PROXY TCP4 192.0.2.7\r\n"), -1);
    assert_int_equal(READ("PROXY TCP4 192.0.2.7 198.51.100.1 5555 70000\r\n"), -1);
    assert_int_equal(READ("PROXY TCP4 192.0.2.7 198.51.100.1 5555 443 more\r\n"), -1);
    assert_int_equal(READ(V2 "\x31\x11\0\x0c"), -1);
    assert_int_equal(READ(V2 "\x22\x11\0\x0c"), -1);
    assert_int_equal(READ(V2 "\x21\x11\xff\xff"), -1);
    assert_int_equal(READ(V2 "\x21\x11\0\4\xc0\0\2\7"), -1);
    char line[120];
    memset(line, 'x', sizeof line);
    memcpy(line, "PROXY UNKNOWN ", 14);
    assert_int_equal(proxy_header_read(span(line, sizeof line), &source, &used, &err), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(version_1_names_the_source),
        cmocka_unit_test(version_2_names_the_source),
        cmocka_unit_test(half_a_header_waits_for_the_rest),
        cmocka_unit_test(what_is_no_header_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
