/* Lookups with a resolver that answers when the test wants it to: getaddrinfo here stands in the
 * place of the system's. Names that begin with "silent" wait until `release` is called, those of
 * the table below fail, and all others are 192.0.2.1. */
#include "lookup.h"
#include "testing.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <pthread.h>
#include <stdlib.h>

#define YIELDING_MOST 8
#define MOST          16

/* What the resolver says of names, and what it leaves in errno then. */
static const struct {
    const char *name;
    int failure;
    int left;
} failing[] = {
    {"none.example", EAI_NONAME, ENOENT},     {"broken.example", EAI_SYSTEM, EIO},
    {"unopened.example", EAI_NONAME, EMFILE}, {"unasked.example", EAI_AGAIN, ENFILE},
    {"refused.example", EAI_SYSTEM, EMFILE},  {"large.example", EAI_MEMORY, 0},
    {"larger.example", EAI_SYSTEM, ENOMEM},   {"192.0.2.9", EAI_NONAME, 0},
};

static struct {
    uv_loop_t loop;
    pthread_t thread; /* the loop's */
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool released;
    int asking;    /* calls of the resolver under way */
    int answers;   /* calls of done */
    int freed;     /* results that were given back */
    int elsewhere; /* calls of the resolver in other threads than the loop's */
    int shortage;  /* of the last answer, as those below */
    char reason[160];
    char address[64];
} t;

static bool begins(const char *name, const char *with)
{
    return strncmp(name, with, strlen(with)) == 0;
}

static void count(int *what, int by)
{
    pthread_mutex_lock(&t.lock);
    *what += by;
    pthread_cond_broadcast(&t.changed);
    pthread_mutex_unlock(&t.lock);
}

static void wait_for(const int *what, int value)
{
    pthread_mutex_lock(&t.lock);
    while (*what != value) {
        pthread_cond_wait(&t.changed, &t.lock);
    }
    pthread_mutex_unlock(&t.lock);
}

static struct addrinfo *one_address(const char *text)
{
    struct addrinfo *found = calloc(1, sizeof *found);
    struct sockaddr_in *in = calloc(1, sizeof *in);
    assert_true(found && in);
    in->sin_family = AF_INET;
    assert_int_equal(inet_pton(AF_INET, text, &in->sin_addr), 1);
    found->ai_addr = (struct sockaddr *)in;
    return found;
}

int getaddrinfo(const char *name, const char *service, const struct addrinfo *hints,
                struct addrinfo **found)
{
    assert_null(service);
    bool is_address = hints->ai_flags & AI_NUMERICHOST;
    count(&t.elsewhere, !pthread_equal(pthread_self(), t.thread));
    count(&t.asking, 1);
    if (begins(name, "silent")) {
        pthread_mutex_lock(&t.lock);
        while (!t.released) {
            pthread_cond_wait(&t.changed, &t.lock);
        }
        pthread_mutex_unlock(&t.lock);
    }
    int failure = 0;
    int left = EMFILE; /* of what did no harm in the end */
    for (size_t i = 0; i < sizeof failing / sizeof *failing; i++) {
        if (begins(name, failing[i].name)) {
            failure = failing[i].failure;
            left = failing[i].left;
        }
    }
    if (failure == 0) {
        *found = one_address(is_address ? name : "192.0.2.1");
    }
    count(&t.asking, -1);
    if (left) {
        errno = left;
    }
    return failure;
}

void freeaddrinfo(struct addrinfo *found)
{
    free(found->ai_addr);
    free(found);
    count(&t.freed, 1);
}

static void release(void)
{
    pthread_mutex_lock(&t.lock);
    t.released = true;
    pthread_cond_broadcast(&t.changed);
    pthread_mutex_unlock(&t.lock);
}

static int setup(void **state)
{
    (void)state;
    memset(&t, 0, sizeof t);
    t.thread = pthread_self();
    pthread_mutex_init(&t.lock, NULL);
    pthread_cond_init(&t.changed, NULL);
    return uv_loop_init(&t.loop);
}

/* The loop has to be empty, so that it closes. */
static int teardown(void **state)
{
    (void)state;
    release();
    wait_for(&t.asking, 0);
    uv_run(&t.loop, UV_RUN_DEFAULT);
    return uv_loop_close(&t.loop);
}

static void done(void *ctx, const struct lookup_answer *answer)
{
    (void)ctx;
    assert_true(pthread_equal(pthread_self(), t.thread));
    t.answers++;
    t.reason[0] = t.address[0] = '\0';
    t.shortage = answer->shortage;
    if (answer->found) {
        struct sockaddr_in *in = (struct sockaddr_in *)answer->found->ai_addr;
        inet_ntop(AF_INET, &in->sin_addr, t.address, sizeof t.address);
        freeaddrinfo(answer->found);
    } else {
        snprintf(t.reason, sizeof t.reason, "%s", answer->reason);
    }
}

static int start(struct lookup **l, const char *name, bool yields)
{
    const struct lookup_question question = {.name = name, .yields = yields, .done = done};
    return lookup_start(l, &t.loop, &question);
}

/* Lookups that the resolver keeps; they end when the test does. */
static void fill(int places, bool yields)
{
    struct lookup *l;
    for (int i = 0; i < places; i++) {
        assert_int_equal(start(&l, "silent.example", yields), 0);
    }
    wait_for(&t.asking, places);
}

static void wait_for_answer(void)
{
    while (t.answers == 0) {
        uv_run(&t.loop, UV_RUN_ONCE);
    }
}

static void looks_up(const char *name)
{
    struct lookup *l;
    assert_int_equal(start(&l, name, false), 0);
    assert_int_equal(t.answers, 0);
    uv_run(&t.loop, UV_RUN_DEFAULT);
    assert_int_equal(t.answers, 1);
}

static void a_name_is_answered_in_the_loops_thread_and_asked_in_another(void **state)
{
    (void)state;
    looks_up("app.bitgo.com");
    assert_string_equal(t.address, "192.0.2.1");
    assert_int_equal(t.elsewhere, 1);
}

static void an_address_takes_no_thread_and_no_place(void **state)
{
    (void)state;
    fill(MOST, false);
    struct lookup *l;
    assert_int_equal(start(&l, "127.0.0.3", true), 0);
    wait_for_answer();
    assert_string_equal(t.address, "127.0.0.3");
    assert_int_equal(t.elsewhere, MOST);
}

static void what_the_resolver_says_is_the_reason(void **state)
{
    (void)state;
    looks_up("none.example");
    assert_string_equal(t.reason, gai_strerror(EAI_NONAME));
    assert_int_equal(t.shortage, 0);
}

static void what_the_system_says_is_the_reason(void **state)
{
    (void)state;
    looks_up("broken.example");
    assert_string_equal(t.reason, strerror(EIO));
    assert_int_equal(t.shortage, 0);
}

static void what_ran_out_is_the_reason_whatever_the_resolver_calls_it(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int shortage;
        const char *reason;
    } cases[] = {
        {"unopened.example", UV_EMFILE, "as many open files and connections as it may have"},
        {"unasked.example", UV_ENFILE, "fs.file-max"},
        {"refused.example", UV_EMFILE, "RLIMIT_NOFILE"},
        {"large.example", UV_ENOMEM, "not enough memory"},
        {"larger.example", UV_ENOMEM, "not enough memory"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        t.answers = 0;
        looks_up(cases[i].name);
        assert_int_equal(t.shortage, cases[i].shortage);
        assert_non_null(strstr(t.reason, cases[i].reason));
    }
}

static void what_went_before_is_no_reason(void **state)
{
    (void)state;
    errno = EMFILE; /* an address is read in this thread */
    looks_up("192.0.2.9");
    assert_string_equal(t.reason, gai_strerror(EAI_NONAME));
    assert_int_equal(t.shortage, 0);
}

static void nobody_waits_for_a_resolver_that_is_silent(void **state)
{
    (void)state;
    struct lookup *l;
    assert_int_equal(start(&l, "silent.example", false), 0);
    wait_for(&t.asking, 1);
    lookup_cancel(l);
    uv_run(&t.loop, UV_RUN_DEFAULT); /* ends, though the resolver is still at it */
    assert_int_equal(t.asking, 1);
    release();
    wait_for(&t.freed, 1); /* what came too late is thrown away */
    assert_int_equal(t.answers, 0);
}

static void an_answer_that_waits_is_not_told_after_all(void **state)
{
    (void)state;
    struct lookup *l;
    assert_int_equal(start(&l, "127.0.0.3", false), 0); /* it has rung already */
    lookup_cancel(l);
    uv_run(&t.loop, UV_RUN_DEFAULT);
    assert_int_equal(t.answers, 0);
    assert_int_equal(t.freed, 1);
}

static void those_that_yield_leave_places_to_others(void **state)
{
    (void)state;
    struct lookup *l;
    fill(YIELDING_MOST, true);
    assert_int_equal(start(&l, "another.example", true), UV_EBUSY);
    assert_int_equal(start(&l, "app.bitgo.com", false), 0);
    wait_for_answer();
    assert_string_equal(t.address, "192.0.2.1");
}

static void more_than_there_are_places_for_come_back_later(void **state)
{
    (void)state;
    struct lookup *l;
    fill(MOST, false);
    assert_int_equal(start(&l, "app.bitgo.com", false), UV_EBUSY);
    assert_int_equal(start(&l, "app.bitgo.com", true), UV_EBUSY);
    release();
    uv_run(&t.loop, UV_RUN_DEFAULT);
    assert_int_equal(t.answers, MOST);
    assert_int_equal(start(&l, "app.bitgo.com", true), 0);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_name_is_answered_in_the_loops_thread_and_asked_in_another),
        T(an_address_takes_no_thread_and_no_place),
        T(what_the_resolver_says_is_the_reason),
        T(what_the_system_says_is_the_reason),
        T(what_ran_out_is_the_reason_whatever_the_resolver_calls_it),
        T(what_went_before_is_no_reason),
        T(nobody_waits_for_a_resolver_that_is_silent),
        T(an_answer_that_waits_is_not_told_after_all),
        T(those_that_yield_leave_places_to_others),
        T(more_than_there_are_places_for_come_back_later),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
