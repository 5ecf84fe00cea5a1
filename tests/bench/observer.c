/* Does the observer keep up? Gives it exchanges at a steady pace, one failing in a hundred, as a
 * user runs it: JSON lines, a terminal, the ledger in a file. Prints what it judged, what it lost
 * and its CPU time.
 *
 *   observer [EXCHANGES_A_SECOND [SECONDS]]      20000 and 5 by default
 *   observer cost [SUCCESSES [FAILURES [AGAIN]]] 20000, 5000 and 5000: the CPU time of each in its
 *                                                thread; AGAIN is the same failure of one token
 *
 * Under `valgrind --tool=callgrind --toggle-collect='run*'` the latter counts its instructions.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "testing.h"

#include "../unit/observe/sample.h"
#include "why401/base/clock.h"
#include "why401/observe/observer.h"

#define TICK_US   1000
#define TOKENS    100
#define FAIL_EACH 100
#define PORTION   128

static const char *http_date(time_t now)
{
    static char text[40];
    struct tm utc;
    gmtime_r(&now, &utc);
    strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &utc);
    return text;
}

static struct exchange *make(unsigned i, bool fails)
{
    struct exchange *x = sample_exchange(
        "GET", "/api/v2/tbtc/wallet/59cd72485007a239fb00282ed480da1f", fails ? 401 : 200);
    x->started_ms = clock_wall_ms();
    snprintf(x->token.fingerprint, FINGERPRINT_SIZE, "%08x%08x", i % TOKENS, 0U);
    sample_body(&x->response,
                fails ? "{\"error\":\"session expired\",\"name\":\"Unauthorized\"}"
                      : "{\"id\":\"59cd72485007a239fb00282ed480da1f\",\"balance\":12345}");
    sample_field(x, &x->request, "Authorization", "Bearer made-up");
    sample_field(x, &x->request, "User-Agent", "bench");
    sample_field(x, &x->response, "Date", http_date(x->started_ms / 1000));
    sample_field(x, &x->response, "Server", "nginx");
    return x;
}

static void pause_until(int64_t us)
{
    int64_t left = us - clock_mono_us();
    if (left > 0) {
        struct timespec pause = {.tv_sec = left / 1000000, .tv_nsec = left % 1000000 * 1000};
        nanosleep(&pause, NULL);
    }
}

static double cpu_seconds(clockid_t of)
{
    struct timespec used;
    clock_gettime(of, &used);
    return (double)used.tv_sec + (double)used.tv_nsec / 1e9;
}

static void give_all(struct observer *o, unsigned pace, unsigned total)
{
    int64_t begin = clock_mono_us();
    for (unsigned i = 0; i < total;) {
        int64_t due = (clock_mono_us() - begin) * pace / 1000000;
        for (; i < total && i < due; i++) {
            observer_give(o, make(i, i % FAIL_EACH == 0));
        }
        pause_until(clock_mono_us() + TICK_US);
    }
}

static struct observer *start(const char *dir, struct rulepack *rules)
{
    static char json[128];
    static char ledger[128];
    struct err err;
    snprintf(json, sizeof json, "%s/log.jsonl", dir);
    snprintf(ledger, sizeof ledger, "%s/ledger.db", dir);
    struct observer_options options = {
        .terminal_fd = open("/dev/null", O_WRONLY | O_CLOEXEC),
        .color = COLOR_NEVER,
        .json_path = json,
        .ledger_path = ledger,
        .queue_length = 8192,
        .queue_bytes = 256 << 20,
        .decoded_bytes = 1 << 20,
        .rules = rules,
    };
    struct observer *o = observer_start(&options, &err);
    if (!o) {
        fprintf(stderr, "observer: %s\n", err.text);
        exit(1);
    }
    return o;
}

static void clear(const char *dir)
{
    static const char *const names[] = {"log.jsonl", "ledger.db", "ledger.db-wal", "ledger.db-shm"};
    char path[160];
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        snprintf(path, sizeof path, "%s/%s", dir, names[i]);
        unlink(path);
    }
    rmdir(dir);
}

static void keep_up(struct observer *o, unsigned pace, unsigned seconds)
{
    struct observer_counts counts;
    unsigned total = pace * seconds;
    double cpu = cpu_seconds(CLOCK_PROCESS_CPUTIME_ID);
    int64_t begin = clock_mono_us();
    give_all(o, pace, total);
    int64_t given = clock_mono_us();
    bool drained = observer_drain(o, 60000);
    int64_t end = clock_mono_us();
    cpu = cpu_seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    observer_counts(o, &counts);
    printf("given      %u exchanges at %.0f a second, %u of them failing\n", total,
           total / ((double)(given - begin) / 1e6), (total + FAIL_EACH - 1) / FAIL_EACH);
    printf("judged     %llu, of them %llu failing, %llu explained; %s %.0f ms after the last\n",
           (unsigned long long)counts.exchanges, (unsigned long long)counts.failing,
           (unsigned long long)counts.explained, drained ? "done" : "NOT done",
           (double)(end - given) / 1e3);
    printf("lost       %llu successes, %llu failures, %llu bodies, %llu lines\n",
           (unsigned long long)counts.lost_success, (unsigned long long)counts.lost_failing,
           (unsigned long long)counts.lost_bodies, (unsigned long long)counts.lost_lines);
    printf("CPU        %.2f s, making the exchanges included\n", cpu);
}

/* Gives so many in portions that its queue holds easily. */
static void give_cost(struct observer *o, const char *what, unsigned count, bool fails,
                      unsigned tokens)
{
    double all = cpu_seconds(CLOCK_PROCESS_CPUTIME_ID);
    double mine = cpu_seconds(CLOCK_THREAD_CPUTIME_ID);
    for (unsigned i = 0; i < count; i++) {
        observer_give(o, make(i % tokens, fails));
        if (i % PORTION == PORTION - 1) {
            observer_drain(o, 60000);
        }
    }
    observer_drain(o, 60000);
    mine = cpu_seconds(CLOCK_THREAD_CPUTIME_ID) - mine;
    all = cpu_seconds(CLOCK_PROCESS_CPUTIME_ID) - all;
    printf("%u %s: %.2f us each\n", count, what, count ? (all - mine) * 1e6 / count : 0.0);
}

static unsigned number(int argc, char **argv, int at, unsigned otherwise)
{
    return argc > at ? (unsigned)strtoul(argv[at], NULL, 10) : otherwise;
}

int main(int argc, char **argv)
{
    bool cost = argc > 1 && strcmp(argv[1], "cost") == 0;
    unsigned pace = number(argc, argv, 1, 20000);
    unsigned seconds = number(argc, argv, 2, 5);
    char dir[] = "/tmp/why401-bench-XXXXXX";
    struct err err;
    struct rulepack *rules = rulepack_builtin(&err);
    if ((!cost && (pace == 0 || seconds == 0)) || !rules || !mkdtemp(dir)) {
        fprintf(stderr, "usage: observer [EXCHANGES_A_SECOND [SECONDS]]\n"
                        "       observer cost [SUCCESSES [FAILURES [AGAIN]]]\n");
        return 2;
    }
    struct observer *o = start(dir, rules);
    if (cost) {
        give_cost(o, "successes", number(argc, argv, 2, 20000), false, TOKENS);
        give_cost(o, "failures", number(argc, argv, 3, 5000), true, TOKENS);
        give_cost(o, "failures again", number(argc, argv, 4, 5000), true, 1);
    } else {
        keep_up(o, pace, seconds);
    }
    observer_stop(o);
    rulepack_drop(rules);
    clear(dir);
    return 0;
}
