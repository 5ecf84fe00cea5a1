/* Running the examples of rules: each is built as an exchange, its history before it, and goes
 * through a chain of its own. So that the result never depends on the day, an example happens at a
 * fixed moment. */
#ifndef WHY401_OFFLINE_EXAMPLES_H
#define WHY401_OFFLINE_EXAMPLES_H

#include "why401/explain/example.h"

#define EXAMPLE_TEXT_SIZE 400

struct example_result {
    const struct rule *rule; /* whose example it is */
    size_t index;            /* its place in the rule's list */
    const struct example *example;
    bool passed;
    const struct rule *first;     /* what comes first, of the pack; NULL: nothing matched */
    enum confidence confidence;   /* of that */
    char came[EXAMPLE_TEXT_SIZE]; /* what came instead, a sentence's end; "" when it passed */
};

typedef void example_visit(void *ctx, const struct example_result *result);

/* Runs all examples of the pack's rules, in the order of the pack. 0, or -1 when memory is out. The
 * result is valid during its visit only. */
int examples_run(struct rulepack *pack, example_visit *visit, void *ctx, struct err *err);

/* Builds the exchange of a call that happened at `when_ms` of the wall clock, as if it had gone
 * through the proxy. `now_ms` is what times in placeholders count from. NULL with *err, whose text
 * says what of the call cannot be sent as HTTP. The caller frees it with exchange_free. */
struct exchange *example_exchange(const struct example_call *call, uint64_t id, int64_t when_ms,
                                  int64_t now_ms, struct err *err);

#endif
