/* The README names every number with its right default, range and meaning: both come from one list.
 */
#include "folder.h"
#include "why401/config/nearest.h"

static char *readme;

static int read_readme(void **state)
{
    (void)state;
    FILE *f = fopen(TESTS_DIR "/../proxy/config/README.md", "r");
    assert_non_null(f);
    readme = calloc(1, 65536);
    assert_non_null(readme);
    assert_true(fread(readme, 1, 65535, f) > 0);
    return fclose(f);
}

static int forget_readme(void **state)
{
    (void)state;
    free(readme);
    return 0;
}

static void expect_row(const char *key, long value, long least, long most, const char *meaning)
{
    char row[256];
    snprintf(row, sizeof row, "| `%s` | %ld | %ld–%ld | ", key, value, least, most);
    const char *found = strstr(readme, row);
    if (!found) {
        fail_msg("the README lacks: %s", row);
        return;
    }
    size_t line = strcspn(found, "\n");
    assert_true(span_find(span(found, line), span_of(meaning)) > 0);
}

static void every_limit_is_documented(void **state)
{
    (void)state;
#define X(key, default_value, least, most, meaning)                                                \
    expect_row(#key, default_value, least, most, meaning);
    LIMITS_LIST(X)
#undef X
}

static void every_timeout_is_documented(void **state)
{
    (void)state;
#define X(key, default_value, least, most, meaning)                                                \
    expect_row(#key, default_value, least, most, meaning);
    TIMEOUTS_LIST(X)
#undef X
}

static void defaults_are_those_of_the_list(void **state)
{
    (void)state;
    struct limits limits;
    struct timeouts timeouts;
    limits_default(&limits);
    timeouts_default(&timeouts);
#define X(key, default_value, least, most, meaning) assert_int_equal(limits.key, default_value);
    LIMITS_LIST(X)
#undef X
#define X(key, default_value, least, most, meaning) assert_int_equal(timeouts.key, default_value);
    TIMEOUTS_LIST(X)
#undef X
}

static void every_other_key_is_documented(void **state)
{
    (void)state;
    const char *const keys[] = {
        "env",
        "upstream.ca",
        "upstream.resolve",
        "listen",
        "upstreams",
        "tunnel",
        "upstream_proxy",
        "read_only",
        "workers",
        "proxy_protocol",
        "ca_dir",
        "ledger",
        "rules",
        "mock.fixtures",
        "mock.replay",
        "mock.scenario",
        "log.json",
        "log.har",
        "log.quiet",
        "log.verbose",
        "source_ip.allow",
        "limits",
        "source_ip.clients",
        "source_ip.tokens",
        "source_ip.enforce",
        "timeouts",
        "source_ip.egress_ip",
        "source_ip.trusted_peers",
    };
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        char row[64];
        snprintf(row, sizeof row, "\n| `%s` | ", keys[i]);
        if (!strstr(readme, row)) {
            fail_msg("the README lacks a row for %s", keys[i]);
        }
    }
}

static void the_example_is_right(void **state)
{
    (void)state;
    const char *begin = strstr(readme, "```json\n");
    assert_non_null(begin);
    begin += strlen("```json\n");
    const char *end = strstr(begin, "```");
    assert_non_null(end);
    struct err err;
    make_folder(state);
    struct config *c = load_bytes(span(begin, (size_t)(end - begin)), &err);
    if (!c) {
        fail_msg("%s", err.text);
    }
    config_drop(c);
    remove_folder(state);
}

static void nearest_words(void **state)
{
    (void)state;
    const char *const words[] = {"run", "mock", "demo", "ca", "connections"};
    assert_string_equal(nearest_word(SPAN("rnu"), words, 5), "run");
    assert_string_equal(nearest_word(SPAN("moc"), words, 5), "mock");
    assert_string_equal(nearest_word(SPAN("demos"), words, 5), "demo");
    assert_string_equal(nearest_word(SPAN("conectoins"), words, 5), "connections");
    assert_null(nearest_word(SPAN("explain"), words, 5));
    assert_null(nearest_word(SPAN(""), words, 5));
    assert_null(nearest_word(SPAN("x"), words, 0));
    assert_null(nearest_word(SPAN("zz"), words, 5));
    char longest[100];
    memset(longest, 'c', sizeof longest);
    assert_null(nearest_word(span(longest, sizeof longest), words, 5));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_limit_is_documented),
        cmocka_unit_test(every_timeout_is_documented),
        cmocka_unit_test(defaults_are_those_of_the_list),
        cmocka_unit_test(every_other_key_is_documented),
        cmocka_unit_test(the_example_is_right),
        cmocka_unit_test(nearest_words),
    };
    return cmocka_run_group_tests(tests, read_readme, forget_readme);
}
