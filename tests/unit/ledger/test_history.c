/* What happened to a token before: how often it worked, from where, and on which routes. */
#include "story.h"

static void worked_two_hundred_times(void **state)
{
    (void)state;
    for (int i = 0; i < 200; i++) {
        later(MINUTE);
        use('2');
    }
    later(HOUR);
    exchange_free(fail_use('2'));
    reopen();
    struct exchange *x = fail_use('2');
    assert_told(x, "history.worked-until",
                "worked 200 times until 2026-11-24 12:35 UTC; this is failure number 2 since then");
    assert_silent(x, "history.never-worked");
    exchange_free(x);
}

static void another_failure_is_not_the_tokens(void **state)
{
    (void)state;
    use('2');
    struct exchange *x = pass(call('2', "GET", "/api/v2/tbtc/wallet/0", "", 404, "{}"));
    assert_int_equal(x->finding_count, 0);
    exchange_free(x);
}

static void never_worked(void **state)
{
    (void)state;
    struct exchange *x = fail_use('2');
    assert_silent(x, "history.never-worked");
    exchange_free(x);
    later(HOUR);
    x = fail_use('2');
    assert_told(x, "history.never-worked",
                "it failed 1 time before, the first time on 2026-11-24 09:15");
    exchange_free(x);
}

static void a_route_for_all_proves_nothing(void **state)
{
    (void)state;
    exchange_free(pass(call('2', "GET", "/api/v2/ping", "", 200, "{}")));
    exchange_free(fail_use('2'));
    struct exchange *x = fail_use('2');
    assert_told(x, "history.never-worked", "");
    exchange_free(x);
}

static void what_the_proxy_answered_is_not_counted(void **state)
{
    (void)state;
    struct exchange *x = call('2', "GET", "/api/v2/tbtc/wallet", "", 403, "{}");
    x->maker = MAKER_PROXY;
    exchange_free(pass(x));
    x = fail_use('2');
    assert_silent(x, "history.never-worked");
    exchange_free(x);
}

static void works_from_one_address_and_not_from_another(void **state)
{
    (void)state;
    use('2');
    use('2');
    source = "198.51.100.9";
    reopen();
    struct exchange *x = fail_use('2');
    assert_told(x, "history.other-address",
                "worked 2 times from 203.0.113.7, last on 2026-11-24 09:15 UTC, and never from "
                "198.51.100.9");
    exchange_free(x);
    use('2');
    x = fail_use('2');
    assert_silent(x, "history.other-address");
    exchange_free(x);
}

static void fails_on_key_routes_only(void **state)
{
    (void)state;
    struct exchange *x = fail_with('2', "/api/v2/tbtc/key/0", "{\"error\":\"unauthorized\"}");
    assert_silent(x, "history.only-route");
    exchange_free(x);
    later(MINUTE);
    use('2');
    x = fail_with('2', "/api/v2/tbtc/key/0", "{\"error\":\"unauthorized\"}");
    assert_told(x, "history.only-route",
                "fails on key routes only, 2 times by now: on wallet routes");
    exchange_free(x);
}

/* The token of the story is looked at; the one that made it is in the ledger too. */
static void look(void *ctx, const struct ledger_row *row)
{
    size_t *rows = ctx;
    ++*rows;
    if (!row->token_id) {
        return;
    }
    assert_string_equal(row->token_id, "22222222222222222222222222222222");
    assert_string_equal(row->last_problem, "401 wallet … is not yours");
    assert_string_equal(row->environment, "prod");
    assert_string_equal(row->passport->label, "fund");
    assert_string_equal(row->passport->scopes[0], "openid");
    assert_null(row->passport->scopes[1]);
    assert_string_equal(row->ip_restrict, "203.0.113.7, 198.51.100.0/24");
    assert_string_equal(row->limits, "tbtc 1000");
    assert_int_equal(row->successes, 1);
    assert_int_equal(row->failures, 1);
    assert_int_equal(row->last_failure_ms, START);
}

static void a_row_for_people(void **state)
{
    (void)state;
    size_t rows = 0;
    make_token('2',
               "{\"label\":\"fund\",\"ipRestrict\":[\"203.0.113.7\",\"198.51.100.0/24\"],"
               "\"scope\":[\"openid\"],"
               "\"spendingLimits\":[{\"coin\":\"tbtc\",\"txValueLimit\":1000}]}",
               "");
    use('2');
    exchange_free(
        fail_with('2', "/api/v2/tbtc/wallet",
                  "{\"error\":\"wallet 59cd72485007a239fb00282ed480da1f is not yours: \"}"));
    ledger_each(ledger, look, &rows);
    assert_int_equal(rows, 2);
    rows = 0;
    reopen();
    ledger_each(ledger, look, &rows);
    assert_int_equal(rows, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORY(worked_two_hundred_times),
        STORY(another_failure_is_not_the_tokens),
        STORY(never_worked),
        STORY(a_route_for_all_proves_nothing),
        STORY(what_the_proxy_answered_is_not_counted),
        STORY(works_from_one_address_and_not_from_another),
        STORY(fails_on_key_routes_only),
        STORY(a_row_for_people),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
