/* An observer whose terminal takes nothing, as after Ctrl-S: what waits is bounded, what is lost is
 * counted, and failures are lost last. */
#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <sched.h>

#include "backlog.h"
#include "bench.h"

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

/* A bench whose terminal takes nothing. */
static void bench_open_still(struct bench *b, struct full_pipe *p)
{
    bench_open(b);
    full_pipe_open(p);
    close(b->options.terminal_fd);
    b->options.terminal_fd = p->write_fd;
}

/* Starts the observer and gives it one exchange, at which it stands: its line is in the JSON file,
 * which is written first. From then on nothing leaves the queue. */
static void bench_start_still(struct bench *b)
{
    bench_start(b);
    observer_give(b->observer, sample_exchange("GET", "/first", 200));
    while (count_of(bench_json(b), "\n") == 0) {
        sched_yield();
    }
}

/* Ends the observer; what it wrote is in p->seen until bench_leave. */
static const char *bench_end(struct bench *b, struct full_pipe *p)
{
    observer_stop(b->observer);
    b->observer = NULL;
    b->options.terminal_fd = -1;
    return full_pipe_close(p);
}

static void bench_leave(struct bench *b, struct full_pipe *p)
{
    str_release(&p->seen);
    bench_close(b);
}

static void test_a_blocked_sink_loses_successes_only(void **state)
{
    (void)state;
    enum { SOFT = 8, SUCCESSES = 500, FAILURES = 100 };
    struct bench b;
    struct full_pipe p;
    bench_open_still(&b, &p);
    b.options.queue_length = SOFT;
    bench_start_still(&b);
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
    assert_int_equal(counts.exchanges, 1 + SOFT + FAILURES);
    assert_int_equal(counts.lost_success, SUCCESSES - SOFT);
    assert_int_equal(counts.failing, FAILURES / 2);
    assert_true(counts.lost_bodies > 0);
    assert_int_equal(counts.lost_failing + counts.lost_lines, 0);
    const char *seen = bench_end(&b, &p);
    assert_int_equal(count_of(seen, "] GET    /found "), FAILURES / 2);
    assert_int_equal(count_of(seen, "[400] "), FAILURES / 2);
    assert_true(count_of(seen, "exchanges came faster than they could be written") >= 1);
    bench_leave(&b, &p);
}

/* Far fewer than the queue has room for, but 100 MiB of bodies. */
static void test_bodies_that_wait_are_bounded(void **state)
{
    (void)state;
    enum { FAILURES = 400, BODY = 256 * 1024, MOST = 64 * 1024 * 1024 };
    struct bench b;
    struct full_pipe p;
    bench_open_still(&b, &p);
    b.options.queue_length = 8192;
    bench_start_still(&b);
    for (int i = 0; i < FAILURES; i++) {
        /* A failure for its finding, and quick to judge for its status. */
        struct exchange *x = with_body(sample_exchange("GET", "/", 200), BODY);
        exchange_find(x, "a.problem", SEVERITY_PROBLEM, "A problem.");
        observer_give(b.observer, x);
    }
    full_pipe_drain(&p);
    bench_drain(&b);

    struct observer_counts counts;
    observer_counts(b.observer, &counts);
    assert_int_equal(counts.exchanges, 1 + FAILURES);
    assert_int_equal(counts.lost_bodies, FAILURES - MOST / BODY);
    bench_end(&b, &p);
    bench_leave(&b, &p);
}

/* What the notices say was lost of that kind, all together. */
static uint64_t told(const char *seen, const char *kind)
{
    uint64_t sum = 0;
    for (const char *at = seen; (at = strstr(at, kind)); at += strlen(kind)) {
        const char *number = at;
        while (number > seen && number[-1] >= '0' && number[-1] <= '9') {
            number--;
        }
        sum += strtoull(number, NULL, 10);
    }
    return sum;
}

/* Failures fill all the memory there is; what comes then is lost, whatever it is. */
static void test_failures_that_wait_are_bounded(void **state)
{
    (void)state;
    enum { FAILURES = 5000, BYTES = 4 << 20, LATER = 20 };
    struct bench b;
    struct full_pipe p;
    struct exchange *x = sample_failure();
    const size_t each = burden_of(x).held;
    exchange_free(x);
    bench_open_still(&b, &p);
    b.options.queue_bytes = BYTES;
    bench_start_still(&b);
    size_t before = mallinfo2().uordblks;
    for (int i = 0; i < FAILURES; i++) {
        observer_give(b.observer, sample_failure());
    }
    assert_true(mallinfo2().uordblks < before + 2 * BYTES);
    for (int i = 0; i < LATER; i++) {
        observer_give(b.observer, sample_exchange("GET", "/ok", 200));
        observer_notice(b.observer, "%01000d", i);
    }
    struct observer_counts stuck;
    observer_counts(b.observer, &stuck);
    assert_int_equal(FAILURES - stuck.lost_failing, BYTES / each);
    assert_int_equal(stuck.lost_success, LATER);
    assert_in_range(stuck.lost_lines, LATER - each / 1000, LATER); /* some fit in the rest */
    full_pipe_drain(&p);
    bench_drain(&b);

    for (int i = 0; i < LATER; i++) {
        observer_give(b.observer, sample_failure());
        observer_give(b.observer, sample_exchange("GET", "/ok", 200));
    }
    bench_drain(&b);
    struct observer_counts counts;
    observer_counts(b.observer, &counts);
    assert_int_equal(counts.lost_failing, stuck.lost_failing);
    assert_int_equal(counts.exchanges + counts.lost_failing + counts.lost_success,
                     1 + FAILURES + 3 * LATER);
    assert_int_equal(count_of(bench_json(&b), "\n"), counts.exchanges);
    const char *seen = bench_end(&b, &p);
    assert_int_equal(told(seen, " failures are missing here"), counts.lost_failing);
    assert_int_equal(told(seen, " successes and "), counts.lost_success);
    bench_leave(&b, &p);
}

/* The end has come: what waits behind the exchange at hand is dropped and counted. */
static void test_the_end_does_not_wait_for_all(void **state)
{
    (void)state;
    enum { WAITING = 20 };
    struct observer_counts counts;
    struct bench b;
    struct full_pipe p;
    bench_open_still(&b, &p);
    bench_start_still(&b);
    for (int i = 0; i < WAITING; i++) {
        observer_give(b.observer, i % 2 ? sample_failure() : sample_exchange("GET", "/ok", 200));
    }
    assert_false(observer_finish(b.observer, 0));
    full_pipe_drain(&p);
    assert_true(observer_finish(b.observer, BENCH_WAIT_MS));
    observer_counts(b.observer, &counts);
    assert_int_equal(counts.exchanges, 1);
    assert_int_equal(counts.lost_success, WAITING / 2);
    assert_int_equal(counts.lost_failing, WAITING / 2);
    assert_non_null(strstr(bench_end(&b, &p), "10 successes and 10 failures are missing here"));
    bench_leave(&b, &p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_blocked_sink_loses_successes_only),
        cmocka_unit_test(test_bodies_that_wait_are_bounded),
        cmocka_unit_test(test_failures_that_wait_are_bounded),
        cmocka_unit_test(test_the_end_does_not_wait_for_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
