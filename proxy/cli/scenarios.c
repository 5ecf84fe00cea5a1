/* why401 scenarios: the known problems as a table, or everything about one of them. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "commands.h"
#include "options.h"
#include "page_for.h"
#include "paint.h"
#include "say.h"
#include "scenario_name.h"

#define OUTPUT_MOST (16u << 20)
#define GAP         2  /* columns between id and title */
#define TITLE_LEAST 24 /* columns; with fewer, titles go under the ids */

/* How much of a title fits into `room` bytes, up to a space where there is one. */
static size_t fit(struct span title, size_t room)
{
    size_t len = title.len;
    if (len > room) {
        for (len = room; len && title.ptr[len] != ' '; len--) {
        }
    }
    return len ? len : title.len;
}

/* A title that is too long goes on under itself. */
static void add_row(struct str *out, const struct rule *rule, size_t id_width,
                    const struct render *page, const struct paint *paint)
{
    struct span rest = span_of(rule_title(rule));
    bool narrow = page->width < id_width + GAP + TITLE_LEAST;
    size_t column = narrow ? 2UL * GAP : id_width + GAP;
    str_addf(out, "%s%-*s%s", paint->bold, narrow ? 0 : (int)id_width, rule_id(rule), paint->reset);
    for (bool first = !narrow; rest.len; first = false) {
        size_t len = fit(rest, page->width > column ? page->width - column : TITLE_LEAST);
        str_addf(out, "%s%*s%.*s", first ? "" : "\n", (int)(first ? GAP : column), "",
                 SPAN_ARG(span_first(rest, len)));
        rest = span_from(rest, len + 1);
    }
    str_add_c(out, '\n');
}

static void add_table(struct str *out, const struct rulepack *rules, const struct render *page)
{
    size_t id_width = 0;
    for (size_t i = 0; i < rulepack_size(rules); i++) {
        size_t len = strlen(rule_id(rulepack_at(rules, i)));
        id_width = len > id_width ? len : id_width;
    }
    for (size_t i = 0; i < rulepack_size(rules); i++) {
        add_row(out, rulepack_at(rules, i), id_width, page, paint_for(STDOUT_FILENO));
    }
}

/* One rule, or all of them when `only` is NULL: an object in a line each. */
static void add_json(struct str *out, const struct rulepack *rules, const struct rule *only)
{
    for (size_t i = 0; i < rulepack_size(rules); i++) {
        const struct rule *rule = rulepack_at(rules, i);
        if (!only || only == rule) {
            render_rule_json(out, rule);
            str_add_c(out, '\n');
        }
    }
}

static int show(const struct rulepack *rules, const char *id, bool json)
{
    struct str out;
    struct err err;
    struct render page = page_for(STDOUT_FILENO);
    const struct rule *rule = id ? rulepack_named(rules, span_of(id)) : NULL;
    if (id && !rule) {
        scenario_not_named(rules, id, &err);
        say("%s", err.text);
        return ENDED_UNUSED;
    }
    str_init(&out, OUTPUT_MOST);
    if (json) {
        add_json(&out, rules, rule);
    } else if (rule) {
        render_rule(&out, &page, rule);
    } else {
        add_table(&out, rules, &page);
    }
    int code = print_built(&out);
    str_release(&out);
    return code;
}

int command_scenarios(int argc, char **argv)
{
    struct err err;
    bool json = false;
    const char *id = NULL;
    const char *rules_dir = getenv("WHY401_RULES");
    const struct option_row rows[] = {
        {"ID", "ID", &id, NULL},
        {"--json", NULL, NULL, &json},
        {"--rules", "DIR", &rules_dir, NULL},
    };
    switch (options_read("scenarios", rows, sizeof rows / sizeof rows[0], argc, argv, &err)) {
    case OPTIONS_HELP:
        return print_whole(help_scenarios);
    case OPTIONS_BAD:
        return say_error(&err);
    case OPTIONS_READ:
        break;
    }
    struct rulepack *rules = rules_of(rules_dir, &err);
    if (!rules) {
        return say_error(&err);
    }
    int code = show(rules, id, json);
    rulepack_drop(rules);
    return code;
}
