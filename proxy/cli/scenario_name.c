#include "scenario_name.h"

#include <stdlib.h>

#include "why401/config/nearest.h"

static const char *short_id(const char *id)
{
    const char *hash = strchr(id, '#');
    return hash ? hash + 1 : id;
}

int scenario_not_named(const struct rulepack *rules, const char *name, struct err *err)
{
    size_t count = rulepack_size(rules);
    const char **names = calloc(2 * count + 1, sizeof *names);
    for (size_t i = 0; names && i < count; i++) {
        names[2 * i] = rule_id(rulepack_at(rules, i));
        names[2 * i + 1] = short_id(names[2 * i]);
    }
    const char *near = names ? nearest_word(span_of(name), names, 2 * count) : NULL;
    for (size_t i = 0; names && !near && strlen(name) >= 3 && i < count; i++) {
        near = span_ifind(span_of(names[2 * i + 1]), span_of(name)) >= 0 ? names[2 * i + 1] : NULL;
    }
    free(names);
    if (near) {
        return err_set(err, ERR_USAGE, "there is no scenario \"%.80s\"; did you mean %s?", name,
                       near);
    }
    return err_set(err, ERR_USAGE,
                   "there is no scenario \"%.80s\"; 'why401 scenarios' lists those there are",
                   name);
}
