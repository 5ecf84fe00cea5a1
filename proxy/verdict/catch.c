/* Which rules an exchange breaks, and the reasons that come of it. A reason stands for all
 * exchanges with the same rule, scenario or finding, method, path and status. */
#include <inttypes.h>
#include <stdio.h>

#include "sentence.h"
#include "why401/inspect/environment.h"

#define EVIDENCE_MOST 400

/* What a rule has to say about an exchange. */
struct caught {
    const struct fail_rule *rule;
    const struct explanation *explanation; /* the best one, or NULL */
    const struct finding *finding;         /* or NULL */
    const char *title;
    struct span evidence;
    const char *step;
};

static uint64_t mix(uint64_t hash, const char *text)
{
    for (; *text; text++) {
        hash = (hash ^ (unsigned char)*text) * 0x100000001b3u;
    }
    return (hash ^ 0xff) * 0x100000001b3u; /* the end of the text counts, too */
}

static const char *scenario_of(const struct caught *c)
{
    return c->explanation ? rule_id(c->explanation->rule) : "";
}

static bool is_same(const struct reason *r, const struct caught *c, const struct call *call,
                    int status)
{
    const char *finding = c->finding ? c->finding->id : "";
    return r->call == call && r->shown.status == status &&
           strcmp(r->shown.rule, c->rule->word) == 0 &&
           strcmp(r->shown.scenario, scenario_of(c)) == 0 && strcmp(r->shown.finding, finding) == 0;
}

static struct reason *find(struct verdict *v, const struct caught *c, const struct call *call,
                           int status, uint64_t hash)
{
    for (size_t i = 0; i < v->reason_count; i++) {
        if (v->reasons[i].hash == hash && is_same(&v->reasons[i], c, call, status)) {
            return &v->reasons[i];
        }
    }
    return NULL;
}

static void fill(struct verdict *v, struct verdict_reason *shown, const struct caught *c)
{
    const char *title = c->title ? c->title : "";
    const char *step = c->step ? c->step : "";
    if (c->explanation && !c->title) {
        title = rule_title(c->explanation->rule);
    }
    if (c->explanation && !c->step && rule_steps(c->explanation->rule)[0]) {
        step = rule_steps(c->explanation->rule)[0];
    }
    shown->rule = c->rule->word;
    shown->scenario = verdict_keep_own(v, scenario_of(c));
    shown->finding = c->finding ? verdict_keep_own(v, c->finding->id) : "";
    shown->title = verdict_keep_own(v, title);
    shown->evidence = verdict_keep(v, c->evidence, EVIDENCE_MOST);
    shown->step = verdict_keep_own(v, step);
    shown->why = "";
    shown->until = "";
}

/* The reason that the exchange is counted in; NULL when there is no room for a new one. */
static struct reason *add(struct verdict *v, const struct call *call, const struct judged *j,
                          const struct caught *c)
{
    uint64_t hash = mix(mix(call->hash, c->rule->word), scenario_of(c)) + (uint64_t)j->status;
    hash = mix(hash, c->finding ? c->finding->id : "");
    struct reason *r = find(v, c, call, j->status, hash);
    if (r) {
        r->shown.count++;
        return r;
    }
    if (v->reason_count == REASONS_MOST) {
        v->reasons_more++;
        return NULL;
    }
    r = &v->reasons[v->reason_count++];
    *r = (struct reason){.hash = hash, .call = call};
    fill(v, &r->shown, c);
    r->shown.method = call->method;
    r->shown.path = call->path;
    r->shown.status = j->status;
    r->shown.count = 1;
    r->shown.first_id = j->id;
    r->shown.first_ms = j->started_ms;
    return r;
}

static bool is_4xx(const struct judged *j)
{
    return j->status >= 400 && j->status < 500;
}

static bool is_own(const struct judged *j)
{
    return j->maker == MAKER_PROXY && j->explanation_count == 0;
}

static struct span evidence_of(const struct judged *j)
{
    if (is_own(j)) {
        return j->trouble; /* the error in the answer has the advice in it, too */
    }
    if (j->explanation_count && j->explanations[0].evidence_count) {
        return j->explanations[0].evidence[0];
    }
    return j->error.len ? j->error : j->trouble;
}

static struct caught begin(const struct fail_rule *rule, const struct judged *j)
{
    return (struct caught){.rule = rule,
                           .explanation = j->explanation_count ? j->explanations : NULL,
                           .evidence = evidence_of(j)};
}

/* The explanation, where there is one, says more than "answered 404". */
static void catch_status(struct verdict *v, const struct call *call, const struct judged *j,
                         const struct fail_rule *rule)
{
    char title[OWN_TITLE_SIZE];
    struct caught c = begin(rule, j);
    if (is_own(j)) {
        c.title = own_title(j->why, title);
        c.step = err_advice(j->why);
    } else if (!c.explanation) {
        snprintf(title, sizeof title, "Answered %d, and no known problem explains it", j->status);
        c.title = title;
    }
    add(v, call, j, &c);
}

static void catch_explained(struct verdict *v, const struct call *call, const struct judged *j,
                            const struct fail_rule *rule)
{
    bool wanted = rule->kind == RULE_EXPLAINED
                      ? is_4xx(j)
                      : j->explanation_count &&
                            fail_rule_names_scenario(rule, rule_id(j->explanations[0].rule));
    if (wanted && j->explanation_count) {
        struct caught c = begin(rule, j);
        add(v, call, j, &c);
    }
}

/* The rule wants this finding. */
static bool wants(const struct fail_rule *rule, const struct finding *f)
{
    static const char *const unusable[] = {"bearer.missing", "bearer.empty", "bearer.scheme",
                                           "bearer.placeholder"};
    if (rule->kind == RULE_MISSING_BEARER) {
        for (size_t i = 0; i < sizeof unusable / sizeof *unusable; i++) {
            if (strcmp(f->id, unusable[i]) == 0) {
                return true;
            }
        }
        return false;
    }
    return rule->kind == RULE_WARNING         ? f->severity >= SEVERITY_WARNING
           : rule->kind == RULE_PROBLEM       ? f->severity >= SEVERITY_PROBLEM
           : rule->kind == RULE_SECRET_IN_URL ? strcmp(f->id, "bearer.in-query") == 0
                                              : fail_rule_names_finding(rule, f->id);
}

static const char *finding_title(const struct fail_rule *rule, const struct finding *f, char *out,
                                 size_t size)
{
    switch (rule->kind) {
    case RULE_MISSING_BEARER:
        return "A request without a usable access token";
    case RULE_SECRET_IN_URL:
        return "A token stands in a URL";
    default:
        snprintf(out, size, "Noticed: %s", f->id);
        return out;
    }
}

static const char *finding_step(const struct fail_rule *rule)
{
    return rule->kind == RULE_MISSING_BEARER
               ? "Send Authorization: Bearer, one space and the token; look whether the variable "
                 "that holds it is set where the program runs."
           : rule->kind == RULE_SECRET_IN_URL
               ? "Send it in a header or in the body, and make a new one: URLs end up in logs."
               : NULL;
}

static bool catch_findings(struct verdict *v, const struct call *call, const struct judged *j,
                           const struct fail_rule *rule)
{
    char title[96];
    bool any = false;
    for (size_t i = 0; i < j->finding_count; i++) {
        const struct finding *f = &j->findings[i];
        if (wants(rule, f)) {
            add(v, call, j,
                &(struct caught){.rule = rule,
                                 .finding = f,
                                 .title = finding_title(rule, f, title, sizeof title),
                                 .evidence = f->evidence,
                                 .step = finding_step(rule)});
            any = true;
        }
    }
    return any;
}

/* A secret that is no token is known by what redaction left of the target. */
static void catch_secret(struct verdict *v, const struct call *call, const struct judged *j,
                         const struct fail_rule *rule)
{
    if (!catch_findings(v, call, j, rule) && span_find(j->target, SPAN("[redacted]")) >= 0) {
        add(v, call, j,
            &(struct caught){.rule = rule,
                             .title = "A secret stands in a URL",
                             .evidence = j->target,
                             .step = finding_step(rule)});
    }
}

static void catch_production(struct verdict *v, const struct call *call, const struct judged *j,
                             const struct fail_rule *rule)
{
    char evidence[300];
    bool refused = j->maker == MAKER_PROXY && j->why == ERR_PRODUCTION;
    bool went = v->env_test && environment_of_host(j->host) == ENVIRONMENT_PROD;
    if (refused || went) {
        snprintf(evidence, sizeof evidence, "The run is one of --env test, the call was for %.*s%s",
                 SPAN_ARG(span_first(j->host, 200)),
                 refused   ? "; it was refused here."
                 : j->sent ? ", and was sent there."
                           : "; it was not sent.");
        add(v, call, j,
            &(struct caught){.rule = rule,
                             .title = "A call to BitGo's production environment",
                             .evidence = span_of(evidence),
                             .step = "Point the client at app.bitgo-test.com, or run with --env "
                                     "prod if production is meant."});
    }
}

static void hold(struct verdict *v, const struct call *call, const struct judged *j,
                 const struct fail_rule *rule)
{
    switch (rule->kind) {
    case RULE_EXPLAINED:
    case RULE_SCENARIO:
        catch_explained(v, call, j, rule);
        break;
    case RULE_SECRET_IN_URL:
        catch_secret(v, call, j, rule);
        break;
    case RULE_PRODUCTION:
        catch_production(v, call, j, rule);
        break;
    case RULE_4XX:
    case RULE_5XX:
    case RULE_STATUS:
        if (rule->kind == RULE_STATUS ? j->status == rule->status
                                      : j->status / 100 == (rule->kind == RULE_4XX ? 4 : 5)) {
            catch_status(v, call, j, rule);
        }
        break;
    case RULE_NO_TRAFFIC: /* about the run */
    case RULE_NONE:
    case RULE_CI:
        break;
    default:
        catch_findings(v, call, j, rule);
    }
}

void verdict_catch(struct verdict *v, const struct call *call, const struct judged *j)
{
    for (size_t i = 0; i < v->rules.count; i++) {
        hold(v, call, j, &v->rules.list[i]);
    }
}

static const struct call whole_run = {.method = "", .path = ""};

static void catch_no_traffic(struct verdict *v, const struct fail_rule *rule)
{
    bool others = v->run.tunnels || v->foreign;
    add(v, &whole_run, &(struct judged){0},
        &(struct caught){.rule = rule,
                         .title = "No call to BitGo came through the proxy",
                         .evidence = others ? SPAN("What came was for other hosts.") : SPAN(""),
                         .step = "See at the end of the run's output which programs ignore the "
                                 "proxy variables, and what to do."});
}

/* Any rule about answers might have caught one of those that were lost. */
static void catch_lost(struct verdict *v)
{
    static const struct fail_rule rule = {.word = LOST_WORD};
    char evidence[120];
    snprintf(evidence, sizeof evidence, "%" PRIu64 " failing exchange%s neither judged nor logged.",
             v->run.lost_failing, v->run.lost_failing == 1 ? " was" : "s were");
    struct reason *r = add(
        v, &whole_run, &(struct judged){0},
        &(struct caught){.rule = &rule,
                         .title = "Failing exchanges were lost before they could be judged",
                         .evidence = span_of(evidence),
                         .step = "Let the terminal and the files of the log take what is written, "
                                 "or raise limits.queue_bytes."});
    if (r) {
        r->shown.count = v->run.lost_failing;
        r->final = true;
    }
}

void verdict_catch_run(struct verdict *v)
{
    bool about_answers = false;
    for (size_t i = 0; i < v->rules.count; i++) {
        const struct fail_rule *rule = &v->rules.list[i];
        if (rule->kind != RULE_NO_TRAFFIC) {
            about_answers = true;
        } else if (verdict_exchanges(v) == 0) {
            catch_no_traffic(v, rule);
        }
    }
    if (about_answers && v->run.lost_failing) {
        catch_lost(v);
    }
}
