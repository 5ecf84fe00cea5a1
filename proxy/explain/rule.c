/* Reading a rule's file into memory. The texts stay in the JSON value, which the rule keeps; what
 * is compiled from it lives in the rule's arena. */
#include "rule.h"

#include <stdlib.h>

#include "template.h"
#include "why401/exchange/json_read.h"

#define RULE_ARENA_CAP (4 << 20)
#define ID_MOST        120
#define TITLE_MOST     150

struct rule_store {
    json_t *json;
    struct arena arena;
    char *file;
};

static int read_member(struct reader *r, const json_t *object, const char *key, size_t most,
                       const char **out)
{
    size_t mark = reader_enter(r, key);
    if (reader_text(r, json_object_get(object, key), most, out) != 0) {
        return -1;
    }
    reader_leave(r, mark);
    return 0;
}

/* A list of texts; one that may be absent then stays NULL. */
static int read_list(struct reader *r, const json_t *object, const char *key, bool required,
                     size_t most, const char *const **out)
{
    const json_t *list = json_object_get(object, key);
    if (!list && !required) {
        return 0;
    }
    size_t mark = reader_enter(r, key);
    if (reader_texts(r, list, most, out) != 0) {
        return -1;
    }
    reader_leave(r, mark);
    return 0;
}

static bool is_name_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
}

static int read_id(struct rule *rule, const json_t *top, struct reader *r)
{
    size_t hashes = 0;
    if (read_member(r, top, "id", ID_MOST, &rule->id) != 0) {
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
    if (read_list(r, top, "links", true, READER_TEXT_MOST, &rule->links) != 0) {
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
        read_list(r, support, "send", true, READER_TEXT_MOST, &rule->support_send) != 0 ||
        read_list(r, support, "ask", true, READER_TEXT_MOST, &rule->support_ask) != 0) {
        return -1;
    }
    reader_leave(r, mark);
    return 0;
}

static int read_templates(const json_t *object, const char *key, const char *const **out,
                          struct reader *r)
{
    if (read_list(r, object, key, false, READER_TEXT_MOST, out) != 0) {
        return -1;
    }
    const json_t *list = json_object_get(object, key);
    size_t mark = reader_enter(r, key);
    for (size_t i = 0; i < json_array_size(list); i++) {
        size_t item = reader_enter_item(r, i);
        if (template_check(json_array_get(list, i), r) != 0) {
            return -1;
        }
        reader_leave(r, item);
    }
    reader_leave(r, mark);
    return 0;
}

static int read_evidence(const json_t *object, struct evidence *evidence, struct reader *r)
{
    static const char *const keys[] = {"sent", "received", NULL};
    const json_t *value = json_object_get(object, "evidence");
    if (!value) {
        return 0;
    }
    size_t mark = reader_enter(r, "evidence");
    if (reader_object(r, value, keys) != 0 ||
        read_templates(value, "sent", &evidence->sent, r) != 0 ||
        read_templates(value, "received", &evidence->received, r) != 0) {
        return -1;
    }
    reader_leave(r, mark);
    return 0;
}

static int read_conditions(const json_t *object, const char *key, struct conditions *c,
                           struct reader *r)
{
    const json_t *list = json_object_get(object, key);
    if (!list) {
        return 0;
    }
    size_t mark = reader_enter(r, key);
    if (reader_list(r, list, "condition") != 0) {
        return -1;
    }
    c->list = arena_alloc(r->arena, json_array_size(list) * sizeof *c->list);
    if (!c->list) {
        return reader_no_room(r);
    }
    for (; c->count < json_array_size(list); c->count++) {
        size_t item = reader_enter_item(r, c->count);
        if (condition_read(&c->list[c->count], json_array_get(list, c->count), r) != 0) {
            return -1;
        }
        reader_leave(r, item);
    }
    reader_leave(r, mark);
    return 0;
}

static int read_confidence(struct match *m, const json_t *value, struct reader *r)
{
    static const char *const words[] = {"possible", "likely", "certain"};
    const char *text = json_string_value(json_object_get(value, "confidence"));
    for (size_t i = 0; text && i < 3; i++) {
        if (strcmp(text, words[i]) == 0) {
            m->confidence = (enum confidence)(CONFIDENCE_POSSIBLE + i);
            return 0;
        }
    }
    reader_enter(r, "confidence");
    return reader_fail(r, json_object_get(value, "confidence"), "certain, likely or possible");
}

/* The heaviest alternative is not known beforehand, so `any` counts as its lightest. */
static int specificity(const struct match *m)
{
    int sum = 0;
    int lightest = 0;
    for (size_t i = 0; i < m->all.count; i++) {
        sum += condition_weight(&m->all.list[i]);
    }
    for (size_t i = 0; i < m->any.count; i++) {
        int weight = condition_weight(&m->any.list[i]);
        lightest = i == 0 || weight < lightest ? weight : lightest;
    }
    return sum + lightest;
}

/* A match whose cause is another one tells its own title, meaning and steps. */
static int read_variant(struct match *m, const json_t *value, struct reader *r)
{
    m->told = m->rule;
    if (!json_object_get(value, "title") && !json_object_get(value, "meaning") &&
        !json_object_get(value, "steps")) {
        return 0;
    }
    struct rule *variant = arena_alloc(r->arena, sizeof *variant);
    if (!variant) {
        return reader_no_room(r);
    }
    *variant = *m->rule;
    variant->store = NULL;
    variant->matches = NULL;
    variant->match_count = 0;
    m->told = variant;
    if ((json_object_get(value, "title") &&
         read_member(r, value, "title", TITLE_MOST, &variant->title) != 0) ||
        (json_object_get(value, "meaning") &&
         read_member(r, value, "meaning", READER_TEXT_MOST, &variant->meaning) != 0)) {
        return -1;
    }
    return read_list(r, value, "steps", false, READER_TEXT_MOST, &variant->steps);
}

static int read_match(struct match *m, const json_t *value, struct reader *r)
{
    static const char *const keys[] = {"confidence", "all",   "any",      "none",  "title",
                                       "meaning",    "steps", "evidence", "weigh", NULL};
    if (reader_object(r, value, keys) != 0 || read_confidence(m, value, r) != 0 ||
        read_conditions(value, "all", &m->all, r) != 0 ||
        read_conditions(value, "any", &m->any, r) != 0 ||
        read_conditions(value, "none", &m->none, r) != 0 ||
        read_evidence(value, &m->evidence, r) != 0 || weights_read(m, value, r) != 0 ||
        read_variant(m, value, r) != 0) {
        return -1;
    }
    m->specificity = specificity(m);
    return m->all.count + m->any.count > 0
               ? 0
               : reader_fail(r, value, "\"all\" or \"any\" with at least one condition");
}

static int read_matches(struct rule *rule, const json_t *top, struct reader *r)
{
    const json_t *list = json_object_get(top, "match");
    size_t mark = reader_enter(r, "match");
    if (reader_list(r, list, "match") != 0) {
        return -1;
    }
    rule->matches = arena_alloc(r->arena, json_array_size(list) * sizeof *rule->matches);
    if (!rule->matches) {
        return reader_no_room(r);
    }
    for (; rule->match_count < json_array_size(list); rule->match_count++) {
        struct match *m = &rule->matches[rule->match_count];
        size_t item = reader_enter_item(r, rule->match_count);
        m->rule = rule;
        if (read_match(m, json_array_get(list, rule->match_count), r) != 0) {
            return -1;
        }
        reader_leave(r, item);
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
         read_member(r, top, "$schema", READER_TEXT_MOST, &schema) != 0)) {
        return -1;
    }
    if (read_id(rule, top, r) != 0 || read_member(r, top, "title", TITLE_MOST, &rule->title) != 0 ||
        read_member(r, top, "meaning", READER_TEXT_MOST, &rule->meaning) != 0 ||
        read_list(r, top, "signals", true, READER_PHRASE_MOST, &rule->signals) != 0 ||
        read_list(r, top, "hints", false, READER_PHRASE_MOST, &rule->hints) != 0) {
        return -1;
    }
    rule->scenario = rule->title;
    if (read_list(r, top, "steps", true, READER_TEXT_MOST, &rule->steps) != 0 ||
        read_support(rule, top, r) != 0 || read_links(rule, top, r) != 0 ||
        read_evidence(top, &rule->evidence, r) != 0) {
        return -1;
    }
    return read_matches(rule, top, r) != 0 ? -1 : examples_read(rule, top, r);
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
