/* kill -9 at random points: what was committed is there, and the file is whole. A child commits
 * numbered facts and reports each commit over a pipe; it is killed after a random number of them
 * and a random moment more, a hundred times, and goes on where it was. */
#include "story.h"

#include <signal.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <time.h>

#define KILLS        100
#define REPORTS_MOST 12

static struct exchange *fact(unsigned number)
{
    char secret[32];
    struct exchange *x =
        call('-', "GET", "/api/v2/tbtc/wallet", "", 401, "{\"error\":\"unauthorized\"}");
    int n = snprintf(secret, sizeof secret, "made-up %u", number);
    x->id = number;
    x->token.form = TOKEN_UNKNOWN;
    token_fingerprint(span(secret, (size_t)n), false, x->token.fingerprint);
    return x;
}

static void commit_facts(unsigned number, int report)
{
    ledger = ledger_open(file, NULL);
    while (ledger) {
        struct exchange *x = fact(number);
        ledger_learn(ledger, x);
        ledger_keep(ledger, x, SPAN("{\"kept\":true}"));
        exchange_free(x);
        if (ledger_commit(ledger, NULL) != 0 ||
            write(report, &number, sizeof number) != sizeof number) {
            break;
        }
        number++;
    }
    _exit(1);
}

/* A fact that was committed and not reported any more is committed again by the next writer. */
/* Runs the writer from fact `next` on until it is killed; returns the next fact after those
 * reported. */
static unsigned run_and_kill(unsigned next)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        close(ends[0]);
        commit_facts(next, ends[1]);
    }
    close(ends[1]);
    int reports = rand() % REPORTS_MOST;
    unsigned number = 0;
    while (reports-- > 0 && read(ends[0], &number, sizeof number) == sizeof number) {
        next = number + 1;
    }
    struct timespec moment = {.tv_nsec = rand() % 4000000};
    nanosleep(&moment, NULL);
    assert_int_equal(kill(child, SIGKILL), 0);
    while (read(ends[0], &number, sizeof number) == sizeof number) {
        next = number + 1;
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status)); /* it failed by itself otherwise */
    close(ends[0]);
    return next;
}

static void assert_whole(void)
{
    sqlite3 *db;
    sqlite3_stmt *stmt;
    assert_int_equal(sqlite3_open(file, &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, "PRAGMA integrity_check", -1, &stmt, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
    assert_string_equal((const char *)sqlite3_column_text(stmt, 0), "ok");
    sqlite3_finalize(stmt);
    sqlite3_close(db);
}

static void assert_facts(unsigned next)
{
    struct str line;
    str_init(&line, 100);
    reopen();
    for (unsigned i = 1; i < next; i++) {
        struct exchange *x = fact(i);
        ledger_recall(ledger, x);
        assert_told(x, "history.never-worked", "it failed");
        exchange_free(x);
    }
    if (next > 1) {
        assert_true(ledger_kept(ledger, next - 1, &line));
    }
    str_release(&line);
    ledger_close(ledger);
    ledger = NULL;
}

static void no_kill_loses_a_committed_fact(void **state)
{
    (void)state;
    unsigned seed = (unsigned)time(NULL);
    unsigned next = 1;
    srand(seed);
    ledger_close(ledger);
    ledger = NULL;
    for (int i = 0; i < KILLS; i++) {
        next = run_and_kill(next);
        assert_whole();
        assert_facts(next);
    }
    print_message("%u facts, %d kills, seed %u\n", next - 1, KILLS, seed);
    assert_true(next > KILLS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {STORY(no_kill_loses_a_committed_fact)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
