/* Evidence templates. A placeholder is {name} or {name:argument}. */
#include "template.h"

#include <stdio.h>

#include "pattern.h"
#include "why401/base/clock.h"
#include "why401/exchange/body.h"
#include "why401/inspect/environment.h"

#define PEER_MOST      120 /* bytes of one value that a peer chose */
#define HEX_RUN_SECRET 40  /* so many hex digits in a path may be a token or its hash */

/* Appends the value of a placeholder; false when there is none. */
typedef bool value_of(struct str *out, const struct subject *s, struct span argument);

static bool add_peer(struct str *out, struct span value)
{
    if (value.len > PEER_MOST) {
        str_add(out, utf8_first(value, PEER_MOST));
        str_add(out, SPAN("…"));
    } else {
        str_add(out, value);
    }
    return value.len > 0;
}

static bool add_status(struct str *out, const struct subject *s, struct span argument)
{
    (void)argument;
    str_addf(out, "%d", s->x->response.head.status);
    return s->x->response.head.status > 0;
}

static bool add_error(struct str *out, const struct subject *s, struct span argument)
{
    (void)argument;
    return add_peer(out, s->answer->error);
}

static bool add_name(struct str *out, const struct subject *s, struct span argument)
{
    (void)argument;
    return add_peer(out, s->answer->name);
}

static bool add_request_id(struct str *out, const struct subject *s, struct span argument)
{
    (void)argument;
    return add_peer(out, s->answer->request_id);
}

static bool add_method(struct str *out, const struct subject *s, struct span argument)
{
    (void)argument;
    return add_peer(out, s->x->request.head.method);
}

/* Some routes have a token in their path, and people put one there by mistake. */
static bool is_secret_segment(struct span segment)
{
    return (segment.len >= HEX_RUN_SECRET && span_is_hex(segment, false)) ||
           (segment.len > 16 && span_istarts(segment, SPAN("v2x"))) ||
           (segment.len > 60 && span_istarts(segment, SPAN("xprv")));
}

static bool add_path(struct str *out, const struct subject *s, struct span argument)
{
    struct str path;
    struct span segment;
    struct span rest = s->x->target.path;
    (void)argument;
    str_init(&path, s->x->target.path.len + 16);
    for (bool first = true; span_cut(&rest, '/', &segment); first = false) {
        str_add(&path, first ? SPAN("") : SPAN("/"));
        str_add(&path, is_secret_segment(segment) ? SPAN("[redacted]") : segment);
    }
    bool there = add_peer(out, str_span(&path));
    str_release(&path);
    return there;
}

static bool add_host(struct str *out, const struct subject *s, struct span argument)
{
    (void)argument;
    return add_peer(out, s->x->host);
}

static bool add_environment(struct str *out, const struct subject *s, struct span argument)
{
    enum environment environment = environment_of_host(s->x->host);
    (void)argument;
    str_add(out, span_of(environment_name(environment)));
    return environment != ENVIRONMENT_UNKNOWN;
}

static bool add_coin(struct str *out, const struct subject *s, struct span argument)
{
    (void)argument;
    return add_peer(out, str_span(&s->coin));
}

static bool add_family(struct str *out, const struct subject *s, struct span argument)
{
    (void)argument;
    return s->coin.len && add_peer(out, family_of_coin(str_span(&s->coin)));
}

static bool add_network(struct str *out, const struct subject *s, struct span argument)
{
    enum network network = s->coin.len ? network_of_coin(str_span(&s->coin)) : NETWORK_UNKNOWN;
    (void)argument;
    str_add(out, span_of(network_name(network)));
    return network != NETWORK_UNKNOWN;
}

static bool add_token_form(struct str *out, const struct subject *s, struct span argument)
{
    static const char *const words[] = {
        [TOKEN_NONE] = "no usable token",
        [TOKEN_RAW] = "a raw access token (v2x…)",
        [TOKEN_LEGACY] = "a legacy access token of 40 hex digits",
        [TOKEN_SDK] = "the SHA-256 of a token, as the SDK sends it",
        [TOKEN_ID] = "a token id of 32 hex digits",
        [TOKEN_UNKNOWN] = "a value that has none of the known forms of a token",
    };
    (void)argument;
    str_add(out, span_of(words[s->x->token.form]));
    return subject_has_request(s);
}

static bool add_fingerprint(struct str *out, const struct subject *s, struct span argument)
{
    (void)argument;
    str_add(out, span_of(s->x->token.fingerprint));
    return s->x->token.fingerprint[0] != '\0';
}

static bool add_source(struct str *out, const struct subject *s, struct span argument)
{
    char text[IP_TEXT_SIZE];
    (void)argument;
    str_add(out, span_of(ip_text(s->x->source.ip, text)));
    return s->x->source.ip.family != 0;
}

static bool add_time(struct str *out, const struct subject *s, struct span argument)
{
    char text[CLOCK_TEXT_SIZE];
    (void)argument;
    str_add(out, span_of(clock_text(s->x->started_ms, text)));
    return s->x->started_ms > 0;
}

/* The sentences of all findings whose id the argument names, one after the other. */
static bool add_finding(struct str *out, const struct subject *s, struct span argument)
{
    bool any = false;
    for (size_t i = 0; i < s->x->finding_count; i++) {
        const struct finding *f = &s->x->findings[i];
        if (glob_matches(argument, span_of(f->id)) && f->evidence.len) {
            str_add(out, any ? SPAN(" ") : SPAN(""));
            str_add(out, f->evidence);
            any = true;
        }
    }
    return any;
}

/* Of the response only: what a client sends in its header is its secret. */
static bool add_header(struct str *out, const struct subject *s, struct span argument)
{
    return add_peer(out, http_value(&s->x->response.head, argument));
}

static const struct {
    struct span name;
    value_of *add;
    bool has_argument;
} values[] = {
    {{"status", 6}, add_status, false},
    {{"error", 5}, add_error, false},
    {{"name", 4}, add_name, false},
    {{"requestId", 9}, add_request_id, false},
    {{"method", 6}, add_method, false},
    {{"path", 4}, add_path, false},
    {{"host", 4}, add_host, false},
    {{"environment", 11}, add_environment, false},
    {{"coin", 4}, add_coin, false},
    {{"coin.family", 11}, add_family, false},
    {{"coin.network", 12}, add_network, false},
    {{"token.form", 10}, add_token_form, false},
    {{"fingerprint", 11}, add_fingerprint, false},
    {{"source", 6}, add_source, false},
    {{"time", 4}, add_time, false},
    {{"finding", 7}, add_finding, true},
    {{"header", 6}, add_header, true},
};

#define VALUE_COUNT (sizeof values / sizeof values[0])

/* Takes the literal text before the next placeholder, and that placeholder without its braces.
 * Returns false when the text is used up; *name then is empty. A '{' that is never closed is not a
 * placeholder. */
static bool next_part(struct span *rest, struct span *literal, struct span *name)
{
    ptrdiff_t open = span_find(*rest, SPAN("{"));
    ptrdiff_t close = open < 0 ? -1 : span_find(span_from(*rest, (size_t)open), SPAN("}"));
    *name = span(NULL, 0);
    if (close < 0) {
        *literal = *rest;
        *rest = span(NULL, 0);
        return literal->len > 0;
    }
    *literal = span_first(*rest, (size_t)open);
    *name = span(rest->ptr + open + 1, (size_t)close - 1);
    *rest = span_from(*rest, (size_t)(open + close) + 1);
    return true;
}

/* The row of a placeholder, or VALUE_COUNT. */
static size_t find_value(struct span placeholder, struct span *argument)
{
    struct span name;
    *argument = placeholder;
    span_cut(argument, ':', &name);
    for (size_t i = 0; i < VALUE_COUNT; i++) {
        if (span_eq(values[i].name, name) && values[i].has_argument == (argument->len > 0)) {
            return i;
        }
    }
    return VALUE_COUNT;
}

static bool is_secret_header(struct span name)
{
    return span_ieq(name, SPAN("Set-Cookie")) || span_ieq(name, SPAN("Authorization"));
}

int template_check(const json_t *value, struct reader *r)
{
    struct span rest = span_of(json_string_value(value));
    struct span literal;
    struct span name;
    struct span argument;
    while (next_part(&rest, &literal, &name)) {
        if (span_find(literal, SPAN("{")) >= 0 || span_find(literal, SPAN("}")) >= 0) {
            return reader_fail(r, value, "braces only around placeholders, closed");
        }
        if (name.ptr && find_value(name, &argument) == VALUE_COUNT) {
            return reader_fail(r, value,
                               "no {%.*s} in it: see the list of placeholders in "
                               "rules/README.md",
                               (int)span_first(name, 60).len, name.ptr);
        }
        if (name.ptr && span_starts(name, SPAN("header:")) && is_secret_header(argument)) {
            return reader_fail(r, value, "no header field in it that carries a secret");
        }
    }
    return 0;
}

bool template_expand(struct str *out, const char *text, const struct subject *s)
{
    struct span rest = span_of(text);
    struct span literal;
    struct span name;
    struct span argument;
    while (next_part(&rest, &literal, &name)) {
        str_add(out, literal);
        if (name.ptr) {
            size_t i = find_value(name, &argument);
            if (i == VALUE_COUNT || !values[i].add(out, s, argument)) {
                return false;
            }
        }
    }
    return !out->failed;
}
