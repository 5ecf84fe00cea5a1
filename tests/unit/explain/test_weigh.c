/* Weighing: findings raise and lower the confidence of a match by one step each, within its bounds,
 * and the order of telling follows from what comes out. */
#include "add_rule.h"

#define RULE(id, match)                                                                            \
    "{\"id\":\"" id "\",\"title\":\"t\",\"meaning\":\"m\",\"signals\":[\"some words\"],"           \
    "\"match\":[" match "],\"steps\":[\"s\"],\"support\":{\"send\":[\"a\"],\"ask\":[\"b\"]},"      \
    "\"links\":[\"https://example.com\"]}"

#define WEIGHED                                                                                    \
    "{\"confidence\":\"likely\",\"all\":[{\"status\":418}],\"weigh\":["                            \
    "{\"when\":{\"finding\":\"for.one\"},\"by\":1,\"say\":\"{finding:for.one}\"},"                 \
    "{\"when\":{\"finding\":\"for.two\"},\"by\":1,\"say\":\"And so does this.\"},"                 \
    "{\"when\":{\"finding\":\"against.one\"},\"by\":-1,\"say\":\"{finding:against.one}\"},"        \
    "{\"when\":{\"finding\":\"against.two\"},\"by\":-1,\"say\":\"It answered {status}.\"}]}"

#define PLAIN "{\"confidence\":\"likely\",\"all\":[{\"status\":418}]}"

/* A failing exchange with findings, of which the list ends with NULL. */
static struct exchange *failing(const char *const *findings)
{
    struct exchange *x = exchange_new(1, 1u << 20);
    assert_non_null(x);
    x->maker = MAKER_UPSTREAM;
    x->response.head.status = 418;
    x->response.complete = true;
    for (; *findings; findings++) {
        exchange_find(x, *findings, SEVERITY_NOTE, "Seen: %s.", *findings);
    }
    return x;
}

struct outcome_of {
    size_t count;
    struct explanation found[4];
    struct exchange *x;
    struct rulepack *pack;
};

static struct outcome_of explain_with(const char *const *findings)
{
    struct err err;
    struct answer answer;
    struct outcome_of o = {.pack = rulepack_builtin(&err), .x = failing(findings)};
    assert_non_null(o.pack);
    assert_int_equal(add_rule(o.pack, RULE("mine#weighed", WEIGHED), &err), 0);
    assert_int_equal(add_rule(o.pack, RULE("mine#plain", PLAIN), &err), 0);
    answer_read(&answer, o.x, 1u << 16);
    o.count = explain_exchange(o.pack, o.x, &answer, o.found, 4);
    answer_release(&answer);
    return o;
}

static void release(struct outcome_of *o)
{
    exchange_free(o->x);
    rulepack_drop(o->pack);
}

static void each_weight_is_one_step_within_bounds(void **state)
{
    (void)state;
    static const struct {
        const char *findings[5];
        enum confidence weighed; /* 0: dropped */
    } cases[] = {
        {{NULL}, CONFIDENCE_LIKELY},
        {{"for.one", NULL}, CONFIDENCE_CERTAIN},
        {{"for.one", "for.two", NULL}, CONFIDENCE_CERTAIN},
        {{"against.one", NULL}, CONFIDENCE_POSSIBLE},
        {{"against.one", "against.two", NULL}, 0},
        {{"against.one", "against.two", "for.one", NULL}, CONFIDENCE_POSSIBLE},
        {{"for.one", "against.one", NULL}, CONFIDENCE_LIKELY},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct outcome_of o = explain_with(cases[i].findings);
        enum confidence weighed = 0;
        for (size_t k = 0; k < o.count; k++) {
            if (strcmp(rule_id(o.found[k].rule), "mine#weighed") == 0) {
                weighed = o.found[k].confidence;
            }
        }
        assert_int_equal(weighed, cases[i].weighed);
        release(&o);
    }
}

static void the_order_follows_what_was_weighed(void **state)
{
    (void)state;
    static const char *const speaks_for[] = {"for.one", NULL};
    static const char *const speaks_against[] = {"against.one", NULL};
    struct outcome_of o = explain_with(speaks_for);
    assert_int_equal(o.count, 2);
    assert_string_equal(rule_id(o.found[0].rule), "mine#weighed");
    release(&o);
    o = explain_with(speaks_against);
    assert_int_equal(o.count, 2);
    assert_string_equal(rule_id(o.found[0].rule), "mine#plain");
    release(&o);
}

static void the_sentences_say_which_way(void **state)
{
    (void)state;
    static const char *const findings[] = {"for.one", "against.one", "against.two", NULL};
    struct outcome_of o = explain_with(findings);
    const struct explanation *e = &o.found[1];
    assert_string_equal(rule_id(e->rule), "mine#weighed");
    assert_int_equal(e->evidence_count, 1);
    assert_string_equal(e->evidence[0].ptr, "Seen: for.one.");
    assert_int_equal(e->against_count, 2);
    assert_string_equal(e->against[0].ptr, "Seen: against.one.");
    assert_string_equal(e->against[1].ptr, "It answered 418.");
    release(&o);
}

#define WEIGH(weight)                                                                              \
    RULE("mine#one",                                                                               \
         "{\"confidence\":\"likely\",\"all\":[{\"status\":418}],\"weigh\":[" weight "]}")

static void a_mistake_is_named_with_its_place(void **state)
{
    (void)state;
    static const struct {
        const char *rule;
        const char *told;
    } cases[] = {
        {WEIGH("{\"when\":{\"status\":401},\"by\":2,\"say\":\"a\"}"),
         "match[0].weigh[0].by: found 2"},
        {WEIGH("{\"by\":1,\"say\":\"a\"}"), "match[0].weigh[0].when"},
        {WEIGH("{\"when\":{\"status\":401},\"by\":1}"), "match[0].weigh[0].say"},
        {WEIGH("{\"when\":{\"status\":401},\"by\":1,\"say\":\"{nothing}\"}"), "placeholders"},
        {WEIGH(""), "match[0].weigh: found an empty list"},
    };
    struct err err;
    struct rulepack *pack = rulepack_builtin(&err);
    assert_non_null(pack);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(add_rule(pack, cases[i].rule, &err), -1);
        assert_int_equal(err.code, ERR_RULE);
        if (!strstr(err.text, cases[i].told)) {
            fail_msg("\"%s\" does not name %s", err.text, cases[i].told);
        }
    }
    rulepack_drop(pack);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_weight_is_one_step_within_bounds),
        cmocka_unit_test(the_order_follows_what_was_weighed),
        cmocka_unit_test(the_sentences_say_which_way),
        cmocka_unit_test(a_mistake_is_named_with_its_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
