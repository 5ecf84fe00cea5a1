#include "why401/mock/badday.h"

#include "why401/mock/answer.h"

#define WALLET       "/api/v2/tbtc/wallet/59cd72485007a239fb00282ed480da1f"
#define SCENARIO(id) "token-tokens-erc20-access#" id
#define NO_TOKEN     SCENARIO("401-unauthorized-no-access-token")

/* Token numbers as in enum mock_token: 0 good, 1 login, 2 viewer, 3 IP, 4 spent, 5 locked, 6
 * expired, 7 made on request. */
static const struct badday_call calls[] = {
    {"The SDK starts: its first call carries no token, and needs none.", "GET",
     "/api/v1/client/constants", NULL, "", "", 200, NULL},
    {"A call with a good token works.", "GET", WALLET, "@0", "", "", 200, NULL},
    {"The token was left out.", "GET", WALLET, NULL, "", "", 401, NO_TOKEN},
    {"The variable that should hold the token is not set.", "GET", WALLET, "undefined", "", "", 401,
     NO_TOKEN},
    {"The shell did not expand the variable.", "GET", WALLET, "$ACCESS_TOKEN", "", "", 401,
     NO_TOKEN},
    {"The token may be used from another address only.", "GET", WALLET, "@3", "", "", 401,
     "bitgo#ip-restricted-token"},
    {"The fund administrator's token ran into its spending limit.", "GET", WALLET, "@4", "", "",
     401, SCENARIO("session-expired-error")},
    {"A token made a week ago is gone from the web page.", "GET", WALLET, "@6", "", "", 401,
     SCENARIO("token-disappeared-unexpected-expiration")},
    {"Somebody makes a token and takes its duration for something else than seconds.", "POST",
     "/api/v2/user/accesstoken", "@1", "X-Mock-Days-Ago: 8\r\n",
     "{\"label\":\"batch\",\"otp\":\"0000000\",\"duration\":572522.211,\"scope\":[\"wallet_view_"
     "all\"]}",
     200, NULL},
    {"Eight days later that token is gone, too, and the proxy knows why.", "GET", WALLET, "@7", "",
     "", 401, SCENARIO("token-disappeared-unexpected-expiration")},
    {"A new token is made with one from the web page.", "POST", "/api/v2/user/accesstoken", "@0",
     "",
     "{\"label\":\"batch\",\"otp\":\"0000000\",\"duration\":572522.211,\"scope\":[\"wallet_view_"
     "all\"]}",
     401, SCENARIO("scope-error-creating-token-via-api")},
    {"The wallet's keys are listed with a token that may only look at wallets.", "GET",
     "/api/v2/tbtc/key", "@2", "", "", 401, SCENARIO("access-token-permissions-and-scopes")},
    {"A token that the account has not enabled.", "GET", "/api/v2/tbaseeth:xsgd/wallet", "@0", "",
     "", 400, SCENARIO("coin-not-enabled-for-account")},
    {"The same, the answer compressed.", "GET", "/api/v2/tbaseeth:xsgd/wallet", "@0",
     "X-Mock-Encoding: gzip\r\n", "", 400, SCENARIO("coin-not-enabled-for-account")},
    {"A block webhook, made long ago, is to be removed.", "DELETE", "/api/v2/tbtc/webhooks", "@0",
     "", "{\"type\":\"block\",\"url\":\"https://example.com/hook\"}", 401,
     SCENARIO("ui-error-creating-access-token")},
    {"Token enablement on Solana, by hand.", "POST",
     "/api/v2/wallet/59cd72485007a239fb00282ed480da1f/txrequests", "@0", "",
     "{\"apiVersion\":\"full\",\"intent\":{\"intentType\":\"enableToken\",\"token\":\"tsol:usdc\"}"
     "}",
     400, SCENARIO("token-enablement-algo-hbar-sol")},
    {"A spending limit is to be added to a token that exists.", "PUT",
     "/api/v2/user/accesstoken/0f1e2d3c4b5a69788796a5b4c3d2e1f0", "@0", "",
     "{\"spendingLimits\":[{\"coin\":\"eurcv\",\"txValueLimit\":\"1000\"}]}", 404,
     SCENARIO("add-token-spending-limit-to-existing-key")},
    {"A wallet is looked for under its ERC-20 token.", "GET",
     "/api/v2/hteth:usdc/wallet/59cd72485007a239fb00282ed480da1f", "@0", "", "", 404,
     SCENARIO("erc20-received-at-eth-address")},
    {"A test token that nobody has minted yet.", "GET",
     "/api/v2/bgerch/wallet/59cd72485007a239fb00282ed480da1f", "@0", "", "", 404,
     SCENARIO("test-erc-token-minting")},
    {"BitGo Express sends, with a passphrase that does not fit.", "POST", WALLET "/sendmany", "@0",
     "X-Mock-Express: 1\r\n",
     "{\"recipients\":[{\"address\":\"tb1q\",\"amount\":\"1000\"}],\"walletPassphrase\":\"not the "
     "right one\"}",
     400, SCENARIO("password-error-ccm-tag")},
};

size_t badday_size(void)
{
    return sizeof calls / sizeof calls[0];
}

const struct badday_call *badday_at(size_t i)
{
    return &calls[i];
}

void badday_write(const struct badday_call *call, struct str *out)
{
    str_addf(out, "%s %s HTTP/1.1\r\nHost: localhost\r\nUser-Agent: bad-day/1.0\r\n", call->method,
             call->path);
    if (call->bearer) {
        const char *token = call->bearer[0] == '@'
                                ? mock_token((enum mock_token)(call->bearer[1] - '0'))
                                : call->bearer;
        str_addf(out, "Authorization: Bearer %s\r\n", token);
    }
    str_addf(out, "%s", call->fields);
    if (call->body[0]) {
        str_addf(out, "Content-Type: application/json\r\nContent-Length: %zu\r\n",
                 strlen(call->body));
    }
    str_addf(out, "Connection: close\r\n\r\n%s", call->body);
}
