/* The ledger's file: where it lies, who may read it, what is never in it, and what is no ledger. */
#include "story.h"

#include <sqlite3.h>
#include <sys/stat.h>

static mode_t mode_of(const char *path)
{
    struct stat info;
    assert_int_equal(stat(path, &info), 0);
    return info.st_mode & 07777;
}

static void only_its_owner_may_read_it(void **state)
{
    (void)state;
    char path[128];
    snprintf(path, sizeof path, "%s/state", folder);
    use('2');
    assert_int_equal(ledger_commit(ledger, NULL), 0);
    assert_int_equal(mode_of(path), 0700);
    assert_int_equal(mode_of(file), 0600);
    snprintf(path, sizeof path, "%s-wal", file);
    assert_int_equal(mode_of(path), 0600);
    assert_int_equal(chmod(file, 0644), 0);
    reopen();
    assert_int_equal(mode_of(file), 0600);
}

static void refuse(const char *path, const char *why)
{
    struct err err = {0};
    struct ledger *l = ledger_open(path, &err);
    assert_null(l);
    assert_int_equal(err.code, ERR_LEDGER);
    if (!strstr(err.text, why)) {
        fail_msg("the error is: %s", err.text);
    }
}

static void a_symbolic_link_is_refused(void **state)
{
    (void)state;
    char path[128];
    snprintf(path, sizeof path, "%s/link.db", folder);
    assert_int_equal(symlink(file, path), 0);
    refuse(path, "symbolic link");
    assert_int_equal(unlink(path), 0);
    assert_int_equal(symlink("/nowhere/at/all", path), 0);
    refuse(path, "symbolic link");
}

static void write_file(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_true(fputs(text, f) >= 0);
    assert_int_equal(fclose(f), 0);
}

static void a_foreign_file_is_refused_and_left_alone(void **state)
{
    (void)state;
    char path[128];
    char text[64] = "";
    snprintf(path, sizeof path, "%s/notes.txt", folder);
    write_file(path, "Notes that somebody else wants to keep.\n");
    assert_int_equal(chmod(path, 0644), 0);
    refuse(path, "no ledger");
    FILE *f = fopen(path, "r");
    assert_non_null(fgets(text, sizeof text, f));
    fclose(f);
    assert_string_equal(text, "Notes that somebody else wants to keep.\n");
    assert_int_equal(mode_of(path), 0644);
    refuse(folder, "");
}

static void run_sql(const char *path, const char *sql)
{
    sqlite3 *db;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

static void another_programs_database_is_refused(void **state)
{
    (void)state;
    char path[128];
    snprintf(path, sizeof path, "%s/other.db", folder);
    run_sql(path, "CREATE TABLE mine(a)");
    refuse(path, "another program");
}

static void a_newer_programs_ledger_is_refused(void **state)
{
    (void)state;
    ledger_close(ledger);
    ledger = NULL;
    run_sql(file, "PRAGMA user_version = 99");
    refuse(file, "newer");
}

/* The tables under other names, and in the place of one of them what a reader would not come back
 * from, or what would add to what is written. */
static void a_schema_that_runs_something_runs_nothing(void **state)
{
    (void)state;
    ledger_close(ledger);
    ledger = NULL;
    run_sql(file, "CREATE TABLE seen(a);"
                  "CREATE TRIGGER spy AFTER INSERT ON kept BEGIN INSERT INTO seen VALUES(1); END");
    reopen();
    exchange_free(fail_with('2', "/api/v2/tbtc/wallet", "{\"error\":\"no\"}"));
    assert_int_equal(ledger_commit(ledger, NULL), 0);
    ledger_close(ledger);
    ledger = NULL;
    run_sql(file, "CREATE TABLE none(a INT CHECK(a)); INSERT INTO none SELECT 0 FROM seen");
    run_sql(file,
            "ALTER TABLE tallies RENAME TO was; CREATE VIEW tallies AS WITH RECURSIVE n(x) AS "
            "(SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x, 0, x, x, x, x, x FROM n");
    refuse(file, "");
}

static void visit(void *ctx, const struct ledger_row *row)
{
    int *rows = ctx;
    ++*rows;
    assert_int_equal(row->passport->life, TOKEN_LIFE_UNKNOWN);
    assert_int_equal(row->passport->created_ms, 0);
    assert_int_equal(row->passport->expires_ms, 0);
    assert_true(row->passport->duration_s == 0);
    assert_int_equal(row->last_success_ms, 0);
    assert_int_equal(row->successes, 0);
}

static void numbers_that_no_ledger_has_are_not_known(void **state)
{
    (void)state;
    int rows = 0;
    use('2');
    ledger_close(ledger);
    ledger = NULL;
    run_sql(file, "UPDATE tokens SET life = 100000, created_ms = -9223372036854775807, "
                  "expires_ms = 9223372036854775807, duration_s = 1e300, successes = -1, "
                  "last_success_ms = -1");
    reopen();
    ledger_each(ledger, visit, &rows);
    assert_int_equal(rows, 1);
}

static bool file_holds(const char *path, const char *text)
{
    static char bytes[1 << 20];
    FILE *f = fopen(path, "r");
    size_t n = f ? fread(bytes, 1, sizeof bytes, f) : 0;
    if (f) {
        fclose(f);
    }
    return span_find(span(bytes, n), span_of(text)) >= 0;
}

static void no_raw_token_is_in_it(void **state)
{
    (void)state;
    char wal[128];
    char secret[64];
    snprintf(wal, sizeof wal, "%s-wal", file);
    snprintf(secret, sizeof secret, "%.40s", raw('2') + 3);
    make_token('2', "{\"label\":\"fund\",\"otp\":\"0000000\"}", "");
    /* Somebody's label, and an error that repeats the token. */
    char answer[256];
    snprintf(answer, sizeof answer, "{\"session\":{\"label\":\"%.67s\"}}", raw('2'));
    exchange_free(pass(call('2', "GET", "/api/v2/user/session", "", 200, answer)));
    snprintf(answer, sizeof answer, "{\"error\":\"bad token %.67s\"}", raw('2'));
    exchange_free(fail_with('2', "/api/v2/tbtc/wallet", answer));
    assert_int_equal(ledger_commit(ledger, NULL), 0);
    assert_true(file_holds(wal, "bad token"));
    assert_false(file_holds(wal, secret));
    assert_false(file_holds(file, secret));
    reopen();
    assert_false(file_holds(file, secret));
    assert_false(file_holds(file, "0000000000"));
}

static void keep(const char *line)
{
    struct exchange *x = fail_use('2');
    x->id = 7;
    ledger_keep(ledger, x, span_of(line));
    exchange_free(x);
}

static void assert_kept(uint64_t id, const char *line)
{
    struct str out;
    str_init(&out, 1 << 20);
    assert_int_equal(ledger_kept(ledger, id, &out), line != NULL);
    if (line) {
        assert_string_equal(str_cstr(&out), line);
    }
    str_release(&out);
}

static void failing_exchanges_are_kept(void **state)
{
    (void)state;
    assert_kept(0, NULL);
    keep("{\"n\":1}");
    assert_kept(7, "{\"n\":1}");
    assert_kept(8, NULL);
    reopen();
    assert_kept(7, "{\"n\":1}");
    keep("{\"n\":2}");
    assert_kept(7, "{\"n\":2}");
    reopen();
    assert_kept(0, "{\"n\":2}");
}

static void the_newest_thousand_stay(void **state)
{
    (void)state;
    char line[32];
    for (int i = 0; i < 2500; i++) {
        snprintf(line, sizeof line, "{\"n\":%d}", i);
        keep(line);
    }
    assert_kept(0, "{\"n\":2499}");
    keep("{\"n\":-1}");
    reopen();
    keep("{\"n\":-2}");
    reopen();
    sqlite3 *db;
    sqlite3_stmt *stmt;
    assert_int_equal(sqlite3_open(file, &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, "SELECT count(*) FROM kept", -1, &stmt, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
    assert_int_equal(sqlite3_column_int(stmt, 0), 1000);
    sqlite3_finalize(stmt);
    sqlite3_close(db);
}

static void a_reader_reads_while_the_proxy_writes(void **state)
{
    (void)state;
    struct err err = {0};
    make_token('2', "{\"label\":\"fund\"}", "");
    keep("{\"n\":1}");
    assert_int_equal(ledger_commit(ledger, &err), 0);
    struct ledger *reader = ledger_open_readonly(file, &err);
    if (!reader) {
        fail_msg("%s", err.text);
    }
    struct passports *passports = ledger_passports(reader);
    assert_int_equal(passports_count(passports), 2);
    passports_drop(passports);
    struct ledger *own = ledger;
    ledger = reader;
    assert_kept(0, "{\"n\":1}");
    ledger = own;
    use('2');
    assert_int_equal(ledger_commit(ledger, &err), 0);
    ledger_close(reader);
}

static void a_reader_makes_no_file(void **state)
{
    (void)state;
    char path[128];
    struct err err = {0};
    snprintf(path, sizeof path, "%s/none.db", folder);
    assert_null(ledger_open_readonly(path, &err));
    assert_int_equal(err.code, ERR_LEDGER);
    assert_int_not_equal(access(path, F_OK), 0);
}

static void in_memory_only(void **state)
{
    (void)state;
    struct err err = {0};
    ledger_close(ledger);
    ledger = ledger_open(NULL, &err);
    assert_non_null(ledger);
    make_token('2', "{\"label\":\"fund\",\"duration\":60}", "");
    assert_int_equal(ledger_commit(ledger, &err), 0);
    later(HOUR);
    struct exchange *x = fail_use('2');
    assert_told(x, "token.expired", "");
    exchange_free(x);
}

/* A locked file stands for a full disk: what waits is written by the next commit. */
static void a_commit_that_fails_is_made_up_for(void **state)
{
    (void)state;
    sqlite3 *db;
    struct err err = {0};
    make_token('2', "{\"label\":\"fund\",\"duration\":60}", "");
    assert_int_equal(sqlite3_open(file, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(ledger_commit(ledger, &err), -1);
    assert_int_equal(err.code, ERR_LEDGER);
    sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
    sqlite3_close(db);
    assert_int_equal(ledger_commit(ledger, &err), 0);
    reopen();
    later(HOUR);
    struct exchange *x = fail_use('2');
    assert_told(x, "token.expired", "");
    exchange_free(x);
}

static void ten_thousand_tokens_and_no_more(void **state)
{
    (void)state;
    char secret[68];
    for (int i = 0; i < 10500; i++) {
        struct exchange *x = call('-', "GET", "/api/v2/tbtc/wallet", "", 401, "{}");
        int n = snprintf(secret, sizeof secret, "made-up %d", i);
        x->token.form = TOKEN_UNKNOWN;
        token_fingerprint(span(secret, (size_t)n), false, x->token.fingerprint);
        later(1);
        exchange_free(pass(x));
    }
    reopen();
    struct passports *passports = ledger_passports(ledger);
    char newest[FINGERPRINT_SIZE];
    assert_int_equal(passports_count(passports), 10000);
    token_fingerprint(SPAN("made-up 10499"), false, newest);
    assert_non_null(passports_find(passports, newest));
    passports_drop(passports);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORY(only_its_owner_may_read_it),
        STORY(a_symbolic_link_is_refused),
        STORY(a_foreign_file_is_refused_and_left_alone),
        STORY(another_programs_database_is_refused),
        STORY(a_newer_programs_ledger_is_refused),
        STORY(a_schema_that_runs_something_runs_nothing),
        STORY(numbers_that_no_ledger_has_are_not_known),
        STORY(no_raw_token_is_in_it),
        STORY(failing_exchanges_are_kept),
        STORY(the_newest_thousand_stay),
        STORY(a_reader_reads_while_the_proxy_writes),
        STORY(a_reader_makes_no_file),
        STORY(in_memory_only),
        STORY(a_commit_that_fails_is_made_up_for),
        STORY(ten_thousand_tokens_and_no_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
