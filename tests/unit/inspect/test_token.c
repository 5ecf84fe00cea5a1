/* What tokens look like, and that one token has one fingerprint in all its forms. */
#include "request.h"
#include "token.h"

static void repeat(char *out, size_t n, char c)
{
    memset(out, c, n);
    out[n] = '\0';
}

static void looks(void **state)
{
    (void)state;
    char hex[80];
    char token[TOKEN_SIZE];
    const struct {
        size_t len;
        char c;
        enum token_look look;
    } rows[] = {
        {32, 'a', LOOK_ID},    {40, '0', LOOK_LEGACY}, {64, 'f', LOOK_DIGEST},
        {64, 'F', LOOK_OTHER}, {31, 'a', LOOK_OTHER},  {41, 'a', LOOK_OTHER},
        {67, 'a', LOOK_OTHER}, {64, 'g', LOOK_OTHER},  {0, 'a', LOOK_OTHER},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        repeat(hex, rows[i].len, rows[i].c);
        assert_int_equal(token_look(span_of(hex)), rows[i].look);
    }
    struct span raw = span_of(raw_token('7', token));
    assert_int_equal(token_look(raw), LOOK_RAW);
    assert_int_equal(token_look(span_first(raw, 66)), LOOK_OTHER);
    token[40] = 'G';
    assert_int_equal(token_look(raw), LOOK_OTHER);
}

static void finds_a_raw_token_inside(void **state)
{
    (void)state;
    char token[TOKEN_SIZE];
    char text[200];
    raw_token('7', token);
    snprintf(text, sizeof text, "v2x sid=v2xv2x; token=%s; v2x", token);
    assert_true(token_inside(span_of(text)));
    assert_false(token_inside(span_first(span_of(token), 66)));
    assert_false(token_inside(SPAN("v2x")));
    assert_false(token_inside(span(NULL, 0)));
}

static void what_may_be_shown(void **state)
{
    (void)state;
    char token[TOKEN_SIZE];
    assert_false(token_like(SPAN("tbaseeth:xsgd")));
    assert_false(token_like(SPAN("canton:TestUSD-decade")));
    assert_true(token_like(span_of(raw_token('a', token))));
    assert_true(token_like(SPAN("x0123456789ABCDEFx")));
    char longest[100];
    repeat(longest, 90, 'z');
    assert_true(token_like(span_of(longest)));
}

static void describes_by_length_and_classes(void **state)
{
    (void)state;
    char text[TOKEN_TEXT_SIZE];
    char token[TOKEN_SIZE];
    assert_string_equal(token_describe(SPAN("s3cr"), text),
                        "4 characters long (lower-case letters, digits)");
    assert_string_equal(token_describe(SPAN("S-\xff"), text),
                        "3 characters long (upper-case letters, punctuation, other bytes)");
    assert_string_equal(
        token_describe(SPAN("ABC123"), text),
        "6 characters long (upper-case letters, digits); all are hexadecimal digits");
    struct span raw = span_of(raw_token('7', token));
    assert_non_null(strstr(token_describe(span_first(raw, 60), text), "shorter than one's 67"));
    token[20] = 'Z';
    assert_non_null(strstr(token_describe(raw, text), "other characters than 0-9 and a-f"));
    assert_non_null(strstr(token_describe(SPAN("eyJhbGci.eyJzdWIi.c2ln"), text), "JSON Web Token"));
}

static void one_token_one_fingerprint(void **state)
{
    (void)state;
    /* SHA-256 of v2x and 64 zeros. */
    struct span hash = SPAN("a23017b8c9794e1ec157ea7f03ef47177885d9f3dd0652510c1145bba0e39f54");
    char token[TOKEN_SIZE];
    char raw[FINGERPRINT_SIZE];
    char hashed[FINGERPRINT_SIZE];
    token_fingerprint(span_of(raw_token('0', token)), false, raw);
    token_fingerprint(hash, true, hashed);
    assert_string_equal(raw, "a23017b8c9794e1e");
    assert_string_equal(hashed, raw);
    token_fingerprint(SPAN("A23017B8C9794E1EC1"), true, hashed);
    assert_string_equal(hashed, raw);
    token_fingerprint(SPAN("too short"), true, hashed);
    assert_string_equal(hashed, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(looks),
        cmocka_unit_test(finds_a_raw_token_inside),
        cmocka_unit_test(what_may_be_shown),
        cmocka_unit_test(describes_by_length_and_classes),
        cmocka_unit_test(one_token_one_fingerprint),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
