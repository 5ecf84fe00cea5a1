/* A verdict from its options to its end. Counting comes first, so that reasons can point to the
 * call they are about; at the end the baseline says which of them are accepted. */
#include <stdlib.h>

#include "sentence.h"
#include "why401/base/clock.h"
#include "why401/observe/redact.h"
#include "why401/observe/text.h"

#define ARENA_MOST  (4u << 20)
#define METHOD_MOST 24
#define PATH_SHOWN  240
#define OWN_MOST    400
#define NAME_MOST   160

/* What is in v->scratch. */
static const char *arena_text(struct verdict *v)
{
    const char *copy = arena_copy(&v->arena, str_span(&v->scratch)).ptr;
    return copy ? copy : "";
}

const char *verdict_keep(struct verdict *v, struct span s, size_t most)
{
    struct str redacted;
    str_init(&redacted, 65536);
    redact_text(&redacted, span_first(s, 4 * most));
    str_clear(&v->scratch);
    text_escape(&v->scratch, redacted.failed ? SPAN("[too long]") : str_span(&redacted), most);
    str_release(&redacted);
    return arena_text(v);
}

const char *verdict_keep_own(struct verdict *v, const char *text)
{
    str_clear(&v->scratch);
    text_escape(&v->scratch, span_of(text), OWN_MOST);
    return arena_text(v);
}

struct verdict *verdict_new(const struct verdict_options *options, struct err *err)
{
    struct verdict *v = calloc(1, sizeof *v);
    if (!v) {
        err_set(err, ERR_MEMORY, "no memory for the verdict");
        return NULL;
    }
    arena_init(&v->arena, ARENA_MOST);
    str_init(&v->scratch, 65536);
    str_init(&v->path, 65536);
    v->env_test = options->env_test;
    if (fail_rules_read(&v->rules, options->fail_on, options->rules, &v->arena, err) != 0 ||
        (options->baseline &&
         baseline_read(&v->baseline, options->baseline, &v->arena, err) != 0)) {
        verdict_free(v);
        return NULL;
    }
    return v;
}

void verdict_free(struct verdict *v)
{
    if (v) {
        baseline_release(&v->baseline);
        str_release(&v->scratch);
        str_release(&v->path);
        arena_release(&v->arena);
        free(v->list);
        free(v);
    }
}

static uint64_t hash_of(struct span a, struct span b)
{
    uint64_t hash = 0xcbf29ce484222325u;
    for (size_t i = 0; i < a.len; i++) {
        hash = (hash ^ (unsigned char)a.ptr[i]) * 0x100000001b3u;
    }
    hash = (hash ^ 0xff) * 0x100000001b3u;
    for (size_t i = 0; i < b.len; i++) {
        hash = (hash ^ (unsigned char)b.ptr[i]) * 0x100000001b3u;
    }
    return hash;
}

/* The call of a method and path; for one too many, the last one, which stands for all others. */
static struct call *call_of(struct verdict *v, struct span method, struct span path)
{
    uint64_t hash = hash_of(method, path);
    for (size_t i = 0; i < v->call_count; i++) {
        if (v->calls[i].hash == hash) {
            return &v->calls[i];
        }
    }
    if (v->call_count == CALLS_MOST) {
        return &v->calls[CALLS_MOST - 1];
    }
    struct call *call = &v->calls[v->call_count++];
    bool last = v->call_count == CALLS_MOST;
    *call = (struct call){.hash = hash,
                          .method = last ? "ANY" : verdict_keep(v, method, METHOD_MOST),
                          .path = last ? "(further calls)" : verdict_keep(v, path, PATH_SHOWN)};
    return call;
}

static void count_finding(struct verdict *v, const struct finding *f)
{
    for (size_t i = 0; i < v->finding_count; i++) {
        if (strcmp(v->findings[i].id, f->id) == 0) {
            v->findings[i].count++;
            if (f->severity > v->findings[i].severity) {
                v->findings[i].severity = f->severity;
            }
            return;
        }
    }
    if (v->finding_count < SEEN_FINDINGS_MOST) {
        v->findings[v->finding_count++] =
            (struct seen_finding){.id = f->id, .severity = f->severity, .count = 1};
    }
}

/* Counts one more of *found; what is new is kept as far as there is room. */
static void count_scenario(struct verdict *v, const struct scenario *found)
{
    for (size_t i = 0; i < v->scenario_count; i++) {
        struct scenario *s = &v->scenarios[i];
        if (s->hash == found->hash) {
            s->count++;
            s->surest = found->surest > s->surest ? found->surest : s->surest;
            return;
        }
    }
    if (v->scenario_count < SCENARIOS_MOST) {
        struct scenario *s = &v->scenarios[v->scenario_count++];
        *s = *found;
        s->id = verdict_keep_own(v, found->id);
        s->title = verdict_keep_own(v, found->title);
        s->step = verdict_keep_own(v, found->step);
        s->count = 1;
    }
}

static void count_explained(struct verdict *v, const struct explanation *e)
{
    struct scenario found = {.id = rule_id(e->rule),
                             .title = rule_title(e->rule),
                             .step = rule_steps(e->rule)[0],
                             .surest = e->confidence};
    found.hash = hash_of(span_of(found.id), span_of(found.title));
    v->explained++;
    count_scenario(v, &found);
}

/* Reasons that share a name are told apart by what there is to do. */
static void count_own(struct verdict *v, enum err_code why)
{
    char title[OWN_TITLE_SIZE];
    struct scenario found = {.own = true,
                             .id = err_name(why) ? err_name(why) : "Why401",
                             .title = own_title(why, title),
                             .step = err_advice(why),
                             .surest = CONFIDENCE_CERTAIN};
    found.hash = hash_of(span_of(found.id), span_of(found.step));
    v->own++;
    count_scenario(v, &found);
}

static void count(struct verdict *v, struct call *call, const struct judged *j)
{
    v->exchanges++;
    call->count++;
    call->duration_us += j->duration_us > 0 ? j->duration_us : 0;
    for (size_t i = 0; i < j->finding_count; i++) {
        count_finding(v, &j->findings[i]);
    }
    if (j->status == 0) {
        v->broken++;
    }
    if (j->status < 400) {
        return;
    }
    v->failing++;
    call->failing++;
    if (j->explanation_count) {
        count_explained(v, &j->explanations[0]);
    } else if (j->maker == MAKER_PROXY) {
        count_own(v, j->why);
    } else {
        v->unexplained[j->status < STATUS_END ? j->status : STATUS_END - 1]++;
    }
}

void verdict_take(struct verdict *v, const struct judged *j)
{
    if (j->foreign) { /* no call to BitGo */
        v->foreign++;
        return;
    }
    str_clear(&v->path);
    path_normalise(&v->path, j->target);
    struct span method = j->method.len ? j->method : SPAN("-");
    struct call *call = call_of(v, method, str_span(&v->path));
    count(v, call, j);
    verdict_catch(v, call, j);
}

uint64_t verdict_exchanges(const struct verdict *v)
{
    return v->exchanges + v->run.lost_success + v->run.lost_failing;
}

void verdict_judged(void *ctx, const struct judged *j)
{
    verdict_take(ctx, j);
}

void verdict_end(struct verdict *v, const struct verdict_run *run)
{
    char today[CLOCK_TEXT_SIZE];
    v->run = *run;
    v->run.command = run->command ? verdict_keep(v, span_of(run->command), NAME_MOST) : NULL;
    verdict_catch_run(v);
    clock_text(run->ended_ms, today);
    today[10] = '\0'; /* the date */
    v->list = calloc(v->reason_count + 1, sizeof *v->list);
    if (!v->list) {
        v->reasons_more += v->reason_count;
        v->reason_count = 0;
    }
    for (size_t i = 0; i < v->reason_count; i++) {
        if (!v->reasons[i].final) {
            baseline_apply(&v->baseline, &v->reasons[i].shown, today);
        }
        v->list[i] = v->reasons[i].shown;
    }
}

bool verdict_failed(const struct verdict *v)
{
    bool failed = v->reasons_more > 0;
    for (size_t i = 0; i < v->reason_count; i++) {
        failed = failed || !v->reasons[i].shown.accepted;
    }
    return failed;
}

const struct verdict_reason *verdict_reasons(const struct verdict *v, size_t *count_out)
{
    *count_out = v->reason_count;
    return v->list;
}
