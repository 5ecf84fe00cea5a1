/* When each kind of condition holds. Names and words are compared without case, as everywhere in
 * rules. */
#include "kinds.h"
#include "why401/inspect/inspect.h"

static bool one_text_holds(const struct condition *c, const struct span *texts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (text_holds(&c->text, texts[i])) {
            return true;
        }
    }
    return false;
}

bool error_holds(const struct condition *c, struct subject *s)
{
    return one_text_holds(c, s->texts, s->text_count);
}

bool name_holds(const struct condition *c, struct subject *s)
{
    return one_text_holds(c, s->names, s->name_count);
}

bool body_holds(const struct condition *c, struct subject *s)
{
    return text_holds(&c->text, s->body);
}

bool status_holds(const struct condition *c, struct subject *s)
{
    int status = s->x->response.head.status;
    for (size_t i = 0; i < c->status_count; i++) {
        if (status == c->statuses[i] || status / 100 == c->statuses[i]) {
            return true;
        }
    }
    return false;
}

bool method_holds(const struct condition *c, struct subject *s)
{
    return text_holds(&c->text, s->x->request.head.method);
}

bool path_holds(const struct condition *c, struct subject *s)
{
    for (size_t i = 0; i < c->text.count; i++) {
        if (s->path.len && path_matches(c->text.any[i], str_span(&s->path), str_span(&s->coin))) {
            return true;
        }
    }
    return false;
}

bool coin_holds(const struct condition *c, struct subject *s)
{
    return s->coin.len && text_holds(&c->text, str_span(&s->coin));
}

bool family_holds(const struct condition *c, struct subject *s)
{
    struct span family = s->coin.len ? family_of_coin(str_span(&s->coin)) : span(NULL, 0);
    return family.len && text_holds(&c->text, family);
}

bool network_holds(const struct condition *c, struct subject *s)
{
    return s->coin.len && (c->mask >> network_of_coin(str_span(&s->coin)) & 1);
}

static bool header_holds(const struct condition *c, const struct http_head *head)
{
    for (size_t i = 0; i < head->field_count; i++) {
        if (span_ieq(head->fields[i].name, c->where) &&
            text_holds(&c->text, head->fields[i].value)) {
            return true;
        }
    }
    return false;
}

bool request_header_holds(const struct condition *c, struct subject *s)
{
    return header_holds(c, &s->x->request.head);
}

bool response_header_holds(const struct condition *c, struct subject *s)
{
    return header_holds(c, &s->x->response.head);
}

static bool value_holds(const json_t *value, const void *ctx)
{
    const struct condition *c = ctx;
    if (c->is && json_is_number(c->is)) {
        return json_is_number(value) && json_number_value(value) == json_number_value(c->is);
    }
    if (c->is) {
        return json_typeof(value) == json_typeof(c->is);
    }
    if (c->text.how == TEXT_PRESENT) {
        return true;
    }
    return json_is_string(value) &&
           text_holds(&c->text, span(json_string_value(value), json_string_length(value)));
}

bool request_json_holds(const struct condition *c, struct subject *s)
{
    return place_any(subject_sent(s), c->where, value_holds, c);
}

bool response_json_holds(const struct condition *c, struct subject *s)
{
    return place_any(s->answer->json, c->where, value_holds, c);
}

bool finding_holds(const struct condition *c, struct subject *s)
{
    for (size_t i = 0; i < s->x->finding_count; i++) {
        if (text_holds(&c->text, span_of(s->x->findings[i].id))) {
            return true;
        }
    }
    return false;
}

bool token_holds(const struct condition *c, struct subject *s)
{
    return subject_has_request(s) && (c->mask >> s->x->token.form & 1);
}

bool needs_bearer_holds(const struct condition *c, struct subject *s)
{
    return subject_has_request(s) &&
           c->mask == !route_needs_no_bearer(s->x->request.head.method, s->x->target.path);
}

bool request_known_holds(const struct condition *c, struct subject *s)
{
    return c->mask == subject_has_request(s);
}

bool environment_holds(const struct condition *c, struct subject *s)
{
    return c->mask >> environment_of_host(s->x->host) & 1;
}

bool answer_holds(const struct condition *c, struct subject *s)
{
    const struct answer *a = s->answer;
    unsigned kind = a->json       ? ANSWER_JSON
                    : a->html     ? ANSWER_HTML
                    : a->text.len ? ANSWER_TEXT
                                  : ANSWER_EMPTY;
    return c->mask >> kind & 1;
}
