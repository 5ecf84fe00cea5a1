/* The table of coins: every row of the file is found, and what is not in it falls back to its
 * chain. */
#include "request.h"

static void assert_coin(const char *name, enum network network, const char *family)
{
    struct span found = family_of_coin(span_of(name));
    if (network_of_coin(span_of(name)) != network || !span_eq(found, span_of(family))) {
        fail_msg("%s is %s of '%.*s'", name, network_name(network_of_coin(span_of(name))),
                 SPAN_ARG(found));
    }
}

static void traps(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        enum network network;
        const char *family;
    } rows[] = {
        {"btc", NETWORK_MAIN, "btc"},
        {"tbtc", NETWORK_TEST, "btc"},
        {"tbtc4", NETWORK_TEST, "btc"},
        {"tbtc1", NETWORK_MAIN, "eth"},
        {"trx", NETWORK_MAIN, "trx"},
        {"ttrx", NETWORK_TEST, "trx"},
        {"tia", NETWORK_MAIN, "tia"},
        {"ton", NETWORK_MAIN, "ton"},
        {"tst", NETWORK_MAIN, "eth"},
        {"tusd", NETWORK_MAIN, "eth"},
        {"trx-erc20", NETWORK_MAIN, "eth"},
        {"terc", NETWORK_TEST, "eth"},
        {"gteth", NETWORK_TEST, "eth"},
        {"hteth", NETWORK_TEST, "eth"},
        {"hteth:tusdt", NETWORK_TEST, "eth"},
        {"bgerch", NETWORK_TEST, "eth"},
        {"eth:at", NETWORK_TEST, "eth"},
        {"eos:USDT", NETWORK_MAIN, "eos"},
        {"teos:USDT", NETWORK_TEST, "eos"},
        {"thorchain:rune", NETWORK_MAIN, "thor"},
        {"tthorchain:rune", NETWORK_TEST, "thor"},
        {"tsol:usdc", NETWORK_TEST, "sol"},
        {"ofcbtc", NETWORK_MAIN, "ofc"},
        {"ofctbtc", NETWORK_TEST, "ofc"},
        {"ofctusd", NETWORK_TEST, "ofc"},
        {"ofcusd", NETWORK_MAIN, "ofc"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_coin(rows[i].name, rows[i].network, rows[i].family);
    }
}

static void unknown_tokens_fall_back_to_their_chain(void **state)
{
    (void)state;
    assert_coin("tsol:newer-than-the-table", NETWORK_TEST, "sol");
    assert_coin("eth:newer", NETWORK_MAIN, "eth");
    assert_coin("hteth:newer", NETWORK_TEST, "eth");
    assert_coin("ofctsol:newer", NETWORK_TEST, "ofc");
    assert_coin("ofcflr:newer", NETWORK_MAIN, "ofc");
    assert_coin("ofchteth", NETWORK_TEST, "ofc");
    assert_coin("erc721:newer", NETWORK_MAIN, "");
    assert_coin("tnonstandard:newer", NETWORK_TEST, "");
}

static void escaped_colons(void **state)
{
    (void)state;
    assert_coin("tbaseeth%3Axsgd", NETWORK_TEST, "baseeth");
    assert_coin("eos%3aUSDT", NETWORK_MAIN, "eos");
}

static void no_coins(void **state)
{
    (void)state;
    static const char *const names[] = {
        "",
        "nosuchcoin",
        "BTC",
        "tBTC",
        ":",
        ":usdc",
        "nosuch:usdc",
        "#",
        "# Coin",
        "# Coin and token",
        "~",
        "btc\t",
        "btc\tmainnet",
        "zzzz",
        "0",
        "ofcnosuch",
        "%3A",
        "ofc:",
        ("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
         "aaaaaaaaaaaaaaaaaaaa"),
    };
    for (size_t i = 0; i < COUNT(names); i++) {
        assert_coin(names[i], NETWORK_UNKNOWN, "");
    }
    assert_coin("ofc", NETWORK_UNKNOWN, "ofc");
    assert_int_equal(network_of_coin(span(NULL, 0)), NETWORK_UNKNOWN);
}

/* Also shows that no coin's name is taken for a reserved word. */
static void every_row_is_found(void **state)
{
    (void)state;
    FILE *file = fopen(RULES_DIR "/bitgo/coins.tsv", "r");
    assert_non_null(file);
    char line[200];
    char before[200] = "";
    size_t rows = 0;
    while (fgets(line, sizeof line, file)) {
        if (line[0] == '#') {
            continue;
        }
        char *name = strtok(line, "\t");
        char *network = strtok(NULL, "\t");
        char *family = strtok(NULL, "\n");
        char path[300];
        assert_true(name && network && family);
        assert_true(strcmp(before, name) < 0);
        assert_coin(name, strcmp(network, "mainnet") == 0 ? NETWORK_MAIN : NETWORK_TEST, family);
        snprintf(path, sizeof path, "/api/v2/%s/wallet", name);
        /* The token KEY has the name of a route, and in a path the route wins. */
        bool is_route = strcmp(name, "key") == 0;
        assert_true(span_eq(coin_of_path(span_of(path)), span_of(is_route ? "" : name)));
        snprintf(before, sizeof before, "%s", name);
        rows++;
    }
    assert_false(ferror(file));
    fclose(file);
    assert_true(rows > 6000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(traps),
        cmocka_unit_test(unknown_tokens_fall_back_to_their_chain),
        cmocka_unit_test(escaped_colons),
        cmocka_unit_test(no_coins),
        cmocka_unit_test(every_row_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
