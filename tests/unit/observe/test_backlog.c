/* How much may wait for the observer, and what it costs whom. */
#include <pthread.h>

#include "backlog.h"
#include "sample.h"

static struct burden heavy(size_t bytes)
{
    return (struct burden){.held = bytes};
}

static void what_may_be_lost_leaves_half(void **state)
{
    (void)state;
    struct backlog b;
    backlog_init(&b, 10, 1000);
    assert_false(backlog_load(&b, heavy(501), false));
    assert_true(backlog_load(&b, heavy(500), false));
    assert_false(backlog_load(&b, heavy(1), false));
    assert_false(backlog_load(&b, heavy(501), true));
    assert_true(backlog_load(&b, heavy(500), true));
    assert_false(backlog_load(&b, heavy(1), true));
    assert_true(backlog_load(&b, heavy(0), true)); /* an order to open the file again */
    backlog_shed(&b, heavy(500));
    assert_true(backlog_load(&b, heavy(500), true));
}

static void an_exchange_weighs_all_that_it_holds(void **state)
{
    (void)state;
    struct exchange *x = sample_exchange("GET", "/", 200);
    size_t bare = burden_of(x).held;
    assert_in_range(bare, sizeof *x + 4000, sizeof *x + 8192);
    assert_int_equal(burden_of(x).captured, 0);
    assert_non_null(arena_alloc(&x->arena, 100000));
    assert_in_range(burden_of(x).held, bare + 100000, bare + 110000);
    capture_add(&x->request.body, SPAN("body"), 100);
    assert_int_equal(burden_of(x).captured, x->request.body.cap);
    assert_true(burden_of(x).held > bare + 100000 + x->request.body.cap - 1);
    exchange_free(x);
}

/* What is left of two bodies of 10,000 bytes. */
static void expect_left(struct backlog *b, bool failure, size_t waiting, size_t request,
                        size_t response)
{
    static char bytes[10000];
    struct exchange *x = sample_exchange("GET", "/", failure ? 400 : 200);
    capture_add(&x->request.body, span(bytes, sizeof bytes), sizeof bytes);
    capture_add(&x->response.body, span(bytes, sizeof bytes), sizeof bytes);
    unsigned shortened = (request < sizeof bytes) + (response < sizeof bytes);
    assert_int_equal(backlog_is_failure(x), failure);
    assert_int_equal(backlog_relieve(b, x, failure, waiting), shortened);
    assert_int_equal(x->request.body.len, request);
    assert_int_equal(x->response.body.len, response);
    assert_int_equal(x->response.body.truncated, response < sizeof bytes);
    exchange_free(x);
}

static void bodies_go_first(void **state)
{
    (void)state;
    struct backlog b;
    backlog_init(&b, 100, 1 << 20);
    expect_left(&b, false, 49, 10000, 10000);
    expect_left(&b, false, 50, 0, 0);
    expect_left(&b, true, 199, 10000, 10000);
    expect_left(&b, true, 200, 0, 8192);
    assert_true(backlog_load(&b, (struct burden){.captured = 1 << 18, .held = 1 << 18}, true));
    expect_left(&b, false, 0, 0, 0);
    expect_left(&b, true, 0, 0, 8192);
}

static void what_has_a_problem_is_a_failure(void **state)
{
    (void)state;
    struct exchange *x = sample_exchange("GET", "/", 200);
    exchange_find(x, "a.warning", SEVERITY_WARNING, "A warning.");
    assert_false(backlog_is_failure(x));
    exchange_find(x, "a.problem", SEVERITY_PROBLEM, "A problem.");
    assert_true(backlog_is_failure(x));
    exchange_free(x);
    x = sample_exchange("GET", "/", 0);
    assert_false(backlog_is_failure(x));
    err_set(&x->error, ERR_SYSTEM, "It broke.");
    assert_true(backlog_is_failure(x));
    exchange_free(x);
}

/* Returns NULL if never more was held than may be. */
static void *load_and_shed(void *arg)
{
    struct backlog *b = arg;
    for (int i = 0; i < 20000; i++) {
        if (backlog_load(b, heavy(300), true)) {
            if (atomic_load(&b->held) > 1000) {
                return b;
            }
            backlog_shed(b, heavy(300));
        }
    }
    return NULL;
}

static void it_holds_between_threads(void **state)
{
    (void)state;
    struct backlog b;
    pthread_t threads[4];
    void *wrong;
    backlog_init(&b, 10, 1000);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, load_and_shed, &b), 0);
    }
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(pthread_join(threads[i], &wrong), 0);
        assert_null(wrong);
    }
    assert_int_equal(atomic_load(&b.held), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_may_be_lost_leaves_half),
        cmocka_unit_test(an_exchange_weighs_all_that_it_holds),
        cmocka_unit_test(bodies_go_first),
        cmocka_unit_test(what_has_a_problem_is_a_failure),
        cmocka_unit_test(it_holds_between_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
