/* Exchanges and rules to try the observer with. */
#ifndef TESTS_OBSERVE_SAMPLE_H
#define TESTS_OBSERVE_SAMPLE_H

#include "add_rule.h"

/* 2026-11-24T09:15:03.123Z */
#define SAMPLE_TIME 1795511703123

/* Two rules that match the same answer; words that no real rule knows. */
#define SAMPLE_RULE                                                                                \
    "{\"id\": \"sample#moon-closed\", \"title\": \"The moon is closed for your account\","         \
    " \"meaning\": \"The server knows the wallet, but the moon is not open for the account that "  \
    "the access token belongs to. No retry will help until somebody opens it.\","                  \
    " \"signals\": [\"moon closed\"],"                                                             \
    " \"match\": [{\"confidence\": \"certain\", \"all\": [{\"error\": {\"contains\": \"moon\"}}]," \
    "   \"evidence\": {\"received\": [\"The server says: {error}\"]}}],"                           \
    " \"steps\": [\"Open the moon in the settings.\", \"Send the call again, and look at the "     \
    "answer's request id if it fails once more, because support asks for it first.\"],"            \
    " \"support\": {\"send\": [\"The account's name.\"], \"ask\": [\"To open the moon.\"]},"       \
    " \"links\": [\"https://example.com/moon\"]}"
#define SAMPLE_RULE_2                                                                              \
    "{\"id\": \"sample#moon-missing\", \"title\": \"There is no moon\", \"meaning\": \"None.\","   \
    " \"signals\": [\"moon missing\"],"                                                            \
    " \"match\": [{\"confidence\": \"possible\", \"all\": [{\"error\": {\"contains\": "            \
    "\"moon\"}}]}],"                                                                               \
    " \"steps\": [\"Wait.\"], \"support\": {\"send\": [\"A.\"], \"ask\": [\"B.\"]}, \"links\": "   \
    "[\"https://example.com\"]}"

/* The program's rules and the two above. */
static inline struct rulepack *sample_rules(void)
{
    struct err err;
    struct rulepack *pack = rulepack_builtin(&err);
    assert_non_null(pack);
    assert_int_equal(add_rule(pack, SAMPLE_RULE, &err), 0);
    assert_int_equal(add_rule(pack, SAMPLE_RULE_2, &err), 0);
    return pack;
}

static inline void sample_field(struct exchange *x, struct message *m, const char *name,
                                const char *value)
{
    if (!m->head.fields) {
        m->head.fields = arena_alloc(&x->arena, 16 * sizeof *m->head.fields);
    }
    assert_non_null(m->head.fields);
    assert_true(m->head.field_count < 16);
    m->head.fields[m->head.field_count++] = (struct http_field){
        .name = arena_copy(&x->arena, span_of(name)),
        .value = arena_copy(&x->arena, span_of(value)),
        .line = arena_printf(&x->arena, "%s: %s", name, value),
    };
}

static inline void sample_body(struct message *m, const char *text)
{
    capture_add(&m->body, span_of(text), 1 << 18);
    m->body_bytes = strlen(text);
}

/* A whole exchange with app.bitgo.com that took 84.5 ms. */
static inline struct exchange *sample_exchange(const char *method, const char *target, int status)
{
    static uint64_t id;
    struct exchange *x = exchange_new(++id, 1 << 18);
    assert_non_null(x);
    x->started_ms = SAMPLE_TIME;
    x->started_us = 1000;
    x->sent_us = 2000;
    x->answered_us = 80000;
    x->finished_us = 85500;
    x->request.head.method = arena_copy(&x->arena, span_of(method));
    x->request.head.target = arena_copy(&x->arena, span_of(target));
    x->target = target_split(x->request.head.target);
    x->request.head.minor = 1;
    x->request.complete = true;
    x->response.head.status = status;
    x->response.head.minor = 1;
    x->response.complete = true;
    x->maker = MAKER_UPSTREAM;
    x->scheme = SPAN("https");
    x->host = SPAN("app.bitgo.com");
    x->port = 443;
    x->peer = (struct ip){.family = 4, .bytes = {127, 0, 0, 1}};
    x->source.ip = x->peer;
    x->token.form = TOKEN_RAW;
    memcpy(x->token.fingerprint, "0123456789abcdef", FINGERPRINT_SIZE);
    sample_field(x, &x->request, "Host", "localhost:8401");
    sample_field(x, &x->response, "Content-Type", "application/json");
    return x;
}

/* One that both rules explain. */
static inline struct exchange *sample_failure(void)
{
    struct exchange *x = sample_exchange("GET", "/api/v2/tbtc/wallet?limit=25", 400);
    sample_body(&x->response, "{\"error\":\"the moon is not open\",\"name\":\"MoonClosed\","
                              "\"requestId\":\"cjd6dflt4b70sdjrscvgks22d\"}");
    return x;
}

#endif
