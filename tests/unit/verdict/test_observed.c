/* The verdict behind a real observer: what has been judged there is caught here, and no secret of
 * the traffic is in any report. */
#include "../observe/bench.h"
#include "court.h"

static void give(struct bench *b)
{
    observer_give(b->observer, sample_exchange("GET", "/api/v2/ping", 200));
    struct exchange *x = sample_failure();
    sample_field(x, &x->request, "Authorization", "Bearer " CANARY);
    observer_give(b->observer, x);
    x = sample_exchange("GET", "/api/v2/" CANARY "/x?accessToken=" CANARY, 404);
    sample_body(&x->response,
                "{\"error\":\"not found: " CANARY "\\n::error::\",\"name\":\"" CANARY "\"}");
    exchange_find(x, "bearer.missing", SEVERITY_PROBLEM, "Not %s.", CANARY);
    observer_give(b->observer, x);
    x = sample_exchange("GET" CANARY, "https://u:" CANARY "@h/p?password=hunter2hunter2", 500);
    sample_body(&x->response, CANARY);
    observer_give(b->observer, x);
}

/* Every report in one text. */
static const char *all_reports(struct court *c)
{
    struct str all;
    str_init(&all, 1 << 20);
    verdict_summary(c->v, &(struct render){.width = 80}, &all);
    verdict_github_annotations(c->v, &all);
    verdict_github_markdown(c->v, &all);
    assert_int_equal(verdict_write_junit(c->v, c->path, &c->err), 0);
    str_add(&all, span_of(court_read(c)));
    assert_int_equal(verdict_write_baseline(c->v, c->path, &c->err), 0);
    str_add(&all, span_of(court_read(c)));
    str_clear(&c->out);
    str_add(&c->out, str_span(&all));
    str_release(&all);
    return str_cstr(&c->out);
}

static void what_the_observer_judged_is_caught(void **state)
{
    (void)state;
    struct bench b;
    struct court c;
    size_t count;
    court_open(&c, "explained,missing-bearer,secret-in-url,4xx,5xx,no-traffic");
    bench_open(&b);
    b.options.judged = verdict_judged;
    b.options.judged_ctx = c.v;
    bench_start(&b);
    give(&b);
    bench_drain(&b);
    bench_close(&b); /* the rules are gone, too */
    court_end(&c);
    const struct verdict_reason *r = verdict_reasons(c.v, &count);
    assert_true(verdict_failed(c.v));
    assert_string_equal(r[0].rule, "explained");
    assert_string_equal(r[0].scenario, "sample#moon-closed");
    assert_string_equal(r[0].title, "The moon is closed for your account");
    assert_string_equal(r[0].path, "/api/v2/tbtc/wallet");
    assert_int_equal(r[0].status, 400);
    const char *text = all_reports(&c);
    assert_has(text, "why401: 4 exchanges with BitGo, 3 failed (1 explained)");
    assert_has(text, "missing-bearer");
    assert_has(text, "secret-in-url: A secret stands in a URL");
    assert_lacks(text, "v2x5");
    assert_lacks(text, "hunter2");
    court_close(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_the_observer_judged_is_caught),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
