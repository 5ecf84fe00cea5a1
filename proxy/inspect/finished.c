#include "why401/inspect/finished.h"

#include <stdlib.h>

struct inspect_memory {
    int unused;
};

struct inspect_memory *inspect_memory_new(void)
{
    return calloc(1, sizeof(struct inspect_memory));
}

void inspect_memory_free(struct inspect_memory *m)
{
    free(m);
}

void inspect_finished(struct exchange *x, struct inspect_memory *m, const struct inspect_options *options)
{
    (void)x;
    (void)m;
    (void)options;
}
