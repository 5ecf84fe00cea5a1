#include "parent.h"

struct span parent_name(const char *entry)
{
    return span(entry, strcspn(entry, "="));
}

static const char *find(char *const *parent, struct span name,
                        bool (*same)(struct span, struct span))
{
    for (; *parent; parent++) {
        struct span found = parent_name(*parent);
        const char *value = *parent + found.len;
        if (same(found, name) && value[0] == '=' && value[1] != '\0') {
            return value + 1;
        }
    }
    return NULL;
}

static bool alike(struct span a, struct span b)
{
    return span_eq(a, b);
}

const char *parent_value(char *const *parent, const char *name)
{
    const char *value = find(parent, span_of(name), alike);
    return value ? value : find(parent, span_of(name), span_ieq);
}
