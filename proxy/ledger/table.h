/* The tokens in memory: a hash table by fingerprint. What changed since the last commit is on a
 * list, so that a commit writes that and no more. At most TOKENS_MOST tokens; the one seen longest
 * ago makes room for a new one. All texts are valid UTF-8, bounded, and without secrets. */
#ifndef WHY401_LEDGER_TABLE_H
#define WHY401_LEDGER_TABLE_H

#include "why401/base/str.h"
#include "why401/inspect/passport.h"

#define TOKENS_MOST  10000
#define BUCKETS      16384 /* a power of two */
#define TALLIES_MOST 64    /* of one kind, for one token */
#define TEXT_MOST    200   /* bytes of one text */
#define LIST_MOST    4000  /* bytes of all scopes, or of a whole ipRestrict */
#define ALLOWED_MOST 64    /* blocks of an ipRestrict */
#define SCOPES_MOST  128

enum tally_kind { TALLY_ADDRESS, TALLY_HOST, TALLY_ROUTE, TALLY_PROBLEM, TALLY_KINDS };

/* How a token fared at one source address, on one host, on one class of routes; or how often one
 * problem came, which has no successes. */
struct tally {
    struct tally *next;
    enum tally_kind kind;
    char *name; /* "192.0.2.1", "app.bitgo.com", "key", "401 session expired" */
    size_t name_len;
    uint64_t successes;
    uint64_t refusals; /* answers 401 and 403; of a problem: how often it came */
    int64_t last_success_ms, last_refusal_ms;
    bool waits; /* for the next commit */
};

struct known {
    struct known *next;      /* in its bucket */
    struct known *next_wait; /* of those that wait for the next commit */
    bool waits;
    /* The passport's plain members; its texts and lists are filled in from those below. */
    struct passport passport;
    char *label, *host, *token_id;
    char *scopes;      /* separated by spaces; NULL: not known */
    char *ip_restrict; /* separated by ", "; NULL: not known */
    char *limits;      /* "tbtc 1000 (250 spent), …" */
    char *spent;       /* the evidence that a limit is spent; NULL: there is none */
    int64_t spent_ms;  /* when that was seen */
    char *last_problem;
    uint64_t successes, failures;
    uint64_t since_success; /* failures since the last success */
    int64_t first_seen_ms, last_seen_ms, first_success_ms, last_success_ms, last_failure_ms;
    struct tally *tallies;
    size_t tally_count[TALLY_KINDS];
    /* made from scopes and ip_restrict */
    char *scope_words;
    const char **scope_list;
    struct cidr *allowed;
};

struct table {
    struct known *buckets[BUCKETS];
    size_t count;
    struct known *waiting;   /* tokens that changed */
    struct known *forgotten; /* no longer in the table, still in the file */
    size_t forgotten_count;
};

void table_release(struct table *table);

/* NULL when it is not there. */
struct known *table_find(const struct table *table, const char *fingerprint);
struct known *table_find_id(const struct table *table, struct span token_id);

/* For many look-ups by id: the tokens whose id is known, in its order. The list is the caller's to
 * free, and NULL when memory is out. Both are good as long as no token comes or goes. */
struct known **table_by_id(const struct table *table, size_t *count);
struct known *known_of_id(struct known *const *list, size_t count, const char *token_id);

/* Finds it or makes it; NULL when memory is out, when the fingerprint is none, or when too many
 * wait to be forgotten. */
struct known *table_get(struct table *table, const char *fingerprint, int64_t now_ms);

/* Puts a token on the list of those that changed. */
void table_touch(struct table *table, struct known *t);

/* What waited was written: nothing waits. Frees the forgotten. */
void table_written(struct table *table);

/* The tally of that name, made where there is room; NULL otherwise. */
struct tally *known_tally(struct known *t, enum tally_kind kind, struct span name);
const struct tally *known_find_tally(const struct known *t, enum tally_kind kind, struct span name);

/* Replaces a text by a clean copy of s, NULL when s is empty: valid UTF-8 of at most `most` bytes,
 * nothing in it that looks like a secret. Returns whether it is another text now. */
bool known_text(char **text, struct span s, size_t most);

/* The lists as texts; they are taken apart here. Return whether anything changed. */
bool known_set_scopes(struct known *t, struct span scopes);
bool known_set_ip_restrict(struct known *t, struct span blocks);

/* The passport with its texts and lists; valid until the token changes. */
const struct passport *known_passport(struct known *t);

#endif
