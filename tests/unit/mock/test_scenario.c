/* A scenario by name: every one that there is answers with its own failure. */
#include "asked.h"
#include "why401/explain/example.h"

#define WALLET "/api/v2/tbtc/wallet/59cd72485007a239fb00282ed480da1f"

static struct mock *mock_failing(const char *scenario)
{
    struct err err;
    struct mock_options options = {.scenario = scenario};
    struct mock *m = mock_new(&options, &err);
    if (!m) {
        fail_msg("%s", err.text);
    }
    return m;
}

/* One of the rule's examples that show it has this status, and this error where it has one. */
static bool is_shown(const struct rule *rule, const struct answered *a)
{
    for (size_t i = 0; i < rule_example_count(rule); i++) {
        const struct example *e = rule_example(rule, i);
        const json_t *body = e->call.response.body;
        const char *text =
            json_string_value(json_is_string(body) ? body : json_object_get(body, "error"));
        if (e->expect && e->call.response.status == a->head.status &&
            span_find(a->body, span_of(text ? text : "")) >= 0) {
            return true;
        }
    }
    return false;
}

/* The answer is a failure that the rule's examples have, for the request at hand. */
static void assert_shows(const struct answered *a, const struct rule *rule)
{
    if (a->head.status < 400 || !is_shown(rule, a)) {
        fail_msg("%s: %d %.*s", rule_id(rule), a->head.status, SPAN_ARG(a->body));
    }
    assert_true(span_find(a->body, SPAN("cexample")) < 0);
}

static void a_request_names_any_scenario(void **state)
{
    (void)state;
    struct err err;
    struct mock *m = mock_new(NULL, &err);
    struct rulepack *rules = rulepack_builtin(&err);
    assert_true(rulepack_size(rules) > 20);
    for (size_t i = 0; i < rulepack_size(rules); i++) {
        const struct rule *rule = rulepack_at(rules, i);
        const char *names[] = {rule_id(rule), strchr(rule_id(rule), '#') + 1};
        for (size_t k = 0; k < 2; k++) {
            struct answered a;
            char field[200];
            snprintf(field, sizeof field, "X-Mock-Scenario: %s\r\n", names[k]);
            ask_mock_as(&a, m, MOCK_TOKEN_GOOD, "GET " WALLET, field, "");
            assert_shows(&a, rule);
            drop(&a);
        }
    }
    rulepack_drop(rules);
    mock_free(m);
}

static void an_option_is_for_every_route_that_needs_a_token(void **state)
{
    (void)state;
    static const char *const failing[] = {"GET " WALLET, "POST " WALLET "/tx/send",
                                          "GET /api/v2/nowhere"};
    static const char *const open[] = {"GET /api/v2/ping", "GET /api/v1/client/constants",
                                       ("OPTIONS " WALLET)};
    struct mock *m = mock_failing("session-expired-error");
    for (size_t i = 0; i < 3; i++) {
        struct answered a;
        ask_mock_as(&a, m, i ? MOCK_TOKEN_GOOD : NOBODY, failing[i], "", "");
        assert_int_equal(a.head.status, 401);
        assert_says(a.body, "error", "session expired");
        assert_true(span_eq(value(&a, "X-Auth-Required"), SPAN("true")));
        drop(&a);
        ask_mock_as(&a, m, NOBODY, open[i], "", "");
        assert_true(a.head.status < 300);
        drop(&a);
    }
    mock_free(m);
}

/* "unauthorized" may mean anything, "token expired" does not. */
static void the_clearest_example_is_taken(void **state)
{
    (void)state;
    struct answered a;
    struct mock *m = mock_failing("token-disappeared-unexpected-expiration");
    ask_mock_as(&a, m, MOCK_TOKEN_GOOD, "GET " WALLET, "", "");
    assert_says(a.body, "error", "token expired");
    drop(&a);
    mock_free(m);
}

static void the_answer_is_to_this_request(void **state)
{
    (void)state;
    struct answered a;
    struct mock *m = mock_failing("bitgo#rate-limited");
    ask_mock_as(&a, m, MOCK_TOKEN_GOOD, "GET " WALLET, "Request-ID: mine-7\r\n", "");
    assert_int_equal(a.head.status, 429);
    assert_says(a.body, "requestId", "mine-7");
    assert_int_equal(value(&a, "X-Auth-Required").len, 0);
    drop(&a);
    mock_free(m);
}

/* An unlock asks for a one-time password; the token is good. */
static void an_unlock_is_no_complaint_about_the_token(void **state)
{
    (void)state;
    struct answered a;
    struct mock *m = mock_failing("needs-unlock");
    ask_mock_as(&a, m, MOCK_TOKEN_GOOD, "POST " WALLET "/tx/send", "", "{}");
    assert_int_equal(a.head.status, 401);
    assert_int_equal(value(&a, "X-Auth-Required").len, 0);
    drop(&a);
    mock_free(m);
}

static void a_name_that_is_none_lists_those_there_are(void **state)
{
    (void)state;
    static const char *const bad[] = {"no-such", "#", "bitgo", "a\"b"};
    struct err err;
    struct mock_options options = {.scenario = "no-such"};
    struct mock *m = mock_new(NULL, &err);
    for (size_t i = 0; i < 4; i++) {
        struct answered a;
        char field[100];
        snprintf(field, sizeof field, "X-Mock-Scenario: %s\r\n", bad[i]);
        ask_mock_as(&a, m, MOCK_TOKEN_GOOD, "GET " WALLET, field, "");
        assert_int_equal(a.head.status, 400);
        assert_says(a.body, "name", "MockScenarioUnknown");
        assert_true(span_find(a.body, SPAN("bitgo#needs-unlock")) > 0);
        drop(&a);
    }
    mock_free(m);
    assert_null(mock_new(&options, &err));
    assert_int_equal(err.code, ERR_USAGE);
    assert_non_null(strstr(err.text, "\"no-such\""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_names_any_scenario),
        cmocka_unit_test(an_option_is_for_every_route_that_needs_a_token),
        cmocka_unit_test(the_clearest_example_is_taken),
        cmocka_unit_test(the_answer_is_to_this_request),
        cmocka_unit_test(an_unlock_is_no_complaint_about_the_token),
        cmocka_unit_test(a_name_that_is_none_lists_those_there_are),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
