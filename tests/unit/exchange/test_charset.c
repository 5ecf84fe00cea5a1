/* Which character set a body is in, and what UTF-16 and UTF-32 become. */
#include "testing.h"
#include "why401/exchange/charset.h"

#define BYTES(lit) SPAN(lit)
#define JSON       "application/json"

static void assert_set(const char *type, struct span text, enum charset expected)
{
    enum charset found = charset_of(span_of(type), text);
    if (found != expected) {
        fail_msg("%s, \"%.*s\": %d, not %d", type, SPAN_ARG(text), (int)found, (int)expected);
    }
}

static void test_marks(void **state)
{
    (void)state;
    assert_set("", BYTES("\xff\xfe{\0"), CHARSET_UTF16LE);
    assert_set("", BYTES("\xfe\xff\0{"), CHARSET_UTF16BE);
    assert_set("", BYTES("\xff\xfe\0\0{\0\0\0"), CHARSET_UTF32LE);
    assert_set("", BYTES("\0\0\xfe\xff\0\0\0{"), CHARSET_UTF32BE);
    assert_set("", BYTES("\xef\xbb\xbf{}"), CHARSET_ASCII);
}

/* Whatever is declared. */
static void test_nuls_show_the_width(void **state)
{
    (void)state;
    static const char *const types[] = {"", JSON, JSON "; charset=utf-8", JSON ";charset=UTF-7"};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        assert_set(types[i], BYTES("{\0\"\0"), CHARSET_UTF16LE);
        assert_set(types[i], BYTES("\0{\0\""), CHARSET_UTF16BE);
        assert_set(types[i], BYTES("{\0\0\0"), CHARSET_UTF32LE);
        assert_set(types[i], BYTES("\0\0\0{"), CHARSET_UTF32BE);
    }
}

static void test_declared_sets(void **state)
{
    (void)state;
    static const char *const ascii[] = {"text/plain",
                                        JSON "; charset=utf-8",
                                        JSON "; charset=\"UTF-8\"; x=y",
                                        "text/html;charset=iso-8859-1",
                                        "text/html; Charset=windows-1252",
                                        "text/html; charset="};
    static const char *const others[] = {"text/plain; charset=utf-7", "text/plain; charset=ibm037",
                                         "text/plain; charset='x-ebcdic'",
                                         "text/plain; charset=iso-2022-jp"};
    for (size_t i = 0; i < sizeof ascii / sizeof *ascii; i++) {
        assert_set(ascii[i], BYTES("{}"), CHARSET_ASCII);
        assert_set(ascii[i], BYTES("a\0b"), CHARSET_UNREADABLE);
    }
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        assert_set(others[i], BYTES("+AHA-"), CHARSET_UNREADABLE);
    }
    assert_set("a/b; charset=utf-16", BYTES("\x4e\x2d\0{"), CHARSET_UTF16BE);
    assert_set("a/b; charset=utf-16le", BYTES("\x2d\x4e{\0"), CHARSET_UTF16LE);
    assert_set("a/b; charset=UTF-32LE", BYTES("\x2d\x4e\0\0{\0\0\0"), CHARSET_UTF32LE);
    /* It says what it is not: in UTF-16 each letter has a NUL beside it. */
    assert_set("a/b; charset=utf-16", BYTES("{\"password\":1}"), CHARSET_ASCII);
    assert_set("a/b; charset=utf-16", BYTES(""), CHARSET_ASCII);
}

static void assert_converted(enum charset set, struct span text, const char *expected)
{
    struct str out;
    str_init(&out, 1000);
    assert_true(charset_convert(&out, set, text));
    assert_string_equal(str_cstr(&out), expected);
    str_release(&out);
}

static void test_conversion(void **state)
{
    (void)state;
    assert_converted(CHARSET_UTF16LE, BYTES("\xff\xfe{\0\xe9\0\xac\x20\x3d\xd8\x00\xde}\0"),
                     "{\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80}");
    assert_converted(CHARSET_UTF16BE, BYTES("\0a\x20\xac"), "a\xe2\x82\xac");
    assert_converted(CHARSET_UTF32LE, BYTES("a\0\0\0\x00\xf6\x01\0"), "a\xf0\x9f\x98\x80");
    assert_converted(CHARSET_UTF32BE, BYTES("\0\0\xfe\xff\0\0\0a"), "a");
}

/* A lone surrogate, a code beyond Unicode, half of a character at the end. */
static void test_what_is_no_character(void **state)
{
    (void)state;
    assert_converted(CHARSET_UTF16LE,
                     BYTES("\x3d\xd8"
                           "a\0\x00\xde"
                           "b\0c"),
                     "\xef\xbf\xbd"
                     "a\xef\xbf\xbd"
                     "b");
    assert_converted(CHARSET_UTF32BE, BYTES("\x7f\0\0\0\0\0\0a\0\0"),
                     "\xef\xbf\xbd"
                     "a");
    struct str out;
    str_init(&out, 1000);
    str_add(&out, SPAN("before"));
    assert_false(charset_convert(&out, CHARSET_UTF16LE, BYTES("a\0\0\0b\0")));
    assert_string_equal(str_cstr(&out), "before");
    str_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_marks),
        cmocka_unit_test(test_nuls_show_the_width),
        cmocka_unit_test(test_declared_sets),
        cmocka_unit_test(test_conversion),
        cmocka_unit_test(test_what_is_no_character),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
