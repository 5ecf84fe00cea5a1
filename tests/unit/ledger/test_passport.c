/* Tokens that came to an end, or do not suit the call: made, used, deleted, used once more. */
#include "story.h"

static void a_duration_in_seconds_is_over_after_a_week(void **state)
{
    (void)state;
    make_token('2', "{\"label\":\"fund\",\"duration\":572522.211,\"scope\":[\"wallet_view_all\"]}",
               "");
    use('2');
    later(8 * DAY);
    reopen();
    struct exchange *x = fail_use('2');
    assert_told(
        x, "token.expired",
        "This token expired on 2026-12-01 00:17 UTC, 1 day ago: it was made on 2026-11-24 09:15 "
        "UTC with a duration of 572522.211 seconds, which is 6.6 days.");
    assert_told(x, "token.long-lived", "made on 2026-11-24 09:15 UTC");
    assert_told(x, "history.worked-until", "worked 1 time until 2026-11-24 09:15 UTC");
    assert_int_equal(exchange_finding(x, "token.expired")->severity, SEVERITY_PROBLEM);
    exchange_free(x);
}

static void the_answers_times_count_before_the_requests(void **state)
{
    (void)state;
    make_token(
        '2', "{\"label\":\"fund\",\"duration\":86400}",
        ",\"created\":\"2026-11-20T10:00:00.000Z\",\"expires\":\"2026-11-30T10:00:00.500Z\"");
    struct exchange *x = fail_use('2');
    assert_told(x, "token.expiring", "expires on 2026-11-30 10:00 UTC, in 6 days");
    assert_silent(x, "token.expired");
    exchange_free(x);
}

/* An upstream may write what it likes. */
static void a_time_that_is_none_ends_no_token(void **state)
{
    static const char *const times[] = {
        "2026-11-24T09:15:00.9e300Z", "2026-11-24T09:15:00.1e19Z", "2026-11-24T09:15:00.-9Z",
        "2026-11-24T09:15:00.0x9Z",   "2026-11-24T09:15:00+02:00", "2026-11-24T09:15:00",
    };
    (void)state;
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        char more[80];
        snprintf(more, sizeof more, ",\"expires\":\"%s\"", times[i]);
        make_token((char)('2' + i), "{\"label\":\"fund\"}", more);
        later(1);
        struct exchange *x = fail_use((char)('2' + i));
        assert_silent(x, "token.expired");
        assert_silent(x, "token.expiring");
        exchange_free(x);
    }
}

static void a_short_life_warns_in_its_last_tenth(void **state)
{
    (void)state;
    make_token('2', "{\"label\":\"fund\",\"duration\":360000}", "");
    later(89 * HOUR);
    struct exchange *x = fail_use('2');
    assert_silent(x, "token.expiring");
    exchange_free(x);
    later(2 * HOUR);
    x = fail_use('2');
    assert_told(x, "token.expiring", "in 9 hours");
    exchange_free(x);
}

static void a_token_that_works_has_not_expired(void **state)
{
    (void)state;
    make_token('2', "{\"label\":\"fund\",\"duration\":3600}", "");
    later(2 * HOUR);
    use('2');
    struct exchange *x = fail_use('2');
    assert_silent(x, "token.expired");
    exchange_free(x);
}

static void deleted_by_hand(void **state)
{
    (void)state;
    make_token('2', "{\"label\":\"fund\",\"duration\":5722522}", "");
    later(HOUR);
    exchange_free(
        pass(call('1', "DELETE", "/api/v2/user/accesstoken/22222222222222222222222222222222", "",
                  200, "{}")));
    later(3 * HOUR);
    struct exchange *x = fail_use('2');
    assert_told(x, "token.deleted", "deleted on 2026-11-24 10:15 UTC, 3 hours ago");
    assert_silent(x, "token.expired");
    exchange_free(x);
    later(300 * DAY);
    x = fail_use('2');
    assert_told(x, "token.deleted", "300 days ago");
    assert_silent(x, "token.expired");
    exchange_free(x);
}

static void a_call_beside_the_deletion_proves_nothing(void **state)
{
    (void)state;
    make_token('2', "{\"label\":\"fund\"}", "");
    struct exchange *deletion = call(
        '1', "DELETE", "/api/v2/user/accesstoken/22222222222222222222222222222222", "", 200, "{}");
    deletion->finished_us = 500000;
    exchange_free(pass(deletion));
    later(100);
    use('2');
    later(HOUR);
    struct exchange *x = fail_use('2');
    assert_told(x, "token.deleted", "59 minutes ago");
    exchange_free(x);
}

static void a_refused_deletion_deletes_nothing(void **state)
{
    (void)state;
    make_token('2', "{\"label\":\"fund\"}", "");
    exchange_free(
        pass(call('1', "DELETE", "/api/v2/user/accesstoken/22222222222222222222222222222222", "",
                  404, "{}")));
    later(HOUR);
    struct exchange *x = fail_use('2');
    assert_silent(x, "token.deleted");
    exchange_free(x);
}

static void logged_out(void **state)
{
    (void)state;
    exchange_free(
        pass(call('-', "POST", "/api/auth/v1/session", "{\"email\":\"a@example.com\"}", 200,
                  "{\"access_token\":\"v2x3333333333333333333333333333333333333333333333333333"
                  "333333333333\",\"expires_in\":7200}")));
    use('3');
    exchange_free(pass(call('3', "GET", "/api/v1/user/logout", "", 200, "{}")));
    later(MINUTE);
    struct exchange *x = fail_use('3');
    assert_told(x, "token.deleted", "ended by a logout");
    assert_told(x, "token.login-session", "made by a login, on 2026-11-24 09:15 UTC");
    exchange_free(x);
}

static void a_session_tells_what_the_page_made(void **state)
{
    (void)state;
    exchange_free(
        pass(call('4', "GET", "/api/v1/user/session", "", 200,
                  "{\"session\":{\"id\":\"44444444444444444444444444444444\",\"label\":\"by "
                  "hand\",\"created\":\"2026-11-01T00:00:00.000Z\",\"expires\":"
                  "\"2026-11-25T00:00:00.000Z\",\"origin\":\"app.bitgo.com\",\"scope\":"
                  "[\"openid\",\"wallet_view_all\"],\"ipRestrict\":[\"203.0.113.0/24\"]}}")));
    struct exchange *x = fail_use('4');
    assert_told(x, "token.expiring", "in 14 hours: it was made on 2026-11-01 00:00 UTC");
    assert_told(x, "token.long-lived", "made on 2026-11-01");
    assert_silent(x, "token.ip-not-allowed");
    exchange_free(x);
    source = "198.51.100.9";
    x = fail_use('4');
    assert_told(x, "token.ip-not-allowed",
                "restricted to 203.0.113.0/24, and the request came from 198.51.100.9");
    exchange_free(x);
}

static void a_private_peer_is_not_what_bitgo_sees(void **state)
{
    (void)state;
    make_token('2', "{\"label\":\"fund\",\"ipRestrict\":[\"203.0.113.7\"]}", "");
    source_kind = SOURCE_PEER;
    source = "127.0.0.1";
    struct exchange *x = fail_use('2');
    assert_silent(x, "token.ip-not-allowed");
    exchange_free(x);
}

static void a_restriction_that_cannot_be_read_claims_nothing(void **state)
{
    (void)state;
    make_token('2', "{\"label\":\"fund\",\"ipRestrict\":[\"203.0.113.7\",\"office\"]}", "");
    source = "198.51.100.9";
    struct exchange *x = fail_use('2');
    assert_silent(x, "token.ip-not-allowed");
    exchange_free(x);
}

static void a_token_of_the_other_environment(void **state)
{
    (void)state;
    host = "app.bitgo-test.com";
    make_token('2', "{\"label\":\"fund\"}", "");
    host = "app.bitgo.com";
    struct exchange *x = fail_use('2');
    assert_told(x, "token.other-host", "belongs to app.bitgo-test.com (test)");
    exchange_free(x);
    host = "localhost";
    x = fail_use('2');
    assert_silent(x, "token.other-host");
    exchange_free(x);
}

static void a_scope_that_the_documentation_wants(void **state)
{
    (void)state;
    make_token('2', "{\"label\":\"fund\",\"scope\":[\"wallet_view_all\"]}", "");
    struct exchange *x = pass(call('2', "GET", "/api/prime/trading/v1/orders", "", 401, "{}"));
    assert_told(x, "token.scope-missing", "trade_view or trade_trade");
    exchange_free(x);
    x = pass(call('2', "GET", "/api/clearing/v1/x", "", 200, "{}"));
    assert_silent(x, "token.scope-missing");
    exchange_free(x);
    x = fail_use('2'); /* the documentation names none for the wallet platform */
    assert_silent(x, "token.scope-missing");
    exchange_free(x);
}

static void a_limit_is_spent(void **state)
{
    (void)state;
    make_token(
        '2', "{\"label\":\"fund\",\"spendingLimits\":[{\"coin\":\"tbtc\",\"txValueLimit\":1000}]}",
        "");
    struct exchange *x = fail_use('2');
    assert_silent(x, "token.limit-spent");
    exchange_free(x);
    exchange_free(
        pass(call('2', "GET", "/api/v2/user/session", "", 200,
                  "{\"session\":{\"unlock\":{\"spendingLimits\":{\"tbtc\":{\"txValue\":1000,"
                  "\"txValueLimit\":\"1000\"}}}}}")));
    x = fail_with('2', "/api/v2/tbtc/wallet", "{\"error\":\"session expired\"}");
    assert_told(x, "token.limit-spent", "1000 of 1000 are spent for tbtc");
    exchange_free(x);
    x = pass(call('2', "POST", "/api/v2/user/unlock", "{\"otp\":\"0000000\"}", 200,
                  "{\"session\":{\"unlock\":{}}}"));
    assert_told(x, "token.unlock-removes-limits", "POST /api/v2/user/unlock removes all");
    exchange_free(x);
    x = fail_use('2');
    assert_silent(x, "token.limit-spent");
    exchange_free(x);
}

static void a_limit_left_blank_is_zero(void **state)
{
    (void)state;
    make_token(
        '2', "{\"label\":\"fund\",\"spendingLimits\":[{\"coin\":\"eth\",\"txValueLimit\":0}]}", "");
    struct exchange *x = fail_use('2');
    assert_told(x, "token.limit-spent", "its limit for eth is 0");
    exchange_free(x);
}

static void needs_unlock_with_limits_means_spent(void **state)
{
    (void)state;
    make_token('2',
               "{\"label\":\"fund\",\"spendingLimits\":[{\"coin\":\"tbtc\",\"txValueLimit\":5}]}",
               "");
    struct exchange *x =
        fail_with('2', "/api/v2/tbtc/wallet", "{\"error\":\"needs unlock\",\"needsUnlock\":true}");
    assert_told(x, "token.limit-spent", "made with limits: tbtc 5");
    exchange_free(x);
    x = fail_with('5', "/api/v2/tbtc/wallet", "{\"error\":\"needs unlock\",\"needsUnlock\":true}");
    assert_silent(x, "token.limit-spent");
    exchange_free(x);
}

static void a_transfer_that_goes_out_proves_that_nothing_is_spent(void **state)
{
    (void)state;
    make_token('2',
               "{\"label\":\"fund\",\"spendingLimits\":[{\"coin\":\"tbtc\",\"txValueLimit\":5}]}",
               "");
    exchange_free(fail_with('2', "/api/v2/tbtc/wallet", "{\"needsUnlock\":true}"));
    use('2');
    struct exchange *x = fail_use('2');
    assert_told(x, "token.limit-spent", "BitGo asked to unlock it");
    exchange_free(x);
    exchange_free(pass(call('2', "POST", "/api/v2/tbtc/wallet/0/tx/send", "{}", 200, "{}")));
    x = fail_use('2');
    assert_silent(x, "token.limit-spent");
    exchange_free(x);
}

/* Answers of a wrong shape, to every call that teaches something. */
static void nonsense_teaches_nothing(void **state)
{
    (void)state;
    static const char *const answers[] = {
        "",
        "<html></html>",
        "[]",
        "[1,2,{}]",
        "{\"session\":[],\"token\":5,\"accessTokens\":{\"id\":1}}",
        "{\"session\":null,\"token\":\"\",\"access_token\":null,\"accessTokens\":[null,1,{\"id\":[]"
        "}]}",
        "{\"session\":{\"label\":7,\"scope\":{\"a\":1},\"ipRestrict\":[[],{},\"\",null],"
        "\"created\":"
        "\"yesterday\",\"expires\":-5,\"origin\":[],\"unlock\":[1]}}",
        "{\"session\":{\"expires\":1e300,\"created\":\"9999-99-99T99:99:99\",\"unlock\":{"
        "\"spendingLimits\":{\"\":null,\"eth\":{\"txValueLimit\":\"-1\",\"txValue\":\"x\"}},"
        "\"allErc20TokensLimit\":7}}}",
        "{\"session\":{\"label\":\"cut",
    };
    static const struct {
        const char *method, *path;
    } calls[] = {
        {"POST", "/api/v2/user/accesstoken"},    {"GET", "/api/v2/user/accesstoken"},
        {"DELETE", "/api/v2/user/accesstoken/"}, {"GET", "/api/v2/user/session"},
        {"POST", "/api/v2/user/login"},          {"POST", "/api/v2/user/unlock"},
        {"POST", "/api/v2/user/lock"},
    };
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        for (size_t c = 0; c < sizeof calls / sizeof *calls; c++) {
            exchange_free(
                pass(call('2', calls[c].method, calls[c].path, answers[i], 200, answers[i])));
        }
    }
    struct exchange *x = fail_use('2');
    assert_int_equal(x->finding_count, 1);
    assert_told(x, "history.worked-until", "");
    exchange_free(x);
}

static void a_snapshot_tells_the_worker_the_same(void **state)
{
    (void)state;
    assert_true(ledger_changed(ledger));
    assert_false(ledger_changed(ledger));
    make_token('2', "{\"label\":\"fund\",\"duration\":60}", "");
    assert_true(ledger_changed(ledger));
    later(HOUR);
    struct passports *passports = ledger_passports(ledger);
    struct exchange *x = call('2', "GET", "/api/v2/tbtc/wallet", "", 401, "{}");
    inspect_passport(x, passports);
    assert_told(x, "token.expired", "59 minutes ago");
    size_t before = x->finding_count;
    judge_passport(x, passports_find(passports, x->token.fingerprint));
    assert_int_equal(x->finding_count, before);
    passports_drop(passports);
    exchange_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORY(a_duration_in_seconds_is_over_after_a_week),
        STORY(the_answers_times_count_before_the_requests),
        STORY(a_time_that_is_none_ends_no_token),
        STORY(a_short_life_warns_in_its_last_tenth),
        STORY(a_token_that_works_has_not_expired),
        STORY(deleted_by_hand),
        STORY(a_call_beside_the_deletion_proves_nothing),
        STORY(a_refused_deletion_deletes_nothing),
        STORY(logged_out),
        STORY(a_session_tells_what_the_page_made),
        STORY(a_private_peer_is_not_what_bitgo_sees),
        STORY(a_restriction_that_cannot_be_read_claims_nothing),
        STORY(a_token_of_the_other_environment),
        STORY(a_scope_that_the_documentation_wants),
        STORY(a_limit_is_spent),
        STORY(a_limit_left_blank_is_zero),
        STORY(needs_unlock_with_limits_means_spent),
        STORY(a_transfer_that_goes_out_proves_that_nothing_is_spent),
        STORY(nonsense_teaches_nothing),
        STORY(a_snapshot_tells_the_worker_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
