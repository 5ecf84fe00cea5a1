/* Writing the ledger's file: all that waits in one transaction, which is committed whole or not at
 * all. */
#include "store_sql.h"

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
        store_failed(db, "written", err);
        end_transaction(db);
    }
    writer_release(&w);
    return good ? 0 : -1;
}
