/* Passports: what is known of each token from traffic, as an immutable snapshot that a worker may
 * ask at a request head. The ledger (observer's thread) issues a new snapshot when a fact has
 * changed; workers go on with the old one until they next look. Facts only, no token and nothing
 * that leads back to one. */
#ifndef WHY401_INSPECT_PASSPORT_H
#define WHY401_INSPECT_PASSPORT_H

#include "why401/inspect/inspect.h"

enum token_life {
    TOKEN_LIFE_UNKNOWN,
    TOKEN_LIFE_LOGIN, /* made by a login: an hour or two, may want a one-time password */
    TOKEN_LIFE_LONG,  /* made by the create-access-token call, or listed there */
};

/* Times are wall clock, ms since 1970; 0: not known, or never. */
struct passport {
    char fingerprint[FINGERPRINT_SIZE];
    enum token_life life;
    const char *label;   /* NULL: not known */
    const char *host;    /* where it was made, or first worked; NULL: not known */
    int64_t created_ms;  /* when it was made */
    double duration_s;   /* as the creation asked for, in seconds; 0: not known */
    int64_t expires_ms;  /* as BitGo said, or created + duration */
    int64_t deleted_ms;  /* a deletion or logout was seen here */
    bool logged_out;     /* … and it was a logout */
    bool has_limits;     /* it was made with spending limits, or a session shows some */
    bool limits_removed; /* an unlock was seen that removed them */
    const char *const
        *scopes; /* as BitGo said, or the creation asked for; ends with NULL; NULL: not known */
    const struct cidr *allowed; /* its ipRestrict */
    size_t allowed_count;       /* 0: not known, or no restriction */
};

struct passports; /* a snapshot */

/* A copy of `count` passports, sorted by fingerprint; the caller's reference. NULL when memory is
 * out. */
struct passports *passports_new(const struct passport *list, size_t count);
void passports_hold(struct passports *p);
void passports_drop(struct passports *p);

/* NULL when nothing is known of that token. Valid as long as p. Any thread. */
const struct passport *passports_find(const struct passports *p, const char *fingerprint);
size_t passports_count(const struct passports *p);

/* The place where the newest snapshot lies. Any thread. */
struct passport_desk;
struct passport_desk *passport_desk_new(void);
void passport_desk_free(struct passport_desk *desk);

/* Puts a snapshot there; the desk takes the caller's reference over. */
void passport_desk_put(struct passport_desk *desk, struct passports *p);

/* The newest snapshot with a reference for the caller; NULL before the first. */
struct passports *passport_desk_take(struct passport_desk *desk);

/* Notes what a passport says against this request: token.expired, token.expiring, token.deleted,
 * token.ip-not-allowed, token.unlock-removes-limits, token.other-host, token.scope-missing, and as
 * notes token.login-session, token.long-lived. Reads what inspect_bearer and inspect_source found.
 * What x says already is not noted again. */
void inspect_passport(struct exchange *x, const struct passports *p);

/* The same with the passport in hand. */
void judge_passport(struct exchange *x, const struct passport *p);

#endif
