/* A corpus of certificate chains, most of them bad, against the connecting context: every one is
 * made here and served in real handshakes of TLS 1.2 and 1.3. Not one bad chain may be accepted and
 * not one good one refused. SHOW_REFUSALS=1 prints how each refusal reads. */
#include "chain_paths.h"

static struct score total;

static void print_row(const char *kind, const struct score *s)
{
    print_message("%-22s %5d %5d %16d %6d %18d %6d\n", kind, s->good, s->bad, s->passed, s->stopped,
                  s->openssl_passed, s->openssl_stopped);
}

static void run_all(const char *kind, const struct chain_case *cases, size_t count)
{
    int wrong = 0;
    struct score score = {0};
    for (size_t i = 0; i < count; i++) {
        wrong += chain_run(&cases[i], &score);
    }
    print_row(kind, &score);
    total.good += score.good;
    total.bad += score.bad;
    total.passed += score.passed;
    total.stopped += score.stopped;
    total.openssl_passed += score.openssl_passed;
    total.openssl_stopped += score.openssl_stopped;
    assert_int_equal(wrong, 0);
}

#define RUN(kind, cases) run_all(kind, cases, sizeof cases / sizeof cases[0])

static void names(void **state)
{
    (void)state;
    print_message("%-22s %5s %5s %16s %6s %18s %6s\n", "kind", "good", "bad", "ours: accepted",
                  "lost", "OpenSSL: accepted", "lost");
    RUN("names", name_cases);
}

static void times(void **state)
{
    (void)state;
    RUN("times", time_cases);
}

static void extensions(void **state)
{
    (void)state;
    RUN("extensions", extension_cases);
}

static void keys_and_signatures(void **state)
{
    (void)state;
    RUN("keys and signatures", crypto_cases);
}

static void constraints(void **state)
{
    (void)state;
    RUN("name constraints", constraint_cases);
}

static void policies(void **state)
{
    (void)state;
    RUN("policies", policy_cases);
}

static void paths(void **state)
{
    (void)state;
    RUN("paths", path_cases);
}

static void the_corpus_is_large(void **state)
{
    (void)state;
    print_row("all", &total);
    assert_true(total.good + total.bad >= 150);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names),       cmocka_unit_test(times),
        cmocka_unit_test(extensions),  cmocka_unit_test(keys_and_signatures),
        cmocka_unit_test(constraints), cmocka_unit_test(policies),
        cmocka_unit_test(paths),       cmocka_unit_test(the_corpus_is_large),
    };
    return cmocka_run_group_tests(tests, chain_set_up, chain_tear_down);
}
