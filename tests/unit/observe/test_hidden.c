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

/* --- what the exchange calls a secret itself --- */

/* An answer that says what it was sent, in the places in which servers do. */
static struct exchange *echo(const char *said)
{
    char body[2048];
    snprintf(body, sizeof body,
             "{\"error\":\"user %s unknown\",\"name\":\"%s\",\"requestId\":\"%s\",\"x\":[\"%s\"]}",
             said, said, said, said);
    struct exchange *x = answer("application/json", span_of(body));
    exchange_find(x, "a.problem", SEVERITY_PROBLEM, "It says %s.", said);
    return x;
}

#define HEX64 "9f3ce1b09f3ce1b09f3ce1b09f3ce1b09f3ce1b09f3ce1b09f3ce1b09f3ce1b0"

static void test_own_credentials_are_known(void **state)
{
    (void)state;
    static const char *const sent[][4] = {
        {"Authorization", "Bearer " HEX64, HEX64, "9f3ce1b0"},
        {"Authorization", HEX64, HEX64, "9f3ce1b0"},
        {"AUTHORIZATION", "bearer  \"Zq8OpaqueTokenValue77\"", "Zq8OpaqueTokenValue77", "Opaque"},
        {"Authorization", "Bearer v2x" HEX64, HEX64, "9f3ce1b0"},
        {"Authorization",
         "Basic b3BlcmF0b3I6aHVuVGVyMmNhbmFyeQ==", "b3BlcmF0b3I6aHVuVGVyMmNhbmFyeQ==", "b3BlcmF0"},
        {"Authorization", "Basic b3BlcmF0b3I6aHVuVGVyMmNhbmFyeQ==", "operator, not " CANARY,
         CANARY},
        {"Authorization", "Basic b3BlcmF0b3I6aHVuVGVyMmNhbmFyeQ==", "operator", "operator"},
        {"Proxy-Authorization", "Basic b3BlcmF0b3I6aHVuVGVyMmNhbmFyeQ", CANARY, CANARY},
        {"X-Api-Key", CANARY, CANARY, CANARY},
    };
    for (size_t i = 0; i < sizeof sent / sizeof *sent; i++) {
        struct exchange *x = echo(sent[i][2]);
        sample_field(x, &x->request, sent[i][0], sent[i][1]);
        assert_hidden(x, sent[i][3]);
    }
}

static void test_they_are_known_with_escapes_and_when_cut(void **state)
{
    (void)state;
    static const char *const said[] = {"Zq8%4FpaqueTokenValue77", "Zq8\\u004fpaqueTokenValue77",
                                       "Zq8%254FpaqueTokenValue77", "Zq8&#79;paqueTokenValue77"};
    for (size_t i = 0; i < sizeof said / sizeof *said; i++) {
        struct exchange *x = echo(said[i]);
        sample_field(x, &x->request, "Authorization", "Bearer Zq8OpaqueTokenValue77");
        assert_hidden(x, "TokenValue77");
    }
    /* A request id is cut at its hundredth byte. */
    char id[128];
    memset(id, 'i', 80);
    strcpy(id + 80, "Zq8OpaqueTokenValue77");
    struct exchange *x = echo(id);
    sample_field(x, &x->request, "Authorization", "Bearer Zq8OpaqueTokenValue77");
    assert_hidden(x, "Zq8Opaque");
}

static void test_own_parameters_and_members_are_known(void **state)
{
    (void)state;
    struct exchange *x = echo(CANARY " %C3%A9");
    x->request.head.target = SPAN("/api/v2/x?a=b&password=hun%54er2canary");
    x->target = target_split(x->request.head.target);
    assert_hidden(x, CANARY);
    x = echo(CANARY);
    sample_body(&x->request, "{\"user\":{\"passphrases\":[\"" CANARY "\"]},\"a\":1}");
    assert_hidden(x, CANARY);
    x = echo(CANARY);
    sample_field(x, &x->request, "Content-Type", "application/x-www-form-urlencoded");
    sample_body(&x->request, "user=me&password=hun%54er2canary");
    assert_hidden(x, CANARY);
}

static void assert_shown(struct exchange *x, const char *text)
{
    char *seen = outputs_of(x);
    assert_non_null(strstr(seen, text));
    free(seen);
}

/* Ids, fingerprints and placeholders stay. */
static void test_what_is_no_secret_stays(void **state)
{
    (void)state;
    struct exchange *x = echo("59cd72485007a239fb00282ed480da1f");
    sample_field(x, &x->request, "Authorization", "Bearer 59cd72485007a239fb00282ed480da1f");
    x->token.form = TOKEN_ID;
    assert_shown(x, "user 59cd72485007a239fb00282ed480da1f unknown");
    x = echo("something");
    sample_field(x, &x->request, "Authorization", "Bearer " HEX64);
    x->token.form = TOKEN_SDK;
    memcpy(x->token.fingerprint, HEX64, FINGERPRINT_SIZE - 1);
    exchange_find(x, "b.problem", SEVERITY_PROBLEM, "Its fingerprint is %s", x->token.fingerprint);
    assert_shown(x, "Its fingerprint is 9f3ce1b09f3ce1b0");
    x = echo("undefined");
    sample_field(x, &x->request, "Authorization", "Bearer undefined");
    exchange_find(x, "bearer.placeholder", SEVERITY_PROBLEM, "The bearer is undefined.");
    assert_shown(x, "The bearer is undefined.");
}

/* What was found clean in one exchange may be the secret of the next, and is none in the third. */
static void test_each_exchange_has_its_own(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_start(&b);
    for (int i = 0; i < 3; i++) {
        struct exchange *x = echo("Zq8OpaqueTokenValue77");
        sample_field(x, &x->request, "Authorization",
                     i == 1 ? "Bearer Zq8OpaqueTokenValue77" : "Bearer another-token");
        observer_give(b.observer, x);
    }
    bench_drain(&b);
    const char *seen = bench_json(&b);
    assert_int_equal(count_of(seen, "\"error\":\"user Zq8OpaqueTokenValue77 unknown\""), 2);
    assert_int_equal(count_of(seen, "\"error\":\"user [redacted] unknown\""), 1);
    bench_close(&b);
}

/* --- what only JSON shows to be secret --- */

static void test_json_is_searched_as_json(void **state)
{
    (void)state;
    static const char *const bodies[] = {
        "{\"value\":\"" CANARY "\",\"name\":\"password\"}",
        "{\"name\":\"password\",\"type\":\"string\",\"value\":\"" CANARY "\"}",
        "{\"error\":{\"name\":\"password\",\"type\":\"string\",\"value\":\"" CANARY "\"}}",
        "[{\"value\":\"" CANARY "\",\"name\":\"password\"}]",
        "{\"password/user\":\"" CANARY "\"}",
        "{\"my password \xc3\xa9\":\"" CANARY "\"}",
    };
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        assert_hidden(answer("application/json", span_of(bodies[i])), CANARY);
        assert_hidden(answer("application/json", span_of(bodies[i])), CANARY);
    }
}

/* Express calls "input" what it is to encrypt, and what it could not decrypt. */
static void test_bodies_of_encryption(void **state)
{
    (void)state;
    static const char input[] = "{\"error\":\"no\",\"input\":\"" CANARY "\"}";
    struct exchange *x = answer("application/json", span_of(input));
    x->request.head.target = SPAN("/api/v2/encrypt?a=b");
    x->target = target_split(x->request.head.target);
    sample_body(&x->request, input);
    assert_hidden(x, CANARY);
    assert_shown(answer("application/json", span_of(input)), CANARY);
}

/* What hides nothing stands as the server wrote it; else it is the same JSON. */
static void test_json_keeps_its_form(void **state)
{
    (void)state;
    assert_shown(
        answer("application/json", SPAN("{ \"error\" : \"no\", \"n\" : 1.50 }")),
        "\"body\":\"{ \\\"error\\\" : \\\"no\\\", \\\"n\\\" : 1.50 }\",\"body_cut\":false");
    assert_shown(answer("application/json",
                        SPAN("{\"error\":\"no\",\"value\":\"" CANARY "\",\"name\":\"password\"}")),
                 "\"answer\":{\"error\":\"no\",\"name\":\"password\"");
}

/* What its name makes a secret, but nobody could tell from a word, stays readable in the answer. */
static void test_ordinary_words_are_no_secrets(void **state)
{
    (void)state;
    static const struct {
        const char *asked, *answered;
    } rows[] = {
        {"{\"password\":\"password\"}", "password error - ccm: tag does not match"},
        {"{\"token\":\"tbaseeth:xsgd\"}", "the coin tbaseeth:xsgd is not enabled"},
        {"{\"tokens\":[{\"name\":\"hteth:usdc1\",\"label\":\"my wallet 1\"}]}",
         "hteth:usdc1 in my wallet 1 is not enabled"},
        {"{\"walletPassphrase\":\"passphrase123\"}", "no wallet with this wallet passphrase"},
        {"{\"otp\":\"00000000\"}", "the amount is 1000000000"},
        {"{\"secret\":\"abcd1234\"}", "the id is 59abcd123405"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char body[256];
        snprintf(body, sizeof body, "{\"error\":\"%s\"}", rows[i].answered);
        struct exchange *x = answer("application/json", span_of(body));
        capture_add(&x->request.body, span_of(rows[i].asked), 1 << 18);
        char *seen = outputs_of(x);
        if (!strstr(seen, rows[i].answered)) {
            fail_msg("hidden: %s", rows[i].answered);
        }
        free(seen);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ordinary_words_are_no_secrets),
        cmocka_unit_test(test_wide_answers_are_read),
        cmocka_unit_test(test_what_is_no_text_is_left_out),
        cmocka_unit_test(test_escaped_nuls),
        cmocka_unit_test(test_own_credentials_are_known),
        cmocka_unit_test(test_they_are_known_with_escapes_and_when_cut),
        cmocka_unit_test(test_own_parameters_and_members_are_known),
        cmocka_unit_test(test_what_is_no_secret_stays),
        cmocka_unit_test(test_each_exchange_has_its_own),
        cmocka_unit_test(test_json_is_searched_as_json),
        cmocka_unit_test(test_bodies_of_encryption),
        cmocka_unit_test(test_json_keeps_its_form),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
