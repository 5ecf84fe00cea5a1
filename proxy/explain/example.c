/* Reading a rule's examples. Here they are only checked for their form; whether they come out as
 * they say is for 'why401 rules test' to find out. */
#include "why401/explain/example.h"

#include "rule.h"

#define NAME_MOST 150

/* A member that is a text; `absent` stands for one that is not there, NULL: it has to be. */
static int read_text(struct reader *r, const json_t *object, const char *key, const char *absent,
                     const char **out)
{
    *out = absent;
    return absent && !json_object_get(object, key)
               ? 0
               : reader_member_text(r, object, key, READER_TEXT_MOST, out);
}

static int read_fields(struct reader *r, const json_t *object, const json_t **out)
{
    const json_t *fields = json_object_get(object, "fields");
    const char *name;
    json_t *value;
    size_t mark = reader_enter(r, "fields");
    if (fields && !json_is_object(fields)) {
        return reader_fail(r, fields, "an object of header fields");
    }
    json_object_foreach((json_t *)(uintptr_t)fields, name, value)
    {
        if (!json_is_string(value)) {
            reader_enter(r, name);
            return reader_fail(r, value, "a text, the field's value");
        }
    }
    reader_leave(r, mark);
    *out = fields;
    return 0;
}

/* The client's address; this machine's own when none is given. */
static int read_from(struct example_message *m, const json_t *request, struct reader *r)
{
    const char *text;
    if (read_text(r, request, "from", "127.0.0.1", &text) != 0) {
        return -1;
    }
    if (!ip_parse(span_of(text), &m->from)) {
        reader_enter(r, "from");
        return reader_fail(r, json_object_get(request, "from"), "an IPv4 or IPv6 address");
    }
    return 0;
}

static int read_request(struct example_message *m, const json_t *call, struct reader *r)
{
    static const char *const keys[] = {"method", "target", "host", "from", "fields", "body", NULL};
    const json_t *value = json_object_get(call, "request");
    size_t mark = reader_enter(r, "request");
    if (reader_object(r, value, keys) != 0 ||
        read_text(r, value, "method", NULL, &m->method) != 0 ||
        read_text(r, value, "target", NULL, &m->target) != 0 ||
        read_text(r, value, "host", EXAMPLE_HOST, &m->host) != 0 || read_from(m, value, r) != 0 ||
        read_fields(r, value, &m->fields) != 0) {
        return -1;
    }
    m->body = json_object_get(value, "body");
    reader_leave(r, mark);
    return 0;
}

static int read_response(struct example_message *m, const json_t *call, struct reader *r)
{
    static const char *const keys[] = {"status", "fields", "body", NULL};
    const json_t *value = json_object_get(call, "response");
    size_t mark = reader_enter(r, "response");
    if (reader_object(r, value, keys) != 0 || read_fields(r, value, &m->fields) != 0) {
        return -1;
    }
    const json_t *status = json_object_get(value, "status");
    if (!json_is_integer(status) || json_integer_value(status) < 200 ||
        json_integer_value(status) > 599) {
        reader_enter(r, "status");
        return reader_fail(r, status, "a number from 200 to 599");
    }
    m->status = (int)json_integer_value(status);
    m->body = json_object_get(value, "body");
    reader_leave(r, mark);
    return 0;
}

/* How long ago: a number and its unit, such as 8d or 90m. */
static int read_ago(int64_t *ms, const json_t *call, struct reader *r)
{
    static const struct {
        char letter;
        int64_t ms;
    } units[] = {{'s', 1000}, {'m', 60000}, {'h', 3600000}, {'d', 86400000}};
    const json_t *value = json_object_get(call, "ago");
    struct span text = span(json_string_value(value), json_string_length(value));
    uint64_t number;
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (text.len && text.ptr[text.len - 1] == units[i].letter &&
            span_u64(span_first(text, text.len - 1), &number) && number > 0 && number < 100000) {
            *ms = (int64_t)number * units[i].ms;
            return 0;
        }
    }
    reader_enter(r, "ago");
    return reader_fail(r, value, "how long before, such as 30s, 5m, 2h or 8d");
}

static int read_call(struct example_call *call, const json_t *value, struct reader *r)
{
    return read_request(&call->request, value, r) != 0 ? -1
                                                       : read_response(&call->response, value, r);
}

static int read_history(struct example *e, const json_t *value, struct reader *r)
{
    static const char *const keys[] = {"request", "response", "ago", NULL};
    const json_t *list = json_object_get(value, "history");
    size_t count = json_array_size(list);
    if (!list) {
        return 0;
    }
    size_t mark = reader_enter(r, "history");
    if (reader_list(r, list, "call") != 0) {
        return -1;
    }
    struct example_call *calls = arena_alloc(r->arena, count * sizeof *calls);
    if (!calls) {
        return reader_no_room(r);
    }
    for (size_t i = 0; i < count; i++) {
        const json_t *item = json_array_get(list, i);
        size_t at = reader_enter_item(r, i);
        if (reader_object(r, item, keys) != 0 || read_call(&calls[i], item, r) != 0 ||
            read_ago(&calls[i].ago_ms, item, r) != 0) {
            return -1;
        }
        if (i > 0 && calls[i].ago_ms > calls[i - 1].ago_ms) {
            reader_enter(r, "ago");
            return reader_fail(r, json_object_get(item, "ago"), "the oldest call first");
        }
        reader_leave(r, at);
    }
    e->history = calls;
    e->history_count = count;
    reader_leave(r, mark);
    return 0;
}

static int read_expect(struct example *e, const json_t *value, struct reader *r)
{
    static const char *const words[] = {"none", "possible", "likely", "certain"};
    const char *text = json_string_value(json_object_get(value, "expect"));
    for (size_t i = 0; text && i < sizeof words / sizeof words[0]; i++) {
        if (strcmp(text, words[i]) == 0) {
            e->expect = (enum confidence)i;
            return 0;
        }
    }
    reader_enter(r, "expect");
    return reader_fail(r, json_object_get(value, "expect"), "certain, likely, possible or none");
}

static int read_example(struct example *e, const json_t *value, struct reader *r)
{
    static const char *const keys[] = {"name", "request", "response", "history", "expect", NULL};
    if (reader_object(r, value, keys) != 0 ||
        reader_member_text(r, value, "name", NAME_MOST, &e->name) != 0) {
        return -1;
    }
    return read_call(&e->call, value, r) != 0 || read_history(e, value, r) != 0
               ? -1
               : read_expect(e, value, r);
}

int examples_read(struct rule *rule, const json_t *top, struct reader *r)
{
    const json_t *list = json_object_get(top, "examples");
    size_t count = json_array_size(list);
    if (!list) {
        return 0;
    }
    size_t mark = reader_enter(r, "examples");
    if (reader_list(r, list, "example") != 0) {
        return -1;
    }
    struct example *examples = arena_alloc(r->arena, count * sizeof *examples);
    if (!examples) {
        return reader_no_room(r);
    }
    for (size_t i = 0; i < count; i++) {
        size_t item = reader_enter_item(r, i);
        if (read_example(&examples[i], json_array_get(list, i), r) != 0) {
            return -1;
        }
        reader_leave(r, item);
    }
    rule->examples = examples;
    rule->example_count = count;
    reader_leave(r, mark);
    return 0;
}

size_t rule_example_count(const struct rule *r)
{
    return r->example_count;
}

const struct example *rule_example(const struct rule *r, size_t i)
{
    return &r->examples[i];
}
