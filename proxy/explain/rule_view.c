/* What others may see of a rule. */
#include "rule.h"

const char *rule_id(const struct rule *r)
{
    return r->id;
}

const char *rule_file(const struct rule *r)
{
    return r->file;
}

const char *rule_title(const struct rule *r)
{
    return r->title;
}

const char *rule_scenario(const struct rule *r)
{
    return r->scenario;
}

const char *rule_meaning(const struct rule *r)
{
    return r->meaning;
}

const char *const *rule_steps(const struct rule *r)
{
    return r->steps;
}

const char *const *rule_support_send(const struct rule *r)
{
    return r->support_send;
}

const char *const *rule_support_ask(const struct rule *r)
{
    return r->support_ask;
}

const char *const *rule_links(const struct rule *r)
{
    return r->links;
}

const char *confidence_name(enum confidence c)
{
    static const char *const names[] = {
        [CONFIDENCE_POSSIBLE] = "possible",
        [CONFIDENCE_LIKELY] = "likely",
        [CONFIDENCE_CERTAIN] = "certain",
    };
    return names[c];
}
