/* Which source addresses may call, as the config says: for all, for clients in a network, or for
 * one token. Blocks are kept in binary prefix trees, so a look-up costs at most one step a bit,
 * however long the list. Immutable after building. */
#ifndef WHY401_INSPECT_ALLOWLIST_H
#define WHY401_INSPECT_ALLOWLIST_H

#include "why401/base/ip.h"
#include "why401/exchange/exchange.h"

struct allowlist;

/* An empty list, to be freed by the caller; NULL when memory is out. */
struct allowlist *allowlist_new(void);
void allowlist_free(struct allowlist *list);

/* Allows `block` for everybody. All three return 0, or -1 when memory is out or there are too many.
 */
int allowlist_add(struct allowlist *list, const struct cidr *block);

/* Allows `block` for requests whose peer address lies in `client`. */
int allowlist_add_client(struct allowlist *list, const struct cidr *client,
                         const struct cidr *block);

/* Allows `block` for the token with that fingerprint (16 hex digits; -1 when it is none). */
int allowlist_add_token(struct allowlist *list, const char *fingerprint, const struct cidr *block);

/* The most specific list that speaks about this token or peer decides: the token's, else that of
 * the longest client network holding the peer, else the one for all. SOURCE_NO_LIST when none does.
 */
enum source_verdict allowlist_judge(const struct allowlist *list, const char *fingerprint,
                                    struct ip peer, struct ip source);

/* The key of the config that has the list which decides so. Static. */
const char *allowlist_key(const struct allowlist *list, const char *fingerprint, struct ip peer);

#endif
