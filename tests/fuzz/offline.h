/* What 'why401 explain' does with an input, for the targets of its readers: reading, judging, and
 * what is written about it, for people and as JSON. No token of the seeds and no control character
 * may be in what is written. */
#ifndef TESTS_FUZZ_OFFLINE_H
#define TESTS_FUZZ_OFFLINE_H

#include <jansson.h>

#include "fuzz.h"
#include "why401/observe/render.h"
#include "why401/offline/chain.h"
#include "why401/offline/input.h"
#include "why401/offline/words.h"

#define EXCHANGES_MOST    6 /* judged of one input */
#define EXPLANATIONS_MOST 8

/* A part of the made-up token that the seeds have. */
#define TOKEN SPAN("v2x11111111111111111111111111111111")

static inline struct rulepack *offline_rules(void)
{
    static struct rulepack *rules; /* lives as long as the process; reachable, so no leak */
    struct err err = {0};
    rules = rules ? rules : rulepack_builtin(&err);
    CHECK(rules);
    return rules;
}

static inline void offline_check_err(const struct err *err)
{
    CHECK(err->code == ERR_INPUT && err->text[0] && strlen(err->text) < ERR_TEXT_SIZE);
    CHECK(span_find(span_of(err->text), TOKEN) < 0);
    for (const char *c = err->text; *c; c++) {
        CHECK((unsigned char)*c >= ' ' && *c != 0x7f);
    }
}

static inline void offline_check_page(const struct str *out)
{
    struct span page = str_span(out);
    CHECK(!out->failed);
    CHECK(span_find(page, TOKEN) < 0);
    for (size_t i = 0; i < page.len; i++) {
        CHECK((unsigned char)page.ptr[i] >= ' ' || page.ptr[i] == '\n');
    }
}

static inline void offline_check_line(const struct str *out)
{
    struct span line = str_span(out);
    offline_check_page(out);
    CHECK(line.len && memchr(line.ptr, '\n', line.len) == line.ptr + line.len - 1);
    json_error_t error;
    json_t *json = json_loadb(line.ptr, line.len, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &error);
    if (!json) {
        fprintf(stderr, "%s at %d of: %.*s", error.text, error.position, SPAN_ARG(line));
    }
    CHECK(json_is_object(json));
    json_decref(json);
}

static inline void offline_check_exchange(const struct exchange *x)
{
    CHECK(x->finding_count <= FINDINGS_MOST);
    CHECK(x->response.head.status >= 0 && x->response.head.status <= 999);
    CHECK(x->request.head.field_count <= HTTP_FIELDS_MOST);
    CHECK(x->response.head.field_count <= HTTP_FIELDS_MOST);
    CHECK(x->arena.total <= x->arena.cap);
    for (size_t i = 0; i < x->finding_count; i++) {
        CHECK(x->findings[i].id && span_find(x->findings[i].evidence, TOKEN) < 0);
    }
}

static inline void offline_judge(struct chain *chain, const struct input *in, struct exchange *x)
{
    static const struct render how = {.width = 80};
    struct explanation list[EXPLANATIONS_MOST];
    struct answer answer;
    struct str out;
    size_t count = in->kind == INPUT_LINES
                       ? chain_judge_inspected(chain, x, &answer, list, EXPLANATIONS_MOST)
                       : chain_judge(chain, x, &answer, list, EXPLANATIONS_MOST);
    CHECK(count <= EXPLANATIONS_MOST);
    offline_check_exchange(x);
    str_init(&out, 4u << 20);
    render_explanations(&out, &how, x, &answer, list, count);
    offline_check_page(&out);
    str_clear(&out);
    render_explanations_json(&out, input_kind_name(in->kind), x, &answer, list, count);
    offline_check_line(&out);
    str_release(&out);
    answer_release(&answer);
}

/* Words are redacted before they are matched, since evidence quotes them. */
static inline void offline_judge_words(struct span text)
{
    static const struct render how = {.width = 80};
    struct explanation list[EXPLANATIONS_MOST];
    struct arena arena;
    struct str words;
    struct str out;
    arena_init(&arena, 1u << 20);
    str_init(&words, 4 * text.len + 1024);
    words_redact(&words, text);
    CHECK(!words.failed);
    size_t count = explain_text(offline_rules(), str_span(&words), &arena, list, EXPLANATIONS_MOST);
    CHECK(count <= EXPLANATIONS_MOST);
    str_init(&out, 4u << 20);
    render_text(&out, &how, &arena, list, count);
    offline_check_page(&out);
    str_clear(&out);
    render_text_json(&out, "text", &arena, list, count);
    offline_check_line(&out);
    str_release(&out);
    str_release(&words);
    arena_release(&arena);
}

static inline void offline_explain(struct input *in)
{
    static const struct inspect_options nothing_known;
    struct chain *chain = chain_new(offline_rules(), &nothing_known);
    CHECK(chain);
    for (size_t i = 0; i < in->count && i < EXCHANGES_MOST; i++) {
        if (in->kind == INPUT_TEXT) {
            const struct capture *body = &in->exchanges[i]->response.body;
            offline_judge_words(span(body->data, body->len));
        } else {
            offline_judge(chain, in, in->exchanges[i]);
        }
    }
    chain_free(chain);
}

#endif
