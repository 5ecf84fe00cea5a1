/* What is known to be clean is not searched again, so a text may pass for one only if it is the
 * same, byte for byte, and was searched in the same way. */
#include "clean.h"
#include "testing.h"

#define NO_KIND span(NULL, 0)

static struct clean_texts texts;

static int forget_all(void **state)
{
    (void)state;
    texts = (struct clean_texts){0};
    return 0;
}

static bool knows(const char *kind, const char *text)
{
    return clean_knows(&texts, span_of(kind), span_of(text));
}

static void keep(const char *kind, const char *text)
{
    clean_keep(&texts, span_of(kind), span_of(text));
}

static void a_kept_text_is_known(void **state)
{
    (void)state;
    char text[] = "No Authorization field was sent.";
    assert_false(knows("", text));
    clean_keep(&texts, NO_KIND, span_of(text));
    assert_true(knows("", text));
    memset(text, 'x', sizeof text - 1); /* it is a copy that is known */
    assert_true(knows("", "No Authorization field was sent."));
    assert_false(knows("", text));
    clean_keep(&texts, NO_KIND, SPAN("a\0b"));
    assert_true(clean_knows(&texts, NO_KIND, SPAN("a\0b")));
    assert_false(clean_knows(&texts, NO_KIND, SPAN("a\0c")));
}

/* Every other byte in every place, a byte less and a byte more, at either end. */
static void nothing_else_is_known(void **state)
{
    (void)state;
    static const char kept[] = "/api/v2/tbtc/wallet?limit=25";
    const size_t len = sizeof kept - 1;
    char text[sizeof kept + 1];
    keep("", kept);
    for (size_t at = 0; at < len; at++) {
        for (int other = 1; other < 256; other++) {
            memcpy(text, kept, len);
            text[at] = (char)(text[at] ^ other);
            assert_false(clean_knows(&texts, NO_KIND, span(text, len)));
        }
    }
    for (size_t less = 0; less < len; less++) {
        assert_false(clean_knows(&texts, NO_KIND, span(kept, less)));
        assert_false(clean_knows(&texts, NO_KIND, span(kept + len - less, less)));
    }
    assert_false(clean_knows(&texts, NO_KIND, span(kept, len + 1))); /* with its NUL */
}

static void kinds_do_not_mix(void **state)
{
    (void)state;
    keep("user-agent", "curl/8.5");
    assert_true(knows("user-agent", "curl/8.5"));
    assert_false(knows("", "curl/8.5"));
    assert_false(knows("\n", "curl/8.5"));
    assert_false(knows("user-agen", "tcurl/8.5"));
    assert_false(knows("user-agentc", "url/8.5"));
    assert_false(knows("", "user-agentcurl/8.5"));
    assert_false(knows("user-agentcurl/8.5", ""));
    assert_false(knows("User-Agent", "curl/8.5")); /* a field's name as it came */
}

static void long_and_empty_texts_are_not_kept(void **state)
{
    (void)state;
    static const char bytes[2 * CLEAN_MOST];
    for (size_t kind = 0; kind <= CLEAN_MOST + 1; kind++) {
        for (size_t len = 0; len <= CLEAN_MOST + 1; len++) {
            clean_keep(&texts, span(bytes, kind), span(bytes, len));
            assert_int_equal(clean_knows(&texts, span(bytes, kind), span(bytes, len)),
                             len > 0 && kind + len <= CLEAN_MOST);
        }
    }
    clean_keep(&texts, span(bytes, SIZE_MAX), SPAN("x"));
    clean_keep(&texts, SPAN("x"), span(bytes, SIZE_MAX));
}

/* Where a text is kept: in a store of its own, the set in which something is then. */
static size_t set_of(const char *text)
{
    static struct clean_texts alone;
    size_t set = 0;
    alone = (struct clean_texts){0};
    clean_keep(&alone, NO_KIND, span_of(text));
    while (set < CLEAN_SETS - 1 && alone.sets[set].places[0].len == 0) {
        set++;
    }
    return set;
}

/* So many texts that share a set, each shorter than the one before. */
static void find_neighbours(char (*near)[CLEAN_MOST], size_t count)
{
    size_t found = 0;
    for (unsigned i = 0; found < count; i++) {
        snprintf(near[found], CLEAN_MOST, "%0*u", (int)(200 - 20 * found), i);
        found += set_of(near[found]) == 0;
    }
}

static void a_newer_text_takes_the_place_of_the_oldest(void **state)
{
    (void)state;
    enum { COUNT = 2 * CLEAN_WAYS };
    static char near[COUNT][CLEAN_MOST];
    static const char far[] = "in another set";
    assert_int_not_equal(set_of(far), 0);
    find_neighbours(near, COUNT);
    keep("", far);
    for (size_t i = 0; i < COUNT; i++) {
        keep("", near[i]);
        for (size_t k = 0; k < COUNT; k++) {
            assert_int_equal(knows("", near[k]), k <= i && k + CLEAN_WAYS > i);
        }
    }
    assert_true(knows("", far));
}

/* Texts of any length that differ in a few bytes, at their beginning or at their end, do not push
 * each other out. */
static void texts_that_are_alike_spread(void **state)
{
    (void)state;
    static const char same[] = "/api/v2/tbtc/wallet/59cd72485007a239fb00282ed480da1f/transfer";
    for (int len = 0; len < (int)sizeof same; len++) {
        for (int at_end = 0; at_end < 2; at_end++) {
            bool used[CLEAN_SETS] = {false};
            size_t sets = 0;
            for (int number = 0; number < 3 * CLEAN_SETS; number++) {
                char digits[12];
                char text[CLEAN_MOST];
                snprintf(digits, sizeof digits, "%02d", number);
                snprintf(text, sizeof text, "%s%.*s%s", at_end ? "" : digits, len, same,
                         at_end ? digits : "");
                sets += !used[set_of(text)];
                used[set_of(text)] = true;
            }
            assert_in_range(sets, CLEAN_SETS * 3 / 4, CLEAN_SETS);
        }
    }
}

#define T(name) cmocka_unit_test_setup(name, forget_all)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_kept_text_is_known),
        T(nothing_else_is_known),
        T(kinds_do_not_mix),
        T(long_and_empty_texts_are_not_kept),
        T(a_newer_text_takes_the_place_of_the_oldest),
        T(texts_that_are_alike_spread),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
