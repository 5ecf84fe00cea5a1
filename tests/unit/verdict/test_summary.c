/* The end of a run as people read it. */
#include "court.h"

static const char *summary(struct court *c, size_t width, bool color)
{
    str_clear(&c->out);
    verdict_summary(c->v, &(struct render){.width = width, .color = color}, &c->out);
    assert_false(c->out.failed);
    return str_cstr(&c->out);
}

static size_t widest(const char *text)
{
    size_t most = 0;
    size_t columns = 0;
    for (; *text; text++) {
        columns = *text == '\n' ? 0 : columns + (((unsigned char)*text & 0xc0) != 0x80);
        most = columns > most ? columns : most;
    }
    return most;
}

static void a_good_run_is_short(void **state)
{
    (void)state;
    struct court c;
    court_open(&c, VERDICT_CI);
    court_take(&c, "GET", "/api/v2/ping", 200);
    court_end(&c);
    assert_string_equal(summary(&c, 80, false),
                        "why401: 1 exchange with BitGo, none failed\n\nVerdict: passed\n");
    court_close(&c);
}

static void a_bad_run_tells_all(void **state)
{
    (void)state;
    struct court c;
    court_open(&c, "explained,404");
    court_explained(&c, "/api/v2/wallet/1", "bitgo#rate-limited", "Too many.", 429);
    court_explained(&c, "/api/v2/wallet/1", NO_TOKEN, "No Authorization field was sent.", 401);
    court_explained(&c, "/api/v2/wallet/2", NO_TOKEN, "No Authorization field was sent.", 401);
    court_take(&c, "GET", "/api/v2/wallet/3", 404);
    court_take(&c, "GET", "/api/v2/wallet/3", 0);
    court_finding(&c, "/x", "creation.duration", SEVERITY_NOTE);
    court_finding(&c, "/x", "bearer.missing", SEVERITY_PROBLEM);
    court_end(&c);
    const char *text = summary(&c, 80, false);
    assert_has(text,
               "why401: 7 exchanges with BitGo, 4 failed (3 explained), 1 without an answer\n");
    assert_has(text, "\nFailures\n"
                     "   2 × No access token reached BitGo (certain)\n"
                     "       " NO_TOKEN "\n"
                     "   1 × ");
    assert_has(text, "   1 × Not explained: 404\n");
    assert_has(text, "\nFindings\n"
                     "   1 × bearer.missing (problem)\n"
                     "   1 × creation.duration (note)\n");
    assert_has(text, "\nFix first\n"
                     "  No access token reached BitGo. Send the token in every request:\n");
    assert_has(text, "  why401 scenarios " NO_TOKEN "\n");
    assert_has(text, "\nVerdict: failed, for 3 reasons\n");
    assert_has(text, "  ✗ explained: No access token reached BitGo\n"
                     "    GET /api/v2/wallet/{id}: 401, 2 times, first in exchange 2 at\n"
                     "    2026-11-24T09:15:03.123Z\n"
                     "    No Authorization field was sent.\n");
    assert_true(widest(text) <= 80);
    assert_null(strchr(text, '\x1b'));
    assert_has(summary(&c, 80, true), "\x1b[31mVerdict: failed, for 3 reasons\x1b[0m\n");
    court_close(&c);
}

/* What this proxy answered itself it has explained itself; two reasons of one name stay two. */
static void own_answers_are_told_apart(void **state)
{
    (void)state;
    static const enum err_code whys[] = {ERR_PRODUCTION, ERR_PRODUCTION, ERR_DNS, ERR_CONNECT};
    struct court c;
    court_open(&c, NULL);
    for (size_t i = 0; i < sizeof whys / sizeof *whys; i++) {
        struct judged j = court_call(&c, "GET", "/api/v2/user/me", err_status(whys[i]));
        j.maker = MAKER_PROXY;
        j.why = whys[i];
        verdict_take(c.v, &j);
    }
    court_end(&c);
    const char *text = summary(&c, 100, false);
    assert_has(text, "why401: 4 exchanges with BitGo, 4 failed (4 answered by this proxy)\n"
                     "\nFailures\n"
                     "   2 × Answered by this proxy: Why401ProductionRefused\n"
                     "       The proxy runs with --env test, so nothing was sent to production.");
    assert_int_equal(
        occurrences(text, "   1 × Answered by this proxy: Why401UpstreamUnreachable\n"), 2);
    assert_has(text, "\nFix first\n  Answered by this proxy: Why401ProductionRefused. The proxy");
    assert_lacks(text, "Not explained");
    assert_lacks(text, "why401 scenarios");
    assert_non_null(court_again(&c, (struct verdict_options){.fail_on = "explained"}));
    struct judged own = court_call(&c, "POST", "/x", 403);
    own.maker = MAKER_PROXY;
    own.why = ERR_READ_ONLY;
    verdict_take(c.v, &own);
    court_take(&c, "GET", "/x", 404);
    court_end(&c);
    text = summary(&c, 100, false);
    assert_has(text, "2 failed (0 explained, 1 answered by this proxy)\n");
    assert_has(text, "   1 × Not explained: 404\n");
    assert_has(text, "Verdict: passed\n");
    str_clear(&c.out);
    verdict_github_markdown(c.v, &c.out);
    assert_has(str_cstr(&c.out), "2 failed (0 explained, 1 answered by this proxy). Verdict: ");
    assert_has(str_cstr(&c.out), "| 1 | Answered by this proxy&#58; Why401ReadOnly | certain | ");
    court_close(&c);
}

static void what_is_accepted_is_counted(void **state)
{
    (void)state;
    static const struct {
        const char *baseline;
        const char *want;
    } cases[] = {
        {"{\"version\": 1, \"accepted\": [{\"rule\": \"4xx\"}]}", "passed; 3 reasons are accepted"},
        {"{\"version\": 1, \"accepted\": [{\"rule\": \"4xx\", \"status\": 404}]}",
         "failed, for 2 reasons; 1 more is accepted"},
        {"{\"version\": 1, \"accepted\": [{\"status\": 403}, {\"status\": 404}]}",
         "failed, for 1 reason; 2 more are accepted"},
    };
    struct court c;
    court_open(&c, NULL);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        court_write(&c, cases[i].baseline);
        assert_non_null(
            court_again(&c, (struct verdict_options){.fail_on = "4xx", .baseline = c.path}));
        court_take(&c, "GET", "/x", 404);
        court_take(&c, "GET", "/x", 403);
        court_take(&c, "GET", "/x", 400);
        court_end(&c);
        assert_has(summary(&c, 100, false), cases[i].want);
    }
    court_write(&c, cases[0].baseline);
    assert_non_null(
        court_again(&c, (struct verdict_options){.fail_on = "4xx", .baseline = c.path}));
    court_take(&c, "GET", "/x", 404);
    court_end(&c);
    assert_has(summary(&c, 100, false), "Verdict: passed; 1 reason is accepted\n");
    court_close(&c);
}

static void what_got_lost_is_told(void **state)
{
    (void)state;
    struct court c;
    court_open(&c, "500");
    court_take(&c, "GET", "/x", 200);
    court_end_with_losses(&c, 3, 0);
    const char *text = summary(&c, 100, false);
    assert_has(text, "why401: 4 exchanges with BitGo, 3 failed and got lost unseen\n\n");
    assert_has(text, "Verdict: failed, for 1 reason\n"
                     "  ✗ lost: Failing exchanges were lost before they could be judged\n"
                     "    3 failing exchanges were neither judged nor logged.\n");
    assert_non_null(court_again(&c, (struct verdict_options){.fail_on = "500"}));
    court_take(&c, "GET", "/x", 404);
    court_end_with_losses(&c, 0, 2);
    text = summary(&c, 100, false);
    assert_has(text, "3 exchanges with BitGo, 1 failed (0 explained), 2 went well and got lost "
                     "unseen\n");
    assert_has(text, "Verdict: passed\n");
    court_close(&c);
}

static void silence_is_explained(void **state)
{
    (void)state;
    static const struct {
        const char *command;
        const char *has;
        const char *lacks;
    } cases[] = {
        {"/usr/bin/python3.11", "trust_env=True", "superagent"},
        {"pytest", "trust_env=True", "superagent"},
        {"npm", "superagent", "trust_env"},
        {"./node_modules/.bin/jest", "superagent", "trust_env"},
        {"java", "useSystemProperties()", "superagent"},
        {"php8.2", "php -n", "superagent"},
        {"go", "ProxyFromEnvironment", "superagent"},
        {"docker", "127.0.0.1", "superagent"},
        {"./run-tests", "superagent", "\x1b"},
        {"make", "trust_env", "\x1b"},
        {"", "trust_env", "\x1b"},
        {" node ", "trust_env", "\x1b"},
        {"/", "trust_env", "\x1b"},
        {NULL, "useSystemProperties()", "\x1b"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct court c;
        court_open(&c, NULL);
        verdict_end(c.v, &(struct verdict_run){.command = cases[i].command, .tunnels = 2});
        const char *text = summary(&c, 80, false);
        assert_has(text, "why401: 0 exchanges with BitGo, none failed; 2 connections to other "
                         "hosts\n\nNo call to BitGo came through the proxy.\n");
        assert_has(text, "  Any program\n    • The program made no call to BitGo");
        assert_has(text, cases[i].has);
        assert_lacks(text, cases[i].lacks);
        assert_true(widest(text) <= 80);
        court_close(&c);
    }
}

/* A CI reads the summary, too: nothing in it may be a command for its runner. */
static void nothing_in_it_is_obeyed(void **state)
{
    (void)state;
    struct court c;
    char evidence[300];
    memset(evidence, 'x', sizeof evidence);
    for (size_t i = 40; i < 250; i += 9) {
        memcpy(evidence + i, " ::error", 8); /* some of them at the start of a line */
    }
    strcpy(evidence + 250, " ##[error]q \x1b[2J ");
    court_open(&c, "explained");
    court_explained(&c, "/x\n::error::y/" CANARY, NO_TOKEN, evidence, 401);
    court_end(&c);
    for (size_t width = 0; width < 120; width++) {
        const char *text = summary(&c, width, false);
        struct span rest = span_of(text);
        struct span line;
        while (span_cut(&rest, '\n', &line)) {
            assert_false(span_starts(span_trim(line), SPAN("::")));
        }
        assert_lacks(text, "##[");
        assert_lacks(text, CANARY);
        assert_lacks(text, "\x1b");
    }
    court_close(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_good_run_is_short),        cmocka_unit_test(a_bad_run_tells_all),
        cmocka_unit_test(own_answers_are_told_apart), cmocka_unit_test(what_is_accepted_is_counted),
        cmocka_unit_test(what_got_lost_is_told),      cmocka_unit_test(silence_is_explained),
        cmocka_unit_test(nothing_in_it_is_obeyed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
