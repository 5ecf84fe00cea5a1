/* What the baseline accepts, what it does not any more, and what is wrong with one. */
#include "court.h"

#include <sys/stat.h>
#include <unistd.h>

#define HEAD "{\"version\": 1, \"accepted\": ["
#define TAIL "]}"

static void open_with(struct court *c, const char *fail_on, const char *baseline)
{
    court_open(c, NULL);
    court_write(c, baseline);
    if (!court_again(c, (struct verdict_options){.fail_on = fail_on, .baseline = c->path})) {
        fail_msg("%s", c->err.text);
    }
}

static void entries_accept_what_they_name(void **state)
{
    (void)state;
    static const struct {
        const char *entry;
        bool accepted;
    } cases[] = {
        {"{\"rule\": \"explained\"}", true},
        {"{\"rule\": \"4xx\"}", false},
        {"{\"scenario\": \"" NO_TOKEN "\"}", true},
        {"{\"scenario\": \"bitgo#other\"}", false},
        {"{\"status\": 401}", true},
        {"{\"status\": 404}", false},
        {"{\"finding\": \"bearer.missing\"}", false},
        {"{\"rule\": \"explained\", \"method\": \"GET\", \"path\": \"/api/v2/wallet/{id}\"}", true},
        {"{\"rule\": \"explained\", \"method\": \"POST\"}", false},
        {"{\"rule\": \"explained\", \"path\": \"/api/v2/wallet\"}", false},
        {"{\"rule\": \"explained\", \"until\": \"2026-11-24\"}", true},
        {"{\"rule\": \"explained\", \"until\": \"2026-11-23\"}", false},
        {"{\"rule\": \"explained\", \"until\": \"2026-11-23\"}, {\"status\": 401}", true},
        {"", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[512];
        struct court c;
        size_t count;
        snprintf(text, sizeof text, HEAD "%s" TAIL, cases[i].entry);
        open_with(&c, "explained", text);
        court_explained(&c, "/api/v2/wallet/17", NO_TOKEN, "None.", 401);
        court_end(&c);
        const struct verdict_reason *r = verdict_reasons(c.v, &count);
        assert_int_equal(count, 1);
        if (r->accepted != cases[i].accepted || verdict_failed(c.v) == cases[i].accepted) {
            fail_msg("%s: accepted is %d", cases[i].entry, r->accepted);
        }
        court_close(&c);
    }
}

static void faults_are_named(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *want; /* behind the path */
    } cases[] = {
        {"[]", ": top: found a list; expected an object with version and accepted"},
        {"{\"version\": 2}", ": version: found 2; expected 1"},
        {"{\"version\": 1}", ": accepted: found nothing; expected a list of at most 1000 entries"},
        {HEAD "7" TAIL, ": accepted[0]: found 7; expected an object"},
        {HEAD "{\"rule\": \"x\"}, {\"until\": \"soon\"}" TAIL,
         ": accepted[1].until: found \"soon\"; expected a day such as \"2026-12-31\""},
        {HEAD "{\"until\": \"2026-13-01\"}" TAIL,
         ": accepted[0].until: found \"2026-13-01\"; expected a day such as \"2026-12-31\""},
        {HEAD "{\"status\": \"401\"}" TAIL,
         ": accepted[0].status: found \"401\"; expected a status from 100 to 599"},
        {HEAD "{\"rule\": 4}" TAIL,
         ": accepted[0].rule: found 4; expected a text of at most 300 bytes"},
        {HEAD "{\"rul\\u001b\": \"4xx\"}" TAIL,
         ": accepted[0].rul\\x1b: found \"4xx\"; expected no such key; there are rule, scenario, "
         "finding, status, method, path, until, why"},
        {HEAD "{\"path\": \"/x\"}" TAIL,
         ": accepted[0]: found an object; expected rule, scenario, finding or status, so that it "
         "does not accept everything"},
        {"{\"version\": 1,", ": line 1, column 14: found something else; expected JSON"},
    };
    struct court c;
    court_open(&c, NULL);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        court_write(&c, cases[i].text);
        assert_null(court_again(&c, (struct verdict_options){.baseline = c.path}));
        assert_int_equal(c.err.code, ERR_INPUT);
        assert_string_equal(c.err.text + strlen(c.path), cases[i].want);
    }
    assert_null(court_again(&c, (struct verdict_options){.baseline = "/nowhere/x"}));
    assert_has(c.err.text, "/nowhere/x: cannot be read: No such file or directory; "
                           "--write-baseline writes such a file");
    court_close(&c);
}

static void refuse(struct court *c, const char *why)
{
    assert_null(court_again(c, (struct verdict_options){.baseline = c->path}));
    assert_int_equal(c->err.code, ERR_FILE);
    assert_has(c->err.text, why);
}

/* Before the command runs no signal ends exec, so nothing may wait there. */
static void what_is_no_file_or_too_long_is_not_read(void **state)
{
    (void)state;
    struct court c;
    court_open(&c, NULL);
    court_write(&c, "");
    assert_int_equal(truncate(c.path, (4 << 20) + 1), 0);
    refuse(&c, "File too large");
    assert_int_equal(unlink(c.path), 0);
    assert_int_equal(mkfifo(c.path, 0600), 0);
    alarm(20);
    refuse(&c, "it is no regular file");
    alarm(0);
    court_close(&c);
}

static void no_token_is_shown_of_it(void **state)
{
    (void)state;
    struct court c;
    open_with(&c, "explained",
              HEAD "{\"status\": 401, \"why\": \"with " CANARY "\\n::error::\"}" TAIL);
    court_explained(&c, "/x", NO_TOKEN, "None.", 401);
    court_end(&c);
    size_t count;
    const struct verdict_reason *r = verdict_reasons(c.v, &count);
    assert_true(r->accepted);
    assert_lacks(r->why, CANARY);
    assert_lacks(r->why, "\n");
    court_write(&c, HEAD "{\"until\": \"" CANARY "\"}" TAIL);
    assert_null(court_again(&c, (struct verdict_options){.baseline = c.path}));
    assert_lacks(c.err.text, CANARY);
    court_close(&c);
}

/* A run's reasons, written down, let the next run pass; then what has been repaired is stale. */
static void what_was_written_accepts_the_same(void **state)
{
    (void)state;
    struct court c;
    court_open(&c, "4xx,missing-bearer,no-traffic");
    court_take(&c, "GET", "/api/v2/wallet/1", 404);
    court_finding(&c, "/api/v2/wallet/1", "bearer.missing", SEVERITY_PROBLEM);
    court_end(&c);
    assert_true(verdict_failed(c.v));
    assert_int_equal(verdict_write_baseline(c.v, c.path, &c.err), 0);
    struct stat st;
    assert_int_equal(stat(c.path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0644);
    assert_has(court_read(&c), "\"why\": \"\"");
    const struct verdict_options options = {.fail_on = "4xx,missing-bearer", .baseline = c.path};
    assert_non_null(court_again(&c, options));
    court_take(&c, "GET", "/api/v2/wallet/2", 404);
    court_end(&c);
    assert_false(verdict_failed(c.v));
    str_clear(&c.out);
    verdict_summary(c.v, &(struct render){.width = 200}, &c.out);
    assert_has(str_cstr(&c.out), "accepted[1] of the baseline fits nothing any more: "
                                 "missing-bearer bearer.missing GET /api/v2/wallet/{id} 200");
    court_close(&c);
}

static void what_nobody_judged_is_never_accepted(void **state)
{
    (void)state;
    struct court c;
    open_with(&c, "ci", HEAD "{\"rule\": \"lost\"}" TAIL);
    court_explained(&c, "/x", NO_TOKEN, "None.", 401);
    court_end_with_losses(&c, 3, 0);
    assert_true(verdict_failed(c.v));
    assert_int_equal(verdict_write_baseline(c.v, c.path, &c.err), 0);
    assert_has(court_read(&c), "\"rule\": \"explained\"");
    assert_lacks(court_read(&c), "\"lost\"");
    court_close(&c);
}

static void words_of_an_entry_stay(void **state)
{
    (void)state;
    struct court c;
    open_with(&c, "4xx",
              HEAD "{\"status\": 404, \"until\": \"2027-01-31\", \"why\": \"BG-12\"},"
                   "{\"status\": 403, \"until\": \"2025-01-31\", \"why\": \"BG-13\"}" TAIL);
    court_take(&c, "GET", "/x", 404);
    court_take(&c, "GET", "/x", 403);
    court_end(&c);
    assert_int_equal(verdict_write_baseline(c.v, c.path, &c.err), 0);
    const char *text = court_read(&c);
    assert_has(text, "\"until\": \"2027-01-31\"");
    assert_has(text, "\"why\": \"BG-12\"");
    assert_has(text, "\"why\": \"BG-13\"");
    assert_lacks(text, "2025-01-31"); /* writing it down again is a new decision */
    court_close(&c);
}

static void a_file_that_cannot_be_written_is_named(void **state)
{
    (void)state;
    struct court c;
    court_open(&c, "4xx");
    court_end(&c);
    assert_int_equal(verdict_write_baseline(c.v, "/nowhere/x", &c.err), -1);
    assert_int_equal(c.err.code, ERR_OUTPUT);
    assert_string_equal(c.err.text, "/nowhere/x: cannot be written: No such file or directory");
    court_close(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(entries_accept_what_they_name),
        cmocka_unit_test(faults_are_named),
        cmocka_unit_test(what_is_no_file_or_too_long_is_not_read),
        cmocka_unit_test(no_token_is_shown_of_it),
        cmocka_unit_test(what_was_written_accepts_the_same),
        cmocka_unit_test(what_nobody_judged_is_never_accepted),
        cmocka_unit_test(words_of_an_entry_stay),
        cmocka_unit_test(a_file_that_cannot_be_written_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
