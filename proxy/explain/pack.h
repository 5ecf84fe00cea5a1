/* A pack: rules, and what is built over them for finding the ones that matter. */
#ifndef WHY401_EXPLAIN_PACK_H
#define WHY401_EXPLAIN_PACK_H

#include <stdatomic.h>

#include "index.h"
#include "phrases.h"

struct rulepack {
    atomic_size_t holders;
    struct rule **rules; /* owned */
    size_t count;
    size_t given; /* rules that were added or replaced, not built in */
    struct index index;
    struct phrasebook phrases;
};

#endif
