/* The routes, a row each. The wallet that the account owns is WALLET; it holds any coin but the
 * gated ones. */
#include "routes.h"

#include <stdlib.h>

#define WALLET  "59cd72485007a239fb00282ed480da1f"
#define ACCOUNT "\"user\":\"543c11ed356d00cb7600000b98794503\""

/* The path's n-th segment, counted from 0. */
static struct span segment(const struct call *c, size_t n)
{
    struct span rest = span_from(c->path, 1);
    struct span part = span("", 0);
    for (size_t i = 0; i <= n; i++) {
        if (!span_cut(&rest, '/', &part)) {
            return span("", 0);
        }
    }
    return part;
}

static bool says(const struct call *c, const char *text)
{
    return span_find(c->body, span_of(text)) >= 0;
}

static void lacks_scope(struct call *c)
{
    c->reply->auth_required = true;
    reply_error(c->reply, 401, "Unauthorized", "Access token lacks required scope for this action",
                "");
}

/* Answers for callers that may not do this; true when it has answered. */
static bool stops_viewer(struct call *c)
{
    if (c->caller->token == MOCK_TOKEN_VIEWER) {
        lacks_scope(c);
        return true;
    }
    return false;
}

/* Coins that the account has not got; true when it has answered. */
static bool stops_at_gate(struct call *c)
{
    struct span coin = segment(c, 2);
    if (span_eq(coin, SPAN("tbaseeth:xsgd")) || span_eq(coin, SPAN("tbaseeth%3Axsgd"))) {
        reply_error(c->reply, 400, "Invalid",
                    "To enable tbaseeth:xsgd for your account, contact support@bitgo.com", "");
    } else if (span_eq(coin, SPAN("ethx"))) {
        reply_error(c->reply, 401, "Unauthorized", "cannot access this route with coin type ethx",
                    "");
    } else {
        return false;
    }
    return true;
}

static void say_ping(struct call *c)
{
    reply_json(c->reply, 200, "{\"status\":\"service is ok!\",\"environment\":\"BitGo Testnet\"}");
}

static void say_constants(struct call *c)
{
    reply_json(c->reply, 200, "{\"constants\":{\"maxFee\":100000000},\"ttl\":3600}");
}

static void say_login(struct call *c)
{
    if (says(c, "\"otp\":\"0000000\"")) {
        reply_json(c->reply, 200,
                   "{\"token_type\":\"bearer\",\"access_token\":\"%s\",\"expires_in\":3600,"
                   "\"scope\":[\"user_manage\"],\"user\":{\"username\":\"a@example.com\"}}",
                   mock_token(MOCK_TOKEN_LOGIN));
    } else {
        reply_error(c->reply, 401, "Response", "incorrect otp", ",\"needsOTP\":true");
    }
}

static void say_me(struct call *c)
{
    reply_json(c->reply, 200,
               "{\"user\":{\"id\":\"543c11ed356d00cb7600000b98794503\",\"isActive\":true}}");
}

/* Answers with a JSON value, which is given up. */
static void say_json(struct call *c, json_t *value)
{
    char *text = json_dumps(value, JSON_COMPACT);
    reply_json(c->reply, 200, "%s", text ? text : "{}");
    free(text);
    json_decref(value);
}

static void say_session(struct call *c)
{
    if (c->caller->token == MOCK_TOKEN_MADE) {
        say_json(c, json_pack("{s:o}", "session", issued_json(c->issued)));
        return;
    }
    reply_json(c->reply, 200,
               "{\"session\":{\"id\":\"0f1e2d3c4b5a69788796a5b4c3d2e1f0\"," ACCOUNT
               ",\"scope\":[\"wallet_view_all\"],\"expires\":\"2036-11-24T00:00:00.000Z\","
               "\"label\":\"mock\",\"origin\":\"test.bitgo.com\"}}");
}

/* Only a login token may make tokens: the known trouble with tokens made in the web page. */
static void make_token(struct call *c)
{
    if (c->caller->token != MOCK_TOKEN_LOGIN) {
        lacks_scope(c);
        return;
    }
    uint64_t days = 0;
    span_u64(http_value(c->request, SPAN("x-mock-days-ago")), &days);
    if (!issued_make(c->issued, c->body, days)) {
        reply_error(c->reply, 400, "Invalid", "required string label", "");
        return;
    }
    json_t *token = issued_json(c->issued);
    json_object_set_new(token, "token", json_string(mock_token(MOCK_TOKEN_MADE)));
    say_json(c, token);
}

static void list_tokens(struct call *c)
{
    json_t *list = json_array();
    if (c->issued->asked && !c->issued->deleted) {
        json_array_append_new(list, issued_json(c->issued));
    }
    say_json(c, json_pack("{s:o}", "accessTokens", list));
}

static void delete_token(struct call *c)
{
    if (!span_eq(segment(c, 4), SPAN(ISSUED_ID)) || !c->issued->asked) {
        reply_error(c->reply, 404, "NotFound", "not found", "");
        return;
    }
    c->issued->deleted = true;
    say_json(c, issued_json(c->issued));
}

static void change_token(struct call *c)
{
    reply_error(c->reply, 404, "NotFound", "not found", "");
}

static void say_ok(struct call *c)
{
    reply_json(c->reply, 200, "{\"session\":{\"unlock\":{\"txCount\":0}}}");
}

static void list_wallets(struct call *c)
{
    if (!stops_at_gate(c)) {
        reply_json(c->reply, 200, "{\"wallets\":[{\"id\":\"" WALLET "\",\"label\":\"mock\"}]}");
    }
}

static void say_wallet(struct call *c)
{
    struct span id = segment(c, 4);
    if (stops_at_gate(c)) {
        return;
    }
    if (span_eq(id, SPAN(WALLET)) && span_find(segment(c, 2), SPAN(":")) < 0 &&
        !span_eq(segment(c, 2), SPAN("bgerch"))) {
        reply_json(c->reply, 200, "{\"id\":\"" WALLET "\",\"balanceString\":\"12345\"}");
    } else if (id.len == 32 && span_is_hex(id, true)) {
        reply_error(c->reply, 404, "WalletNotFound", "wallet not found", "");
    } else {
        reply_error(c->reply, 400, "InvalidWalletId", "invalid wallet id", "");
    }
}

static void say_keys(struct call *c)
{
    if (!stops_viewer(c)) {
        reply_json(c->reply, 200, "{\"keys\":[],\"limit\":25}");
    }
}

static void build(struct call *c)
{
    if (!stops_at_gate(c) && !stops_viewer(c)) {
        if (says(c, "enabletoken")) {
            reply_error(c->reply, 400, "Invalid", "Invalid token name", "");
        } else {
            reply_json(c->reply, 200, "{\"txHex\":\"00\",\"feeInfo\":{\"fee\":1000}}");
        }
    }
}

/* Moves money. */
static void send_money(struct call *c)
{
    if (stops_viewer(c)) {
        return;
    }
    if (c->caller->token == MOCK_TOKEN_LOCKED) {
        reply_error(c->reply, 401, "Response", "needs unlock",
                    ",\"needsOTP\":true,\"needsUnlock\":true");
    } else {
        if (c->caller->token == MOCK_TOKEN_MADE) {
            issued_spend(c->issued);
        }
        reply_json(c->reply, 200, "{\"txid\":\"mock\",\"status\":\"signed\"}");
    }
}

static void make_txrequest(struct call *c)
{
    if (says(c, "enableToken") && !says(c, "enableTokens")) {
        reply_error(
            c->reply, 400, "Invalid",
            ".intent.intentType should be equal to one of the allowed values, .intent should "
            "have required property 'enableTokens'",
            "");
    } else {
        reply_json(c->reply, 200, "{\"txRequestId\":\"mock\",\"state\":\"initialized\"}");
    }
}

/* Block webhooks go with a login token only. */
static void block_webhooks(struct call *c)
{
    if (c->caller->token == MOCK_TOKEN_LOGIN) {
        reply_json(c->reply, 200, "{\"removed\":1}");
    } else {
        lacks_scope(c);
    }
}

/* What exists in BitGo Express only. With X-Mock-Express the mock is one, whose wallet key does not
 * fit the passphrase. */
static void express_only(struct call *c)
{
    if (http_value(c->request, SPAN("x-mock-express")).len) {
        reply_json(
            c->reply, 400,
            "{\"error\":\"password error - ccm: tag doesn't match\",\"message\":\"password error "
            "- ccm: tag doesn't match\",\"name\":\"Error\",\"bitgoJsVersion\":\"mock\","
            "\"bitgoExpressVersion\":\"mock\"}");
    } else {
        reply_error(
            c->reply, 404, "ApiError",
            "You have called a BitGo Express endpoint but this is the BitGo server. Please have "
            "a look at the BitGo Express documentation",
            "");
    }
}

/* The shapes of BitGo's younger services. */
static void service_error(struct call *c)
{
    reply_json(c->reply, 401,
               "{\"error\":\"Unauthorized\",\"errorName\":\"Unauthorized\",\"reqId\":\"%s\"}",
               c->reply->request_id);
}

static void policy_error(struct call *c)
{
    reply_json(c->reply, 403,
               "{\"code\":\"AccessDenied\",\"message\":\"License not added for "
               "enterprise\",\"status\":403}");
}

static const struct route routes[] = {
    {"GET", "/api/*/ping", true, say_ping},
    {"GET", "/api/v1/client/constants", true, say_constants},
    {"POST", "/api/*/user/login", true, say_login},
    {"POST", "/api/auth/v1/session", true, say_login},
    {"GET", "/api/*/user/me", false, say_me},
    {"GET", "/api/*/user/session", false, say_session},
    {"GET", "/api/*/user/accesstoken", false, list_tokens},
    {"POST", "/api/*/user/accesstoken", false, make_token},
    {"POST", "/api/auth/v1/accesstoken", false, make_token},
    {"DELETE", "/api/*/user/accesstoken/*", false, delete_token},
    {"PUT", "/api/*/user/accesstoken/*", false, change_token},
    {"POST", "/api/*/user/unlock", false, say_ok},
    {"POST", "/api/*/user/lock", false, say_ok},
    {"GET", "/api/*/user/logout", false, say_ok},
    {"GET", "/api/v2/wallets", false, list_wallets},
    {"POST", "/api/v2/wallet/*/txrequests", false, make_txrequest},
    {"GET", "/api/v2/*/wallet", false, list_wallets},
    {"GET", "/api/v2/*/wallet/*", false, say_wallet},
    {"GET", "/api/v2/*/key", false, say_keys},
    {"GET", "/api/v2/*/key/*", false, say_keys},
    {"POST", "/api/v2/*/wallet/*/tx/build", false, build},
    {"POST", "/api/v2/*/wallet/*/tx/initiate", false, build},
    {"POST", "/api/v2/*/wallet/*/tx/send", false, send_money},
    {"DELETE", "/api/v2/*/webhooks", false, block_webhooks},
    {"POST", "/api/v2/*/wallet/generate", false, express_only},
    {"POST", "/api/v2/*/wallet/*/sendmany", false, express_only},
    {"POST", "/api/v2/*/wallet/*/sendcoins", false, express_only},
    {"POST", "/api/v2/decrypt", false, express_only},
    {"GET", "/api/staking/**", true, service_error},
    {"GET", "/api/policy/**", true, policy_error},
};

static bool is_any(struct span want)
{
    return span_eq(want, SPAN("*")) || span_starts(want, SPAN("{"));
}

bool path_fits(struct span path, struct span pattern)
{
    struct span want;
    struct span have;
    while (span_cut(&pattern, '/', &want)) {
        if (span_eq(want, SPAN("**"))) {
            return true;
        }
        if (!span_cut(&path, '/', &have) || !(is_any(want) ? have.len > 0 : span_eq(want, have))) {
            return false;
        }
    }
    return path.ptr == NULL;
}

const struct route *route_find(const struct call *c)
{
    struct span method = c->request->method;
    bool head = span_eq(method, SPAN("HEAD"));
    for (size_t i = 0; i < sizeof routes / sizeof routes[0]; i++) {
        bool same = span_eq(method, span_of(routes[i].method)) ||
                    (head && strcmp(routes[i].method, "GET") == 0);
        if (same && path_fits(c->path, span_of(routes[i].path))) {
            return &routes[i];
        }
    }
    return NULL;
}
