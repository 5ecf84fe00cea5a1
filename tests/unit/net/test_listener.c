/* Accepting when the system refuses: accept4 here stands in the place of the system's, and fails as
 * the test wants it to. Clients are sockets that do nothing; time passes when the test says so. */
#include "testing.h"
#include "why401/net/listener.h"
#include "worker_loop.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define CLIENTS_MOST 8

static struct {
    struct worker *worker;
    struct listener *listener;
    uint16_t port;
    int clients[CLIENTS_MOST];
    size_t client_count;
    struct stream *accepted[CLIENTS_MOST];
    size_t accepted_count;
    int failure;     /* errno of every accept4; 0: it works */
    bool once;       /* … of the next one only */
    int attempts;    /* calls of accept4 */
    int hold_ups;    /* times that it was told to be held up */
    int goings_on;   /* … and to go on */
    struct err why;  /* of the last hold-up */
    uv_timer_t tick; /* so that no round of the loop waits long */
} t;

/* glibc's headers have a union of every kind of address. */
#ifndef __GLIBC__
#define __SOCKADDR_ARG struct sockaddr *restrict
#endif

int accept4(int fd, __SOCKADDR_ARG address, socklen_t *restrict len, int flags)
{
    (void)address; /* nobody asks */
    (void)len;
    t.attempts++;
    if (t.failure) {
        errno = t.failure;
        t.failure = t.once ? 0 : t.failure;
        return -1;
    }
    return (int)syscall(SYS_accept4, fd, NULL, NULL, flags);
}

static void on_tick(uv_timer_t *tick)
{
    (void)tick;
}

static void accepted(void *ctx, struct stream *s)
{
    (void)ctx;
    t.accepted[t.accepted_count++] = s;
}

static void held_up(void *ctx, const struct err *why)
{
    assert_ptr_equal(ctx, &t);
    assert_int_equal(t.hold_ups - t.goings_on, why ? 0 : 1); /* they take turns */
    if (why) {
        t.hold_ups++;
        t.why = *why;
    } else {
        t.goings_on++;
    }
}

static int setup(void **state)
{
    (void)state;
    struct err err;
    memset(&t, 0, sizeof t);
    t.worker = worker_new(&err);
    uv_timer_init(&t.worker->loop, &t.tick);
    uv_timer_start(&t.tick, on_tick, 2, 2);
    struct listener_options options = {.handshake_ms = 5000,
                                       .buffer_bytes = 65536,
                                       .head_bytes = 65536,
                                       .most = 4,
                                       .accepted = accepted,
                                       .held_up = held_up,
                                       .ctx = &t};
    int fd = listener_bind("127.0.0.1", &t.port, false, &err);
    assert_true(fd >= 0);
    t.listener = listener_start(t.worker, fd, &options, &err);
    assert_non_null(t.listener);
    return 0;
}

static void stop(void)
{
    listener_stop(t.listener);
    t.listener = NULL;
}

static int teardown(void **state)
{
    (void)state;
    for (size_t i = 0; i < t.client_count; i++) {
        close(t.clients[i]);
    }
    for (size_t i = 0; i < t.accepted_count; i++) {
        if (t.accepted[i]) {
            stream_close(t.accepted[i]);
        }
    }
    if (t.listener) {
        stop();
    }
    uv_close((uv_handle_t *)&t.tick, NULL);
    worker_stop(t.worker);
    return 0;
}

/* The words of the scripts. */
#define UNTIL(condition)                                                                           \
    for (worker_settle(t.worker); !(condition);) {                                                 \
        uv_run(&t.worker->loop, UV_RUN_ONCE);                                                      \
    }

static void somebody_comes(void)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(t.port)};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    t.clients[t.client_count++] = fd;
    assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof to), 0);
}

static void the_system_refuses(int failure)
{
    t.failure = failure;
}

static void the_system_accepts(void)
{
    t.failure = 0;
}

/* Every deadline comes nearer by that much, and what is due fires. */
static void time_passes(uint64_t ms)
{
    struct worker *w = t.worker;
    for (size_t i = 0; i < DEADLINE_LISTS; i++) {
        for (struct list *at = w->deadlines[i].next; at != &w->deadlines[i]; at = at->next) {
            struct deadline *d = LIST_ITEM(at, struct deadline, node);
            d->due = d->due > ms ? d->due - ms : 0;
        }
    }
    if (w->timer.timer_cb) { /* else no deadline was ever set */
        w->timer.timer_cb(&w->timer);
    }
}

/* As long as a pause until the next try, which is made. */
static void it_tries_again(void)
{
    int before = t.attempts;
    time_passes(100);
    assert_true(t.attempts > before);
}

static void all_are_in(void)
{
    UNTIL(t.accepted_count == t.client_count);
}

static void has_told(int hold_ups, int goings_on)
{
    assert_int_equal(t.hold_ups, hold_ups);
    assert_int_equal(t.goings_on, goings_on);
}

static void a_lack_of_descriptors_is_told_once_and_so_is_its_end(void **state)
{
    (void)state;
    the_system_refuses(EMFILE);
    somebody_comes();
    UNTIL(t.hold_ups);
    assert_int_equal(t.why.code, ERR_DESCRIPTORS);
    assert_non_null(strstr(t.why.text, "new connections have to wait: this process has as many"));
    for (int i = 0; i < 100; i++) {
        it_tries_again();
    }
    has_told(1, 0);
    the_system_accepts();
    it_tries_again();
    all_are_in();
    has_told(1, 0); /* it may be for a moment only */
    time_passes(3000);
    has_told(1, 1);
    time_passes(10000);
    has_told(1, 1);
}

static void one_that_comes_and_goes_is_one(void **state)
{
    (void)state;
    the_system_refuses(EMFILE);
    somebody_comes();
    UNTIL(t.hold_ups);
    for (int i = 0; i < 3; i++) {
        the_system_accepts();
        it_tries_again();
        all_are_in();
        time_passes(2500);
        the_system_refuses(EMFILE);
        somebody_comes();
        int before = t.attempts;
        UNTIL(t.attempts > before);
        time_passes(2500);
    }
    has_told(1, 0);
}

static void the_next_one_is_told_as_well(void **state)
{
    (void)state;
    for (int i = 1; i <= 2; i++) {
        the_system_refuses(EMFILE);
        somebody_comes();
        UNTIL(t.hold_ups == i);
        the_system_accepts();
        it_tries_again();
        time_passes(3000);
        has_told(i, i);
    }
}

/* accept4 takes a descriptor before it looks who waits, so it may refuse though nobody does. */
static void it_is_over_though_nobody_comes(void **state)
{
    (void)state;
    the_system_refuses(EMFILE);
    somebody_comes();
    UNTIL(t.hold_ups);
    the_system_refuses(EAGAIN); /* which is what is said once there is one and nobody waits */
    it_tries_again();
    has_told(1, 0);
    time_passes(3000);
    has_told(1, 1);
}

static void other_shortages_are_told_in_their_own_words(void **state)
{
    (void)state;
    static const struct {
        int failure;
        enum err_code code;
        const char *text;
    } cases[] = {
        {ENFILE, ERR_DESCRIPTORS, "have to wait: the machine has as many open files"},
        {ENOBUFS, ERR_SYSTEM, "have to wait: no buffer space available"},
        {ENOMEM, ERR_SYSTEM, "have to wait: not enough memory"},
    };
    for (int i = 0; i < 3; i++) {
        the_system_refuses(cases[i].failure);
        somebody_comes();
        UNTIL(t.hold_ups == i + 1);
        assert_int_equal(t.why.code, cases[i].code);
        assert_non_null(strstr(t.why.text, cases[i].text));
        the_system_accepts();
        it_tries_again();
        time_passes(3000);
    }
}

static void a_client_that_is_gone_already_is_no_news(void **state)
{
    (void)state;
    static const int failures[] = {ECONNABORTED, EPROTO, EINTR};
    t.once = true;
    for (size_t i = 0; i < sizeof failures / sizeof *failures; i++) {
        the_system_refuses(failures[i]);
        somebody_comes();
        all_are_in();
    }
    has_told(0, 0);
}

static void as_many_as_may_live_is_no_news(void **state)
{
    (void)state;
    for (int i = 0; i < 5; i++) {
        somebody_comes();
    }
    UNTIL(t.accepted_count == 4);
    time_passes(10000);
    assert_int_equal(t.accepted_count, 4);
    stream_close(t.accepted[0]);
    t.accepted[0] = NULL;
    all_are_in();
    has_told(0, 0);
}

static void once_stopped_it_tells_nothing_more(void **state)
{
    (void)state;
    the_system_refuses(EMFILE);
    somebody_comes();
    UNTIL(t.hold_ups);
    the_system_accepts();
    it_tries_again();
    all_are_in();
    stop();
    time_passes(10000);
    has_told(1, 0);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_lack_of_descriptors_is_told_once_and_so_is_its_end),
        T(one_that_comes_and_goes_is_one),
        T(the_next_one_is_told_as_well),
        T(it_is_over_though_nobody_comes),
        T(other_shortages_are_told_in_their_own_words),
        T(a_client_that_is_gone_already_is_no_news),
        T(as_many_as_may_live_is_no_news),
        T(once_stopped_it_tells_nothing_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
