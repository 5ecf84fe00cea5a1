/* Everything that an observer does with a text of a peer, for those who ask what that costs: the
 * target fuzz_cost, and tests/costs. A short input is repeated until it is a long text.
 *
 * Input: an optional line "%%BEFORE" that stands in front once, then what is repeated. */
#ifndef TESTS_FUZZ_COST_H
#define TESTS_FUZZ_COST_H

#include "offline.h"
#include "why401/exchange/body.h"
#include "why401/observe/redact.h"
#include "why401/observe/text.h"

#define COST_UNIT_MOST 512

/* Told what has just been done. */
typedef void cost_done(const char *what);

/* Makes a text of about `length` bytes in *text, which is empty. False if there is nothing to
 * repeat. */
static inline bool cost_text(struct str *text, struct span input, size_t length)
{
    struct span before = span("", 0);
    if (span_starts(input, SPAN("%%"))) {
        before = span_from(fuzz_line(&input), 2);
    }
    input = span_first(input, COST_UNIT_MOST);
    str_add(text, span_first(before, COST_UNIT_MOST));
    while (input.len && text->len < length) {
        str_add(text, input);
    }
    return input.len > 0;
}

static inline void cost_redact(struct span text, cost_done *done)
{
    struct str out;
    str_init(&out, 64u << 20);
    redact_text(&out, text);
    done("redact_text");
    str_clear(&out);
    redact_target(&out, text);
    done("redact_target");
    str_clear(&out);
    words_redact(&out, text);
    done("words_redact");
    str_clear(&out);
    text_escape(&out, text, SIZE_MAX);
    done("text_escape");
    str_clear(&out);
    percent_decode(&out, text, true);
    done("percent_decode");
    str_release(&out);
}

static inline void cost_read(struct span text, cost_done *done)
{
    static const char *const keys[] = {"error", "message", "requestId"};
    struct str clean;
    str_init(&clean, 3 * text.len + 16);
    utf8_clean(&clean, text);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        body_scan(str_span(&clean), span_of(keys[i]));
    }
    done("body_scan");
    json_decref(body_json(str_span(&clean)));
    done("body_json");
    str_release(&clean);
}

static inline void cost_explain(struct span text, cost_done *done)
{
    struct input in;
    struct err err = {0};
    if (input_read(&in, text, "in.txt", &err) == 0) {
        done("input_read");
        offline_explain(&in);
        done("explaining");
    }
    input_release(&in);
}

static inline void cost_judge(struct span text, cost_done *done)
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
    capture_add(&x->request.body, text, text.len);
    capture_add(&x->response.body, text, text.len);
    offline_judge(chain, &input, x);
    done("judging");
    chain_free(chain);
    exchange_free(x);
}

static inline void cost_all(struct span text, cost_done *done)
{
    cost_redact(text, done);
    cost_read(text, done);
    cost_explain(text, done);
    cost_judge(text, done);
}

#endif
