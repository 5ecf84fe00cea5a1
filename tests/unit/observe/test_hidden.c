/* What no output says, wherever it stands: each exchange goes to all of them. */
#include <stdlib.h>

#include "bench.h"

#define CANARY "hunTer2canary"

/* What a person at the terminal, a program and a reader of the HAR get to see of x, with NULs taken
 * out, for some would not see them. To be freed. */
static char *outputs_of(struct exchange *x)
{
    struct bench b;
    char path[64];
    static char har[1 << 20];
    struct str all;
    bench_open(&b);
    snprintf(path, sizeof path, "%s/all.har", b.dir);
    b.options.har_path = path;
    bench_start(&b);
    observer_give(b.observer, x);
    bench_drain(&b);
    str_init(&all, 4 << 20);
    str_add(&all, span_of(bench_terminal(&b)));
    str_add(&all, span_of(bench_json(&b)));
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    str_add(&all, span(har, fread(har, 1, sizeof har, f)));
    fclose(f);
    bench_close(&b);
    char *text = malloc(all.len + 1);
    assert_non_null(text);
    size_t len = 0;
    static const struct span nuls[] = {{"\\u0000", 6}, {"\\x00", 4}};
    for (size_t i = 0; i < all.len;) {
        struct span rest = span_from(str_span(&all), i);
        size_t nul = span_starts(rest, nuls[0]) ? 6 : span_starts(rest, nuls[1]) ? 4 : 0;
        if (nul == 0) {
            text[len++] = all.ptr[i];
        }
        i += nul ? nul : 1;
    }
    text[len] = '\0';
    str_release(&all);
    return text;
}

static void assert_hidden(struct exchange *x, const char *secret)
{
    char *seen = outputs_of(x);
    const char *at = strstr(seen, secret);
    if (at) {
        fail_msg("%s stands there: %.300s", secret, at - seen > 200 ? at - 200 : seen);
    }
    free(seen);
}

/* A failing answer of that type with this body. */
static struct exchange *answer(const char *type, struct span body)
{
    struct exchange *x = sample_exchange("GET", "/api/v2/user/me", 401);
    x->response.head.fields[0].value = arena_copy(&x->arena, span_of(type));
    capture_add(&x->response.body, body, 1 << 18);
    x->response.body_bytes = body.len;
    return x;
}

/* --- character sets --- */

/* ASCII as units of `width` bytes, of which `at` is the one that counts. */
static struct span widened(const char *text, size_t width, size_t at)
{
    static char bytes[4096];
    size_t len = strlen(text);
    assert_true(len * width <= sizeof bytes);
    memset(bytes, 0, sizeof bytes);
    for (size_t i = 0; i < len; i++) {
        bytes[i * width + at] = text[i];
    }
    return span(bytes, len * width);
}

static void test_wide_answers_are_read(void **state)
{
    (void)state;
    static const char body[] = "{\"error\":\"the moon is not open\",\"password\":\"" CANARY "\"}";
    static const size_t forms[][2] = {{2, 0}, {2, 1}, {4, 0}, {4, 3}};
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        char *seen =
            outputs_of(answer("application/json", widened(body, forms[i][0], forms[i][1])));
        assert_null(strstr(seen, CANARY));
        assert_non_null(strstr(seen, "The moon is closed for your account"));
        assert_non_null(strstr(seen, "\"error\":\"the moon is not open\""));
        free(seen);
    }
}

/* The same words everywhere. */
static void assert_left_out(struct exchange *x)
{
    static const char json[] =
        "\"body_comment\":\"left out: it is not UTF-8 text, so it could not be searched for "
        "secrets\"";
    char *seen = outputs_of(x);
    assert_null(strstr(seen, CANARY));
    assert_non_null(strstr(seen, json));
    assert_non_null(strstr(seen, json + strlen("\"body_")));
    assert_non_null(strstr(seen, "app.bitgo.com, its body left out: it is not UTF-8 text"));
    free(seen);
}

static void test_what_is_no_text_is_left_out(void **state)
{
    (void)state;
    assert_left_out(answer("application/json", SPAN("{\"x\":\"\0\",\"password\":\"" CANARY "\"}")));
    assert_left_out(
        answer("text/plain; charset=utf-7", SPAN("+AHA-assword: +AGg-" CANARY " " CANARY)));
}

/* JSON may say U+0000 where no text has it. */
static void test_escaped_nuls(void **state)
{
    (void)state;
    assert_hidden(answer("application/json",
                         SPAN("{\"error\":\"\\u0000p\\u0000a\\u0000s\\u0000s\\u0000w\\u0000o"
                              "\\u0000r\\u0000d\\u0000=\\u0000h\\u0000u\\u0000n\\u0000T"
                              "\\u0000e\\u0000r2canary\"}")),
                  CANARY);
    assert_hidden(answer("application/json", SPAN("{\"pass\\u0000word\":\"" CANARY "\"}")), CANARY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wide_answers_are_read),
        cmocka_unit_test(test_what_is_no_text_is_left_out),
        cmocka_unit_test(test_escaped_nuls),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
