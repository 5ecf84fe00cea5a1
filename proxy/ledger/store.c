/* WAL, so that 'why401 tokens' reads while the proxy writes, and so that a commit is one append.
 * With synchronous=FULL each commit is on the disk before it counts: commits are few, about one a
 * second, so that costs nothing that matters, and a power cut loses no fact either. */
#include "store.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#define APPLICATION_ID 0x77343031 /* "w401" */
#define BUSY_MS        500
#define MOMENT_MOST    253402300799999 /* ms since 1970: the last one of the year 9999 */
#define SECONDS_MOST   1e12            /* of a token's duration */
#define STR(s)         STR_(s)
#define STR_(s)        #s

static const char schema[] =
    "BEGIN IMMEDIATE;"
    "CREATE TABLE tokens(fingerprint TEXT PRIMARY KEY, token_id TEXT, life INT, label TEXT, host "
    "TEXT,"
    " created_ms INT, duration_s REAL, expires_ms INT, deleted_ms INT, logged_out INT, has_limits "
    "INT,"
    " limits_removed INT, scopes TEXT, ip_restrict TEXT, limits TEXT, spent TEXT, spent_ms INT,"
    " last_problem TEXT, successes INT, failures INT, since_success INT, first_seen_ms INT,"
    " last_seen_ms INT, first_success_ms INT, last_success_ms INT, last_failure_ms INT) WITHOUT "
    "ROWID;"
    "CREATE TABLE tallies(fingerprint TEXT, kind INT, name TEXT, successes INT, refusals INT,"
    " last_success_ms INT, last_refusal_ms INT, PRIMARY KEY(fingerprint, kind, name)) WITHOUT "
    "ROWID;"
    "CREATE TABLE kept(seq INTEGER PRIMARY KEY, id INT, at_ms INT, line TEXT);"
    "CREATE INDEX kept_by_id ON kept(id, seq);"
    "PRAGMA application_id = " STR(APPLICATION_ID) ";"
                                                   "PRAGMA user_version = " STR(
                                                       STORE_VERSION) ";"
                                                                      "COMMIT;";

static int failed(sqlite3 *db, const char *doing, struct err *err)
{
    return err_set(err, ERR_LEDGER, "the ledger cannot be %s: %s", doing, sqlite3_errmsg(db));
}

/* The number that a query answers; -1 when it fails. */
static int64_t ask(sqlite3 *db, const char *query)
{
    sqlite3_stmt *stmt = NULL;
    int64_t number = -1;
    if (sqlite3_prepare_v2(db, query, -1, &stmt, NULL) == SQLITE_OK &&
        sqlite3_step(stmt) == SQLITE_ROW) {
        number = sqlite3_column_int64(stmt, 0);
    }
    sqlite3_finalize(stmt);
    return number;
}

/* Nothing is changed in a file that is not ours. One without any table is a fresh one. */
static int make_ready(sqlite3 *db, const char *name, bool readonly, struct err *err)
{
    int64_t tables = ask(db, "SELECT count(*) FROM sqlite_master");
    if (tables < 0) {
        return err_set(err, ERR_LEDGER, "%s is no ledger, or it is damaged: %s", name,
                       sqlite3_errmsg(db));
    }
    bool fresh = tables == 0 && ask(db, "PRAGMA application_id") == 0;
    if (!fresh && ask(db, "PRAGMA application_id") != APPLICATION_ID) {
        return err_set(err, ERR_LEDGER, "%s is a database of another program, no ledger", name);
    }
    int64_t version = ask(db, "PRAGMA user_version");
    if (version < 0) {
        return failed(db, "read", err);
    }
    if (!fresh && version != STORE_VERSION) {
        return err_set(err, ERR_LEDGER,
                       "%s is from a newer why401 (version %lld, this one knows %d)", name,
                       (long long)version, STORE_VERSION);
    }
    if (readonly) {
        return fresh ? err_set(err, ERR_LEDGER, "%s is no ledger yet: nothing is in it", name) : 0;
    }
    if (sqlite3_exec(
            db, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY;",
            NULL, NULL, NULL) != SQLITE_OK ||
        (fresh && sqlite3_exec(db, schema, NULL, NULL, NULL) != SQLITE_OK)) {
        return failed(db, "made", err);
    }
    return 0;
}

/* The ledger and the two files that SQLite made beside it, with the mode that the ledger had. */
static bool make_private(const char *real)
{
    static const char *const ends[] = {"", "-wal", "-shm"};
    char path[PATH_MAX + 4];
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        snprintf(path, sizeof path, "%s%s", real, ends[i]);
        if (chmod(path, 0600) != 0 && (i == 0 || errno != ENOENT)) {
            return false;
        }
    }
    return true;
}

/* A ledger has tables and an index. The schema of a file that somebody else made could have more to
 * run: a view that never ends, a trigger, a function behind a column. None of it runs. */
static bool run_no_schema(sqlite3 *db)
{
    return sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL) == SQLITE_OK &&
           sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL) == SQLITE_OK &&
           sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL) == SQLITE_OK &&
           sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL) == SQLITE_OK;
}

sqlite3 *store_open(const char *real, bool readonly, struct err *err)
{
    sqlite3 *db = NULL;
    int flags = readonly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    if (real) {
        flags |= SQLITE_OPEN_NOFOLLOW;
    }
    if (sqlite3_open_v2(real ? real : ":memory:", &db, flags | SQLITE_OPEN_NOMUTEX, NULL) !=
        SQLITE_OK) {
        err_set(err, ERR_LEDGER, "the ledger %s cannot be opened: %s", real ? real : "in memory",
                db ? sqlite3_errmsg(db) : "out of memory");
        sqlite3_close(db);
        return NULL;
    }
    sqlite3_busy_timeout(db, BUSY_MS);
    if (!run_no_schema(db)) {
        failed(db, "opened", err);
        sqlite3_close(db);
        return NULL;
    }
    if (make_ready(db, real ? real : "the ledger", readonly, err) != 0) {
        sqlite3_close(db);
        return NULL;
    }
    if (real && !readonly && !make_private(real)) {
        err_set(err, ERR_LEDGER, "the ledger %s cannot be made private", real);
        sqlite3_close(db);
        return NULL;
    }
    return db;
}

/* --- reading --- */

static struct span column(sqlite3_stmt *stmt, int i)
{
    const char *text = (const char *)sqlite3_column_text(stmt, i);
    return span(text, (size_t)sqlite3_column_bytes(stmt, i));
}

/* What is in the file may be anything. Of a number that no ledger writes nothing is known: 0. */
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
        return failed(db, "read", err);
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

/* --- writing --- */

struct writer {
    sqlite3 *db;
    sqlite3_stmt *token, *tally, *kept, *forget_token, *forget_tallies;
};

static bool prepare(sqlite3 *db, const char *sql, sqlite3_stmt **stmt)
{
    return sqlite3_prepare_v2(db, sql, -1, stmt, NULL) == SQLITE_OK;
}

static bool writer_init(struct writer *w, sqlite3 *db)
{
    *w = (struct writer){.db = db};
    return prepare(db,
                   "INSERT OR REPLACE INTO tokens "
                   "VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,"
                   "?,?)",
                   &w->token) &&
           prepare(db, "INSERT OR REPLACE INTO tallies VALUES(?,?,?,?,?,?,?)", &w->tally) &&
           prepare(db, "INSERT INTO kept(id, at_ms, line) VALUES(?,?,?)", &w->kept) &&
           prepare(db, "DELETE FROM tokens WHERE fingerprint = ?", &w->forget_token) &&
           prepare(db, "DELETE FROM tallies WHERE fingerprint = ?", &w->forget_tallies);
}

static void writer_release(struct writer *w)
{
    sqlite3_finalize(w->token);
    sqlite3_finalize(w->tally);
    sqlite3_finalize(w->kept);
    sqlite3_finalize(w->forget_token);
    sqlite3_finalize(w->forget_tallies);
}

static void bind_text(sqlite3_stmt *stmt, int i, const char *text)
{
    sqlite3_bind_text(stmt, i, text, -1, SQLITE_STATIC);
}

static bool run(sqlite3_stmt *stmt)
{
    bool done = sqlite3_step(stmt) == SQLITE_DONE;
    sqlite3_reset(stmt);
    sqlite3_clear_bindings(stmt);
    return done;
}

static bool write_token(sqlite3_stmt *stmt, const struct known *t)
{
    int i = 1;
    const struct passport *p = &t->passport;
    bind_text(stmt, i++, p->fingerprint);
    bind_text(stmt, i++, t->token_id);
    sqlite3_bind_int(stmt, i++, (int)p->life);
    bind_text(stmt, i++, t->label);
    bind_text(stmt, i++, t->host);
    sqlite3_bind_int64(stmt, i++, p->created_ms);
    sqlite3_bind_double(stmt, i++, p->duration_s);
    sqlite3_bind_int64(stmt, i++, p->expires_ms);
    sqlite3_bind_int64(stmt, i++, p->deleted_ms);
    sqlite3_bind_int(stmt, i++, p->logged_out);
    sqlite3_bind_int(stmt, i++, p->has_limits);
    sqlite3_bind_int(stmt, i++, p->limits_removed);
    bind_text(stmt, i++, t->scopes);
    bind_text(stmt, i++, t->ip_restrict);
    bind_text(stmt, i++, t->limits);
    bind_text(stmt, i++, t->spent);
    sqlite3_bind_int64(stmt, i++, t->spent_ms);
    bind_text(stmt, i++, t->last_problem);
    sqlite3_bind_int64(stmt, i++, (int64_t)t->successes);
    sqlite3_bind_int64(stmt, i++, (int64_t)t->failures);
    sqlite3_bind_int64(stmt, i++, (int64_t)t->since_success);
    sqlite3_bind_int64(stmt, i++, t->first_seen_ms);
    sqlite3_bind_int64(stmt, i++, t->last_seen_ms);
    sqlite3_bind_int64(stmt, i++, t->first_success_ms);
    sqlite3_bind_int64(stmt, i++, t->last_success_ms);
    sqlite3_bind_int64(stmt, i++, t->last_failure_ms);
    return run(stmt);
}

static bool write_tallies(sqlite3_stmt *stmt, const struct known *t)
{
    bool good = true;
    for (const struct tally *tally = t->tallies; tally && good; tally = tally->next) {
        if (tally->waits) {
            bind_text(stmt, 1, t->passport.fingerprint);
            sqlite3_bind_int(stmt, 2, (int)tally->kind);
            bind_text(stmt, 3, tally->name);
            sqlite3_bind_int64(stmt, 4, (int64_t)tally->successes);
            sqlite3_bind_int64(stmt, 5, (int64_t)tally->refusals);
            sqlite3_bind_int64(stmt, 6, tally->last_success_ms);
            sqlite3_bind_int64(stmt, 7, tally->last_refusal_ms);
            good = run(stmt);
        }
    }
    return good;
}

/* The forgotten go first: one of them may have come back in the meantime. */
static bool write_tokens(struct writer *w, const struct table *table)
{
    bool good = true;
    for (const struct known *t = table->forgotten; t && good; t = t->next) {
        bind_text(w->forget_token, 1, t->passport.fingerprint);
        bind_text(w->forget_tallies, 1, t->passport.fingerprint);
        good = run(w->forget_token) && run(w->forget_tallies);
    }
    for (const struct known *t = table->waiting; t && good; t = t->next_wait) {
        good = write_token(w->token, t) && write_tallies(w->tally, t);
    }
    return good;
}

static bool write_kept(struct writer *w, const struct kept *kept, size_t count)
{
    bool good = true;
    for (size_t i = 0; i < count && good; i++) {
        sqlite3_bind_int64(w->kept, 1, (int64_t)kept[i].id);
        sqlite3_bind_int64(w->kept, 2, kept[i].at_ms);
        sqlite3_bind_text(w->kept, 3, kept[i].line, (int)kept[i].len, SQLITE_STATIC);
        good = run(w->kept);
    }
    return good && (count == 0 ||
                    sqlite3_exec(w->db,
                                 "DELETE FROM kept WHERE seq <= (SELECT max(seq) FROM kept) - " STR(
                                     KEPT_MOST),
                                 NULL, NULL, NULL) == SQLITE_OK);
}

/* False when that failed: then it is tried once more before the next transaction. */
static bool end_transaction(sqlite3 *db)
{
    return sqlite3_get_autocommit(db) ||
           sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL) == SQLITE_OK;
}

int store_write(sqlite3 *db, const struct table *table, const struct kept *kept, size_t kept_count,
                struct err *err)
{
    struct writer w = {0};
    bool good = end_transaction(db) && writer_init(&w, db) &&
                sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL) == SQLITE_OK &&
                write_tokens(&w, table) && write_kept(&w, kept, kept_count) &&
                sqlite3_exec(db, "COMMIT", NULL, NULL, NULL) == SQLITE_OK;
    if (!good) {
        failed(db, "written", err);
        end_transaction(db);
    }
    writer_release(&w);
    return good ? 0 : -1;
}
