/* Paths are compared part by part with patterns: {coin} is a part that can be a coin's name (see
 * coin_place.c), {id} is any one part, ** is one part or more. Letters' case counts.
 *
 * Sources: BitGo's OpenAPI, and BitGoJS modules/sdk-api, modules/express/src/clientRoutes.ts and
 * modules/express/src/typedRoutes. */
#include "routes.h"

#include "coin_place.h"

/* Their lengths are known, so that most comparisons end before they begin. */
#define ROUTE(method, path)                                                                        \
    {                                                                                              \
        {method, sizeof(method) - 1},                                                              \
        {                                                                                          \
            path, sizeof(path) - 1                                                                 \
        }                                                                                          \
    }

/* Routes that carry no Authorization by design: on the platform, then those that BitGo Express
 * answers all by itself. HEAD counts as GET. */
static const struct route_pattern open_routes[] = {
    ROUTE("GET", "/api/v1/client/constants"),
    ROUTE("GET", "/api/v1/ping"),
    ROUTE("GET", "/api/v2/ping"),
    ROUTE("POST", "/api/v1/user/login"),
    ROUTE("POST", "/api/v2/user/login"),
    ROUTE("POST", "/api/auth/v1/session"),
    ROUTE("POST", "/oauth/token"),
    ROUTE("GET", "/api/v2/{coin}/public/**"),
    ROUTE("GET", "/api/v2/{coin}/federation"),
    ROUTE("GET", "/api/v1/assets/list/mainnet"),
    ROUTE("GET", "/api/v1/assets/list/testnet"),
    ROUTE("GET", "/api/v1/assets/name/{id}"),
    ROUTE("GET", "/api/v1/all/publicAssets"),
    ROUTE("GET", "/api/v1/market/latest"),
    ROUTE("GET", "/api/v1/market/yesterday"),
    ROUTE("GET", "/api/v1/tx/fee"),
    ROUTE("GET", "/api/v1/pingexpress"),
    ROUTE("GET", "/api/v2/pingexpress"),
    ROUTE("POST", "/api/v1/encrypt"),
    ROUTE("POST", "/api/v2/encrypt"),
    ROUTE("POST", "/api/v1/decrypt"),
    ROUTE("POST", "/api/v2/decrypt"),
    ROUTE("POST", "/api/v1/verifyaddress"),
    ROUTE("POST", "/api/v2/verifyaddress"),
    ROUTE("POST", "/api/v2/{coin}/verifyaddress"),
    ROUTE("POST", "/api/v2/{coin}/canonicaladdress"),
    ROUTE("POST", "/api/v1/calculateminerfeeinfo"),
    ROUTE("POST", "/api/v2/calculateminerfeeinfo"),
    ROUTE("POST", "/api/v1/keychain/local"),
    ROUTE("POST", "/api/v1/keychain/derive"),
    ROUTE("POST", "/api/v2/{coin}/keychain/local"),
};

/* Routes that change nothing although their method could, beside the open ones above. What only
 * builds an unsigned transaction is among them. */
static const struct route_pattern harmless_routes[] = {
    ROUTE("POST", "/api/v2/{coin}/wallet/averagefee"),
    ROUTE("POST", "/api/v2/{coin}/wallet/{id}/tx/build"),
    ROUTE("POST", "/api/v2/{coin}/wallet/{id}/consolidateAccount/build"),
    ROUTE("POST", "/api/v2/{coin}/wallet/{id}/delegateResources/build"),
    ROUTE("POST", "/api/v2/{coin}/wallet/{id}/undelegateResources/build"),
    ROUTE("POST", "/api/v2/{coin}/wallet/{id}/token/approval/build"),
    ROUTE("POST", "/api/v2/{coin}/wallet/{id}/getAccountResources"),
    ROUTE("POST", "/api/v2/{coin}/wallet/{id}/iswalletaddress"),
    ROUTE("POST", "/api/go-staking/v1/{coin}/accounts/{id}/requests/preview"),
    ROUTE("POST", "/api/notifications/v1/webhooks/notifications"),
    ROUTE("POST", "/api/v2/webhook/{id}/verify"),
};

/* Routes that change something although their method says that they only read: they end a token. */
static const struct route_pattern changing_routes[] = {
    ROUTE("GET", "/api/v1/user/logout"),
    ROUTE("GET", "/api/v2/user/logout"),
    ROUTE("GET", "/api/auth/v1/logout"),
};

/* Routes that BitGo Express serves and the platform does not. Where the platform has a route of the
 * same name in other case, it may take the call, so that is no more than a warning. */
static const struct express_route express_routes[] = {
    {ROUTE("POST", "/api/v2/{coin}/wallet/generate"), SEVERITY_PROBLEM},
    {ROUTE("POST", "/api/v2/{coin}/wallet/{id}/sendcoins"), SEVERITY_PROBLEM},
    {ROUTE("POST", "/api/v2/{coin}/wallet/{id}/sendmany"), SEVERITY_PROBLEM},
    {ROUTE("POST", "/api/v2/{coin}/wallet/{id}/signtx"), SEVERITY_PROBLEM},
    {ROUTE("POST", "/api/v2/{coin}/wallet/{id}/signtxtss"), SEVERITY_PROBLEM},
    {ROUTE("POST", "/api/v2/{coin}/wallet/{id}/recovertoken"), SEVERITY_PROBLEM},
    {ROUTE("POST", "/api/v2/{coin}/wallet/{id}/sweep"), SEVERITY_PROBLEM},
    {ROUTE("POST", "/api/v2/{coin}/wallet/{id}/acceleratetx"), SEVERITY_PROBLEM},
    {ROUTE("POST", "/api/v2/{coin}/wallet/{id}/consolidateunspents"), SEVERITY_WARNING},
    {ROUTE("POST", "/api/v2/{coin}/wallet/{id}/fanoutunspents"), SEVERITY_WARNING},
    {ROUTE("POST", "/api/v2/{coin}/wallet/{id}/consolidateAccount"), SEVERITY_PROBLEM},
    {ROUTE("POST", "/api/v2/{coin}/wallet/{id}/enableTokens"), SEVERITY_PROBLEM},
    {ROUTE("POST", "/api/v2/{coin}/wallet/{id}/prebuildAndSignTransaction"), SEVERITY_PROBLEM},
    {ROUTE("POST", "/api/v2/{coin}/wallet/{id}/iswalletaddress"), SEVERITY_PROBLEM},
    {ROUTE("POST", "/api/v2/{coin}/wallet/{id}/delegateResources"), SEVERITY_PROBLEM},
    {ROUTE("POST", "/api/v2/{coin}/wallet/{id}/undelegateResources"), SEVERITY_PROBLEM},
    {ROUTE("POST", "/api/v2/{coin}/wallet/{id}/lightning/payment"), SEVERITY_PROBLEM},
    {ROUTE("POST", "/api/v2/{coin}/wallet/{id}/lightning/withdraw"), SEVERITY_PROBLEM},
    {ROUTE("POST", "/api/v2/{coin}/signtx"), SEVERITY_PROBLEM},
    {ROUTE("POST", "/api/v2/{coin}/sign"), SEVERITY_PROBLEM},
    {ROUTE("POST", "/api/v2/{coin}/keychain/local"), SEVERITY_PROBLEM},
    {ROUTE("POST", "/api/v2/{coin}/keychain/{id}/changepassword"), SEVERITY_PROBLEM},
    {ROUTE("POST", "/api/v2/{coin}/verifyaddress"), SEVERITY_PROBLEM},
    {ROUTE("POST", "/api/v2/{coin}/canonicaladdress"), SEVERITY_PROBLEM},
    {ROUTE("POST", "/api/v2/{coin}/walletshare/{id}/acceptshare"), SEVERITY_PROBLEM},
    {ROUTE("POST", "/api/v2/encrypt"), SEVERITY_PROBLEM},
    {ROUTE("POST", "/api/v2/decrypt"), SEVERITY_PROBLEM},
    {ROUTE("POST", "/api/v2/verifyaddress"), SEVERITY_PROBLEM},
    {ROUTE("POST", "/api/v2/calculateminerfeeinfo"), SEVERITY_PROBLEM},
    {ROUTE("GET", "/api/v2/pingexpress"), SEVERITY_PROBLEM},
    {ROUTE("POST", "/api/v1/wallet/{id}/sendcoins"), SEVERITY_PROBLEM},
    {ROUTE("POST", "/api/v1/wallet/{id}/sendmany"), SEVERITY_PROBLEM},
    {ROUTE("POST", "/api/v1/wallet/{id}/signtransaction"), SEVERITY_PROBLEM},
    {ROUTE("POST", "/api/v1/wallet/{id}/simpleshare"), SEVERITY_PROBLEM},
    {ROUTE("POST", "/api/v1/wallets/simplecreate"), SEVERITY_PROBLEM},
    {ROUTE("PUT", "/express/api/v2/{coin}/wallet/{id}"), SEVERITY_PROBLEM},
};

static bool part_matches(struct span wanted, struct span part)
{
    if (span_eq(wanted, SPAN("{coin}"))) {
        return path_part_can_be_coin(part);
    }
    return span_eq(wanted, SPAN("{id}")) || span_eq(wanted, part);
}

static bool path_matches(struct span pattern, struct span path)
{
    struct span wanted;
    struct span part;
    while (path_next_part(&pattern, &wanted)) {
        if (!path_next_part(&path, &part)) {
            return false;
        }
        if (span_eq(wanted, SPAN("**"))) {
            return true;
        }
        if (!part_matches(wanted, part)) {
            return false;
        }
    }
    return !path_next_part(&path, &part);
}

#define HEAD_LEN 4 /* HEAD counts as GET */

static bool method_matches(struct span wanted, struct span method)
{
    return span_eq(method, wanted) ||
           (span_eq(method, SPAN("HEAD")) && span_eq(wanted, SPAN("GET")));
}

/* What a path ends with, slashes aside. */
static char last_byte(struct span path)
{
    while (path.len && path.ptr[path.len - 1] == '/') {
        path.len--;
    }
    return path.len ? path.ptr[path.len - 1] : '/';
}

/* What tells nearly every route apart before anything is compared: the method's length, and the
 * path's last byte. */
static inline bool may_match(const struct route_pattern *route, size_t method_len, char last)
{
    char end = route->path.ptr[route->path.len - 1];
    return (route->method.len == method_len || method_len == HEAD_LEN) &&
           (end == last || end == '}' || end == '*');
}

static bool matches(const struct route_pattern *route, struct span method, struct span path)
{
    return method_matches(route->method, method) && path_matches(route->path, path);
}

static bool is_listed(const struct route_pattern *list, size_t count, struct span method,
                      struct span path)
{
    char last = last_byte(path);
    for (size_t i = 0; i < count; i++) {
        if (may_match(&list[i], method.len, last) && matches(&list[i], method, path)) {
            return true;
        }
    }
    return false;
}

bool route_needs_no_bearer(struct span method, struct span path)
{
    return span_eq(method, SPAN("OPTIONS")) ||
           is_listed(open_routes, sizeof open_routes / sizeof *open_routes, method, path);
}

bool route_changes_nothing(struct span method, struct span path)
{
    return is_listed(open_routes, sizeof open_routes / sizeof *open_routes, method, path) ||
           is_listed(harmless_routes, sizeof harmless_routes / sizeof *harmless_routes, method,
                     path);
}

bool route_changes_by_reading(struct span method, struct span path)
{
    return is_listed(changing_routes, sizeof changing_routes / sizeof *changing_routes, method,
                     path);
}

/* The routes' last words; the ledger and the inspectors of finished exchanges know them in detail.
 */
bool route_tells_of_tokens(struct span path)
{
    static const struct span ends[] = {
        {"/accesstoken", 12}, {"/session", 8}, {"/login", 6}, {"/unlock", 7}};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        if (span_ends(path, ends[i])) {
            return true;
        }
    }
    return false;
}

const struct express_route *express_route_of(struct span method, struct span path)
{
    char last = last_byte(path);
    for (size_t i = 0; i < sizeof express_routes / sizeof *express_routes; i++) {
        const struct route_pattern *route = &express_routes[i].route;
        if (may_match(route, method.len, last) && matches(route, method, path)) {
            return &express_routes[i];
        }
    }
    return NULL;
}
