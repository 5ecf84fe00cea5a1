/* JUnit: valid by tests/lib/junit.xsd, whatever peers wrote, and telling what there is to tell. */
#include "court.h"
#include "xml.h"

static void validate(struct court *c)
{
    char command[256];
    snprintf(command, sizeof command,
             "xmllint --nonet --noout --schema " TESTS_DIR "/lib/junit.xsd %s 2>&1", c->path);
    FILE *said = popen(command, "r");
    char text[2048];
    assert_non_null(said);
    text[fread(text, 1, sizeof text - 1, said)] = '\0';
    if (pclose(said) != 0) {
        fail_msg("%s\n%s", text, court_read(c));
    }
}

static const char *written(struct court *c)
{
    court_end(c);
    if (verdict_write_junit(c->v, c->path, &c->err) != 0) {
        fail_msg("%s", c->err.text);
    }
    validate(c);
    return court_read(c);
}

static void a_run_without_traffic_is_valid(void **state)
{
    (void)state;
    struct court c;
    court_open(&c, "none");
    assert_has(written(&c), "<testsuites name=\"why401\" tests=\"0\" failures=\"0\" errors=\"0\" "
                            "time=\"2.500\">");
    assert_non_null(court_again(&c, (struct verdict_options){.fail_on = "no-traffic"}));
    const char *text = written(&c);
    assert_has(text, "<testcase classname=\"why401.run\" name=\"no-traffic\" time=\"0.000\">");
    assert_has(text,
               "<failure type=\"no-traffic\" message=\"No call to BitGo came through the proxy\">");
    court_close(&c);
}

static void a_call_has_its_failures(void **state)
{
    (void)state;
    struct court c;
    court_open(&c, NULL);
    court_write(&c, "{\"version\": 1, \"accepted\": [{\"status\": 404, \"why\": \"BG-1\"},"
                    "{\"status\": 409}]}");
    const struct verdict_options options = {.fail_on = "4xx,401", .baseline = c.path};
    assert_non_null(court_again(&c, options));
    court_take(&c, "GET", "/api/v2/ping", 200);
    court_explained(&c, "/api/v2/wallet/1", NO_TOKEN, "No Authorization field was sent.", 401);
    court_take(&c, "GET", "/api/v2/wallet/1", 404);
    court_take(&c, "GET", "/api/v2/wallet/2/x", 404);
    struct stat st;
    const char *text = written(&c);
    assert_int_equal(stat(c.path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0644);
    assert_has(text, "<testsuite name=\"why401\" tests=\"3\" failures=\"1\" errors=\"0\" "
                     "time=\"2.500\" skipped=\"1\" timestamp=\"2026-11-24T09:15:00\">");
    assert_has(text, "<property name=\"fail-on\" value=\"4xx,401\"/>");
    assert_has(text, "name=\"GET /api/v2/wallet/{id}\" time=\"0.168\">");
    assert_has(text, "<failure type=\"4xx\" message=\"No access token reached BitGo\">");
    assert_has(text, "<failure type=\"401\" message=\"No access token reached BitGo\">");
    assert_has(text, "Evidence: No Authorization field was sent.");
    assert_has(text, "Fix first: Send the token in every request: Authorization: Bearer followed");
    assert_int_equal(occurrences(text, "<failure"), 2);
    assert_has(text, "<skipped type=\"4xx\"");
    assert_int_equal(occurrences(text, "Baseline: accepted: BG-1"), 2);
    assert_has(text, "accepted[1] of the baseline fits nothing any more: 409");
    court_close(&c);
}

static void failures_that_nobody_judged_are_a_case(void **state)
{
    (void)state;
    struct court c;
    court_open(&c, "5xx");
    court_take(&c, "GET", "/x", 404);
    court_end_with_losses(&c, 3, 2);
    assert_int_equal(verdict_write_junit(c.v, c.path, &c.err), 0);
    validate(&c);
    const char *text = court_read(&c);
    assert_has(text, "<testsuites name=\"why401\" tests=\"2\" failures=\"1\"");
    assert_has(text, "<testcase classname=\"why401.run\" name=\"lost\"");
    assert_has(text, "Evidence: 3 failing exchanges were neither judged nor logged.");
    assert_has(text, "<property name=\"exchanges\" value=\"6\"/>");
    court_close(&c);
}

static void hostile_text_stays_text(void **state)
{
    (void)state;
    static const char hostile[] = "]]></failure>&amp;\x01\x1b[31m\"'\xff\xfe\xef\xbf\xbf"
                                  "\xed\xa0\x80\r\n<!DOCTYPE x> " CANARY;
    struct court c;
    court_open(&c, "explained,4xx,production");
    court_explained(&c, "/<x>&\"\x01]]>\xff", NO_TOKEN, hostile, 401);
    struct judged j = court_call(&c, "G\xff<\"]]>", "/\xef\xbf\xbe?\n", 400);
    j.error = span_of(hostile);
    verdict_take(c.v, &j);
    const char *text = written(&c);
    assert_lacks(text, CANARY);
    assert_lacks(text, "]]>");
    assert_lacks(text, "<!DOCTYPE");
    assert_lacks(text, "\x1b");
    court_close(&c);
}

static void a_link_in_its_place_is_replaced_and_not_followed(void **state)
{
    (void)state;
    struct court c;
    struct stat st;
    char target[64];
    court_open(&c, "4xx");
    court_take(&c, "GET", "/x", 400);
    court_write(&c, "before");
    snprintf(target, sizeof target, "%s/target", c.dir);
    assert_int_equal(rename(c.path, target), 0);
    assert_int_equal(symlink(target, c.path), 0);
    court_end(&c);
    mode_t before = umask(0);
    assert_int_equal(verdict_write_junit(c.v, c.path, &c.err), 0);
    umask(before);
    assert_int_equal(lstat(c.path, &st), 0);
    assert_true(S_ISREG(st.st_mode));
    assert_int_equal(st.st_mode & 07777, 0644);
    assert_int_equal(rename(target, c.path), 0);
    assert_string_equal(court_read(&c), "before");
    court_close(&c);
}

static void xml_takes_any_bytes(void **state)
{
    (void)state;
    const struct {
        struct span text;
        const char *want;
    } cases[] = {
        {SPAN("plain ä €"), "plain ä €"},
        {SPAN("a<b>&\"'"), "a&lt;b&gt;&amp;&quot;&apos;"},
        {SPAN("]]>"), "]]&gt;"},
        {SPAN("a\nb\tc\rd"), "a\nb\tcd"},
        {SPAN("\0\x01\x08\x0b\x1f"), ""},
        {SPAN("x\xef\xbf\xbey\xef\xbf\xbfz"), "xyz"},
        {SPAN("\xef\xbf\xbd"), "\xef\xbf\xbd"},
        {SPAN("\xff"), "\xef\xbf\xbd"},
        {SPAN(""), ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct str out;
        str_init(&out, 4096);
        xml_text(&out, cases[i].text);
        assert_string_equal(str_cstr(&out), cases[i].want);
        str_release(&out);
    }
    struct str out;
    str_init(&out, 4096);
    xml_attribute(&out, "a", SPAN("\"x\n\ty\""));
    assert_string_equal(str_cstr(&out), " a=\"&quot;x&#10;&#9;y&quot;\"");
    str_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_run_without_traffic_is_valid),
        cmocka_unit_test(a_call_has_its_failures),
        cmocka_unit_test(failures_that_nobody_judged_are_a_case),
        cmocka_unit_test(hostile_text_stays_text),
        cmocka_unit_test(a_link_in_its_place_is_replaced_and_not_followed),
        cmocka_unit_test(xml_takes_any_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
