/* Asking a mock, and what its answers are held to. */
#ifndef TESTS_MOCK_ASKED_H
#define TESTS_MOCK_ASKED_H

#include <jansson.h>

#include "account.h"
#include "call.h"

#define NOBODY MOCK_TOKEN_COUNT

/* One call and what came back. */
struct answered {
    struct str wire;
    struct http_field fields[CALL_FIELDS];
    struct http_head head;
    struct span body;
};

static inline void answer_head(struct answered *a, struct span method)
{
    static const struct http_limits limits = {.head_bytes = 4096, .fields = CALL_FIELDS};
    struct err err;
    size_t scanned = 0;
    size_t end = http_head_end(str_span(&a->wire), &scanned);
    assert_true(end > 0);
    a->head = (struct http_head){.fields = a->fields};
    if (http_read_response(span_first(str_span(&a->wire), end), &limits, method, &a->head, &err) !=
        0) {
        fail_msg("%s", err.text);
    }
    a->body = span_from(str_span(&a->wire), end);
    if (a->head.framing == HTTP_LENGTH) {
        assert_int_equal(a->body.len, a->head.content_length);
    }
}

/* Asks this mock; free with drop. */
static inline void ask_mock(struct answered *a, struct mock *m, const struct http_head *request,
                            struct span body)
{
    str_init(&a->wire, 4u << 20);
    mock_answer(m, request, body, &a->wire);
    assert_false(a->wire.failed);
    answer_head(a, request->method);
}

/* Asks with a raw token of the account, or with none where `token` is NOBODY. */
static inline void ask_mock_as(struct answered *a, struct mock *m, enum mock_token token,
                               const char *line, const char *fields, const char *body)
{
    struct wire w;
    char all[1024];
    if (token == NOBODY) {
        snprintf(all, sizeof all, "%s", fields);
    } else {
        snprintf(all, sizeof all, "Authorization: Bearer %s\r\n%s", mock_token(token), fields);
    }
    wire_request(&w, line, all);
    ask_mock(a, m, &w.head, span_of(body));
}

static inline void drop(struct answered *a)
{
    str_release(&a->wire);
}

static inline struct span value(const struct answered *a, const char *name)
{
    return http_value(&a->head, span_of(name));
}

/* The body is an object with this text in it under `key`. */
static inline void assert_says(struct span body, const char *key, const char *text)
{
    json_error_t error;
    json_t *json = json_loadb(body.ptr, body.len, 0, &error);
    if (!json) {
        fail_msg("no JSON: %.*s", SPAN_ARG(body));
    }
    const char *found = json_string_value(json_object_get(json, key));
    if (!found || strncmp(found, text, strlen(text)) != 0) {
        fail_msg("%s is %s, not %s", key, found ? found : "missing", text);
    }
    json_decref(json);
}

/* The field lines of a GET of `target` that the SDK signs in this version, '2' or '3'. */
static inline void sdk_fields(char version, const char *target, char *fields, size_t size)
{
    struct str subject;
    struct str hmac;
    str_init(&subject, 1000);
    str_init(&hmac, 100);
    str_addf(&subject, version == '3' ? "GET|1795462137983|3.0|%s|" : "1795462137983|%s|", target);
    account_sign(MOCK_TOKEN_GOOD, str_span(&subject), &hmac);
    snprintf(fields, size,
             "Authorization: Bearer "
             "a23017b8c9794e1ec157ea7f03ef47177885d9f3dd0652510c1145bba0e39f54\r\nBitGo-Auth-"
             "Version: %c.0\r\n"
             "Auth-Timestamp: 1795462137983\r\nHMAC: %s\r\n",
             version, str_cstr(&hmac));
    str_release(&subject);
    str_release(&hmac);
}

/* The signature is the one that the SDK computes from what it sent and got:
 * timestamp|path?query|status|body, in version 3 with the method before it; the body as decoded. */
static inline void assert_signed(const struct answered *a, char version, const char *target,
                                 struct span body)
{
    struct str subject;
    struct str hmac;
    str_init(&subject, 1u << 20);
    str_init(&hmac, 100);
    str_addf(&subject, "%s%.*s|%s|%d|", version == '3' ? "GET|" : "",
             SPAN_ARG(value(a, "timestamp")), target, a->head.status);
    str_add(&subject, body);
    account_sign(MOCK_TOKEN_GOOD, str_span(&subject), &hmac);
    assert_true(value(a, "timestamp").len > 0);
    assert_true(span_eq(value(a, "hmac"), str_span(&hmac)));
    str_release(&subject);
    str_release(&hmac);
}

#endif
