/* Every scenario of the built-in pack answers to the words that people use for it, first of all;
 * and a rule with a mistake is refused with its place. */
#include <stdlib.h>
#include <unistd.h>

#include "testing.h"
#include "why401/explain/explain.h"

#define PREFIX "token-tokens-erc20-access#"

static void each_scenario_answers_to_its_signals(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *id;
    } cases[] = {
        {"please add EURCV spending limits to existing token, v2x access token",
         "add-token-spending-limit-to-existing-key"},
        {"our token disappeared from the UI, nobody deleted it",
         "token-disappeared-unexpected-expiration"},
        {"our API tokens stopped working: 401 No access token", "401-unauthorized-no-access-token"},
        {"the fund admin NAV gets session expired", "session-expired-error"},
        {"access token lacks required scope with v2/user/accesstoken",
         "scope-error-creating-token-via-api"},
        {"To enable tbaseeth:xsgd for your account, contact support@bitgo.com",
         "coin-not-enabled-for-account"},
        {"how do we receive ERC20 in an ETH wallet on Arbitrum", "erc20-received-at-eth-address"},
        {"create access token error in the web UI: overlay closed in Microsoft Edge",
         "ui-error-creating-access-token"},
        {"which permissions and scopes, wallet_view_all or full administrative access",
         "access-token-permissions-and-scopes"},
        {"token enablement for ALGO HBAR SOL with enabletoken", "token-enablement-algo-hbar-sol"},
        {"where to find access token: Developer Options in Enterprise Settings?",
         "finding-access-token-in-ui"},
        {"sendmany: password error - ccm: tag doesn't match", "password-error-ccm-tag"},
        {"how to mint BGERCH on Holesky", "test-erc-token-minting"},
    };
    struct err err;
    struct rulepack *pack = rulepack_builtin(&err);
    assert_non_null(pack);
    assert_true(rulepack_size(pack) > 13); /* and what is not in the document */
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct arena arena;
        struct explanation found[4];
        char id[128];
        arena_init(&arena, 1u << 20);
        snprintf(id, sizeof id, PREFIX "%s", cases[i].id);
        assert_non_null(rulepack_find(pack, span_of(id)));
        if (explain_text(pack, span_of(cases[i].text), &arena, found, 4) == 0) {
            fail_msg("nothing found for: %s", cases[i].text);
        }
        assert_string_equal(rule_id(found[0].rule), id);
        arena_release(&arena);
    }
    rulepack_drop(pack);
}

/* Writes one rule into a folder of its own and adds that folder to the pack. */
static int add_rule(const char *text, struct err *err)
{
    char folder[] = "/tmp/why401-test-XXXXXX";
    char path[64];
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/a.json", folder);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
    struct rulepack *pack = rulepack_builtin(err);
    int rc = rulepack_add_dir(pack, folder, err);
    rulepack_drop(pack);
    unlink(path);
    rmdir(folder);
    return rc;
}

#define RULE(match)                                                                                \
    "{\"id\":\"mine#one\",\"title\":\"t\",\"meaning\":\"m\",\"signals\":[\"some words\"],"         \
    "\"match\":[" match "],\"steps\":[\"s\"],\"support\":{\"send\":[\"a\"],\"ask\":[\"b\"]},"      \
    "\"links\":[\"https://example.com\"]}"
#define ALL(conditions) RULE("{\"confidence\":\"likely\",\"all\":[" conditions "]}")

static void a_rule_of_ones_own_is_taken(void **state)
{
    (void)state;
    struct err err;
    assert_int_equal(add_rule(ALL("{\"status\":\"4xx\"}"), &err), 0);
    assert_int_equal(add_rule(ALL("{\"path\":\"/api/v2/{coin}/wallet/{id}/**\"},"
                                  "{\"status\":[\"4xx\",503]},"
                                  "{\"method\":[\"GET\",\"P*\"]},"
                                  "{\"coin_network\":\"test\"},"
                                  "{\"environment\":[\"prod\",\"express\"]},"
                                  "{\"route_needs_bearer\":true},"
                                  "{\"answer\":\"json\"},"
                                  "{\"token\":[\"raw\",\"sdk\"]},"
                                  "{\"response_json\":{\"at\":\"errors.*.code\",\"is\":7}},"
                                  "{\"request_header\":{\"name\":\"x-a\",\"present\":true}}"),
                              &err),
                     0);
}

static void a_mistake_is_named_with_its_place(void **state)
{
    (void)state;
    static const struct {
        const char *rule;
        const char *told; /* stands in the error's text */
    } cases[] = {
        {"not json", "a.json"},
        {"{\"id\":1}", "id"},
        {RULE("{\"confidence\":\"sure\",\"all\":[{\"status\":\"4xx\"}]}"),
         "certain, likely or possible"},
        {ALL("{\"statsu\":\"4xx\"}"), "statsu"},
        {ALL("{\"status\":200}"), "400 to 599"},
        {RULE("{\"confidence\":\"likely\"}"), "at least one condition"},
        {RULE("{\"confidence\":\"likely\",\"all\":[]}"), "match"},
        {"[]", "the top level: found an empty list, expected an object"},
        {"{\"id\":null}", "found null"},
        {"{\"id\":true}", "found true"},
        {"{\"id\":1.5}", "found 1.5"},
        {"{\"id\":\" \"}", "a text that is not empty"},
        {"{\"id\":{}}", "an object"},
        {"{\"unheard\":1}", "the unknown key \"unheard\""},
        {RULE("7"), "match[0]: found 7, expected an object"},
        {RULE("{\"confidence\":[],\"all\":[{\"status\":\"4xx\"}]}"), "an empty list"},
        {ALL("{\"path\":\"api\"}"), "begins with '/'"},
        {ALL("{\"path\":\"/a/{x}\"}"), "{coin}"},
        {ALL("{\"path\":\"/**/a\"}"), "at the end"},
        {ALL("{\"path\":[]}"), "at least one"},
        {ALL("{\"path\":7}"), "a text or a list of texts"},
        {ALL("{\"maker\":\"nobody\"}"), "maker"},
        {ALL("{\"method\":[\"GET\",7]}"), "[1]"},
        {ALL("{\"status\":[]}"), "at least one status"},
        {ALL("{\"status\":[401,200]}"), "status[1]"},
        {ALL("{\"token\":\"sdkk\"}"), "none, raw, legacy, sdk, id or unknown"},
        {ALL("{\"token\":[\"raw\",\"sdkk\"]}"), "token[1]"},
        {ALL("{\"environment\":7}"), "found 7"},
        {ALL("{\"coin_network\":\"moon\"}"), "unknown, main or test"},
        {ALL("{\"answer\":\"sound\"}"), "json, html, text or empty"},
        {ALL("{\"route_needs_bearer\":1}"), "true or false"},
        {ALL("{\"response_header\":\"x\"}"), "an object"},
        {ALL("{\"response_header\":{\"present\":true}}"), "name"},
        {ALL("{\"response_json\":{\"at\":\"a..b\"}}"), "at"},
        {ALL("{\"error\":{\"contians\":\"x\"}}"), "contians"},
        {ALL("{\"error\":{}}"), "error"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct err err;
        assert_int_equal(add_rule(cases[i].rule, &err), -1);
        assert_int_equal(err.code, ERR_RULE);
        if (!strstr(err.text, cases[i].told)) {
            fail_msg("\"%s\" does not name %s", err.text, cases[i].told);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_scenario_answers_to_its_signals),
        cmocka_unit_test(a_rule_of_ones_own_is_taken),
        cmocka_unit_test(a_mistake_is_named_with_its_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
