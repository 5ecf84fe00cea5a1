/* Spans, buffers, strings and arenas: what they hold and where they stop. */
#include "testing.h"
#include "why401/base/arena.h"
#include "why401/base/buf.h"
#include "why401/base/str.h"

static void spans_are_compared_and_searched(void **state)
{
    (void)state;
    assert_true(span_ieq(SPAN("Content-Length"), SPAN("content-lengtH")));
    assert_false(span_ieq(SPAN("a["), SPAN("a{")));
    assert_true(span_istarts(SPAN("Bearer x"), SPAN("bearer ")));
    assert_true(span_ends(SPAN("a.json"), SPAN(".json")));
    assert_int_equal(span_find(SPAN("aXbX"), SPAN("X")), 1);
    assert_int_equal(span_find(SPAN(""), SPAN("X")), -1);
    assert_int_equal(span_ifind(SPAN("No Access Token"), SPAN("access")), 3);
    assert_int_equal(span_trim(SPAN(" \t a b\t ")).len, 3);
    assert_int_equal(span_from(SPAN("abc"), 9).len, 0);
}

static void cutting_gives_every_part_once(void **state)
{
    (void)state;
    struct span rest = SPAN("a,,b");
    struct span part;
    assert_true(span_cut(&rest, ',', &part) && span_eq(part, SPAN("a")));
    assert_true(span_cut(&rest, ',', &part) && part.len == 0);
    assert_true(span_cut(&rest, ',', &part) && span_eq(part, SPAN("b")));
    assert_false(span_cut(&rest, ',', &part));
}

static void numbers_are_digits_and_nothing_else(void **state)
{
    (void)state;
    uint64_t n = 7;
    assert_true(span_u64(SPAN("000123"), &n));
    assert_int_equal(n, 123);
    static const char *const bad[] = {"", "+1", "-1", " 1", "1 ", "0x1", "1234567890123456789"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_false(span_u64(span_of(bad[i]), &n));
    }
    assert_int_equal(n, 123);
    assert_true(span_is_hex(SPAN("09af"), true));
    assert_false(span_is_hex(SPAN("09AF"), true));
    assert_true(span_is_hex(SPAN("09AF"), false));
    assert_false(span_is_hex(SPAN(""), false));
}

static void a_buffer_keeps_order_and_its_limit(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 3000);
    char pattern[1000];
    uint8_t in = 0;
    uint8_t out = 0;
    for (int round = 0; round < 200; round++) {
        size_t n = (size_t)(round * 37 % 999) + 1;
        for (size_t i = 0; i < n; i++) {
            pattern[i] = (char)in++;
        }
        if (buf_append(&b, span(pattern, n)) != 0) {
            assert_true(n > buf_room(&b));
            in = (uint8_t)(in - n);
        }
        struct span waiting = span_first(buf_peek(&b), (size_t)(round * 53 % 700));
        for (size_t i = 0; i < waiting.len; i++) {
            assert_int_equal((uint8_t)waiting.ptr[i], out++);
        }
        buf_consume(&b, waiting.len);
        assert_true(buf_len(&b) <= 3000);
    }
    buf_consume(&b, buf_len(&b));
    buf_trim(&b);
    assert_null(b.data);
}

static void a_string_that_fails_stays_failed(void **state)
{
    (void)state;
    struct str s;
    str_init(&s, 10);
    str_addf(&s, "%d-%s", 42, "abc");
    assert_string_equal(str_cstr(&s), "42-abc");
    str_add(&s, SPAN("too long"));
    assert_true(s.failed);
    str_add_c(&s, 'x');
    assert_string_equal(str_cstr(&s), "42-abc");
    str_clear(&s);
    str_add(&s, SPAN("0123456789"));
    assert_false(s.failed);
    str_release(&s);
}

static void an_arena_stops_at_its_cap(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, 20000);
    assert_non_null(arena_alloc(&a, 10000));
    assert_null(arena_alloc(&a, 10001));
    assert_int_equal(arena_copy(&a, SPAN("kept")).len, 4);
    assert_string_equal(arena_printf(&a, "%s %d", "a", 1).ptr, "a 1");
    arena_release(&a);
    assert_int_equal(a.total, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spans_are_compared_and_searched),
        cmocka_unit_test(cutting_gives_every_part_once),
        cmocka_unit_test(numbers_are_digits_and_nothing_else),
        cmocka_unit_test(a_buffer_keeps_order_and_its_limit),
        cmocka_unit_test(a_string_that_fails_stays_failed),
        cmocka_unit_test(an_arena_stops_at_its_cap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
