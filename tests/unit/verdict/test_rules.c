/* Which words --fail-on takes, and what each of them catches. */
#include "court.h"

/* Exchanges of all kinds; `env_test` or not is the run's. */
static void give_all(struct court *c)
{
    court_take(c, "GET", "/api/v2/ping", 200);
    court_explained(c, "/api/v2/user/me", NO_TOKEN, "No Authorization field was sent.", 401);
    court_take(c, "GET", "/api/v2/tbtc/wallet/59cd72485007a239fb00282ed480da1f", 404);
    court_take(c, "POST", "/api/v2/tbtc/wallet/59cd72485007a239fb00282ed480da1f", 502);
    court_finding(c, "/api/v2/user/me", "bearer.missing", SEVERITY_PROBLEM);
    court_finding(c, "/api/v2/user/session", "token.expiring", SEVERITY_WARNING);
    court_finding(c, "/api/v2/coins", "creation.duration", SEVERITY_NOTE);
    court_take(c, "GET", "/api/v2/coins?token=[redacted]", 200);
    struct judged j = court_call(c, "GET", "/api/v2/wallets", 200);
    j.host = SPAN("app.bitgo.com");
    verdict_take(c->v, &j);
}

static void each_word_catches_its_own(void **state)
{
    (void)state;
    static const struct {
        const char *fail_on;
        bool env_test;
        size_t reasons;
    } cases[] = {
        {NULL, true, 0},
        {"none", true, 0},
        {"explained", false, 1},
        {"missing-bearer", false, 1},
        {"secret-in-url", false, 1},
        {"production", true, 1},
        {"production", false, 0},
        {"no-traffic", false, 0},
        {"4xx", false, 2},
        {"5xx", false, 1},
        {"401", false, 1},
        {"403", false, 0},
        {"404, 502", false, 2},
        {"warning", false, 2},
        {"problem", false, 1},
        {"token.expiring", false, 1},
        {"token.*", false, 1},
        {"creation.duration", false, 1},
        {"creation.d*", false, 1},
        {"signature.*", false, 0},
        {NO_TOKEN, false, 1},
        {"401-unauthorized-no-access-token", false, 1},
        {"session-expired-error", false, 0},
        {"ci", true, 4},
        {"ci,explained,ci", true, 4},
        {VERDICT_CI, true, 4},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct court c;
        size_t count = 99;
        court_open(&c, NULL);
        if (!court_again(&c, (struct verdict_options){.fail_on = cases[i].fail_on,
                                                      .env_test = cases[i].env_test})) {
            fail_msg("%s", c.err.text);
        }
        give_all(&c);
        court_end(&c);
        verdict_reasons(c.v, &count);
        if (count != cases[i].reasons || verdict_failed(c.v) != (count > 0)) {
            fail_msg("%s: %zu reasons", cases[i].fail_on, count);
        }
        court_close(&c);
    }
}

static void unknown_words_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *fail_on;
        const char *word;
    } cases[] = {{"explaned", "explaned"},   {"4xx,", ""},   {"", ""},
                 {"ci,399", "399"},          {"600", "600"}, {"token.expird", "token.expird"},
                 {"nothing.*", "nothing.*"}, {"*", "*"},     {"a#b", "a#b"},
                 {"ci, \x1b[2J", "\x1b[2J"}};
    struct court c;
    court_open(&c, NULL);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct span word;
        assert_null(court_again(&c, (struct verdict_options){.fail_on = cases[i].fail_on}));
        assert_int_equal(c.err.code, ERR_USAGE);
        assert_has(c.err.text, "--fail-on: found '");
        assert_has(c.err.text, "or a finding such as bearer.missing or token.*");
        assert_lacks(c.err.text, "\x1b");
        assert_true(verdict_unknown_word(cases[i].fail_on, c.pack, &word));
        assert_true(span_eq(word, span_of(cases[i].word)));
    }
    struct span word;
    assert_false(verdict_unknown_word("ci,token.*,404", c.pack, &word));
    assert_false(verdict_unknown_word(NULL, c.pack, &word));
    court_close(&c);
}

static void words_can_be_guessed_from(void **state)
{
    (void)state;
    const char *words[512];
    bool has_rule = false;
    bool has_finding = false;
    bool has_scenario = false;
    struct court c;
    court_open(&c, NULL);
    size_t count = verdict_words(c.pack, words, 512);
    for (size_t i = 0; i < count; i++) {
        struct span word;
        assert_false(verdict_unknown_word(words[i], c.pack, &word));
        has_rule = has_rule || strcmp(words[i], "no-traffic") == 0;
        has_finding = has_finding || strcmp(words[i], "token.expired") == 0;
        has_scenario = has_scenario || strcmp(words[i], NO_TOKEN) == 0;
    }
    assert_true(has_rule && has_finding && has_scenario);
    assert_int_equal(verdict_words(c.pack, words, 3), 3);
    court_close(&c);
}

static void every_rule_is_documented(void **state)
{
    (void)state;
    static char readme[32768];
    const char *words[11];
    FILE *f = fopen(TESTS_DIR "/../proxy/verdict/README.md", "r");
    assert_non_null(f);
    assert_true(fread(readme, 1, sizeof readme - 1, f) > 0);
    assert_int_equal(fclose(f), 0);
    assert_has(readme, "`" VERDICT_CI "`");
    assert_int_equal(verdict_words(NULL, words, 11), 11);
    assert_string_equal(words[10], "none"); /* the last rule of the list */
    for (size_t i = 0; i < 11; i++) {
        char row[64];
        snprintf(row, sizeof row, "`%s`", words[i]);
        const char *table = strstr(readme, "| word |");
        assert_non_null(table);
        assert_has(table, row);
    }
}

/* The list of findings is the one that the inspectors and the ledger note. */
static void every_finding_is_known(void **state)
{
    (void)state;
    char line[128];
    struct span word;
    size_t count = 0;
    FILE *found = popen("grep -rhoE '\"(bearer|clock|creation|environment|history|maker|path|rate|"
                        "redirect|secret|signature|source-ip|token)\\.[a-z-]{2,}\"' " TESTS_DIR
                        "/../proxy/inspect " TESTS_DIR "/../proxy/ledger --include='*.c'",
                        "r");
    assert_non_null(found);
    for (; fgets(line, sizeof line, found); count++) {
        line[strcspn(line, "\n") - 1] = '\0';
        if (verdict_unknown_word(line + 1, NULL, &word)) {
            fail_msg("%s is not in known_findings.c", line + 1);
        }
    }
    assert_int_equal(pclose(found), 0);
    assert_true(count > 50);
}

static void calls_of_one_route_are_one_reason(void **state)
{
    (void)state;
    struct court c;
    size_t count;
    court_open(&c, "4xx");
    for (int i = 0; i < 50; i++) {
        char target[128];
        snprintf(target, sizeof target,
                 "/api/v2/tbtc/wallet/59cd72485007a239fb00282ed480d%03d?x=%d", i, i);
        court_take(&c, "GET", target, 404);
    }
    court_take(&c, "PUT", "/api/v2/tbtc/wallet/59cd72485007a239fb00282ed480da1f", 404);
    court_end(&c);
    const struct verdict_reason *r = verdict_reasons(c.v, &count);
    assert_int_equal(count, 2);
    assert_string_equal(r->path, "/api/v2/tbtc/wallet/{id}");
    assert_string_equal(r->method, "GET");
    assert_int_equal(r->count, 50);
    assert_int_equal(r->first_id, 1);
    assert_int_equal(r->first_ms, COURT_TIME);
    court_close(&c);
}

static void production_that_was_refused_counts(void **state)
{
    (void)state;
    struct court c;
    size_t count;
    court_open(&c, "production");
    struct judged j = court_call(&c, "GET", "/api/v2/user/me", 403);
    j.maker = MAKER_PROXY;
    j.host = SPAN("app.bitgo.com");
    j.name = SPAN("Why401ProductionRefused");
    j.why = ERR_PRODUCTION;
    verdict_take(c.v, &j);
    j.why = ERR_NONE;
    j.maker = MAKER_UPSTREAM; /* somebody else's words */
    verdict_take(c.v, &j);
    court_end(&c);
    const struct verdict_reason *r = verdict_reasons(c.v, &count);
    assert_int_equal(count, 1);
    assert_int_equal(r->count, 1);
    assert_has(r->evidence, "app.bitgo.com; it was refused here.");
    court_close(&c);
}

/* Whether it was sent is known of each, so that none is said to have been that was not. */
static void production_says_whether_it_was_sent(void **state)
{
    (void)state;
    struct court c;
    size_t count;
    court_open(&c, NULL);
    for (int sent = 0; sent < 2; sent++) {
        assert_non_null(
            court_again(&c, (struct verdict_options){.fail_on = "production", .env_test = true}));
        struct judged j = court_call(&c, "GET", "/api/v2/user/me", 400);
        j.host = SPAN("app.bitgo.com");
        j.maker = sent ? MAKER_UPSTREAM : MAKER_PROXY;
        j.why = sent ? ERR_NONE : ERR_SOURCE_DENIED;
        j.sent = sent;
        verdict_take(c.v, &j);
        court_end(&c);
        const struct verdict_reason *r = verdict_reasons(c.v, &count);
        assert_int_equal(count, 1);
        assert_has(r->evidence,
                   sent ? "app.bitgo.com, and was sent there." : "app.bitgo.com; it was not sent.");
    }
    court_close(&c);
}

/* The mistake is the client's wherever its request ended, so the words say nothing of that. */
static void a_missing_bearer_need_not_have_been_sent(void **state)
{
    (void)state;
    struct court c;
    size_t count;
    court_open(&c, "missing-bearer,explained,4xx");
    struct judged j = court_call(&c, "POST", "/api/v2/tbtc/wallet", 403);
    struct finding f = {.id = "bearer.missing",
                        .severity = SEVERITY_PROBLEM,
                        .evidence = SPAN("No Authorization field was sent.")};
    j.maker = MAKER_PROXY;
    j.why = ERR_READ_ONLY;
    j.trouble = SPAN("a POST that can change something");
    j.findings = &f;
    j.finding_count = 1;
    verdict_take(c.v, &j);
    court_end(&c);
    const struct verdict_reason *r = verdict_reasons(c.v, &count);
    assert_int_equal(count, 2);
    assert_string_equal(r[0].rule, "missing-bearer");
    assert_string_equal(r[0].title, "A request without a usable access token");
    assert_string_equal(r[1].rule, "4xx");
    assert_string_equal(r[1].title, "Answered by this proxy: Why401ReadOnly");
    assert_string_equal(r[1].evidence, "a POST that can change something");
    assert_string_equal(r[1].step, err_advice(ERR_READ_ONLY));
    court_close(&c);
}

static void no_traffic_is_about_the_run(void **state)
{
    (void)state;
    struct court c;
    size_t count;
    court_open(&c, "no-traffic");
    verdict_end(c.v, &(struct verdict_run){.tunnels = 3, .ended_ms = COURT_TIME});
    const struct verdict_reason *r = verdict_reasons(c.v, &count);
    assert_int_equal(count, 1);
    assert_string_equal(r->method, "");
    assert_string_equal(r->title, "No call to BitGo came through the proxy");
    assert_string_equal(r->evidence, "What came was for other hosts.");
    assert_true(verdict_failed(c.v));
    assert_non_null(court_again(&c, (struct verdict_options){.fail_on = "no-traffic"}));
    struct judged other = court_call(&c, "CONNECT", "example.com:443", 502);
    other.foreign = true;
    other.maker = MAKER_PROXY;
    verdict_take(c.v, &other);
    court_end(&c);
    r = verdict_reasons(c.v, &count);
    assert_int_equal(count, 1);
    assert_string_equal(r->evidence, "What came was for other hosts.");
    assert_non_null(court_again(&c, (struct verdict_options){.fail_on = "no-traffic"}));
    court_end(&c);
    assert_string_equal(verdict_reasons(c.v, &count)->evidence, "");
    assert_non_null(court_again(&c, (struct verdict_options){.fail_on = "no-traffic"}));
    verdict_end(c.v, &(struct verdict_run){.lost_success = 1, .ended_ms = COURT_TIME});
    assert_false(verdict_failed(c.v));
    court_close(&c);
}

/* Nobody knows what was in them, so they fail each run that has a rule about answers. */
static void failures_that_nobody_judged_fail_the_run(void **state)
{
    (void)state;
    static const struct {
        const char *fail_on;
        bool failed;
    } cases[] = {
        {"explained", true},   {"ci", true},    {"500", true}, {"token.*", true},
        {"no-traffic", false}, {"none", false}, {NULL, false}, {"no-traffic,warning", true},
    };
    struct court c;
    size_t count;
    court_open(&c, NULL);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_non_null(court_again(&c, (struct verdict_options){.fail_on = cases[i].fail_on}));
        court_end_with_losses(&c, 7, 0);
        assert_int_equal(verdict_failed(c.v), cases[i].failed);
        const struct verdict_reason *r = verdict_reasons(c.v, &count);
        assert_int_equal(count, cases[i].failed);
        if (cases[i].failed) {
            assert_string_equal(r->rule, "lost");
            assert_string_equal(r->evidence, "7 failing exchanges were neither judged nor logged.");
            assert_int_equal(r->count, 7);
        }
    }
    assert_non_null(court_again(&c, (struct verdict_options){.fail_on = "ci"}));
    court_end_with_losses(&c, 0, 7);
    assert_false(verdict_failed(c.v));
    court_close(&c);
}

/* A run of a week with every call another one: memory stays, and the run fails all the same. */
static void memory_is_bounded(void **state)
{
    (void)state;
    struct court c;
    size_t count;
    court_open(&c, "4xx");
    for (int i = 0; i < 20000; i++) {
        char target[300];
        snprintf(target, sizeof target, "/%c%c%c/%0*d", 'a' + i % 26, 'a' + i / 26 % 26,
                 'a' + i / 676 % 26, 200, i);
        court_take(&c, "GET", target, 400 + i % 99);
    }
    court_end(&c);
    verdict_reasons(c.v, &count);
    assert_int_equal(count, 300);
    assert_true(verdict_failed(c.v));
    assert_int_equal(verdict_write_junit(c.v, c.path, &c.err), 0);
    assert_has(court_read(&c), "further reasons");
    court_close(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_word_catches_its_own),
        cmocka_unit_test(unknown_words_are_refused),
        cmocka_unit_test(words_can_be_guessed_from),
        cmocka_unit_test(every_rule_is_documented),
        cmocka_unit_test(every_finding_is_known),
        cmocka_unit_test(calls_of_one_route_are_one_reason),
        cmocka_unit_test(production_that_was_refused_counts),
        cmocka_unit_test(production_says_whether_it_was_sent),
        cmocka_unit_test(a_missing_bearer_need_not_have_been_sent),
        cmocka_unit_test(no_traffic_is_about_the_run),
        cmocka_unit_test(failures_that_nobody_judged_fail_the_run),
        cmocka_unit_test(memory_is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
