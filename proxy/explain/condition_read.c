/* How each kind of condition is read from JSON, strictly. */
#include "kinds.h"

/* Finds which one of the keys of a text test an object has. */
static int read_test(struct condition *c, const json_t *value, struct reader *r)
{
    static const char *const keys[] = {"equals", "contains", "glob"};
    static const enum text_how hows[] = {TEXT_EQUALS, TEXT_CONTAINS, TEXT_GLOB};
    size_t found = 0;
    for (size_t i = 0; i < 3; i++) {
        const json_t *some = json_object_get(value, keys[i]);
        if (!some) {
            continue;
        }
        size_t mark = reader_enter(r, keys[i]);
        c->text.how = hows[i];
        if (reader_some(r, some, READER_PHRASE_MOST, &c->text.any, &c->text.count) != 0) {
            return -1;
        }
        reader_leave(r, mark);
        found++;
    }
    return found == 1 ? 0 : reader_fail(r, value, "exactly one of equals, contains or glob in it");
}

int read_text_test(struct condition *c, const json_t *value, struct reader *r)
{
    static const char *const keys[] = {"equals", "contains", "glob", NULL};
    return reader_object(r, value, keys) == 0 ? read_test(c, value, r) : -1;
}

/* `present` is true, or a text test stands there. */
static int read_present_or_test(struct condition *c, const json_t *value, struct reader *r)
{
    const json_t *present = json_object_get(value, "present");
    if (!present) {
        return read_test(c, value, r);
    }
    size_t mark = reader_enter(r, "present");
    if (!json_is_true(present)) {
        return reader_fail(r, present, "true (absence is asked for in \"none\")");
    }
    reader_leave(r, mark);
    c->text.how = TEXT_PRESENT;
    return 0;
}

int read_header(struct condition *c, const json_t *value, struct reader *r)
{
    static const char *const keys[] = {"name", "present", "equals", "contains", "glob", NULL};
    const char *name;
    if (reader_object(r, value, keys) != 0) {
        return -1;
    }
    size_t mark = reader_enter(r, "name");
    if (reader_text(r, json_object_get(value, "name"), READER_PHRASE_MOST, &name) != 0) {
        return -1;
    }
    reader_leave(r, mark);
    c->where = span_of(name);
    return read_present_or_test(c, value, r);
}

int read_json(struct condition *c, const json_t *value, struct reader *r)
{
    static const char *const keys[] = {"at", "is", "present", "equals", "contains", "glob", NULL};
    const char *at;
    if (reader_object(r, value, keys) != 0) {
        return -1;
    }
    size_t mark = reader_enter(r, "at");
    if (reader_text(r, json_object_get(value, "at"), READER_PHRASE_MOST, &at) != 0) {
        return -1;
    }
    if (!place_ok(span_of(at))) {
        return reader_fail(r, json_object_get(value, "at"),
                           "names joined by dots, such as a.b or a.*.b");
    }
    reader_leave(r, mark);
    c->where = span_of(at);
    c->is = json_object_get(value, "is");
    if (!c->is) {
        return read_present_or_test(c, value, r);
    }
    mark = reader_enter(r, "is");
    if (json_is_object(c->is) || json_is_array(c->is) || json_is_string(c->is)) {
        return reader_fail(r, c->is, "true, false, null or a number (for a text: equals)");
    }
    reader_leave(r, mark);
    return json_object_size(value) == 2 ? 0 : reader_fail(r, value, "nothing else beside \"is\"");
}

int read_globs(struct condition *c, const json_t *value, struct reader *r)
{
    c->text.how = TEXT_GLOB;
    return reader_some(r, value, READER_PHRASE_MOST, &c->text.any, &c->text.count);
}

int read_paths(struct condition *c, const json_t *value, struct reader *r)
{
    const char *why;
    if (read_globs(c, value, r) != 0) {
        return -1;
    }
    for (size_t i = 0; i < c->text.count; i++) {
        if (!path_pattern_ok(c->text.any[i], &why)) {
            bool list = json_is_array(value);
            if (list) {
                reader_enter_item(r, i);
            }
            return reader_fail(r, list ? json_array_get(value, i) : value, "%s", why);
        }
    }
    return 0;
}

static int read_status(const json_t *value, struct reader *r, int *status)
{
    const char *text = json_string_value(value);
    if (text && (strcmp(text, "4xx") == 0 || strcmp(text, "5xx") == 0)) {
        *status = text[0] - '0';
        return 0;
    }
    json_int_t number = json_integer_value(value);
    if (number < 400 || number > 599) {
        return reader_fail(r, value, "a status from 400 to 599, \"4xx\" or \"5xx\"");
    }
    *status = (int)number;
    return 0;
}

int read_statuses(struct condition *c, const json_t *value, struct reader *r)
{
    bool list = json_is_array(value);
    if (list && reader_list(r, value, "status") != 0) {
        return -1;
    }
    c->status_count = list ? json_array_size(value) : 1;
    c->statuses = arena_alloc(r->arena, c->status_count * sizeof *c->statuses);
    if (!c->statuses) {
        return reader_no_room(r);
    }
    for (size_t i = 0; i < c->status_count; i++) {
        size_t mark = list ? reader_enter_item(r, i) : strlen(r->at);
        if (read_status(list ? json_array_get(value, i) : value, r, &c->statuses[i]) != 0) {
            return -1;
        }
        reader_leave(r, mark);
    }
    return 0;
}

int read_flag(struct condition *c, const json_t *value, struct reader *r)
{
    bool flag;
    if (reader_bool(r, value, &flag) != 0) {
        return -1;
    }
    c->mask = flag;
    return 0;
}

/* The words stand in the order of the enums that they name. */
int read_token(struct condition *c, const json_t *value, struct reader *r)
{
    static const char *const words[] = {"none", "raw", "legacy", "sdk", "id", "unknown", NULL};
    return reader_words(r, value, words, &c->mask);
}

int read_environment(struct condition *c, const json_t *value, struct reader *r)
{
    static const char *const words[] = {"unknown", "prod", "test", "other", "express", NULL};
    return reader_words(r, value, words, &c->mask);
}

int read_network(struct condition *c, const json_t *value, struct reader *r)
{
    static const char *const words[] = {"unknown", "main", "test", NULL};
    return reader_words(r, value, words, &c->mask);
}

int read_answer(struct condition *c, const json_t *value, struct reader *r)
{
    static const char *const words[] = {"json", "html", "text", "empty", NULL};
    return reader_words(r, value, words, &c->mask);
}
