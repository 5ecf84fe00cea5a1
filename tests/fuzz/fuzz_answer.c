/* A failing response as an upstream, or what stands between, may send it: any status, any body, any
 * Content-Encoding. What is read of it lies within its bounds and is valid UTF-8 without NULs;
 * explaining it writes nothing that could hurt a terminal or a log; reading it twice gives the
 * same.
 *
 * Input: a line "STATUS LIMIT CODING", a line with a method and a target, then the body. */
#include "offline.h"
#include "why401/exchange/body.h"

static bool is_utf8(struct span s)
{
    json_t *string = s.len ? json_stringn(s.ptr, s.len) : json_string("");
    bool is = string != NULL;
    json_decref(string);
    return is;
}

static void check_answer(const struct answer *a, size_t limit)
{
    /* A byte that is not UTF-8 becomes three. */
    CHECK(a->text.len <= 3 * limit + 16 && is_utf8(str_span(&a->text)));
    CHECK(a->text.len == 0 || !memchr(a->text.ptr, '\0', a->text.len));
    CHECK(is_utf8(a->error) && is_utf8(a->name) && is_utf8(a->request_id));
    CHECK(!a->json || json_is_object(a->json));
}

static struct exchange *make(struct span line, struct span call, struct span body, size_t *limit)
{
    struct exchange *x = exchange_new(1, 1u << 20);
    struct span method;
    CHECK(x);
    span_cut(&call, ' ', &method);
    x->response.head.status = 400 + (int)(fuzz_number(&line, 401) % 200);
    *limit = fuzz_number(&line, 65536) % 65536 + 1;
    struct http_field *fields = arena_alloc(&x->arena, sizeof *fields);
    fields[0] = (struct http_field){SPAN("Content-Encoding"), line, line};
    x->response.head.fields = fields;
    x->response.head.field_count = line.len > 0;
    x->request.head.method = method;
    x->request.head.target = call.ptr && call.len ? call : SPAN("/");
    x->target = target_split(x->request.head.target);
    x->started_ms = 1795511703123;
    x->maker = MAKER_UPSTREAM;
    x->host = SPAN("app.bitgo.com");
    x->request.complete = x->response.complete = true;
    capture_add(&x->response.body, body, 1u << 20);
    return x;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static const struct inspect_options nothing_known;
    struct span in = fuzz_span(bytes, size);
    struct span line = fuzz_line(&in);
    struct span call = fuzz_line(&in);
    size_t limit;
    struct exchange *x = make(line, call, in, &limit);
    struct answer a;
    struct answer again;
    answer_read(&a, x, limit);
    answer_read(&again, x, limit);
    check_answer(&a, limit);
    CHECK_SAME(a.error, again.error);
    CHECK_SAME(a.name, again.name);
    CHECK_SAME(a.request_id, again.request_id);
    CHECK_SAME(str_span(&a.text), str_span(&again.text));
    answer_release(&a);
    answer_release(&again);
    struct chain *chain = chain_new(offline_rules(), &nothing_known);
    const struct input input = {.kind = INPUT_BODY};
    CHECK(chain);
    offline_judge(chain, &input, x);
    chain_free(chain);
    exchange_free(x);
    return 0;
}
