/* Reading a rule's file into memory: here its own members, in match.c its matches, in example.c its
 * examples. The texts stay in the JSON value, which the rule keeps; what is compiled from it lives
 * in the rule's arena. A file that is no rule, or for which there is no memory, leaves nothing. */
#include "rule.h"

#include <stdlib.h>

#include "why401/exchange/json_read.h"

#define RULE_ARENA_CAP (4 << 20)
#define ID_MOST        120

struct rule_store {
    json_t *json;
    struct arena arena;
    char *file;
};

static bool is_name_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
}

static int read_id(struct rule *rule, const json_t *top, struct reader *r)
{
    size_t hashes = 0;
    if (reader_member_text(r, top, "id", ID_MOST, &rule->id) != 0) {
        return -1;
    }
    for (const char *c = rule->id; *c; c++) {
        hashes += *c == '#';
        if (!is_name_byte(*c) && *c != '#') {
            hashes = 2;
            break;
        }
    }
    if (hashes != 1 || rule->id[0] == '#' || rule->id[strlen(rule->id) - 1] == '#') {
        reader_enter(r, "id");
        return reader_fail(r, json_object_get(top, "id"),
                           "topic#scenario of lower-case letters, digits and '-'");
    }
    return 0;
}

static int read_links(struct rule *rule, const json_t *top, struct reader *r)
{
    if (reader_member_texts(r, top, "links", true, READER_TEXT_MOST, &rule->links) != 0) {
        return -1;
    }
    for (size_t i = 0; rule->links[i]; i++) {
        if (!span_starts(span_of(rule->links[i]), SPAN("https://"))) {
            reader_enter(r, "links");
            reader_enter_item(r, i);
            return reader_fail(r, json_array_get(json_object_get(top, "links"), i),
                               "an address that begins with https://");
        }
    }
    return 0;
}

static int read_support(struct rule *rule, const json_t *top, struct reader *r)
{
    static const char *const keys[] = {"send", "ask", NULL};
    const json_t *support = json_object_get(top, "support");
    size_t mark = reader_enter(r, "support");
    if (reader_object(r, support, keys) != 0 ||
        reader_member_texts(r, support, "send", true, READER_TEXT_MOST, &rule->support_send) != 0 ||
        reader_member_texts(r, support, "ask", true, READER_TEXT_MOST, &rule->support_ask) != 0) {
        return -1;
    }
    reader_leave(r, mark);
    return 0;
}

static int read_all(struct rule *rule, const json_t *top, struct reader *r)
{
    static const char *const keys[] = {"$schema", "id",       "title", "meaning", "signals",
                                       "hints",   "evidence", "match", "steps",   "support",
                                       "links",   "examples", NULL};
    const char *schema;
    if (reader_object(r, top, keys) != 0 ||
        (json_object_get(top, "$schema") &&
         reader_member_text(r, top, "$schema", READER_TEXT_MOST, &schema) != 0)) {
        return -1;
    }
    if (read_id(rule, top, r) != 0 ||
        reader_member_text(r, top, "title", RULE_TITLE_MOST, &rule->title) != 0 ||
        reader_member_text(r, top, "meaning", READER_TEXT_MOST, &rule->meaning) != 0 ||
        reader_member_texts(r, top, "signals", true, READER_PHRASE_MOST, &rule->signals) != 0 ||
        reader_member_texts(r, top, "hints", false, READER_PHRASE_MOST, &rule->hints) != 0) {
        return -1;
    }
    rule->scenario = rule->title;
    if (reader_member_texts(r, top, "steps", true, READER_TEXT_MOST, &rule->steps) != 0 ||
        read_support(rule, top, r) != 0 || read_links(rule, top, r) != 0 ||
        evidence_read(top, &rule->evidence, r) != 0) {
        return -1;
    }
    return matches_read(rule, top, r) != 0 ? -1 : examples_read(rule, top, r);
}

static struct rule *rule_new(const char *file, json_t *json)
{
    struct rule *rule = calloc(1, sizeof *rule);
    struct rule_store *store = calloc(1, sizeof *store);
    char *name = span_dup(span_of(file));
    if (!rule || !store || !name) {
        free(rule);
        free(store);
        free(name);
        json_decref(json);
        return NULL;
    }
    arena_init(&store->arena, RULE_ARENA_CAP);
    store->json = json;
    store->file = name;
    rule->store = store;
    rule->file = name;
    return rule;
}

struct rule *rule_read(const char *file, struct span text, struct err *err)
{
    json_error_t error;
    if (text.len > RULE_BYTES_MOST) {
        err_set(err, ERR_RULE, "%s: the file: found %zu bytes, expected at most %d", file, text.len,
                RULE_BYTES_MOST);
        return NULL;
    }
    json_t *json = json_read(text, JSON_REJECT_DUPLICATES, &error);
    if (!json && !error.text[0]) {
        err_set(err, ERR_MEMORY, "%s: no memory left for this rule", file);
        return NULL;
    }
    if (!json) {
        err_set(err, ERR_RULE, "%s: line %d, column %d: found no valid JSON (%s), expected a rule",
                file, error.line, error.column, error.text);
        return NULL;
    }
    struct rule *rule = rule_new(file, json);
    if (!rule) {
        err_set(err, ERR_MEMORY, "%s: no memory left for this rule", file);
        return NULL;
    }
    struct reader r = {.file = rule->file, .arena = &rule->store->arena, .err = err};
    if (read_all(rule, json, &r) != 0) {
        rule_free(rule);
        return NULL;
    }
    return rule;
}

void rule_free(struct rule *r)
{
    if (r) {
        struct rule_store *store = r->store;
        arena_release(&store->arena);
        json_decref(store->json);
        free(store->file);
        free(store);
        free(r);
    }
}
