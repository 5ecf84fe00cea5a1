/* Does the request go where its coin lives? A main network's coin has no wallets in BitGo's test
 * environment and the other way round; and a route of BitGo Express is not served by the platform.
 */
#include "why401/inspect/environment.h"

#include "routes.h"
#include "token.h"
#include "why401/inspect/inspect.h"

static const struct {
    const char *host;
    enum environment environment;
} hosts[] = {
    {"app.bitgo.com", ENVIRONMENT_PROD},          {"www.bitgo.com", ENVIRONMENT_PROD},
    {"admin.bitgo.com", ENVIRONMENT_PROD},        {"app.bitgo-test.com", ENVIRONMENT_TEST},
    {"admin.bitgo-test.com", ENVIRONMENT_TEST},   {"test.bitgo.com", ENVIRONMENT_TEST},
    {"app.bitgo-dev.com", ENVIRONMENT_OTHER},     {"admin.bitgo-dev.com", ENVIRONMENT_OTHER},
    {"app.bitgo-staging.com", ENVIRONMENT_OTHER}, {"admin.bitgo-staging.com", ENVIRONMENT_OTHER},
    {"localhost", ENVIRONMENT_EXPRESS},
};

static bool is_loopback(struct span host)
{
    struct ip ip;
    if (host.len > 2 && host.ptr[0] == '[' && host.ptr[host.len - 1] == ']') {
        host = span(host.ptr + 1, host.len - 2);
    }
    struct span name = SPAN(".localhost");
    bool under_localhost =
        host.len > name.len && span_ieq(span_from(host, host.len - name.len), name);
    return under_localhost || (ip_parse(host, &ip) && ip_is_loopback(ip));
}

enum environment environment_of_host(struct span host)
{
    if (host.len > 1 && host.ptr[host.len - 1] == '.') {
        host.len--; /* the root of the DNS, written out */
    }
    for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++) {
        if (span_ieq(host, span_of(hosts[i].host))) {
            return hosts[i].environment;
        }
    }
    return is_loopback(host) ? ENVIRONMENT_EXPRESS : ENVIRONMENT_UNKNOWN;
}

enum environment environment_of(const struct exchange *x)
{
    return environment_of_host(x->host);
}

const char *environment_name(enum environment e)
{
    static const char *const names[] = {"unknown", "prod", "test", "other", "express"};
    return names[e];
}

/* A coin as evidence shows it. What a client put in a coin's place may be anything, a token too. */
static struct span shown_coin(struct span coin)
{
    return token_like(coin) ? SPAN("(a name that is not shown)") : coin;
}

static void judge_coin(struct exchange *x, enum environment environment, struct span coin)
{
    enum network network = network_of_coin(coin);
    struct span shown = shown_coin(coin);
    if (network == NETWORK_UNKNOWN && family_of_coin(coin).len == 0) {
        exchange_find(
            x, "environment.unknown-coin", SEVERITY_NOTE,
            "The path names the coin %.*s, which is not in this program's table of BitGo's "
            "coins; names are case sensitive.",
            SPAN_ARG(shown));
    } else if (network == NETWORK_TEST && environment == ENVIRONMENT_PROD) {
        exchange_find(
            x, "environment.mismatch", SEVERITY_PROBLEM,
            "%.*s is a coin of a test network, but the request goes to BitGo's production "
            "environment; test coins are at app.bitgo-test.com.",
            SPAN_ARG(shown));
    } else if (network == NETWORK_MAIN && environment == ENVIRONMENT_TEST) {
        exchange_find(x, "environment.mismatch", SEVERITY_PROBLEM,
                      "%.*s is a coin of a main network, but the request goes to BitGo's test "
                      "environment; real coins are at app.bitgo.com.",
                      SPAN_ARG(shown));
    }
}

static bool is_platform(enum environment e)
{
    return e == ENVIRONMENT_PROD || e == ENVIRONMENT_TEST || e == ENVIRONMENT_OTHER;
}

/* BitGo answers http with a redirect, after the token has travelled in clear. */
static void judge_scheme(struct exchange *x, enum environment environment)
{
    if (is_platform(environment) && span_ieq(x->target.scheme, SPAN("http"))) {
        exchange_find(x, "environment.clear-text", SEVERITY_WARNING,
                      "The client asked for http://%.*s; without this proxy its token would travel "
                      "in clear. Write https:// in the client's base URL.",
                      SPAN_ARG(x->host));
    }
}

void inspect_environment(struct exchange *x, enum environment environment)
{
    struct span path = x->target.path;
    struct span coin = coin_of_path(path);
    judge_scheme(x, environment);
    if (coin.len) {
        judge_coin(x, environment, coin);
    }
    const struct express_route *route = express_route_of(x->request.head.method, path);
    if (route && is_platform(environment)) {
        exchange_find(
            x, "environment.express-route", route->severity,
            "%.*s %.*s is a route of BitGo Express, but the request goes to BitGo's platform, "
            "which does not serve it.",
            SPAN_ARG(route->route.method), SPAN_ARG(route->route.path));
    }
}
