/* The mock without memory: it answers whole, or says by `failed` that it could not. */
#include "fault.h"

#include "asked.h"

#define WALLET "/api/v2/tbtc/wallet/59cd72485007a239fb00282ed480da1f"

static const char *line;
static const char *fields;
static const char *body;

static void asking(void)
{
    struct err err = {0};
    struct wire w;
    struct str out;
    wire_request(&w, line, fields);
    str_init(&out, 4u << 20);
    fault_begin();
    struct mock *m = mock_new(NULL, &err);
    if (m) {
        mock_answer(m, &w.head, span_of(body), &out);
    }
    bool failed = fault_end();
    assert_true(failed || (m && !out.failed));
    if (!m) {
        assert_int_equal(err.code, ERR_MEMORY);
    } else if (!out.failed) {
        assert_true(span_starts(str_span(&out), SPAN("HTTP/1.1 ")));
        assert_non_null(strstr(str_cstr(&out), "\r\n\r\n"));
    }
    mock_free(m);
    str_release(&out);
}

static void a_call_is_answered_or_not(void **state)
{
    (void)state;
    char authorization[128];
    snprintf(authorization, sizeof authorization, "Authorization: Bearer %s\r\n",
             mock_token(MOCK_TOKEN_GOOD));
    fields = authorization;
    body = "";
    line = "GET " WALLET;
    fault_every(asking, 200);
    line = "POST /api/v2/user/login";
    body = "{\"email\":\"a@example.com\",\"password\":\"x\",\"otp\":\"000000\"}";
    fault_every(asking, 200);
    line = "GET /api/v2/tbtc/nothing";
    fields = "";
    body = "";
    fault_every(asking, 200);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_call_is_answered_or_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
