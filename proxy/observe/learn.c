/* Which secrets an exchange shows. A placeholder is none, and an id in a bearer's place has to stay
 * readable. What a server of BitGo's calls a secret is found by its name; what the client sends, in
 * an answer to it, by nothing else than that it was sent. */
#include <stdlib.h>

#include "chars.h"
#include "names.h"
#include "secrets.h"
#include "why401/exchange/body.h"
#include "why401/http/target.h"
#include "why401/observe/redact.h"

#define BODY_MOST  (1 << 16) /* bytes of a request's body */
#define DEPTH_MOST 8

/* Six bits of base64 or base64url; 64: none. */
static unsigned sextet(char c)
{
    return c >= 'A' && c <= 'Z'   ? (unsigned)(c - 'A')
           : c >= 'a' && c <= 'z' ? (unsigned)(c - 'a') + 26
           : is_digit(c)          ? (unsigned)(c - '0') + 52
           : c == '+' || c == '-' ? 62
           : c == '/' || c == '_' ? 63
                                  : 64;
}

/* What `coded` says in base64, as far as it does and `plain` has room. */
static struct span decode(struct span coded, char *plain, size_t room)
{
    size_t len = 0;
    uint32_t bits = 0;
    unsigned count = 0;
    for (size_t i = 0; i < coded.len && len < room && sextet(coded.ptr[i]) < 64; i++) {
        bits = bits << 6 | sextet(coded.ptr[i]);
        count += 6;
        if (count >= 8) {
            count -= 8;
            plain[len++] = (char)(bits >> count & 0xff);
        }
    }
    return span(plain, len);
}

/* "user:password" (RFC 7617): each of them is one. */
static void add_basic(struct secrets *s, struct span coded)
{
    char storage[2 * SECRET_COPY];
    struct span rest = decode(coded, storage, sizeof storage);
    struct span user;
    if (span_cut(&rest, ':', &user)) {
        secrets_copy(s, user);
        secrets_copy(s, rest);
    }
    explicit_bzero(storage, sizeof storage);
}

static struct span without_quotes(struct span s)
{
    while (s.len > 1 && one_of(s.ptr[0], "\"'<") && one_of(s.ptr[s.len - 1], "\"'>")) {
        s = span(s.ptr + 1, s.len - 2);
    }
    return s;
}

/* The schemes before it may be several, by mistake. */
static void add_credential(struct secrets *s, struct span value)
{
    size_t scheme;
    bool basic = false;
    value = span_trim(value);
    while ((scheme = scheme_length(value)) > 0) {
        basic = span_istarts(value, SPAN("Basic"));
        value = span_trim(span_from(value, scheme));
    }
    value = without_quotes(value);
    /* A raw token may be cut into its prefix and the rest. */
    secrets_add(s, span_from(value, span_starts(value, SPAN("v2x")) ? 3 : 0));
    if (basic) {
        add_basic(s, value);
    }
}

/* A token's id is none, and the beginning of what the SDK sends of a token is its fingerprint. */
static void add_authorization(struct secrets *s, const struct exchange *x, struct span value)
{
    size_t before = s->count;
    if (x->token.form == TOKEN_ID || exchange_finding(x, "bearer.placeholder")) {
        return;
    }
    add_credential(s, value);
    if (x->token.form == TOKEN_SDK && s->count > before) {
        s->list[before].least = FINGERPRINT_SIZE;
    }
}

/* --- what has a name --- */

static void add_fields(struct secrets *s, const struct exchange *x, bool failing)
{
    const struct http_head *head = &x->request.head;
    for (size_t i = 0; i < head->field_count; i++) {
        struct span name = head->fields[i].name;
        struct span value = head->fields[i].value;
        if (span_ieq(name, SPAN("Authorization"))) {
            add_authorization(s, x, value);
        } else if (span_ieq(name, SPAN("Proxy-Authorization"))) {
            add_credential(s, value);
        } else if (failing && value.len >= SECRET_LEAST && name_classify(name) == NAME_SECRET) {
            secrets_add(s, value);
        }
    }
}

static void wipe(struct str *text)
{
    if (text->ptr) {
        explicit_bzero(text->ptr, text->len);
    }
}

/* The pairs of a query or a form. */
static void add_pairs(struct secrets *s, struct span query)
{
    struct span name;
    struct span value;
    struct str plain;
    str_init(&plain, BODY_MOST);
    while (s->count < SECRETS_MOST && query_next(&query, &name, &value)) {
        if (value.len >= SECRET_LEAST && redact_is_secret_name(name)) {
            str_clear(&plain);
            percent_decode(&plain, value, true);
            secrets_copy_named(s, name, str_span(&plain));
            wipe(&plain);
        }
    }
    str_release(&plain);
}

/* The value of that name; empty: of none. */
static void add_json(struct secrets *s, struct span name, const json_t *value, size_t depth)
{
    const char *key;
    json_t *member;
    if (json_is_string(value) && name.len && redact_is_secret_name(name)) {
        secrets_copy_named(s, name, span(json_string_value(value), json_string_length(value)));
    }
    if (depth == DEPTH_MOST || s->count == SECRETS_MOST) {
        return;
    }
    for (size_t i = 0; i < json_array_size(value); i++) {
        add_json(s, name, json_array_get(value, i), depth + 1);
    }
    /* The iteration macro wants a pointer to what is not const; nothing is changed. */
    json_object_foreach((json_t *)(uintptr_t)value, key, member)
    {
        add_json(s, span_of(key), member, depth + 1);
    }
}

static void add_body(struct secrets *s, const struct message *m)
{
    struct str text;
    if (m->body.len == 0 || m->body.len > BODY_MOST) {
        return;
    }
    str_init(&text, BODY_MOST);
    body_text(m, &text);
    json_t *json = body_json(str_span(&text));
    if (json) {
        add_json(s, span(NULL, 0), json, 0);
        json_decref(json);
    } else if (span_istarts(http_value(&m->head, SPAN("Content-Type")),
                            SPAN("application/x-www-form-urlencoded"))) {
        add_pairs(s, str_span(&text));
    }
    wipe(&text);
    str_release(&text);
}

void secrets_learn(struct secrets *s, const struct exchange *x, bool failing)
{
    secrets_forget(s);
    add_fields(s, x, failing);
    if (failing) {
        add_pairs(s, x->target.query);
        add_body(s, &x->request);
    }
    secrets_know(s);
}
