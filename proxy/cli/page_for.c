#include "page_for.h"

#include "paint.h"
#include "why401/observe/columns.h"

struct render page_for(int fd)
{
    return (struct render){.width = page_columns(fd), .color = paint_for(fd)->reset[0] != '\0'};
}

struct rulepack *rules_of(const char *dir, struct err *err)
{
    struct rulepack *rules = rulepack_builtin(err);
    if (rules && dir && *dir && rulepack_add_dir(rules, dir, err) != 0) {
        rulepack_drop(rules);
        return NULL;
    }
    return rules;
}
