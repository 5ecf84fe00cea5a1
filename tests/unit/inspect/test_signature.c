/* The parts of a signature and the form of a path at the request head, and the SDK's own traffic,
 * which is to have no finding at all. */
#include "request.h"

#include "path_form.h"
#include "signing.h"

#define NOW  1795462138000
#define HASH "a23017b8c9794e1ec157ea7f03ef47177885d9f3dd0652510c1145bba0e39f54"
#define SIGN "b6bf98a33e50670143e28d6bd728efee647bcb2718eca67431d1ab8b3610dbac"

struct row {
    const char *bearer;
    const char *version;
    const char *timestamp;
    const char *hmac;
    const char *finding; /* NULL: none */
    enum severity severity;
    const char *evidence;
};

static void with_some(struct exchange *x, const char *name, const char *value)
{
    if (value) {
        with(x, name, value);
    }
}

static struct exchange *signed_request(const char *method, const char *target,
                                       const struct row *row)
{
    struct exchange *x = request(method, target);
    x->started_ms = NOW;
    with_some(x, "BitGo-Auth-Version", row->version);
    with_some(x, "Auth-Timestamp", row->timestamp);
    with_some(x, "Authorization", row->bearer);
    with_some(x, "HMAC", row->hmac);
    return x;
}

static void findings(void **state)
{
    (void)state;
    char token[TOKEN_SIZE];
    char raw[80];
    snprintf(raw, sizeof raw, "Bearer %s", raw_token('0', token));
    const char *sdk = "Bearer " HASH;
    const char *on_time = "1795462137988";
    const struct row rows[] = {
        {sdk, "2.0", on_time, SIGN, NULL, 0, NULL},
        {sdk, "3.0", on_time, SIGN, NULL, 0, NULL},
        {raw, NULL, NULL, NULL, NULL, 0, NULL},
        {NULL, "2.0", NULL, NULL, NULL, 0, NULL},
        {"Bearer 01234567890123456789012345678901", "4.0", "1795462137", SIGN, NULL, 0, NULL},
        {sdk, "2.0", on_time, NULL, "signature.hash-without-hmac", SEVERITY_PROBLEM, "SHA-256"},
        {sdk, NULL, on_time, NULL, "signature.hash-without-hmac", SEVERITY_PROBLEM, "SHA-256"},
        {sdk, "2.0", NULL, SIGN, "signature.hmac-without-timestamp", SEVERITY_PROBLEM,
         "Auth-Timestamp"},
        {raw, "2.0", on_time, SIGN, "signature.raw-with-hmac", SEVERITY_WARNING, "SHA-256"},
        {sdk, "2.0", "1795462137", SIGN, "signature.timestamp-form", SEVERITY_PROBLEM,
         "in seconds"},
        {sdk, "2.0", "1795462137.98", SIGN, "signature.timestamp-form", SEVERITY_PROBLEM,
         "not a number"},
        {sdk, "2.0", "2026-11-23T19:00:00Z", SIGN, "signature.timestamp-form", SEVERITY_PROBLEM,
         "not a number"},
        {sdk, "2.0", "1795462137988000", SIGN, "signature.timestamp-form", SEVERITY_PROBLEM,
         "not a time of today"},
        {sdk, "2.0", "1795461837999", SIGN, "clock.skew", SEVERITY_WARNING, "5 minutes behind"},
        {sdk, "3.0", "1795458538000", SIGN, "clock.skew", SEVERITY_PROBLEM, "60 minutes behind"},
        {sdk, "3.0", "1795462198001", SIGN, "clock.skew", SEVERITY_PROBLEM, "60 seconds ahead of"},
        {sdk, "2.0", "1795721338000", SIGN, "clock.skew", SEVERITY_WARNING, "3 days ahead of"},
        {sdk, "3.0", "1795461838000", SIGN, NULL, 0, NULL},
        {sdk, "3.0", "1795462198000", SIGN, NULL, 0, NULL},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct exchange *x = signed_request("GET", "/api/v2/tbtc/wallet", &rows[i]);
        inspect_bearer(x);
        x->finding_count = 0;
        inspect_signature(x);
        if (rows[i].finding) {
            assert_only(x, rows[i].finding);
            assert_evidence(x, rows[i].finding, rows[i].evidence);
            assert_int_equal(x->findings[0].severity, rows[i].severity);
        } else if (x->finding_count) {
            fail_msg("row %zu: %s", i, x->findings[0].id);
        }
        assert_secret_kept(x, HASH);
        assert_secret_kept(x, SIGN);
        assert_secret_kept(x, token + 3);
        exchange_free(x);
    }
}

static void forms_of_paths(void **state)
{
    (void)state;
    static const struct {
        const char *target;
        const char *finding;
        const char *evidence;
    } rows[] = {
        {"/api/v2/tbtc/wallet?next=http://x/api/", NULL, NULL},
        {"/oauth/token", NULL, NULL},
        {"/express/api/v2/tbtc/wallet/01", NULL, NULL},
        {"/favicon.ico", NULL, NULL},
        {"https://app.bitgo.com/api/v2/ping", NULL, NULL},
        {"*", NULL, NULL},
        {"//api/v2/tbtc/wallet", "path.double-slash", "customRootURI with a slash at its end"},
        {"/api/v2//wallet", "path.double-slash", "left empty"},
        {"/test/api/v2/tbtc/wallet", "path.prefix", "begins with /test in front"},
        {"/why/oauth/token", "path.prefix", "begins with /why in front"},
        {"/0123456789abcdef0123/api/v2/ping", "path.prefix", "begins with something"},
    };
    static const struct row none = {0};
    static const struct row sdk = {.hmac = SIGN};
    for (size_t i = 0; i < COUNT(rows); i++) {
        for (int is_signed = 0; is_signed < 2; is_signed++) {
            struct exchange *x = signed_request("GET", rows[i].target, is_signed ? &sdk : &none);
            inspect_path_form(x);
            if (rows[i].finding) {
                assert_only(x, rows[i].finding);
                assert_evidence(x, rows[i].finding, rows[i].evidence);
                assert_int_equal(x->findings[0].severity,
                                 is_signed ? SEVERITY_PROBLEM : SEVERITY_WARNING);
            } else if (x->finding_count) {
                fail_msg("%s: %s", rows[i].target, x->findings[0].id);
            }
            exchange_free(x);
        }
    }
}

/* As the SDK 1.86.0 sends them, among them its first call of all and one without a token. */
static void the_sdks_own_traffic(void **state)
{
    (void)state;
    static const struct {
        const char *method;
        const char *target;
        struct row row;
    } calls[] = {
        {"GET", "/api/v1/client/constants", {0}},
        {"POST", "/api/auth/v1/session", {.version = "2.0"}},
        {"POST", "/oauth/token", {0}},
        {"GET",
         "/api/v2/tbtc/wallet?limit=25&prevId=p",
         {.bearer = "Bearer " HASH, .version = "2.0", .timestamp = "1795462137988", .hmac = SIGN}},
        {"GET",
         "/api/v1/user/me",
         {.bearer = "Bearer " HASH, .version = "3.0", .timestamp = "1795462137983", .hmac = SIGN}},
        {"DELETE",
         "/api/v2/tbtc/webhooks",
         {.bearer = "Bearer " HASH, .version = "2.0", .timestamp = "1795462137983", .hmac = SIGN}},
        {"POST",
         "/api/auth/v1/accesstoken",
         {.bearer = "Bearer v2x7777777777777777777777777777777777777777777777777777777777777777"}},
        {"GET",
         "/api/v2/tbaseeth:xsgd/wallet",
         {.bearer = "Bearer 7777777777777777777777777777777777777777"}},
    };
    const struct inspect_options options = {0};
    for (size_t i = 0; i < COUNT(calls); i++) {
        struct exchange *x = signed_request(calls[i].method, calls[i].target, &calls[i].row);
        struct err err;
        x->host = SPAN("app.bitgo-test.com");
        assert_int_equal(inspect_request(x, &options, &err), 0);
        if (x->finding_count) {
            fail_msg("%s %s: %s", calls[i].method, calls[i].target, x->findings[0].id);
        }
        exchange_free(x);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(findings),
        cmocka_unit_test(forms_of_paths),
        cmocka_unit_test(the_sdks_own_traffic),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
