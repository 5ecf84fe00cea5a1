/* A condition: one thing that a rule looks at in an exchange, as data. */
#ifndef WHY401_EXPLAIN_CONDITION_H
#define WHY401_EXPLAIN_CONDITION_H

#include "pattern.h"
#include "reader.h"
#include "subject.h"

struct condition_kind;

/* Which of the members are used depends on the kind; see the table in condition.c. */
struct condition {
    const struct condition_kind *kind;
    struct text_test text; /* what a text must be; for the kinds with a list: the list */
    struct span where;     /* a header field's name, or a place in JSON */
    const json_t *is;      /* the scalar that a JSON value must be; NULL: text decides */
    unsigned mask;         /* words of a closed list, one bit each */
    int *statuses;         /* 400 to 599, or 4 and 5 for a whole class */
    size_t status_count;
};

/* Reads one condition, an object with the kind as its only key. */
int condition_read(struct condition *c, const json_t *value, struct reader *r);

bool condition_holds(const struct condition *c, struct subject *s);

/* How much a condition narrows the exchanges down; for ranking explanations. */
int condition_weight(const struct condition *c);

/* How many literals the condition offers, one for each of its alternatives: if it holds, one of
 * them stands in the answer's text, error or name, or in the path. 0 when it promises no such
 * thing. */
size_t condition_literals(const struct condition *c);
struct span condition_literal(const struct condition *c, size_t i);

#endif
