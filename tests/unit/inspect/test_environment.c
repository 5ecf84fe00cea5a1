/* Hosts and their environments, and coins that are in the wrong one. */
#include "request.h"

static void hosts(void **state)
{
    (void)state;
    static const struct {
        const char *host;
        enum environment environment;
    } rows[] = {
        {"app.bitgo.com", ENVIRONMENT_PROD},
        {"APP.BitGo.com", ENVIRONMENT_PROD},
        {"app.bitgo.com.", ENVIRONMENT_PROD},
        {"www.bitgo.com", ENVIRONMENT_PROD},
        {"admin.bitgo.com", ENVIRONMENT_PROD},
        {"app.bitgo-test.com", ENVIRONMENT_TEST},
        {"admin.bitgo-test.com", ENVIRONMENT_TEST},
        {"test.bitgo.com", ENVIRONMENT_TEST},
        {"app.bitgo-dev.com", ENVIRONMENT_OTHER},
        {"app.bitgo-staging.com", ENVIRONMENT_OTHER},
        {"localhost", ENVIRONMENT_EXPRESS},
        {"express.localhost", ENVIRONMENT_EXPRESS},
        {"127.0.0.1", ENVIRONMENT_EXPRESS},
        {"127.1.2.3", ENVIRONMENT_EXPRESS},
        {"::1", ENVIRONMENT_EXPRESS},
        {"[::1]", ENVIRONMENT_EXPRESS},
        {"::ffff:127.0.0.1", ENVIRONMENT_EXPRESS},
        {"bitgo.com", ENVIRONMENT_UNKNOWN},
        {"app.bitgo.com.evil.example", ENVIRONMENT_UNKNOWN},
        {"notapp.bitgo.com", ENVIRONMENT_UNKNOWN},
        {"notlocalhost", ENVIRONMENT_UNKNOWN},
        {"192.0.2.1", ENVIRONMENT_UNKNOWN},
        {"", ENVIRONMENT_UNKNOWN},
        {".", ENVIRONMENT_UNKNOWN},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        enum environment found = environment_of_host(span_of(rows[i].host));
        if (found != rows[i].environment) {
            fail_msg("%s is %s", rows[i].host, environment_name(found));
        }
    }
}

static void findings(void **state)
{
    (void)state;
    static const struct {
        const char *method;
        const char *path;
        enum environment environment;
        const char *finding; /* NULL: none */
        enum severity severity;
        const char *evidence;
    } rows[] = {
        {"GET", "/api/v2/tbtc/wallet", ENVIRONMENT_PROD, "environment.mismatch", SEVERITY_PROBLEM,
         "tbtc is a coin of a test network"},
        {"GET", "/api/v2/btc/wallet", ENVIRONMENT_TEST, "environment.mismatch", SEVERITY_PROBLEM,
         "btc is a coin of a main network"},
        {"GET", "/api/v2/hteth:newer/wallet", ENVIRONMENT_PROD, "environment.mismatch",
         SEVERITY_PROBLEM, "hteth:newer"},
        {"GET", "/api/v2/tbaseeth%3Axsgd/wallet", ENVIRONMENT_PROD, "environment.mismatch",
         SEVERITY_PROBLEM, "tbaseeth"},
        {"GET", "/api/v2/ofctbtc/wallet", ENVIRONMENT_PROD, "environment.mismatch",
         SEVERITY_PROBLEM, "ofctbtc"},
        {"GET", "/api/v2/tbtc/wallet", ENVIRONMENT_TEST, NULL, 0, NULL},
        {"GET", "/api/v2/trx/wallet", ENVIRONMENT_PROD, NULL, 0, NULL},
        {"GET", "/api/v2/tusd/wallet", ENVIRONMENT_PROD, NULL, 0, NULL},
        {"GET", "/api/v2/gteth/wallet", ENVIRONMENT_TEST, NULL, 0, NULL},
        {"GET", "/api/v2/btc/wallet", ENVIRONMENT_OTHER, NULL, 0, NULL},
        {"GET", "/api/v2/btc/wallet", ENVIRONMENT_EXPRESS, NULL, 0, NULL},
        {"GET", "/api/v2/tbtc/wallet", ENVIRONMENT_UNKNOWN, NULL, 0, NULL},
        {"GET", "/api/v2/ofc/wallet", ENVIRONMENT_PROD, NULL, 0, NULL},
        {"GET", "/api/v2/ofc/wallet", ENVIRONMENT_TEST, NULL, 0, NULL},
        {"GET", "/api/v2/user/me", ENVIRONMENT_PROD, NULL, 0, NULL},
        {"GET", "/favicon.ico", ENVIRONMENT_PROD, NULL, 0, NULL},
        {"GET", "/api/v2/USDT/wallet", ENVIRONMENT_PROD, "environment.unknown-coin", SEVERITY_NOTE,
         "the coin USDT"},
        {"GET", "/api/v2/0123456789abcdef0123/wallet", ENVIRONMENT_PROD, "environment.unknown-coin",
         SEVERITY_NOTE, "not shown"},
        {"POST", "/api/v2/btc/wallet/01/sendcoins", ENVIRONMENT_PROD, "environment.express-route",
         SEVERITY_PROBLEM, "POST /api/v2/{coin}/wallet/{id}/sendcoins is a route of BitGo Express"},
        {"POST", "/api/v2/tbtc/wallet/01/consolidateunspents", ENVIRONMENT_TEST,
         "environment.express-route", SEVERITY_WARNING, "consolidateunspents"},
        {"POST", "/api/v2/btc/wallet/01/sendcoins", ENVIRONMENT_EXPRESS, NULL, 0, NULL},
        {"POST", "/api/v2/btc/wallet/01/sendcoins", ENVIRONMENT_UNKNOWN, NULL, 0, NULL},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct exchange *x = request(rows[i].method, rows[i].path);
        inspect_environment(x, rows[i].environment);
        if (rows[i].finding) {
            assert_only(x, rows[i].finding);
            assert_evidence(x, rows[i].finding, rows[i].evidence);
            assert_int_equal(x->findings[0].severity, rows[i].severity);
        } else if (x->finding_count) {
            fail_msg("%s: %s", rows[i].path, x->findings[0].id);
        }
        exchange_free(x);
    }
}

static void a_token_in_the_coins_place_is_not_shown(void **state)
{
    (void)state;
    char token[TOKEN_SIZE];
    char path[200];
    raw_token('7', token);
    for (size_t i = 0; i < 2; i++) {
        snprintf(path, sizeof path, i ? "/api/v2/tsol:%s/wallet" : "/api/v2/%s/wallet", token);
        struct exchange *x = request("GET", path);
        inspect_environment(x, ENVIRONMENT_PROD);
        assert_only(x, i ? "environment.mismatch" : "environment.unknown-coin");
        assert_secret_kept(x, token + 3);
        exchange_free(x);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hosts),
        cmocka_unit_test(findings),
        cmocka_unit_test(a_token_in_the_coins_place_is_not_shown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
