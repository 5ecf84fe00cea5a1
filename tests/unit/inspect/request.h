/* Requests for the inspectors' tests, filled by hand: no bytes are parsed, so a test says what the
 * codec would have read. */
#ifndef WHY401_TESTS_INSPECT_REQUEST_H
#define WHY401_TESTS_INSPECT_REQUEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "why401/inspect/inspect.h"

#define FIELDS_MOST 8
#define COUNT(a)    (sizeof(a) / sizeof *(a))

/* A request with no fields yet. The caller frees it with exchange_free. */
static inline struct exchange *request(const char *method, const char *target)
{
    struct exchange *x = exchange_new(1, 64 * 1024);
    assert_non_null(x);
    x->request.head.method = span_of(method);
    x->request.head.target = span_of(target);
    x->request.head.fields = arena_alloc(&x->arena, FIELDS_MOST * sizeof *x->request.head.fields);
    x->target = target_split(x->request.head.target);
    ip_parse(SPAN("198.51.100.20"), &x->peer);
    return x;
}

static inline void with(struct exchange *x, const char *name, const char *value)
{
    struct http_head *head = &x->request.head;
    assert_true(head->field_count < FIELDS_MOST);
    struct span line = arena_printf(&x->arena, "%s: %s", name, value);
    head->fields[head->field_count++] = (struct http_field){
        .name = span_of(name),
        .value = span_trim(arena_copy(&x->arena, span_of(value))),
        .line = line,
    };
}

/* An obviously made-up access token: v2x and 64 times `digit`. */
#define TOKEN_SIZE 68
static inline const char *raw_token(char digit, char token[TOKEN_SIZE])
{
    memcpy(token, "v2x", 3);
    memset(token + 3, digit, 64);
    token[67] = '\0';
    return token;
}

/* How many findings there are, and that one of `id` is among them. */
static inline void assert_only(const struct exchange *x, const char *id)
{
    if (!exchange_finding(x, id)) {
        fail_msg("no finding %s; %zu others, the first is %s", id, x->finding_count,
                 x->finding_count ? x->findings[0].id : "-");
    }
    if (x->finding_count != 1) {
        fail_msg("beside %s: %s, %s", id, x->findings[0].id, x->findings[1].id);
    }
}

static inline void assert_evidence(const struct exchange *x, const char *id, const char *part)
{
    const struct finding *finding = exchange_finding(x, id);
    assert_non_null(finding);
    if (span_find(finding->evidence, span_of(part)) < 0) {
        fail_msg("%s says: %.*s; missing: %s", id, SPAN_ARG(finding->evidence), part);
    }
}

/* No piece of the secret, six bytes long or longer, stands in any evidence. */
static inline void assert_secret_kept(const struct exchange *x, const char *secret)
{
    struct span whole = span_of(secret);
    for (size_t i = 0; i < x->finding_count; i++) {
        for (size_t at = 0; at + 6 <= whole.len; at++) {
            if (span_find(x->findings[i].evidence, span_first(span_from(whole, at), 6)) >= 0) {
                fail_msg("%s gives the secret away: %.*s", x->findings[i].id,
                         SPAN_ARG(x->findings[i].evidence));
            }
        }
    }
}

#endif
