/* Reading JSON without memory: a value, or an error that says what it was for. */
#include "fault.h"

#include "why401/exchange/json_read.h"

static void reading(void)
{
    /* Whatever lay there before must not be taken for an error's code. */
    json_error_t error;
    memset(&error, json_error_numeric_overflow, sizeof error);
    fault_begin();
    json_t *json = json_read(SPAN("{\"limit\": [17, \"a string\"]}"), JSON_ALLOW_NUL, &error);
    bool failed = fault_end();
    assert_true(failed || json != NULL);
    if (!json) {
        assert_string_equal(error.text, "");
        assert_int_equal(json_error_code(&error), json_error_out_of_memory);
    }
    json_decref(json);
}

static void json_is_read_or_memory_was_short(void **state)
{
    (void)state;
    fault_every(reading, FAULT_EACH);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json_is_read_or_memory_was_short),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
