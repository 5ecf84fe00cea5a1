/* The examples of rules: the built-in ones all come out as they say, and one that does not is told
 * with what came instead. */
#include "add_rule.h"
#include "example.h"
#include "why401/offline/examples.h"

#define NOW_MS 1768478400000

/* A rule for 418 that is likely, with the examples given. */
#define RULE(examples)                                                                             \
    "{\"id\":\"mine#teapot\",\"title\":\"t\",\"meaning\":\"m\",\"signals\":[\"some words\"],"      \
    "\"match\":[{\"confidence\":\"likely\",\"all\":[{\"status\":418}]}],\"steps\":[\"s\"],"        \
    "\"support\":{\"send\":[\"a\"],\"ask\":[\"b\"]},\"links\":[\"https://example.com\"],"          \
    "\"examples\":[" examples "]}"

#define GET(target) "\"request\":{\"method\":\"GET\",\"target\":\"" target "\"}"

static void must_pass(void *ctx, const struct example_result *r)
{
    size_t *count = ctx;
    if (!r->passed) {
        fail_msg("%s: examples[%zu]: %s", rule_file(r->rule), r->index, r->came);
    }
    assert_int_equal(r->came[0], '\0');
    ++*count;
}

static void the_built_in_ones_come_out_as_they_say(void **state)
{
    (void)state;
    struct err err;
    size_t count = 0;
    struct rulepack *pack = rulepack_builtin(&err);
    assert_non_null(pack);
    assert_int_equal(examples_run(pack, must_pass, &count, &err), 0);
    assert_true(count > 3 * 13);
    rulepack_drop(pack);
}

static void each_built_in_rule_has_both_kinds(void **state)
{
    (void)state;
    struct err err;
    struct rulepack *pack = rulepack_builtin(&err);
    assert_non_null(pack);
    for (size_t i = 0; i < rulepack_size(pack); i++) {
        const struct rule *rule = rulepack_at(pack, i);
        size_t near = 0;
        for (size_t k = 0; k < rule_example_count(rule); k++) {
            near += rule_example(rule, k)->expect == 0;
        }
        if (near == 0 || near == rule_example_count(rule)) {
            fail_msg("%s has %zu examples, %zu of them near misses", rule_file(rule),
                     rule_example_count(rule), near);
        }
    }
    rulepack_drop(pack);
}

/* What came of the one example of mine#teapot. */
static void remember(void *ctx, const struct example_result *r)
{
    if (strcmp(rule_id(r->rule), "mine#teapot") == 0) {
        snprintf(ctx, EXAMPLE_TEXT_SIZE, "%s", r->passed ? "passed" : r->came);
    }
}

static void what_came_instead_is_told(void **state)
{
    (void)state;
    static const struct {
        const char *rule;
        const char *came;
    } cases[] = {
        {RULE("{\"name\":\"n\"," GET("/") ",\"response\":{\"status\":418},\"expect\":\"likely\"}"),
         "passed"},
        {RULE("{\"name\":\"n\"," GET("/") ",\"response\":{\"status\":418},\"expect\":\"certain\"}"),
         "mine#teapot (likely) came first"},
        {RULE("{\"name\":\"n\"," GET("/") ",\"response\":{\"status\":418},\"expect\":\"none\"}"),
         "it matches (likely)"},
        {RULE("{\"name\":\"n\"," GET("/") ",\"response\":{\"status\":200},\"expect\":\"likely\"}"),
         "nothing matched"},
        {RULE("{\"name\":\"n\"," GET("no path") ",\"response\":{\"status\":418},"
                                                "\"expect\":\"likely\"}"),
         "it cannot be sent"},
        {RULE("{\"name\":\"n\"," GET("/{token:rwa:1}") ",\"response\":{\"status\":418},"
                                                       "\"expect\":\"likely\"}"),
         "{token:rwa:1} is none of"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct err err;
        char came[EXAMPLE_TEXT_SIZE] = "";
        struct rulepack *pack = rulepack_builtin(&err);
        assert_non_null(pack);
        assert_int_equal(add_rule(pack, cases[i].rule, &err), 0);
        assert_int_equal(examples_run(pack, remember, came, &err), 0);
        if (!strstr(came, cases[i].came)) {
            fail_msg("\"%s\" does not say \"%s\"", came, cases[i].came);
        }
        rulepack_drop(pack);
    }
}

static void a_malformed_example_is_named_with_its_place(void **state)
{
    (void)state;
    static const struct {
        const char *rule;
        const char *told;
    } cases[] = {
        {RULE("{\"name\":\"n\"," GET("/") ",\"response\":{\"status\":99},\"expect\":\"likely\"}"),
         "examples[0].response.status: found 99"},
        {RULE("{\"name\":\"n\"," GET("/") ",\"response\":{\"status\":418},\"expect\":\"sure\"}"),
         "examples[0].expect: found \"sure\""},
        {RULE("{\"name\":\"n\",\"request\":{\"method\":\"GET\"},\"response\":{\"status\":418},"
              "\"expect\":\"likely\"}"),
         "examples[0].request.target: found nothing"},
        {RULE("{\"name\":\"n\",\"request\":{\"method\":\"GET\",\"target\":\"/\","
              "\"from\":\"here\"},\"response\":{\"status\":418},\"expect\":\"likely\"}"),
         "examples[0].request.from: found \"here\""},
        {RULE("{\"name\":\"n\"," GET(
             "/") ",\"response\":{\"status\":418},\"expect\":\"none\","
                  "\"history\":[{" GET("/") ",\"response\":{\"status\":200},\"ago\":\"8 days\"}]}"),
         "examples[0].history[0].ago: found \"8 days\""},
        {RULE("{\"name\":\"n\"," GET(
             "/") ",\"response\":{\"status\":418},\"expect\":\"none\","
                  "\"history\":[{" GET(
                      "/") ",\"response\":{\"status\":200},\"ago\":\"1h\"},"
                           "{" GET("/") ",\"response\":{\"status\":200},\"ago\":\"2h\"}]}"),
         "the oldest call first"},
    };
    struct err err;
    struct rulepack *pack = rulepack_builtin(&err);
    assert_non_null(pack);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(add_rule(pack, cases[i].rule, &err), -1);
        if (!strstr(err.text, cases[i].told)) {
            fail_msg("\"%s\" does not name \"%s\"", err.text, cases[i].told);
        }
    }
    rulepack_drop(pack);
}

static void placeholders_are_expanded(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *expanded;
    } cases[] = {
        {"{\"a\":{}}", "{\"a\":{}}"},
        {"{time:1d} {time:-1h}", "2026-01-14T12:00:00.000Z 2026-01-15T13:00:00.000Z"},
        {"{ms:1s}", "1768478399000"},
        {"{token:sdk:0}", "a23017b8c9794e1ec157ea7f03ef47177885d9f3dd0652510c1145bba0e39f54"},
        {"<{token:raw:1}", "<v2x1111111111111111111111111111111111111111111111111111111111111111"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct err err;
        struct str out;
        str_init(&out, 1000);
        assert_int_equal(example_expand(&out, span_of(cases[i].text), NOW_MS, &err), 0);
        assert_string_equal(str_cstr(&out), cases[i].expanded);
        str_release(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_built_in_ones_come_out_as_they_say),
        cmocka_unit_test(each_built_in_rule_has_both_kinds),
        cmocka_unit_test(what_came_instead_is_told),
        cmocka_unit_test(a_malformed_example_is_named_with_its_place),
        cmocka_unit_test(placeholders_are_expanded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
