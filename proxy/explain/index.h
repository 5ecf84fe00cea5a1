/* Which matches are worth trying: most of them promise that one of a few literals stands in the
 * answer or in the path, so a pack of thousands of rules costs little more than those that have a
 * chance. */
#ifndef WHY401_EXPLAIN_INDEX_H
#define WHY401_EXPLAIN_INDEX_H

#include "rule.h"

struct index_node;

struct index {
    struct index_node *nodes; /* one for each literal of a match, and for each match without any */
    size_t count;
    unsigned *heads; /* first node of each bucket of trigrams, counted from 1; 0 for none */
    unsigned always; /* first node of the matches without a literal, in the same way */
};

/* Builds the index over the rules' matches, which must outlive it. 0, or -1 when memory is out. */
int index_init(struct index *index, struct rule *const *rules, size_t count);
void index_release(struct index *index);

/* Visits each match that may hold for a subject; some of them more than once. */
typedef void index_visit(const struct match *m, void *ctx);
void index_each(const struct index *index, const struct subject *s, index_visit *visit, void *ctx);

#endif
