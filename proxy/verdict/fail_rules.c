/* Reading --fail-on: words between commas, each a rule of the table below, a status code, a finding
 * or a scenario. */
#include "fail_rules.h"

#include "why401/observe/text.h"
#include "why401/verdict/verdict.h"

#define WORD_SHOWN 60
#define EXPECTED                                                                                   \
    "a rule (explained, missing-bearer, secret-in-url, production, no-traffic, 4xx, 5xx, "         \
    "warning, problem, ci, none), a status from 400 to 599, a scenario ('why401 scenarios' "       \
    "lists them), or a finding such as bearer.missing or token.*"

static const struct {
    const char *word;
    enum rule_kind kind;
} words[] = {
    {"explained", RULE_EXPLAINED},
    {"missing-bearer", RULE_MISSING_BEARER},
    {"secret-in-url", RULE_SECRET_IN_URL},
    {"production", RULE_PRODUCTION},
    {"no-traffic", RULE_NO_TRAFFIC},
    {"4xx", RULE_4XX},
    {"5xx", RULE_5XX},
    {"warning", RULE_WARNING},
    {"problem", RULE_PROBLEM},
    {"ci", RULE_CI},
    {"none", RULE_NONE},
};

#define WORD_COUNT (sizeof words / sizeof *words)

/* The part of a scenario's id behind its document; the whole id when there is none. */
static struct span short_id(struct span id)
{
    ptrdiff_t at = span_find(id, SPAN("#"));
    return at < 0 ? id : span_from(id, (size_t)at + 1);
}

static bool is_scenario(struct span word, struct span id)
{
    return span_eq(word, id) || span_eq(word, short_id(id));
}

static bool pack_has(const struct rulepack *pack, struct span word)
{
    for (size_t i = 0; pack && word.len && i < rulepack_size(pack); i++) {
        if (is_scenario(word, span_of(rule_id(rulepack_at(pack, i))))) {
            return true;
        }
    }
    return false;
}

/* "token.*" without its star; false when the word has none at its end, or nothing before it. */
static bool is_prefix(struct span word, struct span *prefix)
{
    *prefix = span_first(word, word.len ? word.len - 1 : 0);
    return word.len > 1 && word.ptr[word.len - 1] == '*';
}

static bool finding_known(struct span word, bool prefix)
{
    for (size_t i = 0; i < known_finding_count; i++) {
        struct span id = span_of(known_findings[i]);
        if (prefix ? span_starts(id, word) : span_eq(id, word)) {
            return true;
        }
    }
    return false;
}

static bool read_status(struct span word, int *status)
{
    uint64_t value = 0;
    if (word.len != 3 || !span_u64(word, &value) || value < 400 || value > 599) {
        return false;
    }
    *status = (int)value;
    return true;
}

/* What the word means; false when nothing has that name. */
static bool read_word(struct span word, const struct rulepack *pack, struct fail_rule *r)
{
    struct span prefix;
    *r = (struct fail_rule){.kind = RULE_NONE};
    for (size_t i = 0; i < WORD_COUNT; i++) {
        if (span_eq(word, span_of(words[i].word))) {
            r->kind = words[i].kind;
            return true;
        }
    }
    if (read_status(word, &r->status)) {
        r->kind = RULE_STATUS;
    } else if (finding_known(word, false)) {
        r->kind = RULE_FINDING;
    } else if (is_prefix(word, &prefix) && finding_known(prefix, true)) {
        r->kind = RULE_FINDINGS;
    } else if (pack_has(pack, word)) {
        r->kind = RULE_SCENARIO;
    } else {
        return false;
    }
    return true;
}

static int add(struct fail_rules *r, struct fail_rule rule, struct span word, struct arena *arena,
               struct err *err)
{
    for (size_t i = 0; i < r->count; i++) {
        if (span_eq(word, span_of(r->list[i].word))) {
            return 0;
        }
    }
    if (r->count == FAIL_RULES_MOST) {
        return err_set(err, ERR_USAGE, "--fail-on: found more than %d rules", FAIL_RULES_MOST);
    }
    rule.word = arena_copy(arena, word).ptr;
    if (!rule.word) {
        return err_set(err, ERR_MEMORY, "no memory for the rules of --fail-on");
    }
    r->list[r->count++] = rule;
    return 0;
}

static int refuse(struct span word, struct err *err)
{
    struct str shown;
    str_init(&shown, 4UL * WORD_SHOWN);
    text_escape(&shown, word, WORD_SHOWN);
    err_set(err, ERR_USAGE, "--fail-on: found '%s'; expected " EXPECTED, str_cstr(&shown));
    str_release(&shown);
    return -1;
}

int fail_rules_read(struct fail_rules *r, const char *text, const struct rulepack *pack,
                    struct arena *arena, struct err *err)
{
    struct span rest = span_of(text);
    struct span word;
    struct fail_rule rule;
    while (text && span_cut(&rest, ',', &word)) {
        word = span_trim(word);
        if (!read_word(word, pack, &rule)) {
            return refuse(word, err);
        }
        int failed = rule.kind == RULE_NONE ? 0
                     : rule.kind == RULE_CI ? fail_rules_read(r, VERDICT_CI, pack, arena, err)
                                            : add(r, rule, word, arena, err);
        if (failed) {
            return -1;
        }
    }
    return 0;
}

bool fail_rule_names_scenario(const struct fail_rule *r, const char *id)
{
    return r->kind == RULE_SCENARIO && is_scenario(span_of(r->word), span_of(id));
}

bool fail_rule_names_finding(const struct fail_rule *r, const char *id)
{
    struct span word = span_of(r->word);
    struct span prefix;
    return r->kind == RULE_FINDING    ? span_eq(word, span_of(id))
           : r->kind == RULE_FINDINGS ? is_prefix(word, &prefix) && span_starts(span_of(id), prefix)
                                      : false;
}

size_t verdict_words(const struct rulepack *rules, const char **out, size_t most)
{
    size_t count = 0;
    for (size_t i = 0; i < WORD_COUNT && count < most; i++) {
        out[count++] = words[i].word;
    }
    for (size_t i = 0; i < known_finding_count && count < most; i++) {
        out[count++] = known_findings[i];
    }
    for (size_t i = 0; rules && i < rulepack_size(rules) && count < most; i++) {
        const char *id = rule_id(rulepack_at(rules, i));
        out[count++] = id;
        if (count < most && strchr(id, '#')) {
            out[count++] = strchr(id, '#') + 1;
        }
    }
    return count;
}

bool verdict_unknown_word(const char *fail_on, const struct rulepack *rules, struct span *word)
{
    struct span rest = span_of(fail_on);
    struct fail_rule rule;
    while (fail_on && span_cut(&rest, ',', word)) {
        *word = span_trim(*word);
        if (!read_word(*word, rules, &rule)) {
            return true;
        }
    }
    return false;
}
