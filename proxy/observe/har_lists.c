/* A list is written in one pass: each pair is redacted into two texts, which the next pair uses
 * again, and written from there. Cookies and parameters are read from texts that are redacted
 * already, never from the peer's. A text beyond its limit is not shown at all. */
#include "har_lists.h"

#include "json_write.h"
#include "why401/http/target.h"
#include "why401/observe/redact.h"

void har_lists_init(struct har_lists *l, struct str *out)
{
    l->out = out;
    str_init(&l->name, HAR_TEXT_MOST);
    str_init(&l->value, HAR_TEXT_MOST);
}

void har_lists_release(struct har_lists *l)
{
    str_release(&l->name);
    str_release(&l->value);
}

struct span har_shown(const struct str *text)
{
    return text->failed ? SPAN("[redacted]") : str_span(text);
}

static void redact_pair(struct har_lists *l, struct span name, struct span value)
{
    str_clear(&l->name);
    redact_text(&l->name, name);
    str_clear(&l->value);
    redact_field(&l->value, name, value);
}

struct span har_field(struct har_lists *l, const struct http_head *head, struct span name)
{
    const struct http_field *field = http_field(head, name);
    if (!field) {
        return span(NULL, 0);
    }
    redact_pair(l, field->name, field->value);
    return har_shown(&l->value);
}

/* Members that a cookie has beside its name and value may follow. */
static void begin_pair(struct har_lists *l, struct span name, struct span value)
{
    json_comma(l->out);
    str_add_c(l->out, '{');
    json_add_text(l->out, "name", name, SIZE_MAX);
    json_add_text(l->out, "value", value, SIZE_MAX);
}

static void add_pair(struct har_lists *l, struct span name, struct span value)
{
    redact_pair(l, name, value);
    begin_pair(l, har_shown(&l->name), har_shown(&l->value));
    str_add_c(l->out, '}');
}

void har_headers(struct har_lists *l, const struct http_head *head)
{
    json_begin(l->out, "headers", '[');
    for (size_t i = 0; i < head->field_count; i++) {
        add_pair(l, head->fields[i].name, head->fields[i].value);
    }
    str_add_c(l->out, ']');
}

/* "name=value" of a redacted Cookie or Set-Cookie field; without '=' there is no name. */
static void begin_cookie(struct har_lists *l, struct span pair)
{
    struct span value = span_trim(pair);
    struct span name = span(NULL, 0);
    if (span_find(value, SPAN("=")) >= 0) {
        span_cut(&value, '=', &name);
    }
    begin_pair(l, name, value);
}

void har_request_cookies(struct har_lists *l, const struct http_head *head)
{
    json_begin(l->out, "cookies", '[');
    for (size_t i = 0; i < head->field_count; i++) {
        if (!span_ieq(head->fields[i].name, SPAN("Cookie"))) {
            continue;
        }
        redact_pair(l, head->fields[i].name, head->fields[i].value);
        struct span rest = har_shown(&l->value);
        struct span pair;
        while (span_cut(&rest, ';', &pair)) {
            begin_cookie(l, pair);
            str_add_c(l->out, '}');
        }
    }
    str_add_c(l->out, ']');
}

/* Expires is left out: HAR wants another form of date than the field has, and it is among the
 * headers. */
static void add_attributes(struct har_lists *l, struct span rest)
{
    struct span part;
    bool http_only = false;
    bool secure = false;
    while (span_cut(&rest, ';', &part)) {
        part = span_trim(part);
        if (span_istarts(part, SPAN("path="))) {
            json_add_text(l->out, "path", span_from(part, 5), SIZE_MAX);
        } else if (span_istarts(part, SPAN("domain="))) {
            json_add_text(l->out, "domain", span_from(part, 7), SIZE_MAX);
        }
        http_only = http_only || span_ieq(part, SPAN("HttpOnly"));
        secure = secure || span_ieq(part, SPAN("Secure"));
    }
    json_add_bool(l->out, "httpOnly", http_only);
    json_add_bool(l->out, "secure", secure);
}

void har_response_cookies(struct har_lists *l, const struct http_head *head)
{
    json_begin(l->out, "cookies", '[');
    for (size_t i = 0; i < head->field_count; i++) {
        if (!span_ieq(head->fields[i].name, SPAN("Set-Cookie"))) {
            continue;
        }
        redact_pair(l, head->fields[i].name, head->fields[i].value);
        struct span rest = har_shown(&l->value);
        struct span pair;
        span_cut(&rest, ';', &pair);
        begin_cookie(l, pair);
        add_attributes(l, rest);
        str_add_c(l->out, '}');
    }
    str_add_c(l->out, ']');
}

/* A parameter is looked at once more without its escapes. */
void har_query(struct har_lists *l, struct span target)
{
    struct span rest = target_split(target).query;
    struct span name;
    struct span value;
    struct str plain[2];
    str_init(&plain[0], HAR_TEXT_MOST);
    str_init(&plain[1], HAR_TEXT_MOST);
    json_begin(l->out, "queryString", '[');
    while (query_next(&rest, &name, &value)) {
        str_clear(&plain[0]);
        str_clear(&plain[1]);
        percent_decode(&plain[0], name, true);
        percent_decode(&plain[1], value, true);
        add_pair(l, har_shown(&plain[0]), har_shown(&plain[1]));
    }
    str_add_c(l->out, ']');
    str_release(&plain[0]);
    str_release(&plain[1]);
}
