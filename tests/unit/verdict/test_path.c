/* Which parts of a path are ids. */
#include "court.h"
#include "inside.h"

static void ids_are_taken_out(void **state)
{
    (void)state;
    static const struct {
        const char *target;
        const char *want;
    } cases[] = {
        {"/api/v2/user/me", "/api/v2/user/me"},
        {"/api/v2/tbtc/wallet/59cd72485007a239fb00282ed480da1f/sendcoins",
         "/api/v2/tbtc/wallet/{id}/sendcoins"},
        {"/api/v2/hteth:gterc2dp/wallets", "/api/v2/hteth:gterc2dp/wallets"},
        {"/api/v2/ofctbtc/pendingapprovals?limit=5&prevId=1", "/api/v2/ofctbtc/pendingapprovals"},
        {"/api/v2/wallet/12", "/api/v2/wallet/{id}"},
        {"/api/v2/hteth/address/0xabcdefabcdef", "/api/v2/hteth/address/{id}"},
        {"/api/v2/tbtc/address/tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx",
         "/api/v2/tbtc/address/{id}"},
        {"/x/0f8fad5b-d9cb-469f-a165-70867728950e/", "/x/{id}/"},
        {"/token/" CANARY, "/token/{id}"},
        {"/token/[redacted]/x", "/token/{id}/x"},
        {"/user/jane@example.com", "/user/{id}"},
        {"https://app.bitgo.com/api/v2/ping?x", "/api/v2/ping"},
        {"http://app.bitgo.com", "/"},
        {"/login?next=https://x/y", "/login"},
        {"*", "*"},
        {"", ""},
        {"//api//v2", "//api//v2"},
    };
    struct str out;
    str_init(&out, 4096);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        str_clear(&out);
        path_normalise(&out, span_of(cases[i].target));
        assert_string_equal(str_cstr(&out), cases[i].want);
    }
    str_release(&out);
}

static void long_paths_end_early(void **state)
{
    (void)state;
    char target[60001];
    struct str out;
    memset(target, 'a', sizeof target - 1);
    target[sizeof target - 1] = '\0';
    for (size_t i = 0; i < sizeof target - 1; i += 8) {
        target[i] = '/';
    }
    str_init(&out, 4096);
    path_normalise(&out, span_of(target));
    assert_true(out.len < 260 && !out.failed);
    str_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ids_are_taken_out),
        cmocka_unit_test(long_paths_end_early),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
