/* Reading the ledger's file. What is in it may be anything: a text has its length, a number that no
 * ledger writes is not known, a row that belongs to no token is passed over. */
#include "store_sql.h"

#define MOMENT_MOST  253402300799999 /* ms since 1970: the last one of the year 9999 */
#define SECONDS_MOST 1e12            /* of a token's duration */

static struct span column(sqlite3_stmt *stmt, int i)
{
    const char *text = (const char *)sqlite3_column_text(stmt, i);
    return span(text, (size_t)sqlite3_column_bytes(stmt, i));
}

/* Of a number that no ledger writes nothing is known: 0. */
static int64_t number(sqlite3_stmt *stmt, int i, int64_t most)
{
    int64_t value = sqlite3_column_int64(stmt, i);
    return value >= 0 && value <= most ? value : 0;
}

static int64_t moment(sqlite3_stmt *stmt, int i)
{
    return number(stmt, i, MOMENT_MOST);
}

static uint64_t count(sqlite3_stmt *stmt, int i)
{
    return (uint64_t)number(stmt, i, INT64_MAX);
}

static double seconds(sqlite3_stmt *stmt, int i)
{
    double value = sqlite3_column_double(stmt, i);
    return value > 0 && value < SECONDS_MOST ? value : 0;
}

static void read_token(sqlite3_stmt *stmt, struct known *t)
{
    int i = 1;
    struct passport *p = &t->passport;
    known_text(&t->token_id, column(stmt, i++), TEXT_MOST);
    p->life = (enum token_life)number(stmt, i++, TOKEN_LIFE_LONG);
    known_text(&t->label, column(stmt, i++), TEXT_MOST);
    known_text(&t->host, column(stmt, i++), TEXT_MOST);
    p->created_ms = moment(stmt, i++);
    p->duration_s = seconds(stmt, i++);
    p->expires_ms = moment(stmt, i++);
    p->deleted_ms = moment(stmt, i++);
    p->logged_out = sqlite3_column_int(stmt, i++);
    p->has_limits = sqlite3_column_int(stmt, i++);
    p->limits_removed = sqlite3_column_int(stmt, i++);
    known_set_scopes(t, column(stmt, i++));
    known_set_ip_restrict(t, column(stmt, i++));
    known_text(&t->limits, column(stmt, i++), TEXT_MOST);
    known_text(&t->spent, column(stmt, i++), TEXT_MOST);
    t->spent_ms = moment(stmt, i++);
    known_text(&t->last_problem, column(stmt, i++), TEXT_MOST);
    t->successes = count(stmt, i++);
    t->failures = count(stmt, i++);
    t->since_success = count(stmt, i++);
    t->first_seen_ms = moment(stmt, i++);
    t->last_seen_ms = moment(stmt, i++);
    t->first_success_ms = moment(stmt, i++);
    t->last_success_ms = moment(stmt, i++);
    t->last_failure_ms = moment(stmt, i++);
}

static void read_tally(sqlite3_stmt *stmt, struct known *t)
{
    int kind = sqlite3_column_int(stmt, 1);
    struct tally *tally = NULL;
    if (t && kind >= 0 && kind < TALLY_KINDS) {
        tally = known_tally(t, (enum tally_kind)kind, column(stmt, 2));
    }
    if (tally) {
        tally->successes = count(stmt, 3);
        tally->refusals = count(stmt, 4);
        tally->last_success_ms = moment(stmt, 5);
        tally->last_refusal_ms = moment(stmt, 6);
    }
}

/* The fingerprint in column 0, "" when that is none. */
static void read_fingerprint(sqlite3_stmt *stmt, char fingerprint[FINGERPRINT_SIZE])
{
    struct span text = column(stmt, 0);
    fingerprint[0] = '\0';
    if (text.len == FINGERPRINT_SIZE - 1 && span_is_hex(text, true)) {
        memcpy(fingerprint, text.ptr, text.len);
        fingerprint[text.len] = '\0';
    }
}

static int load(sqlite3 *db, const char *query, struct table *table, bool tokens)
{
    sqlite3_stmt *stmt = NULL;
    char fingerprint[FINGERPRINT_SIZE];
    int result = sqlite3_prepare_v2(db, query, -1, &stmt, NULL);
    while (result == SQLITE_OK && (result = sqlite3_step(stmt)) == SQLITE_ROW) {
        read_fingerprint(stmt, fingerprint);
        struct known *t =
            tokens ? table_get(table, fingerprint, 0) : table_find(table, fingerprint);
        if (t && tokens) {
            read_token(stmt, t);
        } else {
            read_tally(stmt, t);
        }
        result = SQLITE_OK;
    }
    sqlite3_finalize(stmt);
    return result == SQLITE_DONE ? 0 : -1;
}

int store_load(sqlite3 *db, struct table *table, struct err *err)
{
    if (load(db, "SELECT * FROM tokens ORDER BY last_seen_ms DESC LIMIT " STR(TOKENS_MOST), table,
             true) != 0 ||
        load(db, "SELECT * FROM tallies", table, false) != 0) {
        return store_failed(db, "read", err);
    }
    return 0;
}

bool store_kept(sqlite3 *db, uint64_t id, struct str *out)
{
    sqlite3_stmt *stmt = NULL;
    bool found = false;
    if (sqlite3_prepare_v2(
            db, "SELECT line FROM kept WHERE ?1 = 0 OR id = ?1 ORDER BY seq DESC LIMIT 1", -1,
            &stmt, NULL) == SQLITE_OK) {
        sqlite3_bind_int64(stmt, 1, (int64_t)id);
        if (sqlite3_step(stmt) == SQLITE_ROW) {
            str_add(out, column(stmt, 0));
            found = !out->failed;
        }
    }
    sqlite3_finalize(stmt);
    return found;
}
