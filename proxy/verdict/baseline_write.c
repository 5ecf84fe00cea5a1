/* The reasons of a run as a baseline. What somebody wrote to an entry that is still of use stays,
 * new entries have an empty "why" that waits for a word. */
#include <jansson.h>
#include <stdlib.h>

#include "inside.h"
#include "why401/base/file.h"

#define BASELINE_MOST (4u << 20)

static int set_text(json_t *entry, const char *key, const char *text)
{
    return text[0] ? json_object_set_new(entry, key, json_string(text)) : 0;
}

static json_t *entry_of(const struct verdict_reason *r)
{
    json_t *entry = json_object();
    int failed = set_text(entry, "rule", r->rule) || set_text(entry, "scenario", r->scenario) ||
                 set_text(entry, "finding", r->finding) || set_text(entry, "method", r->method) ||
                 set_text(entry, "path", r->path) ||
                 (r->status && json_object_set_new(entry, "status", json_integer(r->status))) ||
                 (r->accepted && set_text(entry, "until", r->until)) ||
                 json_object_set_new(entry, "why", json_string(r->why));
    if (failed) {
        json_decref(entry);
        return NULL;
    }
    return entry;
}

static json_t *root_of(const struct verdict *v)
{
    json_t *root = json_object();
    json_t *list = json_array();
    bool failed = json_object_set_new(root, "version", json_integer(1)) != 0 ||
                  json_object_set(root, "accepted", list) != 0;
    for (size_t i = 0; i < v->reason_count && !failed; i++) {
        failed = !v->reasons[i].final &&
                 json_array_append_new(list, entry_of(&v->reasons[i].shown)) != 0;
    }
    json_decref(list);
    if (failed) {
        json_decref(root);
        return NULL;
    }
    return root;
}

int verdict_write_baseline(const struct verdict *v, const char *path, struct err *err)
{
    json_t *root = root_of(v);
    char *text = root ? json_dumps(root, JSON_INDENT(2)) : NULL;
    struct str out;
    str_init(&out, BASELINE_MOST);
    out.failed = !text;
    str_add(&out, span_of(text));
    str_add_c(&out, '\n');
    int result = file_replace(path, &out, err);
    str_release(&out);
    free(text);
    json_decref(root);
    return result;
}
