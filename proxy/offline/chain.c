#include "why401/offline/chain.h"

#include <stdlib.h>

#include "why401/inspect/finished.h"
#include "why401/inspect/passport.h"
#include "why401/ledger/ledger.h"

#define DECODED_MOST (1u << 20) /* bytes of a body */

struct chain {
    struct rulepack *rules; /* one reference */
    struct inspect_options options;
    struct inspect_memory *memory;
    struct ledger *ledger;
    struct passports *passports;
};

struct chain *chain_new(struct rulepack *rules, const struct inspect_options *options)
{
    struct chain *c = calloc(1, sizeof *c);
    if (!c) {
        return NULL;
    }
    c->options = *options;
    c->rules = rules;
    rulepack_hold(rules);
    c->memory = inspect_memory_new();
    c->ledger = ledger_open(NULL, NULL);
    if (!c->memory || !c->ledger) {
        chain_free(c);
        return NULL;
    }
    return c;
}

void chain_free(struct chain *c)
{
    if (c) {
        passports_drop(c->passports);
        ledger_close(c->ledger);
        inspect_memory_free(c->memory);
        rulepack_drop(c->rules);
        free(c);
    }
}

/* As a worker does at the request head. A denied source is a finding; nobody is refused here. */
static void inspect_head(struct chain *c, struct exchange *x)
{
    if (ledger_changed(c->ledger)) {
        passports_drop(c->passports);
        c->passports = ledger_passports(c->ledger);
    }
    inspect_request(x, &c->options, NULL);
    if (c->passports) {
        inspect_passport(x, c->passports);
    }
}

/* What both ways of judging end with. */
static size_t explain(struct chain *c, struct exchange *x, struct answer *a,
                      struct explanation *out, size_t most)
{
    answer_read(a, x, DECODED_MOST);
    size_t count = explain_exchange(c->rules, x, a, out, most);
    ledger_learn(c->ledger, x);
    return count;
}

size_t chain_judge(struct chain *c, struct exchange *x, struct answer *a, struct explanation *out,
                   size_t most)
{
    if (x->request.head.method.len) {
        inspect_head(c, x);
    }
    inspect_finished(x, c->memory);
    ledger_recall(c->ledger, x);
    return explain(c, x, a, out, most);
}

/* Takes out findings from `from` on whose id an earlier one has. */
static void drop_repeated(struct exchange *x, size_t from)
{
    size_t kept = from;
    for (size_t i = from; i < x->finding_count; i++) {
        const struct finding *first = exchange_finding(x, x->findings[i].id);
        if (first >= &x->findings[from]) {
            x->findings[kept++] = x->findings[i];
        }
    }
    x->finding_count = kept;
}

size_t chain_judge_inspected(struct chain *c, struct exchange *x, struct answer *a,
                             struct explanation *out, size_t most)
{
    size_t known = x->finding_count;
    ledger_recall(c->ledger, x);
    drop_repeated(x, known);
    return explain(c, x, a, out, most);
}
