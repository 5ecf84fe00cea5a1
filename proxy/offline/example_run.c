/* Runs examples: a fresh chain for each, the history through it first, then the call itself, whose
 * explanations are held against what the example expects. */
#include <stdio.h>
#include <stdlib.h>

#include "example.h"
#include "why401/offline/chain.h"
#include "why401/offline/examples.h"

#define NOW_MS 1768478400000 /* 2026-01-15T12:00:00Z */

static bool same(const struct rule *a, const struct rule *b)
{
    return strcmp(rule_id(a), rule_id(b)) == 0;
}

/* Holds what came against what the example expects. */
static void judge(struct example_result *r, const struct explanation *found, size_t count)
{
    enum confidence expect = r->example->expect;
    r->first = count ? found[0].rule : NULL;
    r->confidence = count ? found[0].confidence : 0;
    if (expect) {
        r->passed = count && same(found[0].rule, r->rule) && found[0].confidence == expect;
        if (!r->passed && count) {
            snprintf(r->came, sizeof r->came, "%s (%s) came first", rule_id(found[0].rule),
                     confidence_name(found[0].confidence));
        } else if (!r->passed) {
            snprintf(r->came, sizeof r->came, "nothing matched");
        }
        return;
    }
    r->passed = true;
    for (size_t i = 0; i < count; i++) {
        if (same(found[i].rule, r->rule)) {
            r->passed = false;
            snprintf(r->came, sizeof r->came, "it matches (%s)",
                     confidence_name(found[i].confidence));
        }
    }
}

/* What is on the way of one run. */
struct run {
    struct rulepack *pack;
    struct explanation *found; /* room for one of each rule */
    size_t most;
};

/* Sends one call through the chain; with `r`, judges what came of it. */
static int play(struct run *run, struct chain *chain, const struct example_call *call, uint64_t id,
                struct example_result *r, struct err *err)
{
    struct answer answer;
    struct exchange *x = example_exchange(call, id, NOW_MS - call->ago_ms, NOW_MS, err);
    if (!x) {
        return -1;
    }
    size_t count = chain_judge(chain, x, &answer, run->found, run->most);
    if (r) {
        judge(r, run->found, count);
    }
    answer_release(&answer);
    exchange_free(x);
    return 0;
}

static int run_example(struct run *run, struct example_result *r, struct err *err)
{
    static const struct inspect_options options = {0};
    struct chain *chain = chain_new(run->pack, &options);
    const struct example *e = r->example;
    if (!chain) {
        return err_set(err, ERR_MEMORY, "no memory for the examples");
    }
    int rc = 0;
    for (size_t i = 0; i < e->history_count && rc == 0; i++) {
        rc = play(run, chain, &e->history[i], i + 1, NULL, err);
    }
    rc = rc == 0 ? play(run, chain, &e->call, e->history_count + 1, r, err) : rc;
    chain_free(chain);
    return rc;
}

/* An example that is no valid HTTP fails with what is wrong with it; only memory ends the whole
 * run. */
static int run_rule(struct run *run, const struct rule *rule, example_visit *visit, void *ctx,
                    struct err *err)
{
    for (size_t i = 0; i < rule_example_count(rule); i++) {
        struct err why;
        struct example_result r = {.rule = rule, .index = i, .example = rule_example(rule, i)};
        if (run_example(run, &r, &why) != 0) {
            if (why.code == ERR_MEMORY) {
                return err_set(err, ERR_MEMORY, "%s", why.text);
            }
            r.passed = false;
            snprintf(r.came, sizeof r.came, "it cannot be sent: %.300s", why.text);
        }
        visit(ctx, &r);
    }
    return 0;
}

int examples_run(struct rulepack *pack, example_visit *visit, void *ctx, struct err *err)
{
    struct run run = {.pack = pack, .most = rulepack_size(pack)};
    run.found = calloc(run.most ? run.most : 1, sizeof *run.found);
    if (!run.found) {
        return err_set(err, ERR_MEMORY, "no memory for the examples");
    }
    int rc = 0;
    for (size_t i = 0; i < run.most && rc == 0; i++) {
        rc = run_rule(&run, rulepack_at(pack, i), visit, ctx, err);
    }
    free(run.found);
    return rc;
}
