/* A ledger without memory: it opens or says why not, learns what it can, and what it commits can be
 * read again. */
#include "fault.h"
#include "story.h"

static void living(void)
{
    void *state = NULL;
    struct err err = {0};
    story_begin(&state);
    ledger_close(ledger);
    ledger = NULL;
    struct exchange *made =
        call('1', "POST", "/api/v2/user/accesstoken", "{\"duration\":5,\"label\":\"l\"}", 200,
             "{\"id\":\"11111111111111111111111111111111\",\"token\":"
             "\"v2x2222222222222222222222222222222222222222222222222222222222222222\","
             "\"scope\":[\"wallet_view_all\"],\"ipRestrict\":[\"203.0.113.9\"]}");
    struct exchange *failing =
        call('2', "GET", "/api/v2/tbtc/wallet", "", 401, "{\"error\":\"unauthorized\"}");
    struct str line;
    str_init(&line, 4096);
    fault_begin();
    struct ledger *l = ledger_open(file, &err);
    if (l) {
        ledger_recall(l, made);
        ledger_learn(l, made);
        ledger_recall(l, failing);
        ledger_learn(l, failing);
        ledger_keep(l, failing, SPAN("{\"v\":1}"));
        int rc = ledger_commit(l, &err);
        bool told = ledger_kept(l, 0, &line);
        struct passports *passports = ledger_passports(l);
        passports_drop(passports);
        bool failed = fault_end();
        assert_true(failed || (rc == 0 && told && passports));
        if (rc != 0) {
            assert_int_equal(err.code, ERR_LEDGER);
            if (ledger_commit(l, &err) != 0) { /* what waited goes in next time */
                fail_msg("%s", err.text);
            }
        }
        ledger_close(l);
    } else {
        assert_true(fault_end());
        assert_true(err.code == ERR_MEMORY || err.code == ERR_LEDGER);
    }
    str_release(&line);
    exchange_free(made);
    exchange_free(failing);
    reopen(); /* the file is a ledger, whatever happened */
    use('3');
    assert_int_equal(ledger_commit(ledger, &err), 0);
    story_end(&state);
}

static void a_ledger_lives_through_a_lack_of_memory(void **state)
{
    (void)state;
    fault_every(living, 60);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_ledger_lives_through_a_lack_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
