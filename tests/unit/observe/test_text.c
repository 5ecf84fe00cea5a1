/* What peers send must not reach a terminal as anything but visible text, nor JSON as anything but
 * a valid string. */
#include <jansson.h>
#include <stdlib.h>

#include "json_write.h"
#include "page.h"
#include "testing.h"
#include "why401/observe/text.h"

static struct str out;

static int open_out(void **state)
{
    (void)state;
    str_init(&out, 1 << 16);
    return 0;
}

static int release_out(void **state)
{
    (void)state;
    str_release(&out);
    return 0;
}

static void check(struct span in, size_t most, const char *want)
{
    str_clear(&out);
    text_escape(&out, in, most);
    assert_string_equal(str_cstr(&out), want);
}

static void test_plain_text_stays(void **state)
{
    (void)state;
    check(SPAN("GET /api/v2/ping?a=b \\ \"x\" ~"), 100, "GET /api/v2/ping?a=b \\ \"x\" ~");
    check(SPAN("Zürich, 東京, 🚀, e\xcc\x81"), 100, "Zürich, 東京, 🚀, e\xcc\x81");
    check(SPAN(""), 100, "");
}

static void test_controls_become_visible(void **state)
{
    (void)state;
    check(SPAN("\x1b[31mred\x07"), 100, "\\x1b[31mred\\x07");
    check(SPAN("a\r\n10:15:03 [200] forged\tx"), 100, "a\\r\\n10:15:03 [200] forged\\tx");
    check(SPAN("a\0b\x7f"), 100, "a\\x00b\\x7f");
    check(SPAN("\xc2\x9b"
               "31m"),
          100, "\\x9b31m"); /* C1's CSI */
}

static void test_commands_to_a_ci_log_become_text(void **state)
{
    (void)state;
    check(SPAN("a ##[stop-commands]q###[x] ##"), 100, "a #\\#[stop-commands]q##\\#[x] ##");
    check(SPAN("##vso[task.x]y ###teamcity[m] ##[a"), 100,
          "#\\#vso[task.x]y ##\\#teamcity[m] #\\#[a");
    check(SPAN("##vso [ ## vso[ ##vso"), 100, "##vso [ ## vso[ ##vso");
    check(SPAN("##[a"), 3, "#\\#…");
    check(SPAN("##[a"), 1, "#…");
    check(SPAN("##[a"), 4, "#\\#[…");
}

static void test_invisible_characters_become_visible(void **state)
{
    (void)state;
    check(SPAN("a\xe2\x80\xae"
               "b\xe2\x81\xa6"),
          100, "a\\u{202e}b\\u{2066}");
    check(SPAN("\xe2\x80\x8b\xef\xbb\xbf\xc2\xad\xe2\x80\xa8"), 100,
          "\\u{200b}\\u{feff}\\xad\\u{2028}");
    check(SPAN("\xf3\xa0\x81\x81"), 100, "\\u{e0041}"); /* an invisible tag */
}

static void test_what_is_not_utf8_becomes_visible(void **state)
{
    (void)state;
    check(SPAN("a\xff\xfe"), 100, "a\\xff\\xfe");
    check(SPAN("\xc0\xaf \xe0\x80\xaf"), 100, "\\xc0\\xaf \\xe0\\x80\\xaf"); /* overlong '/' */
    check(SPAN("\xed\xa0\x80"), 100, "\\xed\\xa0\\x80");                     /* a surrogate */
    check(SPAN("\xf4\x90\x80\x80"), 100, "\\xf4\\x90\\x80\\x80");            /* beyond U+10FFFF */
    check(SPAN("x\xe2\x82"), 100, "x\\xe2\\x82");                            /* cut off */
}

static void test_length_is_bounded(void **state)
{
    (void)state;
    check(SPAN("abcdef"), 6, "abcdef");
    check(SPAN("abcdefg"), 6, "abcdef…");
    check(SPAN("abcde\x1b"), 6, "abcde…");
    check(SPAN("abc東"), 5, "abc…");
    check(SPAN("abc"), 0, "…");
}

static void test_utf8_is_repaired(void **state)
{
    (void)state;
    text_utf8(&out, SPAN("a\xff"
                         "b\xe2\x82\x1b東"));
    assert_string_equal(str_cstr(&out), "a\xef\xbf\xbd"
                                        "b\xef\xbf\xbd\xef\xbf\xbd\x1b東");
}

static void check_json(struct span in, size_t most, const char *want)
{
    str_clear(&out);
    json_text(&out, in, most);
    assert_string_equal(str_cstr(&out), want);
    json_t *value = json_loadb(out.ptr, out.len, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
    assert_non_null(value);
    json_decref(value);
}

static void test_json_strings(void **state)
{
    (void)state;
    check_json(SPAN("a\"b\\c/東"), 100, "\"a\\\"b\\\\c/東\"");
    check_json(SPAN("\x1b[0m\n\r\0"), 100, "\"\\u001b[0m\\n\\u000d\\u0000\"");
    check_json(SPAN("\xe2\x80\xae\xf3\xa0\x81\x81\xc2\x9b"), 100,
               "\"\\u202e\\udb40\\udc41\\u009b\"");
    check_json(SPAN("a\xff\xc3"), 100, "\"a\xef\xbf\xbd\xef\xbf\xbd\"");
    check_json(SPAN("ab東"), 4, "\"ab\xef\xbf\xbd\xef\xbf\xbd\"");
}

static void test_commands_to_a_ci_log_stay_out_of_json(void **state)
{
    (void)state;
    check_json(SPAN("##[error]q###[x] ##"), 100, "\"#\\u0023[error]q##\\u0023[x] ##\"");
    check_json(SPAN("###vso[x"), 100, "\"##\\u0023vso[x\"");
    check_json(SPAN("\xff##[x"), 100, "\"\xef\xbf\xbd#\\u0023[x\"");
    check_json(SPAN("##[x"), 2, "\"##\"");
    check_json(SPAN("#[x] # #"), 100, "\"#[x] # #\"");
}

static void test_json_members(void **state)
{
    (void)state;
    str_add(&out, SPAN("{"));
    json_add_number(&out, "zero", 0);
    json_add_number(&out, "most", UINT64_MAX);
    json_add_text(&out, "text", SPAN("x"), 10);
    json_add_bool(&out, "yes", true);
    str_add(&out, SPAN("}"));
    assert_string_equal(str_cstr(&out),
                        "{\"zero\":0,\"most\":18446744073709551615,\"text\":\"x\",\"yes\":true}");
}

static void test_wrapping(void **state)
{
    (void)state;
    struct page page;
    page_init(&page, &out);
    page.width = 44;
    page_entry(&page, "Seen", "1.", SPAN("one two three four five six seven"));
    page_entry(&page, "", "", SPAN("abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz"));
    page_entry(&page, "", "", SPAN("東京東京東京東京東京東京東京 x\x1b[2J"));
    page_entry(&page, "Empty", "", SPAN(""));
    assert_string_equal(str_cstr(&out), "  │ Seen           1. one two three four\n"
                                        "  │                   five six seven\n"
                                        "  │                abcdefghijklmnopqrstuvwxy\n"
                                        "  │                zabcdefghijklmnopqrstuvwx\n"
                                        "  │                yz\n"
                                        "  │                東京東京東京東京東京東京\n"
                                        "  │                東京 x\\x1b[2J\n"
                                        "  │ Empty          \n");
    page_release(&page);
}

static void test_a_narrow_page(void **state)
{
    (void)state;
    struct page page;
    page_init(&page, &out);
    page.width = 41;
    page_entry(&page, "Seen", "1.", SPAN("one two three four five six seven eight"));
    page_entry(&page, "", "2.", SPAN("nine"));
    page.width = 30;
    page_entry(&page, "Answer from", "", SPAN("abcdefghijklmnopqrstuvwxyz"));
    page_entry(&page, "", "10.", SPAN("one two three four five"));
    assert_string_equal(str_cstr(&out), "  │ Seen\n"
                                        "  │   1. one two three four five six\n"
                                        "  │      seven eight\n"
                                        "  │   2. nine\n"
                                        "  │ Answer from\n"
                                        "  │   abcdefghijklmnopqrstuvwx\n"
                                        "  │   yz\n"
                                        "  │   10. one two three four\n"
                                        "  │       five\n");
    page_release(&page);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_plain_text_stays, open_out, release_out),
        cmocka_unit_test_setup_teardown(test_controls_become_visible, open_out, release_out),
        cmocka_unit_test_setup_teardown(test_commands_to_a_ci_log_become_text, open_out,
                                        release_out),
        cmocka_unit_test_setup_teardown(test_invisible_characters_become_visible, open_out,
                                        release_out),
        cmocka_unit_test_setup_teardown(test_what_is_not_utf8_becomes_visible, open_out,
                                        release_out),
        cmocka_unit_test_setup_teardown(test_length_is_bounded, open_out, release_out),
        cmocka_unit_test_setup_teardown(test_utf8_is_repaired, open_out, release_out),
        cmocka_unit_test_setup_teardown(test_json_strings, open_out, release_out),
        cmocka_unit_test_setup_teardown(test_commands_to_a_ci_log_stay_out_of_json, open_out,
                                        release_out),
        cmocka_unit_test_setup_teardown(test_json_members, open_out, release_out),
        cmocka_unit_test_setup_teardown(test_wrapping, open_out, release_out),
        cmocka_unit_test_setup_teardown(test_a_narrow_page, open_out, release_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
