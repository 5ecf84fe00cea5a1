/* Where lines for a terminal are broken, and where they are not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "fold.h"

static void folds(const char *text, size_t column, size_t width, const char *want)
{
    struct str out;
    str_init(&out, 4096);
    fold(&out, span_of(text), column, width);
    assert_string_equal(str_cstr(&out), want);
    str_release(&out);
}

static void between_words(void **state)
{
    (void)state;
    folds("", 0, 10, "");
    folds("one two", 0, 7, "one two");
    folds("one two", 0, 6, "one\ntwo");
    folds("one two three four", 3, 12, "one two\n   three\n   four");
    folds("one:   two three", 0, 10, "one:   two\nthree");
    folds("one   two", 0, 6, "one\ntwo");
    folds("one   ", 0, 4, "one");
    folds("naïve 東京 words", 0, 10, "naïve 東京\nwords");
}

static void not_without_a_terminal(void **state)
{
    (void)state;
    folds("  one two  three ", 8, SIZE_MAX, "  one two  three ");
}

static void never_what_is_copied(void **state)
{
    (void)state;
    folds("see https://localhost:8401/api/v2/ping there", 0, 10,
          "see\nhttps://localhost:8401/api/v2/ping\nthere");
    folds("run 'why401 help run' for it", 0, 18, "run\n'why401 help run'\nfor it");
    folds("run it ('why401 help run').", 0, 19, "run it\n('why401 help run').");
    folds("in '/my home/ca.pem' now", 0, 10, "in\n'/my home/ca.pem'\nnow");
    folds("BitGo's own 'word", 0, 12, "BitGo's own\n'word");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(between_words),
        cmocka_unit_test(not_without_a_terminal),
        cmocka_unit_test(never_what_is_copied),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
