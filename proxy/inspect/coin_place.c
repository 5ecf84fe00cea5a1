/* A path of BitGo's has its coin behind its version, and no mark that says so: there is
 * /api/v2/{coin}/wallet, and /api/v2/user/login. So the word in that place is judged. When it has a
 * coin's characters and no other meaning, it is a coin if the table of coins knows it, or if the
 * word behind it is one that follows coins.
 *
 * The other ends: the path has no such place; the word has another meaning; or neither the word nor
 * what follows it is known, so the route is one that these lists do not have. Then there is no
 * coin.
 *
 * Sources: the paths of BitGo's OpenAPI, of BitGoJS and of BitGo Express. */
#include "coin_place.h"

#include "why401/inspect/environment.h"

/* Words that stand where a coin would, or in front of it. */
static const char *const reserved[] = {
    "accounts",
    "address",
    "all",
    "assets",
    "auditlog",
    "bankaccounts",
    "billing",
    "calculateminerfeeinfo",
    "client",
    "coins",
    "decrypt",
    "devices",
    "encrypt",
    "enterprise",
    "enterprises",
    "instant",
    "keychain",
    "key",
    "keys",
    "labels",
    "market",
    "marketdata",
    "mpc",
    "organization",
    "pendingApprovals",
    "pendingapprovals",
    "ping",
    "pingexpress",
    "policy",
    "proofs-service",
    "reports",
    "requests",
    "sendlabels",
    "travel",
    "tss",
    "tssconfigs",
    "tx",
    "user",
    "users",
    "validators",
    "verifyaddress",
    "wallet",
    "walletinvite",
    "wallets",
    "walletshare",
    "walletsharerequests",
    "walletshares",
    "webhook",
    "webhooks",
};

/* Words that follow a coin. */
static const char *const behind_coin[] = {
    "accounts",
    "address",
    "canonicaladdress",
    "enterprise",
    "enterprises",
    "federation",
    "key",
    "keychain",
    "market",
    "material",
    "pendingapprovals",
    "public",
    "requests",
    "requiredReserve",
    "reward-accrual-report",
    "sign",
    "signtx",
    "transfer",
    "tss",
    "tx",
    "user",
    "verifyaddress",
    "wallet",
    "wallets",
    "walletshare",
    "webhooks",
};

bool path_next_part(struct span *rest, struct span *part)
{
    while (span_cut(rest, '/', part)) {
        if (part->len) {
            return true;
        }
    }
    return false;
}

static bool is_one_of(struct span part, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (part.len && words[i][0] == part.ptr[0] && span_eq(part, span_of(words[i]))) {
            return true;
        }
    }
    return false;
}

bool path_part_can_be_coin(struct span part)
{
    for (size_t i = 0; i < part.len; i++) {
        char c = part.ptr[i];
        bool usual = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!usual && !memchr(":.-_", c, 4)) {
            if (!span_istarts(span_from(part, i), SPAN("%3A"))) {
                return false;
            }
        }
    }
    return part.len && !is_one_of(part, reserved, sizeof reserved / sizeof *reserved);
}

/* Moves *rest behind the part of a path that stands before a coin; false when the path has no coin.
 */
static bool skip_to_coin(struct span *rest)
{
    struct span part;
    if (!path_next_part(rest, &part) ||
        (span_eq(part, SPAN("express")) && !path_next_part(rest, &part)) ||
        !span_eq(part, SPAN("api")) || !path_next_part(rest, &part)) {
        return false;
    }
    if (span_eq(part, SPAN("v1")) || span_eq(part, SPAN("v2"))) {
        return true;
    }
    bool staking = span_eq(part, SPAN("staking")) || span_eq(part, SPAN("go-staking"));
    return staking && path_next_part(rest, &part) && span_eq(part, SPAN("v1"));
}

struct span coin_of_path(struct span path)
{
    struct span coin;
    struct span behind;
    if (!skip_to_coin(&path) || !path_next_part(&path, &coin) || !path_part_can_be_coin(coin)) {
        return span(NULL, 0);
    }
    bool known = network_of_coin(coin) != NETWORK_UNKNOWN;
    bool placed = path_next_part(&path, &behind) &&
                  is_one_of(behind, behind_coin, sizeof behind_coin / sizeof *behind_coin);
    return known || placed ? coin : span(NULL, 0);
}
