/* What is asked for when a token is created: durations in every unit, addresses, limits. */
#include "finished_call.h"

#define ROUTE  "/api/v2/user/accesstoken"
#define LIMITS ",\"spendingLimits\":[{\"coin\":\"tbtc\",\"txValueLimit\":1}]"

static struct exchange *creation(const char *members, enum environment environment)
{
    char body[1000];
    snprintf(body, sizeof body, "{\"label\":\"t\",\"otp\":\"8642975\"%s}", members);
    struct exchange *x = call("POST", ROUTE, body, 200);
    judge(x, NULL, environment);
    assert_secret_kept(x, "8642975");
    return x;
}

static void durations(void **state)
{
    (void)state;
    static const struct {
        const char *duration;
        const char *findings[2]; /* beside creation.duration */
        const char *evidence;    /* of the first, or of creation.duration */
    } rows[] = {
        {"572522.211",
         {"creation.duration-fraction"},
         "duration is in seconds: 572522.211 seconds are 6.6 days, so this token expires on "
         "2026-12-01 00:18 UTC."},
        {"31536000",
         {0},
         "31536000 seconds (365.0 days): this token expires on 2027-11-24 09:16 UTC"},
        {"315360000", {0}, "(10.0 years)"},
        {"604800", {"creation.duration-brief"}, "604800 seconds are 7.0 days"},
        {"2592000", {0}, "30.0 days"},
        {"2592000.5", {"creation.duration-fraction"}, "2592000.5 seconds"},
        {"3600",
         {"creation.duration-short"},
         "1.0 hours, so this token expires on 2026-11-24 10:16"},
        {"0.5",
         {"creation.duration-short", "creation.duration-unit"},
         "0.5 seconds are 0.5 seconds"},
        {"365",
         {"creation.duration-short", "creation.duration-unit"},
         "365 seconds are 6.1 minutes"},
        {"10", {"creation.duration-short", "creation.duration-unit"}, "2026-11-24 09:16 UTC"},
        {"31536000000",
         {"creation.duration-unit"},
         "If milliseconds were meant, duration is 31536000."},
        {"1e300", {0}, "this token expires then"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char members[300];
        snprintf(members, sizeof members, ",\"duration\":%s" LIMITS, rows[i].duration);
        struct exchange *x = creation(members, ENVIRONMENT_TEST);
        size_t count = 1;
        for (size_t k = 0; k < 2 && rows[i].findings[k]; k++, count++) {
            const struct finding *f = exchange_finding(x, rows[i].findings[k]);
            if (!f) {
                fail_msg("%s: no %s", rows[i].duration, rows[i].findings[k]);
            }
            assert_int_equal(f->severity, SEVERITY_WARNING);
        }
        assert_int_equal(x->finding_count, count);
        assert_int_equal(exchange_finding(x, "creation.duration")->severity, SEVERITY_NOTE);
        assert_evidence(x, rows[i].findings[0] ? rows[i].findings[0] : "creation.duration",
                        rows[i].evidence);
        exchange_free(x);
    }
}

static void units_that_were_meant(void **state)
{
    (void)state;
    struct exchange *x = creation(",\"duration\":365" LIMITS, ENVIRONMENT_TEST);
    assert_evidence(x, "creation.duration-unit", "If days were meant, duration is 31536000.");
    exchange_free(x);
    x = creation(",\"duration\":10" LIMITS, ENVIRONMENT_TEST);
    assert_evidence(x, "creation.duration-unit", "If years were meant, duration is 315576000.");
    exchange_free(x);
}

static void a_refused_one_would_expire(void **state)
{
    (void)state;
    struct exchange *x =
        call("POST", "/api/auth/v1/accesstoken", "{\"duration\":7200" LIMITS "}", 401);
    judge(x, NULL, ENVIRONMENT_TEST);
    assert_evidence(x, "creation.duration-short", "would expire on 2026-11-24 11:16 UTC");
    exchange_free(x);
}

static void addresses(void **state)
{
    (void)state;
    static const struct {
        const char *member;
        enum environment environment;
        const char *finding;
        const char *evidence;
    } rows[] = {
        {"", ENVIRONMENT_PROD, "creation.no-ip-restrict", "without ipRestrict"},
        {",\"ipRestrict\":[]", ENVIRONMENT_PROD, "creation.no-ip-restrict", "without ipRestrict"},
        {",\"ipRestrict\":null", ENVIRONMENT_PROD, "creation.no-ip-restrict", "without ipRestrict"},
        {"", ENVIRONMENT_TEST, NULL, NULL},
        {"", ENVIRONMENT_EXPRESS, NULL, NULL},
        {",\"ipRestrict\":[\"198.51.100.7\",\"198.51.100.0/24\"]", ENVIRONMENT_PROD, NULL, NULL},
        {",\"ipRestrict\":[\"198.51.0.0/16\",\"0.0.0.0/0\"]", ENVIRONMENT_PROD,
         "creation.ip-restrict-wide", "198.51.0.0/16; BitGo takes blocks from /24"},
        {",\"ipRestrict\":[\"198.51.100.*\",\"x\"]", ENVIRONMENT_TEST, "creation.ip-restrict-form",
         "198.51.100.*; expected"},
        {",\"ipRestrict\":[\"correct.horse\"]", ENVIRONMENT_TEST, "creation.ip-restrict-form",
         "(not shown)"},
        {",\"ipRestrict\":[\"198.51.100.7/24\"]", ENVIRONMENT_TEST, "creation.ip-restrict-form",
         "bits set behind the prefix"},
        {",\"ipRestrict\":[7]", ENVIRONMENT_TEST, "creation.ip-restrict-form", "(not shown)"},
        {",\"ipRestrict\":\"198.51.100.7\"", ENVIRONMENT_PROD, "creation.ip-restrict-form",
         "no list"},
        {",\"ipRestrict\":[\"192.168.1.4\"]", ENVIRONMENT_PROD, "creation.ip-restrict-private",
         "192.168.1.4"},
        {",\"ipRestrict\":[\"127.0.0.1\"]", ENVIRONMENT_TEST, NULL, NULL},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char members[300];
        snprintf(members, sizeof members, "%s" LIMITS, rows[i].member);
        struct exchange *x = creation(members, rows[i].environment);
        if (rows[i].finding) {
            assert_only(x, rows[i].finding);
            assert_evidence(x, rows[i].finding, rows[i].evidence);
        } else {
            assert_none(x);
        }
        exchange_free(x);
    }
}

static void limits(void **state)
{
    (void)state;
    static const struct {
        const char *members;
        bool noted;
    } rows[] = {
        {"", true},
        {",\"spendingLimits\":[],\"scope\":[\"wallet_spend_all\"]", true},
        {",\"scope\":[\"wallet_view_all\",\"wallet_spend:01\"]", true},
        {",\"allErc20TokensLimit\":{\"enabled\":false}", true},
        {",\"scope\":[\"wallet_view_all\"]", false},
        {",\"allErc20TokensLimit\":{\"enabled\":true}", false},
        {LIMITS, false},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct exchange *x = creation(rows[i].members, ENVIRONMENT_TEST);
        if (rows[i].noted) {
            assert_only(x, "creation.no-limits");
        } else {
            assert_none(x);
        }
        exchange_free(x);
    }
}

/* A body that is no object, is cut, or belongs to another route is none of this inspector's
 * business. */
static void other_bodies(void **state)
{
    (void)state;
    static const struct {
        const char *method;
        const char *target;
        const char *body;
    } rows[] = {
        {"POST", ROUTE, ""},
        {"POST", ROUTE, "[]"},
        {"POST", ROUTE, "{\"duration\":1"},
        {"POST", ROUTE, "duration=1"},
        {"POST", ROUTE, "{\"duration\":\"1\",\"scope\":[]}"},
        {"POST", ROUTE, "{\"duration\":-1,\"scope\":[]}"},
        {"GET", ROUTE, "{\"duration\":1}"},
        {"POST", "/api/v2/user/accesstokentemplate", "{\"duration\":1}"},
        {"POST", "/api/v2/user/unlock", "{\"otp\":\"0000000\",\"duration\":600}"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct exchange *x = call(rows[i].method, rows[i].target, rows[i].body, 200);
        judge(x, NULL, ENVIRONMENT_TEST);
        assert_none(x);
        exchange_free(x);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(durations),
        cmocka_unit_test(units_that_were_meant),
        cmocka_unit_test(a_refused_one_would_expire),
        cmocka_unit_test(addresses),
        cmocka_unit_test(limits),
        cmocka_unit_test(other_bodies),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
