/* GitHub's commands, masks and step summary: right in form, and no word of a peer's is obeyed. */
#include "court.h"

#define OTHER    "v2x4444444444444444444444444444444444444444444444444444444444444444"
#define COMMANDS "\n::error title=x::y\r\n::add-mask::z%0A::stop-commands::t ##[error]q"

static const char *annotations(struct court *c)
{
    court_end(c);
    str_clear(&c->out);
    verdict_github_annotations(c->v, &c->out);
    assert_false(c->out.failed);
    return str_cstr(&c->out);
}

static void a_reason_is_an_error(void **state)
{
    (void)state;
    struct court c;
    court_open(&c, "explained");
    court_explained(&c, "/api/v2/wallet/1", NO_TOKEN, "No Authorization field was sent.", 401);
    const char *text = annotations(&c);
    assert_has(text, "::error title=why401 explained%3A No access token reached BitGo::GET "
                     "/api/v2/wallet/{id}: 401, 1 time, first in exchange 1 at "
                     "2026-11-24T09:15:03.123Z%0ANo Authorization field was sent.%0ASend the "
                     "token in every request: Authorization: Bearer followed by one");
    assert_int_equal(occurrences(text, "\n"), 1);
    court_close(&c);
}

static void without_rules_scenarios_are_warnings(void **state)
{
    (void)state;
    struct court c;
    court_open(&c, NULL);
    court_explained(&c, "/x", NO_TOKEN, "None.", 401);
    court_explained(&c, "/y", NO_TOKEN, "None.", 401);
    const char *text = annotations(&c);
    assert_has(text, "::warning title=No access token reached BitGo::2 failing exchanges, "
                     "certain%0ASend the token");
    assert_false(verdict_failed(c.v));
    court_close(&c);
}

static void there_are_ten_at_most(void **state)
{
    (void)state;
    struct court c;
    court_open(&c, "4xx");
    for (int status = 400; status < 430; status++) {
        court_take(&c, "GET", "/x", status);
    }
    const char *text = annotations(&c);
    assert_int_equal(occurrences(text, "::error "), 10);
    assert_has(text, "::error title=why401::21 more reasons are in the step's summary.\n");
    court_close(&c);
}

static void stale_entries_are_warnings(void **state)
{
    (void)state;
    struct court c;
    court_open(&c, NULL);
    court_write(&c, "{\"version\": 1, \"accepted\": [{\"status\": 404, \"method\": \"GET\"}]}");
    const struct verdict_options options = {.fail_on = "4xx", .baseline = c.path};
    assert_non_null(court_again(&c, options));
    assert_string_equal(annotations(&c),
                        "::warning title=why401%3A an entry of the baseline fits nothing::GET "
                        "404\n");
    court_close(&c);
}

/* Every line begins with a command of ours, whatever the peers wrote. */
static void peers_give_no_commands(void **state)
{
    (void)state;
    struct court c;
    court_open(&c, "explained,4xx");
    court_explained(&c, "/a" COMMANDS, NO_TOKEN, "Seen: " COMMANDS CANARY, 401);
    struct judged j = court_call(&c, "GET" COMMANDS, "/b%0A::x", 400);
    j.error = SPAN("::error::" COMMANDS "%25");
    verdict_take(c.v, &j);
    struct span rest = span_of(annotations(&c));
    struct span line;
    size_t count = 0;
    while (span_cut(&rest, '\n', &line)) {
        assert_true(line.len == 0 || span_starts(line, SPAN("::error title=why401 ")));
        count += line.len > 0;
    }
    assert_int_equal(count, 3);
    assert_lacks(str_cstr(&c.out), CANARY);
    assert_lacks(str_cstr(&c.out), "\r");
    assert_has(str_cstr(&c.out), "%250A");
    court_close(&c);
}

static void masks_come_from_the_environment(void **state)
{
    (void)state;
    static char lines[][128] = {"PATH=/usr/bin",
                                "BITGO_ACCESS_TOKEN=" CANARY,
                                "MY_BITGO_WALLET_PASSPHRASE=correct horse, 100%",
                                "bitgo_otp=000000",
                                "BITGO_ENV=test-environment",
                                "BITGO_SECRET_KEY=first line\r\nsecond line\n",
                                "OTHER=Bearer " OTHER ";x",
                                "SHORT=v2x4444",
                                "BITGO_API_KEY=",
                                "broken"};
    char *environment[sizeof lines / sizeof *lines + 1] = {0};
    struct str out;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        environment[i] = lines[i];
    }
    str_init(&out, 65536);
    verdict_github_masks(environment, &out);
    assert_string_equal(str_cstr(&out), "::add-mask::" CANARY "\n"
                                        "::add-mask::" CANARY "\n"
                                        "::add-mask::correct horse, 100%25\n"
                                        "::add-mask::first line\n"
                                        "::add-mask::second line\n"
                                        "::add-mask::" OTHER "\n");
    str_release(&out);
}

static void the_summary_is_a_table(void **state)
{
    (void)state;
    struct court c;
    court_open(&c, "explained,no-traffic");
    court_explained(&c, "/api/v2/wallet/1", NO_TOKEN, "No Authorization field was sent.", 401);
    court_end(&c);
    verdict_github_markdown(c.v, &c.out);
    const char *text = str_cstr(&c.out);
    assert_has(text, "## why401\n\n1 exchange with BitGo, 1 failed (1 explained). Verdict: failed, "
                     "for 1 reason.\n\n");
    assert_has(text, "| 1 | No access token reached BitGo | certain | Send the token in every "
                     "request&#58; Authorization&#58; Bearer");
    assert_has(text, "| **fails** | explained | GET /api/v2/wallet/&#123;id&#125;&#58; 401 | 1 | "
                     "No access token reached BitGo&#58; No Authorization field was sent&#46; |\n");
    court_close(&c);
}

static void markdown_and_html_stay_text(void **state)
{
    (void)state;
    struct court c;
    court_open(&c, "4xx");
    struct judged j = court_call(&c, "GET", "/|a|`b`", 400);
    j.error =
        SPAN("<img src=x onerror=y> | [a](https://e.example) **b** `c` @d #1 \n# e &lt; www.f");
    verdict_take(c.v, &j);
    court_end(&c);
    verdict_github_markdown(c.v, &c.out);
    const char *row = strstr(str_cstr(&c.out), "| **fails**");
    assert_non_null(row);
    assert_int_equal(occurrences(row, "|"), 6);
    assert_int_equal(occurrences(row, "\n"), 2); /* its own end, and that of the table */
    assert_int_equal(occurrences(row, "*"), 4);  /* around "fails" */
    for (const char *c2 = "<>`[]@_!"; *c2; c2++) {
        assert_null(strchr(row, *c2));
    }
    assert_lacks(row, "www.");
    assert_lacks(row, "://");
    court_close(&c);
}

static void the_summary_is_appended_while_there_is_room(void **state)
{
    (void)state;
    struct court c;
    court_open(&c, "4xx");
    court_take(&c, "GET", "/x", 404);
    court_end(&c);
    court_write(&c, "# Before\n");
    assert_int_equal(verdict_github_step_summary(c.v, c.path, &c.err), 0);
    assert_true(span_starts(span_of(court_read(&c)), SPAN("# Before\n## why401\n")));
    const struct {
        off_t before;
        bool written;
    } cases[] = {{(1 << 20) - 20000, true}, {(1 << 20) - 16400, false}, {1 << 20, false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct stat st;
        assert_int_equal(truncate(c.path, cases[i].before), 0);
        assert_int_equal(verdict_github_step_summary(c.v, c.path, &c.err), 0);
        assert_int_equal(stat(c.path, &st), 0);
        assert_true(st.st_size <= 1 << 20);
        assert_true((st.st_size > cases[i].before) == cases[i].written);
    }
    assert_int_equal(verdict_github_step_summary(c.v, "/nowhere/x", &c.err), -1);
    assert_has(c.err.text, "/nowhere/x: cannot be opened");
    court_close(&c);
}

/* The largest summary that a run can have is within what one step may write. */
static void a_large_run_fits(void **state)
{
    (void)state;
    struct court c;
    char evidence[3000];
    memset(evidence, '|', sizeof evidence - 1);
    evidence[sizeof evidence - 1] = '\0';
    court_open(&c, "4xx");
    for (int status = 400; status < 500; status++) {
        court_explained(&c, "/****************************************", NO_TOKEN, evidence,
                        status);
    }
    court_end(&c);
    verdict_github_markdown(c.v, &c.out);
    assert_false(c.out.failed);
    assert_true(c.out.len < 512 << 10);
    assert_has(str_cstr(&c.out), "and 50 more\n");
    court_close(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_reason_is_an_error),
        cmocka_unit_test(without_rules_scenarios_are_warnings),
        cmocka_unit_test(there_are_ten_at_most),
        cmocka_unit_test(stale_entries_are_warnings),
        cmocka_unit_test(peers_give_no_commands),
        cmocka_unit_test(masks_come_from_the_environment),
        cmocka_unit_test(the_summary_is_a_table),
        cmocka_unit_test(markdown_and_html_stay_text),
        cmocka_unit_test(the_summary_is_appended_while_there_is_room),
        cmocka_unit_test(a_large_run_fits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
