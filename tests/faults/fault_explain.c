/* Rules are read whole or not at all; an explanation that finds no memory is shorter, or missing.
 */
#include "fault.h"

#include <stdlib.h>
#include <unistd.h>

#include "why401/explain/explain.h"

#define NO_TOKEN "token-tokens-erc20-access#401-unauthorized-no-access-token"
#define RULE                                                                                       \
    "{\"id\": \"x#y\", \"title\": \"T\", \"meaning\": \"M.\", \"signals\": [\"moon closed\"],"     \
    " \"match\": [{\"confidence\": \"certain\", \"all\": [{\"error\": {\"contains\": \"moon\"}}]," \
    "   \"evidence\": {\"received\": [\"The server says: {error}\"]}}],"                           \
    " \"steps\": [\"Open.\"], \"support\": {\"send\": [\"A.\"], \"ask\": [\"B.\"]},"               \
    " \"links\": [\"https://example.com/moon\"]}"

static struct rulepack *pack;
static size_t builtin_size;
static char folder[] = "/tmp/why401-faults-XXXXXX";
static char rule_path[64];

static void assert_memory_error(const struct err *err)
{
    if (err->code != ERR_MEMORY) {
        fail_msg("%d: %s", err->code, err->text);
    }
}

static void building(void)
{
    struct err err = {0};
    fault_begin();
    struct rulepack *made = rulepack_builtin(&err);
    bool failed = fault_end();
    if (!made) {
        assert_true(failed);
        assert_memory_error(&err);
        return;
    }
    assert_int_equal(rulepack_size(made), builtin_size);
    assert_non_null(rulepack_find(made, SPAN(NO_TOKEN)));
    rulepack_drop(made);
}

static void the_built_in_rules_are_whole_or_refused(void **state)
{
    (void)state;
    fault_every(building, 200);
}

static void adding(void)
{
    struct err err = {0};
    struct rulepack *mine = rulepack_builtin(&err);
    assert_non_null(mine);
    fault_begin();
    int rc = rulepack_add_dir(mine, folder, &err);
    bool failed = fault_end();
    if (rc != 0) {
        assert_true(failed);
        assert_memory_error(&err);
        assert_int_equal(rulepack_size(mine), builtin_size);
        assert_null(rulepack_find(mine, SPAN("x#y")));
    } else {
        assert_non_null(rulepack_find(mine, SPAN("x#y")));
    }
    rulepack_drop(mine);
}

static void rules_of_ones_own_are_added_or_not(void **state)
{
    (void)state;
    fault_every(adding, 60);
}

static struct exchange *failure(void)
{
    struct exchange *x = exchange_new(1, 1 << 18);
    assert_non_null(x);
    x->request.head.method = SPAN("GET");
    x->request.head.target = SPAN("/api/v2/tbtc/wallet");
    x->target = target_split(x->request.head.target);
    x->host = SPAN("app.bitgo.com");
    x->scheme = SPAN("https");
    x->port = 443;
    x->maker = MAKER_UPSTREAM;
    x->response.head.status = 401;
    capture_add(
        &x->response.body,
        SPAN("{\"error\":\"No access token\",\"name\":\"Unauthorized\",\"requestId\":\"c1\"}"),
        1 << 18);
    return x;
}

static void explaining(void)
{
    struct explanation found[8];
    struct answer a;
    struct exchange *x = failure();
    fault_begin();
    answer_read(&a, x, 1 << 20);
    size_t count = explain_exchange(pack, x, &a, found, 8);
    bool failed = fault_end();
    if (!failed) {
        assert_true(count > 0);
        assert_string_equal(rule_id(found[0].rule), NO_TOKEN);
    }
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < found[i].evidence_count; k++) {
            assert_true(found[i].evidence[k].len == 0 || found[i].evidence[k].ptr);
        }
    }
    answer_release(&a);
    exchange_free(x);
}

static void an_exchange_is_explained_as_far_as_memory_goes(void **state)
{
    (void)state;
    fault_every(explaining, FAULT_EACH);
}

static void explaining_words(void)
{
    struct explanation found[8];
    struct arena arena;
    arena_init(&arena, 1 << 18);
    fault_begin();
    size_t count = explain_text(pack, SPAN("it says no access token"), &arena, found, 8);
    assert_true(fault_end() || count > 0);
    arena_release(&arena);
}

static void words_are_explained_as_far_as_memory_goes(void **state)
{
    (void)state;
    fault_every(explaining_words, FAULT_EACH);
}

static int begin(void **state)
{
    (void)state;
    struct err err;
    pack = rulepack_builtin(&err);
    assert_non_null(pack);
    builtin_size = rulepack_size(pack);
    assert_non_null(mkdtemp(folder));
    snprintf(rule_path, sizeof rule_path, "%s/1.json", folder);
    FILE *file = fopen(rule_path, "w");
    assert_non_null(file);
    assert_true(fputs(RULE, file) >= 0);
    return fclose(file);
}

static int end(void **state)
{
    (void)state;
    rulepack_drop(pack);
    unlink(rule_path);
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_built_in_rules_are_whole_or_refused),
        cmocka_unit_test(rules_of_ones_own_are_added_or_not),
        cmocka_unit_test(an_exchange_is_explained_as_far_as_memory_goes),
        cmocka_unit_test(words_are_explained_as_far_as_memory_goes),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
