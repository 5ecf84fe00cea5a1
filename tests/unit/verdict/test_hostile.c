/* What peers wrote, in every report of a verdict: none of it moves a cursor, turns text round, is
 * invisible, or starts a line of its own. */
#include "court.h"

/* Escape sequences, C1's CSI in both forms, directions, nothing visible, other line ends, no UTF-8.
 */
static const char hostile[] = "fine\x1b[2K\x1b]0;t\x07\xc2\x9b"
                              "31m\x9b\xe2\x80\xae"
                              "dlrow\xe2\x81\xa6\xe2\x80\x8b\xe2\x80\xa8\xef\xbb\xbf\xd8\x9c\xff"
                              "\r\n::error::own line\r\n# own heading\r\n12:00:00 own entry";

static const char *const harmful[] = {
    "\x1b",         "\x07",         "\xc2\x9b",     "\r",           "\n::error::own",
    "\n# own",      "\n12:00:00",   "\xe2\x80\xae", "\xe2\x81\xa6", "\xd8\x9c",
    "\xe2\x80\x8b", "\xef\xbb\xbf", "\xe2\x80\xa8", "\x9b",
};

static void harmless(const char *report, const char *text)
{
    assert_true(strlen(text) > 0);
    for (size_t i = 0; i < sizeof harmful / sizeof harmful[0]; i++) {
        if (strstr(text, harmful[i])) {
            fail_msg("%s, number %zu: %s", report, i, text);
        }
    }
}

static void hear(struct court *c)
{
    court_open(c, "explained,4xx,problem");
    court_explained(c, hostile, NO_TOKEN, hostile, 401);
    struct judged j = court_call(c, hostile, hostile, 400);
    j.error = span_of(hostile);
    j.host = span_of(hostile);
    verdict_take(c->v, &j);
    struct judged seen = court_call(c, "GET", "/x", 200);
    struct finding f = {
        .id = "token.padded", .severity = SEVERITY_PROBLEM, .evidence = span_of(hostile)};
    seen.findings = &f;
    seen.finding_count = 1;
    verdict_take(c->v, &seen);
    court_end(c);
}

static void for_people(void **state)
{
    (void)state;
    struct court c;
    hear(&c);
    verdict_summary(c.v, &(struct render){.width = 80}, &c.out);
    harmless("summary", str_cstr(&c.out));
    court_close(&c);
}

static void for_github(void **state)
{
    (void)state;
    struct court c;
    hear(&c);
    verdict_github_annotations(c.v, &c.out);
    harmless("annotations", str_cstr(&c.out));
    str_clear(&c.out);
    verdict_github_markdown(c.v, &c.out);
    harmless("step summary", str_cstr(&c.out));
    court_close(&c);
}

static void as_junit(void **state)
{
    (void)state;
    struct court c;
    hear(&c);
    assert_int_equal(verdict_write_junit(c.v, c.path, &c.err), 0);
    harmless("JUnit", court_read(&c));
    court_close(&c);
}

static void as_a_baseline(void **state)
{
    (void)state;
    struct court c;
    hear(&c);
    assert_int_equal(verdict_write_baseline(c.v, c.path, &c.err), 0);
    harmless("baseline", court_read(&c));
    court_close(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(for_people),
        cmocka_unit_test(for_github),
        cmocka_unit_test(as_junit),
        cmocka_unit_test(as_a_baseline),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
