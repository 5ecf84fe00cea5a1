/* Which BitGo environment a host is, and which one a coin belongs to. A leading 't' says nothing
 * about a coin (trx is a main network's): the answer comes from a table, rules/bitgo/coins.tsv. */
#ifndef WHY401_INSPECT_ENVIRONMENT_H
#define WHY401_INSPECT_ENVIRONMENT_H

#include "why401/exchange/exchange.h"

enum environment {
    ENVIRONMENT_UNKNOWN,
    ENVIRONMENT_PROD,    /* app.bitgo.com and its kin */
    ENVIRONMENT_TEST,    /* app.bitgo-test.com */
    ENVIRONMENT_OTHER,   /* BitGo's dev and staging hosts: test networks */
    ENVIRONMENT_EXPRESS, /* BitGo Express: the environment is its own setting */
};

/* By host name, without port, case folded. Loopback names and addresses are ENVIRONMENT_EXPRESS. */
enum environment environment_of_host(struct span host);

/* That of the host to which x goes. */
enum environment environment_of(const struct exchange *x);

enum network { NETWORK_UNKNOWN, NETWORK_MAIN, NETWORK_TEST };

/* By coin or token name as it stands in a path, %3A or ':' both understood, case kept. A token that
 * the table does not have belongs where its chain does; the pseudo coin "ofc" belongs nowhere. */
enum network network_of_coin(struct span coin);

/* The chain family of a coin or token ("sol", "eth", "algo", …; "ofc" for Go accounts), empty when
 * it is unknown. Static memory. */
struct span family_of_coin(struct span coin);

/* The {coin} part of a path such as /api/v2/{coin}/wallet/…, still escaped, empty when that place
 * holds a word that is no coin (user, wallet, wallets, enterprise, …). */
struct span coin_of_path(struct span path);

const char *environment_name(enum environment e);
const char *network_name(enum network n);

#endif
