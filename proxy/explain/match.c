/* Reading the matches of a rule: for each its confidence, its conditions, the evidence to show and
 * what weighs for it or against it (weigh.c). A match may tell of another cause than its rule does;
 * then it has a variant of the rule, with its own title, meaning and steps. How much its conditions
 * narrow the exchanges down is reckoned here, once. */
#include "rule.h"
#include "template.h"

static int read_templates(const json_t *object, const char *key, const char *const **out,
                          struct reader *r)
{
    if (reader_member_texts(r, object, key, false, READER_TEXT_MOST, out) != 0) {
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

int evidence_read(const json_t *object, struct evidence *evidence, struct reader *r)
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
         reader_member_text(r, value, "title", RULE_TITLE_MOST, &variant->title) != 0) ||
        (json_object_get(value, "meaning") &&
         reader_member_text(r, value, "meaning", READER_TEXT_MOST, &variant->meaning) != 0)) {
        return -1;
    }
    return reader_member_texts(r, value, "steps", false, READER_TEXT_MOST, &variant->steps);
}

static int read_match(struct match *m, const json_t *value, struct reader *r)
{
    static const char *const keys[] = {"confidence", "all",   "any",      "none",  "title",
                                       "meaning",    "steps", "evidence", "weigh", NULL};
    if (reader_object(r, value, keys) != 0 || read_confidence(m, value, r) != 0 ||
        read_conditions(value, "all", &m->all, r) != 0 ||
        read_conditions(value, "any", &m->any, r) != 0 ||
        read_conditions(value, "none", &m->none, r) != 0 ||
        evidence_read(value, &m->evidence, r) != 0 || weights_read(m, value, r) != 0 ||
        read_variant(m, value, r) != 0) {
        return -1;
    }
    m->specificity = specificity(m);
    return m->all.count + m->any.count > 0
               ? 0
               : reader_fail(r, value, "\"all\" or \"any\" with at least one condition");
}

int matches_read(struct rule *rule, const json_t *top, struct reader *r)
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
