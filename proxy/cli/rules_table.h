/* The confusion table of 'why401 rules test --table': a row for each rule that has positive
 * examples, a column for each rule that may come first. */
#ifndef WHY401_CLI_RULES_TABLE_H
#define WHY401_CLI_RULES_TABLE_H

#include "why401/offline/examples.h"

struct rules_table;

/* NULL when memory is out. The pack outlives it. */
struct rules_table *rules_table_new(const struct rulepack *pack);
void rules_table_free(struct rules_table *t);

void rules_table_add(struct rules_table *t, const struct example_result *result);

/* Prints it on standard output. */
void rules_table_print(const struct rules_table *t);

#endif
