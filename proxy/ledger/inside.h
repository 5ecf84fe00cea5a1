/* What the ledger's files share. */
#ifndef WHY401_LEDGER_INSIDE_H
#define WHY401_LEDGER_INSIDE_H

#include "store.h"
#include "table.h"
#include "why401/ledger/ledger.h"

struct ledger {
    sqlite3 *db;
    bool readonly;
    bool changed; /* a passport changed since ledger_changed was asked */
    struct table table;
    struct kept *kept; /* failing exchanges that wait for the next commit, oldest first */
    size_t kept_count;
    size_t kept_bytes;
};

/* Calls that say something about a token. */
enum call {
    CALL_OTHER,
    CALL_CREATE, /* POST …/accesstoken */
    CALL_LIST,   /* GET …/accesstoken */
    CALL_DELETE, /* DELETE …/accesstoken/{id} */
    CALL_LOGIN,
    CALL_SESSION,
    CALL_UNLOCK,
    CALL_LOCK,
    CALL_LOGOUT,
};

/* Which one a request is; *id is the token id of a deletion. */
enum call call_of(const struct exchange *x, struct span *id);

/* The class of routes for a tally: "wallet", "key", "tx", "accesstoken", …: a word of the program.
 */
struct span route_class(const struct exchange *x);

/* The upstream's answer says something about the request's token: one was sent, and the route asks
 * for one. */
bool is_verdict(const struct exchange *x);

/* The token was refused; an answer such as 404 says nothing about it. */
bool refused(const struct exchange *x);

/* What went wrong as "401 session expired": status and the error's text or name, without what
 * differs from call to call. Empty when memory is out. The caller released `out` before. */
void problem_name(const struct exchange *x, struct str *out);

/* The whole answer says needsUnlock: true. */
bool asks_unlock(const struct exchange *x);

/* Learns what the calls above tell, from a 2xx answer: facts.c. */
void learn_call(struct ledger *l, const struct exchange *x, enum call call, struct span id);

#endif
