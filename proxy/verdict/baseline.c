#include "baseline.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>

#include "why401/base/file.h"
#include "why401/exchange/json_read.h"
#include "why401/observe/redact.h"
#include "why401/observe/text.h"

#define BYTES_MOST  (4u << 20) /* of the file; as much as is written into one */
#define FOUND_SHOWN 60
#define AT_SIZE     80
#define FILE_SHOWN  200

/* Where in the file we are, for errors. */
struct place {
    const char *file;
    char at[AT_SIZE];
    struct arena *arena;
    struct err *err;
};

/* The end of a path says more than its beginning. */
static const char *tail(const char *path)
{
    size_t len = strlen(path);
    return len > FILE_SHOWN ? path + len - FILE_SHOWN : path;
}

static void describe(struct str *out, const json_t *value)
{
    struct str safe;
    if (!json_is_string(value)) {
        char *text = json_is_array(value)    ? strdup("a list")
                     : json_is_object(value) ? strdup("an object")
                     : value                 ? json_dumps(value, JSON_ENCODE_ANY)
                                             : strdup("nothing");
        str_add(out, span_of(text));
        free(text);
        return;
    }
    str_init(&safe, 4096);
    redact_text(&safe, span_first(span_of(json_string_value(value)), 512));
    str_add_c(out, '"');
    text_escape(out, str_span(&safe), FOUND_SHOWN);
    str_add_c(out, '"');
    str_release(&safe);
}

static int bad(struct place *p, const json_t *found, const char *expected)
{
    struct str text;
    str_init(&text, 1024);
    describe(&text, found);
    err_set(p->err, ERR_INPUT, "%s: %s: found %s; expected %s", tail(p->file), p->at,
            str_cstr(&text), expected);
    str_release(&text);
    return -1;
}

static int no_room(struct place *p)
{
    return err_set(p->err, ERR_MEMORY, "no memory for %s", tail(p->file));
}

/* A text of `most` bytes, or none. */
static int take_text(struct place *p, const json_t *value, size_t most, const char **out)
{
    if (!json_is_string(value) || json_string_length(value) > most) {
        return bad(p, value, "a text of at most 300 bytes");
    }
    struct str text;
    str_init(&text, 8 * most);
    struct str redacted;
    str_init(&redacted, 8 * most);
    redact_text(&redacted, span_of(json_string_value(value)));
    text_escape(&text, str_span(&redacted), 2 * most);
    *out = arena_copy(p->arena, span_of(str_cstr(&text))).ptr;
    str_release(&redacted);
    str_release(&text);
    return *out ? 0 : no_room(p);
}

static int take_status(struct place *p, const json_t *value, int *out)
{
    json_int_t status = json_is_integer(value) ? json_integer_value(value) : -1;
    if (status < 100 || status > 599) {
        return bad(p, value, "a status from 100 to 599");
    }
    *out = (int)status;
    return 0;
}

static bool is_date(const char *text)
{
    static const char form[] = "dddd-dd-dd";
    if (strlen(text) != sizeof form - 1) {
        return false;
    }
    for (size_t i = 0; form[i]; i++) {
        bool is_digit = text[i] >= '0' && text[i] <= '9';
        if (form[i] == 'd' ? !is_digit : text[i] != '-') {
            return false;
        }
    }
    int month = (text[5] - '0') * 10 + text[6] - '0';
    int day = (text[8] - '0') * 10 + text[9] - '0';
    return month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

static int take_until(struct place *p, const json_t *value, const char **out)
{
    if (!json_is_string(value) || !is_date(json_string_value(value))) {
        return bad(p, value, "a day such as \"2026-12-31\"");
    }
    *out = arena_copy(p->arena, span_of(json_string_value(value))).ptr;
    return *out ? 0 : no_room(p);
}

static int take_member(struct place *p, const char *key, const json_t *value, struct accepted *a)
{
    const struct {
        const char *key;
        const char **text;
    } texts[] = {{"rule", &a->rule},     {"scenario", &a->scenario}, {"finding", &a->finding},
                 {"method", &a->method}, {"path", &a->path},         {"why", &a->why}};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        if (strcmp(key, texts[i].key) == 0) {
            return take_text(p, value, 300, texts[i].text);
        }
    }
    if (strcmp(key, "until") == 0) {
        return take_until(p, value, &a->until);
    }
    if (strcmp(key, "status") == 0) {
        return take_status(p, value, &a->status);
    }
    return bad(p, value,
               "no such key; there are rule, scenario, finding, status, method, path, until, why");
}

static void step_to(struct place *p, size_t index, const char *key)
{
    struct str shown;
    str_init(&shown, 256);
    text_escape(&shown, span_of(key), 30);
    snprintf(p->at, sizeof p->at, "accepted[%zu].%s", index, str_cstr(&shown));
    str_release(&shown);
}

static int take_entry(struct place *p, size_t index, json_t *entry, struct accepted *a)
{
    const char *key;
    json_t *value;
    snprintf(p->at, sizeof p->at, "accepted[%zu]", index);
    if (!json_is_object(entry)) {
        return bad(p, entry, "an object");
    }
    json_object_foreach(entry, key, value)
    {
        step_to(p, index, key);
        if (take_member(p, key, value, a) != 0) {
            return -1;
        }
    }
    snprintf(p->at, sizeof p->at, "accepted[%zu]", index);
    if (!a->rule && !a->scenario && !a->finding && !a->status) {
        return bad(p, entry,
                   "rule, scenario, finding or status, so that it does not accept "
                   "everything");
    }
    return 0;
}

static int take_all(struct place *p, struct baseline *b, const json_t *root)
{
    const json_t *list = json_object_get(root, "accepted");
    const json_t *version = json_object_get(root, "version");
    snprintf(p->at, sizeof p->at, "top");
    if (!json_is_object(root)) {
        return bad(p, root, "an object with version and accepted");
    }
    snprintf(p->at, sizeof p->at, "version");
    if (!json_is_integer(version) || json_integer_value(version) != 1) {
        return bad(p, version, "1");
    }
    snprintf(p->at, sizeof p->at, "accepted");
    if (!json_is_array(list) || json_array_size(list) > BASELINE_ENTRIES_MOST) {
        return bad(p, list, "a list of at most 1000 entries");
    }
    b->list = calloc(json_array_size(list) + 1, sizeof *b->list);
    if (!b->list) {
        return no_room(p);
    }
    for (; b->count < json_array_size(list); b->count++) {
        json_t *entry = json_array_get(list, b->count);
        if (take_entry(p, b->count, entry, &b->list[b->count]) != 0) {
            return -1;
        }
    }
    return 0;
}

/* NULL with *err when the file holds no JSON. */
static json_t *read_root(const char *path, struct err *err)
{
    struct str text;
    json_error_t error = {0};
    str_init(&text, BYTES_MOST);
    int reason = file_add_to(path, &text);
    json_t *root =
        reason == 0 ? json_read(str_span(&text), JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error)
                    : NULL;
    if (reason != 0) {
        err_set(err, ERR_FILE, "%s: cannot be read: %s; --write-baseline writes such a file",
                tail(path), reason == EINVAL ? "it is no regular file" : strerror(reason));
    } else if (!root && !error.text[0]) {
        err_set(err, ERR_MEMORY, "%s: no memory for reading it", tail(path));
    } else if (!root) {
        err_set(err, ERR_INPUT, "%s: line %d, column %d: found something else; expected JSON",
                tail(path), error.line, error.column);
    }
    str_release(&text);
    return root;
}

int baseline_read(struct baseline *b, const char *path, struct arena *arena, struct err *err)
{
    struct place p = {.file = path, .arena = arena, .err = err};
    json_t *root = read_root(path, err);
    *b = (struct baseline){0};
    if (!root) {
        return -1;
    }
    int result = take_all(&p, b, root);
    json_decref(root);
    if (result != 0) {
        baseline_release(b);
    }
    return result;
}

void baseline_release(struct baseline *b)
{
    free(b->list);
    *b = (struct baseline){0};
}

static bool fits(const char *want, const char *have)
{
    return !want || strcmp(want, have) == 0;
}

static bool accepts(const struct accepted *a, const struct verdict_reason *r)
{
    return fits(a->rule, r->rule) && fits(a->scenario, r->scenario) &&
           fits(a->finding, r->finding) && fits(a->method, r->method) && fits(a->path, r->path) &&
           (a->status == 0 || a->status == r->status);
}

void baseline_apply(struct baseline *b, struct verdict_reason *reason, const char *today)
{
    for (size_t i = 0; i < b->count; i++) {
        struct accepted *a = &b->list[i];
        if (!accepts(a, reason)) {
            continue;
        }
        bool holds = !a->until || strcmp(today, a->until) <= 0;
        a->matched = true;
        if (!reason->accepted) {
            reason->accepted = holds;
            reason->why = a->why ? a->why : "";
            reason->until = a->until ? a->until : "";
        }
    }
}
