/* The observer's thread: order, pressure, sinks that fail, rotation, and what it counts. */
#include <errno.h>
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
    bench_drain(&b);
    struct observer_counts counts;
    observer_counts(b.observer, &counts);
    assert_int_equal(counts.exchanges, 4);
    assert_int_equal(counts.failing, 3);
    assert_int_equal(counts.explained, 2);
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

/* A pipe that takes no further byte, with its reader. */
struct full_pipe {
    int read_fd;
    int write_fd;
    size_t filled; /* bytes that the test put there */
    pthread_t reader;
    struct str seen;
};

static void full_pipe_open(struct full_pipe *p)
{
    int fds[2];
    char piece[4096];
    memset(piece, '.', sizeof piece);
    assert_int_equal(pipe2(fds, O_CLOEXEC | O_NONBLOCK), 0);
    *p = (struct full_pipe){.read_fd = fds[0], .write_fd = fds[1]};
    for (ssize_t n; (n = write(fds[1], piece, sizeof piece)) > 0;) {
        p->filled += (size_t)n;
    }
    assert_int_equal(errno, EAGAIN);
    assert_int_equal(fcntl(fds[0], F_SETFL, 0), 0);
    assert_int_equal(fcntl(fds[1], F_SETFL, O_WRONLY), 0);
    str_init(&p->seen, 1 << 24);
}

static void *read_all(void *arg)
{
    struct full_pipe *p = arg;
    char piece[65536];
    ssize_t n;
    while ((n = read(p->read_fd, piece, sizeof piece)) > 0) {
        str_add(&p->seen, span(piece, (size_t)n));
    }
    return NULL;
}

static void full_pipe_drain(struct full_pipe *p)
{
    assert_int_equal(pthread_create(&p->reader, NULL, read_all, p), 0);
}

/* What the observer wrote; its end of the pipe is closed. */
static const char *full_pipe_close(struct full_pipe *p)
{
    close(p->write_fd);
    pthread_join(p->reader, NULL);
    close(p->read_fd);
    return str_cstr(&p->seen) + p->filled;
}

static struct exchange *with_body(struct exchange *x, size_t len)
{
    char *text = calloc(1, len + 1);
    assert_non_null(text);
    memset(text, 'x', len);
    sample_body(&x->response, text);
    free(text);
    return x;
}

/* The thread takes one batch at most before it blocks, and the queue holds `soft` more. */
static void test_a_blocked_sink_loses_successes_only(void **state)
{
    (void)state;
    enum { SOFT = 8, BATCH_MOST = 64, SUCCESSES = 500, FAILURES = 100 };
    struct bench b;
    struct full_pipe p;
    bench_open(&b);
    full_pipe_open(&p);
    close(b.options.terminal_fd);
    b.options.terminal_fd = p.write_fd;
    b.options.queue_length = SOFT;
    bench_start(&b);
    for (int i = 0; i < SUCCESSES; i++) {
        observer_give(b.observer, with_body(sample_exchange("GET", "/ok", 200), 100));
    }
    for (int i = 0; i < FAILURES; i++) {
        struct exchange *x = i % 2 ? sample_failure() : sample_exchange("GET", "/found", 200);
        if (i % 2 == 0) {
            exchange_find(x, "a.problem", SEVERITY_PROBLEM, "A problem.");
        } else {
            with_body(x, 20000);
        }
        observer_give(b.observer, x);
    }
    assert_false(observer_drain(b.observer, 0));
    full_pipe_drain(&p);
    bench_drain(&b);

    struct observer_counts counts;
    observer_counts(b.observer, &counts);
    assert_int_equal(counts.exchanges + counts.lost_success, SUCCESSES + FAILURES);
    assert_in_range(counts.lost_success, SUCCESSES - SOFT - BATCH_MOST, SUCCESSES - SOFT);
    assert_int_equal(counts.failing, FAILURES / 2);
    assert_true(counts.lost_bodies > 0);
    assert_int_equal(counts.lost_lines, 0);
    observer_stop(b.observer);
    b.observer = NULL;
    const char *seen = full_pipe_close(&p);
    assert_int_equal(count_of(seen, "] GET    /found "), FAILURES / 2);
    assert_int_equal(count_of(seen, "[400] "), FAILURES / 2);
    assert_true(count_of(seen, "exchanges came faster than they could be written") >= 1);
    b.options.terminal_fd = -1;
    str_release(&p.seen);
    bench_close(&b);
}

/* Far fewer than the queue has room for, but 100 MiB of bodies. */
static void test_bodies_that_wait_are_bounded(void **state)
{
    (void)state;
    enum { FAILURES = 400, BODY = 256 * 1024, MOST = 64 * 1024 * 1024 };
    struct bench b;
    struct full_pipe p;
    bench_open(&b);
    full_pipe_open(&p);
    close(b.options.terminal_fd);
    b.options.terminal_fd = p.write_fd;
    b.options.queue_length = 8192;
    bench_start(&b);
    for (int i = 0; i < FAILURES; i++) {
        /* Never dropped for its finding, and quick to judge for its status. */
        struct exchange *x = with_body(sample_exchange("GET", "/", 200), BODY);
        exchange_find(x, "a.problem", SEVERITY_PROBLEM, "A problem.");
        observer_give(b.observer, x);
    }
    full_pipe_drain(&p);
    bench_drain(&b);

    struct observer_counts counts;
    observer_counts(b.observer, &counts);
    assert_int_equal(counts.exchanges, FAILURES);
    assert_in_range(counts.lost_bodies, FAILURES - MOST / BODY - 65, FAILURES - MOST / BODY);
    observer_stop(b.observer);
    b.observer = NULL;
    full_pipe_close(&p);
    b.options.terminal_fd = -1;
    str_release(&p.seen);
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
    assert_int_equal(err.code, ERR_SYSTEM);
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
        cmocka_unit_test(test_a_blocked_sink_loses_successes_only),
        cmocka_unit_test(test_bodies_that_wait_are_bounded),
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
