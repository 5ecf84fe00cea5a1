/* Rule packs: a rule file is added to a pack, or refused with one line that names it and leaves the
 * pack as it was. A rule that was added has all that a page shows, and is matched against a few
 * exchanges and sentences; its evidence is bounded.
 *
 * Input: the file. */
#include <unistd.h>

#include "fuzz.h"
#include "why401/explain/explain.h"
#include "why401/observe/render.h"

static char path[64];

static void remove_file(void)
{
    unlink(path);
}

static void write_file(struct span bytes)
{
    if (!path[0]) {
        snprintf(path, sizeof path, "/tmp/why401-fuzz-rule-%ld.json", (long)getpid());
        atexit(remove_file);
    }
    FILE *file = fopen(path, "wb");
    CHECK(file);
    CHECK(bytes.len == 0 || fwrite(bytes.ptr, 1, bytes.len, file) == bytes.len);
    CHECK(fclose(file) == 0);
}

static struct exchange *failing(int status, const char *target, const char *body)
{
    static struct http_field fields[2];
    struct exchange *x = exchange_new(1, 1u << 18);
    CHECK(x);
    fields[0] = (struct http_field){SPAN("Content-Type"), SPAN("application/json"),
                                    SPAN("Content-Type: application/json")};
    fields[1] = (struct http_field){SPAN("X-Request-Id"), SPAN("r1"), SPAN("X-Request-Id: r1")};
    x->started_ms = 1795511703123;
    x->request.head.method = SPAN("POST");
    x->request.head.target = span_of(target);
    x->request.complete = x->response.complete = true;
    x->target = target_split(x->request.head.target);
    x->host = SPAN("app.bitgo.com");
    x->scheme = SPAN("https");
    x->maker = MAKER_UPSTREAM;
    x->response.head.status = status;
    x->response.head.fields = fields;
    x->response.head.field_count = 2;
    capture_add(&x->request.body,
                SPAN("{\"duration\":3600,\"scope\":[\"wallet_create\"],\"a\":{\"b\":[1]}}"),
                1u << 16);
    capture_add(&x->response.body, span_of(body), 1u << 16);
    exchange_find(x, "bearer.missing", SEVERITY_PROBLEM, "The Authorization field is missing.");
    return x;
}

static void match(struct rulepack *pack, int status, const char *target, const char *body)
{
    struct exchange *x = failing(status, target, body);
    struct explanation list[8];
    struct render how = {.width = 80};
    struct answer a;
    struct str out;
    answer_read(&a, x, 1u << 16);
    size_t count = explain_exchange(pack, x, &a, list, 8);
    CHECK(count <= 8);
    for (size_t i = 0; i < count; i++) {
        CHECK(list[i].evidence_count <= EVIDENCE_LINES && list[i].against_count <= AGAINST_LINES);
        CHECK(list[i].confidence >= CONFIDENCE_POSSIBLE &&
              list[i].confidence <= CONFIDENCE_CERTAIN);
        CHECK(i == 0 || list[i].confidence <= list[i - 1].confidence);
    }
    str_init(&out, 4u << 20);
    render_explanations(&out, &how, x, &a, list, count);
    CHECK(!out.failed);
    str_release(&out);
    answer_release(&a);
    exchange_free(x);
}

static void check_list(const char *const *list)
{
    for (; list && *list; list++) {
        CHECK(**list);
    }
}

static void check_rule(const struct rule *r)
{
    struct render how = {.width = 80};
    struct str out;
    CHECK(rule_id(r)[0] && rule_title(r)[0] && rule_meaning(r)[0] && rule_scenario(r)[0]);
    check_list(rule_steps(r));
    check_list(rule_support_send(r));
    check_list(rule_support_ask(r));
    check_list(rule_links(r));
    str_init(&out, 4u << 20);
    render_rule(&out, &how, r);
    for (size_t i = 0; i < out.len; i++) {
        CHECK((unsigned char)out.ptr[i] >= ' ' || out.ptr[i] == '\n');
    }
    str_clear(&out);
    render_rule_json(&out, r);
    json_t *json = json_loadb(out.ptr, out.len, 0, NULL);
    CHECK(!out.failed && json_is_object(json));
    json_decref(json);
    str_release(&out);
}

static void match_words(const struct rulepack *pack, struct span words)
{
    struct explanation list[8];
    struct arena arena;
    arena_init(&arena, 1u << 20);
    CHECK(explain_text(pack, words, &arena, list, 8) <= 8);
    arena_release(&arena);
}

/* The pack without rules of its own to which the file is added; a fresh one for each input. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct err err = {0};
    struct rulepack *pack = rulepack_builtin(&err);
    CHECK(pack);
    size_t before = rulepack_size(pack);
    write_file(fuzz_span(bytes, size));
    if (rulepack_add_file(pack, path, &err) == 0) {
        CHECK(rulepack_size(pack) == before || rulepack_size(pack) == before + 1);
        const struct rule *r = NULL;
        for (size_t i = 0; i < rulepack_size(pack); i++) {
            r = strcmp(rule_file(rulepack_at(pack, i)), path) == 0 ? rulepack_at(pack, i) : r;
        }
        CHECK(r && rulepack_find(pack, span_of(rule_id(r))) == r);
        check_rule(r);
        match(pack, 401, "/api/v2/user/accesstoken?a=b",
              "{\"error\":\"No access token\",\"name\":\"Unauthorized\"}");
        match(pack, 400, "/api/v2/tbtc/wallet/0123456789abcdef0123456789abcdef/sendcoins",
              "{\"error\":{\"message\":\"needs unlock\",\"code\":7},\"needsUnlock\":true}");
        match(pack, 500, "/", "<html>no</html>");
        match_words(pack,
                    SPAN("our access token has suddenly disappeared, needs unlock, why 401?"));
    } else {
        CHECK(rulepack_size(pack) == before);
        CHECK(err.code == ERR_RULE && strstr(err.text, path) && strlen(err.text) < ERR_TEXT_SIZE);
        for (const char *c = err.text; *c; c++) {
            CHECK((unsigned char)*c >= ' ' && *c != 0x7f);
        }
    }
    rulepack_drop(pack);
    return 0;
}
