/* A scenario as the mock answers it. Private. */
#ifndef MOCK_SCENARIO_H
#define MOCK_SCENARIO_H

#include "routes.h"
#include "why401/explain/explain.h"

/* The failure that the scenario is about. */
void scenario_answer(struct call *c, const struct rule *rule);

/* There is no scenario of the name that was asked for; says which there are. */
void scenario_unknown(struct call *c, const struct rulepack *rules);

#endif
