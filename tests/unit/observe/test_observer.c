/* The observer's thread: order, sinks that fail, rotation, and what it counts. */
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>

#include "bench.h"

static void test_order_is_kept(void **state)
{
    (void)state;
    struct bench b;
    char target[32];
    bench_open(&b);
    bench_start(&b);
    for (int i = 0; i < 500; i++) {
        snprintf(target, sizeof target, "/n/%03d", i);
        observer_give(b.observer, sample_exchange("GET", target, 200));
        observer_notice(b.observer, "notice %03d", i);
    }
    bench_drain(&b);
    const char *at = bench_terminal(&b);
    for (int i = 0; i < 500; i++) {
        snprintf(target, sizeof target, "/n/%03d ", i);
        at = strstr(at, target);
        assert_non_null(at);
        snprintf(target, sizeof target, "notice %03d\n", i);
        at = strstr(at, target);
        assert_non_null(at);
    }
    bench_close(&b);
}

static void test_stop_writes_what_waits(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_start(&b);
    for (int i = 0; i < 300; i++) {
        observer_give(b.observer, sample_exchange("GET", "/api/v2/ping", 200));
    }
    observer_stop(b.observer);
    b.observer = NULL;
    assert_int_equal(count_of(bench_json(&b), "\n"), 300);
    bench_close(&b);
}

static void test_counts(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_start(&b);
    struct exchange *other = sample_exchange("GET", "/x", 418);
    sample_body(&other->response, "a teapot of no known kind");
    observer_give(b.observer, sample_exchange("GET", "/x", 200));
    observer_give(b.observer, other);
    observer_give(b.observer, sample_failure());
    observer_give(b.observer, sample_failure());
    struct exchange *own = sample_exchange("GET", "/x", 502);
    own->maker = MAKER_PROXY;
    err_set(&own->error, ERR_CONNECT, "connection refused");
    observer_give(b.observer, own);
    bench_drain(&b);
    struct observer_counts counts;
    observer_counts(b.observer, &counts);
    assert_int_equal(counts.exchanges, 5);
    assert_int_equal(counts.failing, 4);
    assert_int_equal(counts.explained, 2);
    assert_int_equal(counts.own, 1);
    assert_int_equal(counts.lost_success + counts.lost_bodies + counts.lost_lines, 0);
    struct scenario_count rows[4];
    assert_int_equal(observer_scenarios(b.observer, rows, 4), 1);
    assert_string_equal(rows[0].id, "sample#moon-closed");
    assert_string_equal(rows[0].title, "The moon is closed for your account");
    assert_int_equal(rows[0].count, 2);
    assert_int_equal(observer_scenarios(b.observer, rows, 0), 0);
    bench_close(&b);
}

static void test_rules_are_replaced(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_start(&b);
    observer_set_rules(b.observer, NULL);
    observer_give(b.observer, sample_failure());
    bench_drain(&b);
    assert_non_null(strstr(bench_terminal(&b), "No known scenario"));
    observer_set_rules(b.observer, b.options.rules);
    observer_give(b.observer, sample_failure());
    bench_drain(&b);
    assert_non_null(strstr(bench_terminal(&b), "sample#moon-closed"));
    bench_close(&b);
}

static void test_a_broken_terminal_costs_lines_only(void **state)
{
    (void)state;
    struct bench b;
    int fds[2];
    bench_open(&b);
    close(b.options.terminal_fd);
    assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
    close(fds[0]);
    b.options.terminal_fd = fds[1];
    bench_start(&b);
    observer_give(b.observer, sample_exchange("GET", "/ok", 200));
    bench_drain(&b);
    struct observer_counts counts;
    observer_counts(b.observer, &counts);
    assert_int_equal(counts.lost_lines, 1);
    assert_int_equal(count_of(bench_json(&b), "\n"), 1);
    bench_close(&b);
}

static void test_a_full_disk_is_told_once(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    b.options.json_path = "/dev/full";
    bench_start(&b);
    for (int i = 0; i < 5; i++) {
        observer_give(b.observer, sample_exchange("GET", "/ok", 200));
        bench_drain(&b);
    }
    struct observer_counts counts;
    observer_counts(b.observer, &counts);
    assert_int_equal(counts.lost_lines, 5);
    assert_int_equal(counts.exchanges, 5);
    const char *seen = bench_terminal(&b);
    assert_int_equal(count_of(seen, "cannot write JSON lines to /dev/full: No space left"), 1);
    assert_int_equal(count_of(seen, "/ok"), 5);
    bench_close(&b);
}

static void limit_files(rlim_t bytes)
{
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = bytes == RLIM_INFINITY ? limit.rlim_max : bytes;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* A limit on the size of files stands for a disk that is full and then is not. The limit falls into
 * the second line, which is torn. */
static void test_writing_goes_on_when_there_is_room_again(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_start(&b);
    observer_give(b.observer, sample_exchange("GET", "/first", 200));
    bench_drain(&b);
    size_t first = strlen(bench_json(&b));
    limit_files(first + 10);
    for (int i = 0; i < 3; i++) {
        observer_give(b.observer, sample_exchange("GET", "/lost", 200));
        bench_drain(&b);
    }
    limit_files(RLIM_INFINITY);
    observer_give(b.observer, sample_exchange("GET", "/last", 200));
    bench_drain(&b);

    struct span lines = span_of(bench_json(&b));
    struct span line;
    assert_true(span_cut(&lines, '\n', &line) && span_find(line, SPAN("/first")) > 0);
    assert_true(span_cut(&lines, '\n', &line) && line.len == 10);
    assert_true(span_cut(&lines, '\n', &line) && span_find(line, SPAN("/last")) > 0);
    assert_true(span_cut(&lines, '\n', &line) && line.len == 0);
    assert_false(span_cut(&lines, '\n', &line));
    const char *seen = bench_terminal(&b);
    assert_int_equal(count_of(seen, "File too large; lines are lost until it works again"), 1);
    assert_int_equal(count_of(seen, "log.jsonl again; 3 were lost"), 1);
    bench_close(&b);
}

static void test_rotation(void **state)
{
    (void)state;
    struct bench b;
    char old[80];
    bench_open(&b);
    bench_start(&b);
    observer_give(b.observer, sample_exchange("GET", "/old", 200));
    bench_drain(&b);
    snprintf(old, sizeof old, "%s.1", b.json_path);
    assert_int_equal(rename(b.json_path, old), 0);
    observer_give(b.observer, sample_exchange("GET", "/old", 200));
    observer_reopen(b.observer);
    observer_give(b.observer, sample_exchange("GET", "/new", 200));
    bench_drain(&b);
    const char *seen = bench_json(&b);
    assert_int_equal(count_of(seen, "/new"), 1);
    assert_int_equal(count_of(seen, "/old"), 0);
    struct stat st;
    assert_int_equal(stat(b.json_path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    unlink(old);
    bench_close(&b);
}

static void test_a_file_that_cannot_be_reopened_stays_in_use(void **state)
{
    (void)state;
    struct bench b;
    char old[80];
    bench_open(&b);
    bench_start(&b);
    snprintf(old, sizeof old, "%s.1", b.json_path);
    observer_give(b.observer, sample_exchange("GET", "/one", 200));
    bench_drain(&b);
    assert_int_equal(rename(b.json_path, old), 0);
    assert_int_equal(symlink("/etc/passwd", b.json_path), 0);
    observer_reopen(b.observer);
    observer_give(b.observer, sample_exchange("GET", "/two", 200));
    bench_drain(&b);
    assert_non_null(strstr(bench_terminal(&b), "it is a symbolic link"));
    assert_int_equal(rename(old, b.json_path), 0);
    assert_int_equal(count_of(bench_json(&b), "/two"), 1);
    bench_close(&b);
}

static void test_a_file_that_cannot_be_opened_is_an_error(void **state)
{
    (void)state;
    struct bench b;
    struct err err;
    bench_open(&b);
    b.options.json_path = "/tmp/why401-no-such-folder/x";
    assert_null(observer_start(&b.options, &err));
    assert_int_equal(err.code, ERR_OUTPUT);
    assert_string_equal(err.text,
                        "cannot write JSON lines to /tmp/why401-no-such-folder/x: No such "
                        "file or directory");
    bench_close(&b);
}

static void test_no_sinks_at_all(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    close(b.options.terminal_fd);
    b.options.terminal_fd = -1;
    b.options.json_path = NULL;
    bench_start(&b);
    observer_notice(b.observer, "nobody reads this");
    observer_reopen(b.observer);
    observer_give(b.observer, sample_failure());
    bench_drain(&b);
    struct observer_counts counts;
    observer_counts(b.observer, &counts);
    assert_int_equal(counts.explained, 1);
    bench_close(&b);
}

struct giver {
    struct observer *observer;
    pthread_t thread;
};

static void *give_many(void *arg)
{
    struct giver *g = arg;
    for (uint64_t i = 1; i <= 500; i++) {
        struct exchange *x = exchange_new(i, 1 << 16);
        x->request.head.method = SPAN("GET");
        x->request.head.target = SPAN("/many");
        x->response.head.status = i % 10 ? 200 : 400;
        observer_give(g->observer, x);
        if (i % 100 == 0) {
            observer_drain(g->observer, BENCH_WAIT_MS);
        }
    }
    return NULL;
}

static void test_many_threads_give(void **state)
{
    (void)state;
    struct bench b;
    struct giver givers[4];
    bench_open(&b);
    b.options.queue_length = 10000;
    bench_start(&b);
    for (size_t i = 0; i < 4; i++) {
        givers[i].observer = b.observer;
        assert_int_equal(pthread_create(&givers[i].thread, NULL, give_many, &givers[i]), 0);
    }
    for (size_t i = 0; i < 4; i++) {
        pthread_join(givers[i].thread, NULL);
    }
    bench_drain(&b);
    assert_int_equal(count_of(bench_json(&b), "\n"), 2000);
    struct observer_counts counts;
    observer_counts(b.observer, &counts);
    assert_int_equal(counts.exchanges, 2000);
    assert_int_equal(counts.failing, 200);
    bench_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order_is_kept),
        cmocka_unit_test(test_stop_writes_what_waits),
        cmocka_unit_test(test_counts),
        cmocka_unit_test(test_rules_are_replaced),
        cmocka_unit_test(test_a_broken_terminal_costs_lines_only),
        cmocka_unit_test(test_a_full_disk_is_told_once),
        cmocka_unit_test(test_writing_goes_on_when_there_is_room_again),
        cmocka_unit_test(test_rotation),
        cmocka_unit_test(test_a_file_that_cannot_be_reopened_stays_in_use),
        cmocka_unit_test(test_a_file_that_cannot_be_opened_is_an_error),
        cmocka_unit_test(test_no_sinks_at_all),
        cmocka_unit_test(test_many_threads_give),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
