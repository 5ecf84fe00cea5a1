/* What reads texts of peers costs about their length, never its square: a short input is repeated
 * until it is a long one, and everything that an observer does with a body is done with it. Its CPU
 * time is bounded, so that an answer made for it cannot hold up the judging of all others.
 *
 * Input: an optional line "%%BEFORE" that stands in front once, then what is repeated. */
#include <time.h>

#include "offline.h"
#include "why401/exchange/body.h"
#include "why401/observe/redact.h"
#include "why401/observe/text.h"

#define LENGTH       65536
#define UNIT_MOST    512
#define SECONDS_MOST 3.0 /* of CPU; with sanitizers a tenth of it is usual */

static double cpu_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double since;

static void check_cost(const char *what)
{
    double cost = cpu_seconds() - since;
    if (cost > SECONDS_MOST) {
        fprintf(stderr, "does not hold: %s costs about the length; it took %.1f s\n", what, cost);
        abort();
    }
    since = cpu_seconds();
}

static void redact_it(struct span text)
{
    struct str out;
    str_init(&out, 64u << 20);
    redact_text(&out, text);
    check_cost("redact_text");
    str_clear(&out);
    redact_target(&out, text);
    check_cost("redact_target");
    str_clear(&out);
    words_redact(&out, text);
    check_cost("words_redact");
    str_clear(&out);
    text_escape(&out, text, SIZE_MAX);
    check_cost("text_escape");
    str_clear(&out);
    percent_decode(&out, text, true);
    check_cost("percent_decode");
    str_release(&out);
}

static void read_it(struct span text)
{
    static const char *const keys[] = {"error", "message", "requestId"};
    struct str clean;
    str_init(&clean, 3 * LENGTH + 16);
    utf8_clean(&clean, text);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        body_scan(str_span(&clean), span_of(keys[i]));
    }
    check_cost("body_scan");
    json_decref(body_json(str_span(&clean)));
    check_cost("body_json");
    str_release(&clean);
}

static void explain_it(struct span text)
{
    struct input in;
    struct err err = {0};
    if (input_read(&in, text, "in.txt", &err) == 0) {
        check_cost("input_read");
        offline_explain(&in);
        check_cost("explaining");
    }
    input_release(&in);
}

static void judge_it(struct span text)
{
    static const struct inspect_options nothing_known;
    const struct input input = {.kind = INPUT_BODY};
    struct exchange *x = exchange_new(1, 4u << 20);
    struct chain *chain = chain_new(offline_rules(), &nothing_known);
    CHECK(x && chain);
    x->request.head.method = SPAN("POST");
    x->request.head.target = SPAN("/api/v2/user/accesstoken");
    x->target = target_split(x->request.head.target);
    x->response.head.status = 400;
    x->maker = MAKER_UPSTREAM;
    x->host = SPAN("app.bitgo.com");
    capture_add(&x->request.body, text, LENGTH);
    capture_add(&x->response.body, text, LENGTH);
    offline_judge(chain, &input, x);
    check_cost("judging");
    chain_free(chain);
    exchange_free(x);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct span unit = fuzz_span(bytes, size);
    struct span before = span("", 0);
    struct str text;
    if (span_starts(unit, SPAN("%%"))) {
        before = span_from(fuzz_line(&unit), 2);
    }
    unit = span_first(unit, UNIT_MOST);
    if (unit.len == 0) {
        return 0;
    }
    str_init(&text, LENGTH + 2 * UNIT_MOST);
    str_add(&text, span_first(before, UNIT_MOST));
    while (text.len < LENGTH) {
        str_add(&text, unit);
    }
    since = cpu_seconds();
    redact_it(str_span(&text));
    read_it(str_span(&text));
    explain_it(str_span(&text));
    judge_it(str_span(&text));
    str_release(&text);
    return 0;
}
