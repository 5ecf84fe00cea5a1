/* A verdict without memory: it may know less, but never passes a run that failed. */
#include "fault.h"

#include "court.h"

static struct court court;

static void judging(void)
{
    struct err err = {0};
    struct str summary;
    str_init(&summary, 1 << 20);
    fault_begin();
    struct verdict *v = verdict_new(
        &(struct verdict_options){.fail_on = "explained,404", .rules = court.pack}, &err);
    if (!v) {
        assert_true(fault_end());
        assert_int_equal(err.code, ERR_MEMORY);
        return;
    }
    for (int i = 0; i < 5; i++) {
        struct judged j = court_call(&court, "GET", "/api/v2/wallet/3?a=b", 404);
        verdict_take(v, &j);
    }
    verdict_end(v, &(struct verdict_run){.command = "pytest", .ended_ms = COURT_TIME});
    verdict_summary(v, &(struct render){.width = 80}, &summary);
    int rc = verdict_write_junit(v, court.path, &err);
    bool failed = fault_end();
    assert_true(verdict_failed(v));
    assert_true(failed || (rc == 0 && !summary.failed));
    assert_true(rc == 0 || err.code == ERR_MEMORY || err.code == ERR_OUTPUT);
    if (rc == 0) {
        assert_has(court_read(&court), "</testsuites>");
    }
    verdict_free(v);
    str_release(&summary);
    unlink(court.path);
}

static void a_run_that_failed_never_passes(void **state)
{
    (void)state;
    court_open(&court, NULL);
    fault_every(judging, FAULT_EACH);
    court_close(&court);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_run_that_failed_never_passes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
