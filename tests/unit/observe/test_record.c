/* What a record takes over from an exchange. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "record.h"
#include "sample.h"

static void check_method(const char *method, const char *want)
{
    static struct record r;
    record_init(&r);
    struct exchange *x = sample_exchange(method, "/api/v2/ping", 200);
    record_success(&r, x);
    assert_string_equal(str_cstr(&r.method), want);
    record_release(&r);
    exchange_free(x);
}

/* A body that comes without Content-Length is read as the next request. */
static void test_a_method_is_no_body(void **state)
{
    (void)state;
    check_method("GET", "GET");
    check_method("get", "get");
    check_method("PROPFIND", "PROPFIND");
    check_method("VERSION-CONTROL", "VERSION-CONTROL");
    check_method("", "");
    check_method("correcthorsebattery", "[redacted]");
    check_method("password=hunter2&a=1", "[redacted]");
    check_method("S3CRET", "[redacted]");
    check_method("x\"}", "[redacted]");
    check_method("JBSWYGDPEHPKXPXP", "[redacted]");
}

static void test_nor_is_it_in_what_was_found(void **state)
{
    (void)state;
    static struct record r;
    record_init(&r);
    struct exchange *x = sample_exchange("correcthorsebattery", "/api/v2/ping", 200);
    exchange_find(x, "bearer.missing", SEVERITY_PROBLEM, "%.*s was sent without a token.",
                  SPAN_ARG(x->request.head.method));
    record_success(&r, x);
    assert_true(span_eq(x->findings[0].evidence, SPAN("[redacted] was sent without a token.")));
    record_release(&r);
    exchange_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_method_is_no_body),
        cmocka_unit_test(test_nor_is_it_in_what_was_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
