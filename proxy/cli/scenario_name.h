/* A scenario's name that was misspelt. */
#ifndef WHY401_CLI_SCENARIO_NAME_H
#define WHY401_CLI_SCENARIO_NAME_H

#include "why401/explain/explain.h"

/* For a name that rulepack_named does not know: sets ERR_USAGE, which says the one that may have
 * been meant, and returns -1. */
int scenario_not_named(const struct rulepack *rules, const char *name, struct err *err);

#endif
