/* The ledger: what the proxy learned about each token from the traffic that passed, kept in SQLite.
 * Keyed by fingerprint; never a raw token, never anything reversible. Belongs to one thread, the
 * observer's; a file may be read by another process at the same time (WAL). */
#ifndef WHY401_LEDGER_LEDGER_H
#define WHY401_LEDGER_LEDGER_H

#include "why401/base/err.h"
#include "why401/base/str.h"
#include "why401/exchange/exchange.h"
#include "why401/inspect/passport.h"

struct ledger;

/* Opens or makes the file (0600, in a folder of 0700 that is made where it is missing; never
 * through a symbolic link); NULL path: in memory only. NULL with ERR_LEDGER, whose text names the
 * file and the reason, when it is no ledger, is from a newer program, or cannot be opened. */
struct ledger *ledger_open(const char *path, struct err *err);

/* Makes the folder, and the file where there is none, as ledger_open does and with the same checks,
 * and leaves the rest to it. 0, or -1 with ERR_LEDGER. */
int ledger_prepare(const char *path, struct err *err);

/* For reading only: 'why401 tokens' and 'why401 report'. The file must exist. */
struct ledger *ledger_open_readonly(const char *path, struct err *err);

/* Commits and closes. */
void ledger_close(struct ledger *l);

/* Notes in x what the past says about it, as findings: the token.* and history.* ones of
 * proxy/ledger/README.md. "Now" is x->started_ms. Call it before ledger_learn(x). */
void ledger_recall(struct ledger *l, struct exchange *x);

/* Learns from a finished exchange. Counters are kept in memory until ledger_commit; facts
 * (creation, deletion, session, …) too. */
void ledger_learn(struct ledger *l, const struct exchange *x);

/* Keeps one failing exchange for 'why401 report': its redacted JSON line, by exchange id and time.
 * The newest 1000 stay. */
void ledger_keep(struct ledger *l, const struct exchange *x, struct span json_line);

/* Writes what waits, in one transaction. What was committed survives kill -9. Returns 0, or -1 with
 * ERR_LEDGER (disk full, …): the proxy goes on, what waits is tried again next time, within a
 * bound. */
int ledger_commit(struct ledger *l, struct err *err);

/* True when a fact that a passport shows has changed since the last call; the caller then makes a
 * new snapshot for the workers. */
bool ledger_changed(struct ledger *l);
struct passports *ledger_passports(struct ledger *l);

/* --- reading, for people --- */

/* One token as 'why401 tokens' shows it. Texts are valid during the visit only; peers' text, to be
 * escaped. */
struct ledger_row {
    const struct passport *passport;
    const char *token_id;    /* NULL: not known */
    const char *environment; /* "production", "test", … by host; NULL: not known */
    const char *limits; /* one line for people: "tbtc 1000 (250 spent), …"; NULL: none known */
    const char *ip_restrict; /* as BitGo wrote it, comma-separated; NULL: not known */
    uint64_t successes, failures;
    int64_t first_seen_ms, last_success_ms, last_failure_ms;
    const char *last_problem; /* "401 session expired", redacted; NULL: none */
};
void ledger_each(struct ledger *l, void (*visit)(void *ctx, const struct ledger_row *row),
                 void *ctx);

/* The JSON line of a kept failing exchange; id 0: the newest. Ids count up within a process, so the
 * newest of that id is given. False when there is none. */
bool ledger_kept(struct ledger *l, uint64_t id, struct str *out);

#endif
