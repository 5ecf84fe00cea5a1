/* Every rule has examples that have to come out as it says, so a scenario's failure is written down
 * once already: the mock answers as the rule's example that shows it most clearly. */
#include "scenario.h"

#include <jansson.h>
#include <stdlib.h>

#include "why401/base/clock.h"
#include "why401/exchange/json_read.h"
#include "why401/offline/examples.h"

#define LIST_MOST 16384 /* bytes of the list of ids */

/* The example that needs no history and leaves the least doubt; the first of several. */
static const struct example *clearest(const struct rule *rule)
{
    const struct example *best = NULL;
    for (size_t i = 0; i < rule_example_count(rule); i++) {
        const struct example *e = rule_example(rule, i);
        bool better = !best || (e->history_count == 0) > (best->history_count == 0) ||
                      (e->history_count == 0 && e->expect > best->expect);
        if (e->expect && better) {
            best = e;
        }
    }
    return best;
}

/* The example's request id becomes that of the request at hand. Tells whether the body asks for a
 * new password of the day, which is no complaint about the token. */
static bool take_body(struct reply *r)
{
    static const char *const keys[] = {"requestId", "reqId"};
    struct span text = str_span(&r->body);
    json_t *body = json_read(text, 0, NULL);
    bool needs_otp = json_is_true(json_object_get(body, "needsOTP"));
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        if (json_object_get(body, keys[i])) {
            json_object_set_new(body, keys[i], json_string(r->request_id));
        }
    }
    char *again = json_is_object(body) ? json_dumps(body, JSON_COMPACT) : NULL;
    if (again) {
        str_clear(&r->body);
        str_add(&r->body, span_of(again));
    }
    free(again);
    json_decref(body);
    return needs_otp;
}

void scenario_answer(struct call *c, const struct rule *rule)
{
    struct err err;
    int64_t now = clock_wall_ms();
    const struct example *example = clearest(rule);
    struct exchange *x = example ? example_exchange(&example->call, 1, now, now, &err) : NULL;
    if (!x) {
        reply_error(c->reply, 500, "MockScenario", "no example shows this scenario", "");
        return;
    }
    reply_again(c->reply, &x->response);
    bool needs_otp = take_body(c->reply);
    c->reply->auth_required |= c->reply->status == 401 && !needs_otp;
    exchange_free(x);
}

void scenario_unknown(struct call *c, const struct rulepack *rules)
{
    struct str text;
    str_init(&text, LIST_MOST);
    str_add(&text, SPAN("X-Mock-Scenario names no scenario that there is. There are:"));
    for (size_t i = 0; i < rulepack_size(rules); i++) {
        str_addf(&text, "%s %s", i ? "," : "", rule_id(rulepack_at(rules, i)));
    }
    reply_error(c->reply, 400, "MockScenarioUnknown", str_cstr(&text), "");
    str_release(&text);
}
