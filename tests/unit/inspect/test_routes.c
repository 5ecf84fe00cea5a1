/* Which routes need no bearer, where a path has its coin, and which routes are BitGo Express's. */
#include "request.h"
#include "routes.h"

static bool needs_none(const char *method, const char *path)
{
    return route_needs_no_bearer(span_of(method), span_of(path));
}

static void open_routes(void **state)
{
    (void)state;
    static const char *const routes[][2] = {
        {"GET", "/api/v1/client/constants"},
        {"GET", "//api/v1/client/constants"},
        {"GET", "/api/v2/ping"},
        {"HEAD", "/api/v1/ping"},
        {"GET", "/api/v2/ping/"},
        {"POST", "/api/v1/user/login"},
        {"POST", "/api/v2/user/login"},
        {"POST", "/api/auth/v1/session"},
        {"POST", "/oauth/token"},
        {"GET", "/api/v2/tbtc/public/block/latest"},
        {"GET", "/api/v2/tbaseeth:xsgd/public/block/latest"},
        {"GET", "/api/v2/tbaseeth%3Axsgd/public/block/latest"},
        {"GET", "/api/v2/txlm/federation"},
        {"GET", "/api/v1/assets/list/mainnet"},
        {"GET", "/api/v1/assets/name/eth:usdg"},
        {"GET", "/api/v1/all/publicAssets"},
        {"GET", "/api/v1/market/latest"},
        {"GET", "/api/v1/tx/fee"},
        {"POST", "/api/v2/decrypt"},
        {"OPTIONS", "/api/v2/tbtc/wallet"},
        {"OPTIONS", ""},
    };
    for (size_t i = 0; i < COUNT(routes); i++) {
        if (!needs_none(routes[i][0], routes[i][1])) {
            fail_msg("%s %s is said to need a bearer", routes[i][0], routes[i][1]);
        }
    }
}

static void routes_that_need_a_bearer(void **state)
{
    (void)state;
    static const char *const routes[][2] = {
        {"POST", "/api/v1/client/constants"},
        {"GET", "/api/v1/client/constants/x"},
        {"GET", "/api/v1/client"},
        {"GET", "/api/v3/ping"},
        {"get", "/api/v2/ping"},
        {"GET", "/api/v2/Ping"},
        {"GET", "/x/api/v2/ping"},
        {"GET", "/api/v2/user/login"},
        {"GET", "/api/auth/v1/session"},
        {"GET", "/oauth/token"},
        {"GET", "/api/v2/tbtc/public"},
        {"POST", "/api/v2/tbtc/public/x"},
        {"GET", "/api/v2/user/public/x"},
        {"GET", "/api/v2/wallet/federation"},
        {"GET", "/api/v2/a%2Fb/public/x"},
        {"GET", "/api/v1/assets/list/other"},
        {"GET", "/api/v1/assets/name"},
        {"GET", "/api/v2/market/latest"},
        {"GET", "/api/v2/tbtc/tx/fee"},
        {"GET", "/api/v2/tbtc/wallet"},
        {"GET", "/"},
        {"GET", ""},
    };
    for (size_t i = 0; i < COUNT(routes); i++) {
        if (needs_none(routes[i][0], routes[i][1])) {
            fail_msg("%s %s is said to need no bearer", routes[i][0], routes[i][1]);
        }
    }
}

static void coins_of_paths(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"/api/v2/tbtc/wallet", "tbtc"},
        {"//api/v2/tbtc/wallet", "tbtc"},
        {"/api/v2/tbaseeth:xsgd/wallet/01/tx/send", "tbaseeth:xsgd"},
        {"/api/v2/tbaseeth%3axsgd/key", "tbaseeth%3axsgd"},
        {"/api/v2/eos:USDT/wallet", "eos:USDT"},
        {"/api/v2/trx-erc20/wallet", "trx-erc20"},
        {"/api/v2/ofc/wallet/01/tx/build", "ofc"},
        {"/api/v2/nosuchcoin/wallet", "nosuchcoin"},
        {"/api/v2/nosuchcoin/nosuchroute", ""},
        {"/api/v2/btc/nosuchroute", "btc"},
        {"/api/v1/tbtc/walletshare/01", "tbtc"},
        {"/express/api/v2/tlnbtc/wallet/01", "tlnbtc"},
        {"/api/staking/v1/eth/wallets/01", "eth"},
        {"/api/go-staking/v1/tsol/accounts/01/requests", "tsol"},
        {"/api/staking/v1/coins", ""},
        {"/api/staking/v1/wallets/01/requests", ""},
        {"/api/staking/v1/enterprises/01/coins", ""},
        {"/api/go-staking/v1/accounts/01/coins", ""},
        {"/api/v2/wallet/01/txrequests", ""},
        {"/api/v2/wallets", ""},
        {"/api/v2/user/me", ""},
        {"/api/v2/user/accesstoken", ""},
        {"/api/v2/enterprise/01/user", ""},
        {"/api/v2/pendingapprovals/01", ""},
        {"/api/v2/pendingApprovals", ""},
        {"/api/v2/keys", ""},
        {"/api/v2/ping", ""},
        {"/api/v2/policy/rule/bulk", ""},
        {"/api/v2/tss/settings", ""},
        {"/api/v1/wallet/2Mxx3m/sendmany", ""},
        {"/api/v1/tx/fee", ""},
        {"/api/v2/b c/wallet", ""},
        {"/api/v2/a%2Fb/wallet", ""},
        {"/api/v3/btc/wallet", ""},
        {"/api/org/search", ""},
        {"/api/v2", ""},
        {"/", ""},
        {"", ""},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct span coin = coin_of_path(span_of(rows[i][0]));
        if (!span_eq(coin, span_of(rows[i][1]))) {
            fail_msg("%s has coin '%.*s'", rows[i][0], SPAN_ARG(coin));
        }
    }
}

/* BitGo ends a token by a GET. */
static void read_only_stops_what_changes_something(void **state)
{
    static const struct {
        const char *method;
        const char *path;
        bool passes;
    } rows[] = {
        {"GET", "/api/v2/user/me", true},       {"GET", "/api/v2/user/session", true},
        {"POST", "/api/v2/user/login", true},   {"POST", "/api/v2/user/unlock", false},
        {"GET", "/api/v1/user/logout", false},  {"GET", "/api/v2/user/logout", false},
        {"HEAD", "/api/v2/user/logout", false}, {"GET", "//api/v2/user/logout/", false},
        {"GET", "/api/auth/v1/logout", false},
    };
    const struct inspect_options options = {.read_only = true};
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct err err = {0};
        struct exchange *x = request(rows[i].method, rows[i].path);
        bool passes = inspect_guard(x, &options, &err) == 0;
        if (passes != rows[i].passes) {
            fail_msg("%s %s: %s", rows[i].method, rows[i].path, passes ? "passes" : err.text);
        }
        exchange_free(x);
    }
}

static void express_routes(void **state)
{
    (void)state;
    static const struct {
        const char *method;
        const char *path;
        const char *route; /* NULL: not Express's */
    } rows[] = {
        {"POST", "/api/v2/tbtc/wallet/01/sendcoins", "/api/v2/{coin}/wallet/{id}/sendcoins"},
        {"POST", "/api/v2/tsol:usdc/wallet/01/sendmany", "/api/v2/{coin}/wallet/{id}/sendmany"},
        {"POST", "/api/v2/tbtc/wallet/generate", "/api/v2/{coin}/wallet/generate"},
        {"POST", "/api/v1/wallet/2Mxx/sendcoins", "/api/v1/wallet/{id}/sendcoins"},
        {"POST", "/api/v2/encrypt", "/api/v2/encrypt"},
        {"GET", "/api/v2/pingexpress", "/api/v2/pingexpress"},
        {"PUT", "/express/api/v2/tlnbtc/wallet/01", "/express/api/v2/{coin}/wallet/{id}"},
        {"GET", "/api/v2/tbtc/wallet/01/sendcoins", NULL},
        {"POST", "/api/v2/tbtc/wallet/01/tx/send", NULL},
        {"POST", "/api/v2/tbtc/wallet/01/consolidateUnspents", NULL},
        {"POST", "/api/v2/ttrx/wallet/01/delegateResources/build", NULL},
        {"POST", "/api/v2/tbtc/wallet/01/consolidateAccount/build", NULL},
        {"GET", "/api/v2/wallet/01/lightning/payment", NULL},
        {"PUT", "/api/v2/tlnbtc/wallet/01", NULL},
        {"POST", "/api/v2/wallet/wallet/01/sendcoins", NULL},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct express_route *route =
            express_route_of(span_of(rows[i].method), span_of(rows[i].path));
        assert_int_equal(route != NULL, rows[i].route != NULL);
        if (route) {
            assert_string_equal(route->route.path.ptr, rows[i].route);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(open_routes),    cmocka_unit_test(routes_that_need_a_bearer),
        cmocka_unit_test(coins_of_paths), cmocka_unit_test(read_only_stops_what_changes_something),
        cmocka_unit_test(express_routes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
