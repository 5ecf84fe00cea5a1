/* Reading what a failing response says. BitGo's services have several shapes of error body: the
 * platform has error, name and requestId; micro-services error, errorName and reqId, where error
 * may itself be an object; others code and message; BitGo Express adds message and name to what it
 * got; OAuth has error alone; and gateways answer with HTML or plain text. A body that is no JSON,
 * or was cut, is read as far as it goes. */
#include "why401/exchange/body.h"
#include "why401/explain/explain.h"

#define TITLE_MOST      400 /* bytes of a page's title that are worth showing */
#define REQUEST_ID_MOST 100

/* A member of the answer: its string, or, for an object or list, the text of it. */
static struct span member(const struct answer *a, const char *key)
{
    const json_t *value = json_object_get(a->json, key);
    if (json_is_string(value)) {
        return span(json_string_value(value), json_string_length(value));
    }
    if (a->json && !json_is_object(value) && !json_is_array(value)) {
        return span(NULL, 0);
    }
    return body_scan(str_span(&a->text), span_of(key));
}

static struct span first_member(const struct answer *a, const char *const *keys)
{
    for (; *keys; keys++) {
        struct span text = member(a, *keys);
        if (text.len) {
            return text;
        }
    }
    return span(NULL, 0);
}

/* An error that is itself an object says it in its message, if it has one. */
static struct span error_of(const struct answer *a)
{
    static const char *const keys[] = {"error", "message", "error_description", "errors", NULL};
    const json_t *inner = json_object_get(json_object_get(a->json, "error"), "message");
    if (json_string_length(inner)) {
        return span(json_string_value(inner), json_string_length(inner));
    }
    return first_member(a, keys);
}

static struct span name_of(const struct answer *a)
{
    static const char *const keys[] = {"name", "errorName", "code", NULL};
    for (const char *const *key = keys; *key; key++) {
        const json_t *value = json_object_get(a->json, *key);
        struct span text = member(a, *key);
        if (text.len && (!a->json || json_is_string(value))) {
            return text;
        }
    }
    return span(NULL, 0);
}

static struct span skip_space(struct span s)
{
    while (s.len && memchr(" \t\r\n", s.ptr[0], 4)) {
        s = span_from(s, 1);
    }
    return s;
}

static bool is_html(const struct exchange *x, struct span text)
{
    struct span type = http_value(&x->response.head, SPAN("Content-Type"));
    text = skip_space(text);
    return span_istarts(type, SPAN("text/html")) || span_istarts(text, SPAN("<!doctype html")) ||
           span_istarts(text, SPAN("<html"));
}

/* The page's title, if it has one. */
static struct span title_of(struct span html)
{
    ptrdiff_t open = span_ifind(span_first(html, 4096), SPAN("<title"));
    if (open < 0) {
        return span(NULL, 0);
    }
    struct span rest = span_from(html, (size_t)open);
    ptrdiff_t start = span_find(rest, SPAN(">"));
    ptrdiff_t end = span_ifind(span_first(rest, 4096), SPAN("</title"));
    if (start < 0 || end <= start) {
        return span(NULL, 0);
    }
    struct span title = span_from(span_first(rest, (size_t)end), (size_t)start + 1);
    return utf8_first(span_trim(skip_space(title)), TITLE_MOST);
}

static bool is_id_byte(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
           c == '_';
}

/* The id behind "requestId=" or the like: services put it into the text of the error, too. */
static struct span id_in_text(struct span text, struct span label)
{
    ptrdiff_t at = span_ifind(text, label);
    if (at < 0) {
        return span(NULL, 0);
    }
    struct span rest = span_from(text, (size_t)at + label.len);
    size_t len = 0;
    while (len < rest.len && len < REQUEST_ID_MOST && is_id_byte(rest.ptr[len])) {
        len++;
    }
    return span_first(rest, len);
}

static struct span request_id_of(const struct answer *a, const struct exchange *x)
{
    static const char *const keys[] = {"requestId", "reqId", NULL};
    struct span id = first_member(a, keys);
    if (id.len == 0) {
        id = http_value(&x->response.head, SPAN("Request-ID"));
    }
    struct span text = span_first(str_span(&a->text), 65536);
    if (id.len == 0) {
        id = id_in_text(text, SPAN("requestId="));
    }
    if (id.len == 0) {
        id = id_in_text(text, SPAN("reqId="));
    }
    return span_first(id, REQUEST_ID_MOST);
}

/* What a->text says. */
static void understand(struct answer *a, const struct exchange *x)
{
    struct span text = skip_space(str_span(&a->text));
    json_t *json = a->cut || text.len == 0 || text.ptr[0] != '{' ? NULL : body_json(text);
    a->json = json;
    a->html = !json && is_html(x, text);
    a->error = error_of(a);
    a->name = name_of(a);
    if (a->error.len == 0 && !json) {
        struct span title = a->html ? title_of(text) : span(NULL, 0);
        a->error = title.len ? title : text;
    }
    a->request_id = request_id_of(a, x);
}

void answer_read(struct answer *a, const struct exchange *x, size_t limit)
{
    *a = (struct answer){0};
    str_init(&a->text, limit);
    a->reading = body_read(&x->response, &a->text);
    a->cut = a->reading != READ_WHOLE;
    understand(a, x);
}

void answer_reread(struct answer *a, const struct exchange *x, struct span text)
{
    *a = (struct answer){0};
    str_init(&a->text, text.len);
    str_add(&a->text, text);
    understand(a, x);
}

void answer_release(struct answer *a)
{
    json_decref(a->json);
    str_release(&a->text);
    *a = (struct answer){0};
}
