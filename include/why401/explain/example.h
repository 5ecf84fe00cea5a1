/* The examples of a rule: exchanges, with what came before them, and what the rule makes of them.
 * They are checked when the rule is read and kept as written; offline/examples.h runs them.
 * Immutable, part of the rule; any thread. */
#ifndef WHY401_EXPLAIN_EXAMPLE_H
#define WHY401_EXPLAIN_EXAMPLE_H

#include "why401/explain/explain.h"

#define EXAMPLE_HOST "app.bitgo.com" /* where a request goes that names no host */

/* One half of a call. */
struct example_message {
    const char *method;   /* of a request */
    const char *target;   /* of a request: path and query */
    const char *host;     /* of a request, with its port if it has one */
    struct ip from;       /* of a request: the client's address */
    int status;           /* of a response */
    const json_t *fields; /* an object whose values are texts; NULL for none */
    const json_t *body;   /* a text as it is, anything else as JSON; NULL for none */
};

struct example_call {
    struct example_message request;
    struct example_message response;
    int64_t ago_ms; /* how long before the example's own call; 0 for that one itself */
};

struct example {
    const char *name;
    struct example_call call;
    const struct example_call *history; /* the oldest first, as written */
    size_t history_count;
    enum confidence
        expect; /* the rule comes first with it; 0: a near miss, the rule does not match */
};

size_t rule_example_count(const struct rule *r);
const struct example *rule_example(const struct rule *r, size_t i);

#endif
