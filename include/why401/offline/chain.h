/* The chain of judgement without a proxy around it: for exchanges that did not come over a socket,
 * but from a file or a rule's own examples. The same inspectors, ledger and rules as in the
 * observer; the ledger is in memory. */
#ifndef WHY401_OFFLINE_CHAIN_H
#define WHY401_OFFLINE_CHAIN_H

#include "why401/explain/explain.h"
#include "why401/inspect/inspect.h"

struct chain;

/* Takes a reference to the rules. NULL when memory is out. */
struct chain *chain_new(struct rulepack *rules, const struct inspect_options *options);
void chain_free(struct chain *c);

/* Inspects x at its head and as finished, asks the ledger, matches the rules, then lets the ledger
 * learn. "Now" is x->started_ms. *a is read from x and is the caller's to release. Returns how many
 * explanations were written; 0 for an exchange that did not fail. */
size_t chain_judge(struct chain *c, struct exchange *x, struct answer *a, struct explanation *out,
                   size_t most);

/* The same for an exchange that was inspected when it passed, so that its token, source and
 * findings are in x already. What the ledger recalls is added where x has no finding of that id. */
size_t chain_judge_inspected(struct chain *c, struct exchange *x, struct answer *a,
                             struct explanation *out, size_t most);

#endif
