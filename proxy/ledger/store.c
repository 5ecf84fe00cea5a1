/* The ledger as a file of SQLite's, and what has to be right with it before anything is read.
 *
 * WAL, so that 'why401 tokens' reads while the proxy writes, and so that a commit is one append.
 * With synchronous=FULL each commit is on the disk before it counts: commits are few, about one a
 * second, so that costs nothing that matters, and a power cut loses no fact either. */
#include "store_sql.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#define APPLICATION_ID 0x77343031 /* "w401" */
#define BUSY_MS        500

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

int store_failed(sqlite3 *db, const char *doing, struct err *err)
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
        return store_failed(db, "read", err);
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
        return store_failed(db, "made", err);
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
        store_failed(db, "opened", err);
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
