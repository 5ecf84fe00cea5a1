/* The queue between workers and observer: order, the soft limit, and its end. */
#include <pthread.h>

#include "testing.h"
#include "why401/base/queue.h"

static int numbers[4000];
static struct queue *gathering;

static void what_must_arrive_does_beyond_the_limit(void **state)
{
    (void)state;
    struct queue *q = queue_new(2);
    assert_true(queue_push(q, &numbers[0], false));
    assert_true(queue_push(q, &numbers[1], false));
    assert_false(queue_push(q, &numbers[2], false));
    for (int i = 2; i < 100; i++) {
        assert_true(queue_push(q, &numbers[i], true));
    }
    void *items[100];
    assert_int_equal(queue_pop(q, items, 100, 0, -1), 100);
    for (int i = 0; i < 100; i++) {
        assert_ptr_equal(items[i], &numbers[i]);
    }
    assert_int_equal(queue_pop(q, items, 100, 0, 0), 0);
    queue_free(q);
}

static void *push_many(void *arg)
{
    for (int i = 0; i < 1000; i++) {
        queue_push(arg, &numbers[i], true);
    }
    return NULL;
}

static void nothing_is_lost_between_threads(void **state)
{
    (void)state;
    struct queue *q = queue_new(16);
    pthread_t pushers[4];
    for (size_t i = 0; i < 4; i++) {
        pthread_create(&pushers[i], NULL, push_many, q);
    }
    size_t got = 0;
    void *items[64];
    while (got < 4000) {
        got += queue_pop(q, items, 64, 0, -1);
    }
    for (size_t i = 0; i < 4; i++) {
        pthread_join(pushers[i], NULL);
    }
    queue_close(q);
    assert_int_equal(queue_pop(q, items, 64, 0, -1), 0);
    assert_true(queue_closed(q));
    queue_free(q);
}

static void *pop_one(void *arg)
{
    void *items[8];
    size_t *got = arg;
    *got = queue_pop(gathering, items, 8, 60000, -1);
    return NULL;
}

/* A nap of a minute ends at once. */
static void a_hurry_ends_the_gathering(void **state)
{
    (void)state;
    pthread_t popper;
    size_t got = 0;
    gathering = queue_new(16);
    pthread_create(&popper, NULL, pop_one, &got);
    queue_push(gathering, &numbers[0], false);
    while (queue_len(gathering)) {
        queue_hurry(gathering);
    }
    pthread_join(popper, NULL);
    assert_int_equal(got, 1);
    queue_free(gathering);
}

static void a_queue_that_fills_ends_the_gathering(void **state)
{
    (void)state;
    pthread_t popper;
    size_t got = 0;
    gathering = queue_new(8);
    pthread_create(&popper, NULL, pop_one, &got);
    for (int i = 0; i < 8; i++) {
        queue_push(gathering, &numbers[i], false);
    }
    pthread_join(popper, NULL);
    assert_in_range(got, 1, 8);
    queue_free(gathering);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_must_arrive_does_beyond_the_limit),
        cmocka_unit_test(nothing_is_lost_between_threads),
        cmocka_unit_test(a_hurry_ends_the_gathering),
        cmocka_unit_test(a_queue_that_fills_ends_the_gathering),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
