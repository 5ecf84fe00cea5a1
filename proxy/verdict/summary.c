/* The end of a run for people: what happened, what is wrong most often, what to fix first, and what
 * that means for the verdict. */
#include <inttypes.h>

#include "paper.h"
#include "sentence.h"

#define LINE_MOST       4096
#define SCENARIOS_SHOWN 12
#define FINDINGS_SHOWN  12
#define REASONS_SHOWN   20
#define MARK_SIZE       24

struct summary {
    const struct verdict *v;
    struct paper paper;
    struct str line;
};

static void say(struct summary *s, size_t indent, const char *mark, enum ink ink)
{
    paper_line(&s->paper, indent, mark, ink, str_span(&s->line));
    str_clear(&s->line);
}

static void heading(struct summary *s, const char *text)
{
    paper_gap(&s->paper);
    paper_line(&s->paper, 0, "", INK_BOLD, span_of(text));
}

static const char *times(uint64_t count, char mark[MARK_SIZE])
{
    snprintf(mark, MARK_SIZE, "%4" PRIu64 " ×", count);
    return mark;
}

static void more(struct summary *s, size_t all, size_t shown)
{
    if (all > shown) {
        str_addf(&s->line, "and %zu more", all - shown);
        say(s, 7, "", INK_DIM);
    }
}

static void add_exchanges(struct summary *s)
{
    const struct verdict *v = s->v;
    uint64_t all = verdict_exchanges(v);
    str_addf(&s->line, "why401: %" PRIu64 " exchange%s with BitGo", all, plural(all));
    if (v->failing) {
        str_add(&s->line, SPAN(", "));
        sentence_failed(&s->line, v);
    } else if (v->run.lost_failing == 0) {
        str_add(&s->line, SPAN(", none failed"));
    }
    if (v->broken) {
        str_addf(&s->line, ", %" PRIu64 " without an answer", v->broken);
    }
    sentence_lost(&s->line, v);
    if (v->run.tunnels) {
        str_addf(&s->line, "; %" PRIu64 " connection%s to other hosts", v->run.tunnels,
                 plural(v->run.tunnels));
    }
    if (v->foreign) {
        str_addf(&s->line, "; %" PRIu64 " call%s to other hosts answered by this proxy", v->foreign,
                 plural(v->foreign));
    }
    say(s, 0, "", INK_BOLD);
}

static void add_unexplained(struct summary *s)
{
    char mark[MARK_SIZE];
    for (int status = 0; status < STATUS_END; status++) {
        if (s->v->unexplained[status]) {
            str_addf(&s->line, "Not explained: %d", status);
            say(s, 0, times(s->v->unexplained[status], mark), INK_PLAIN);
        }
    }
}

static void add_failures(struct summary *s, const size_t *order, size_t count)
{
    char mark[MARK_SIZE];
    if (s->v->failing == 0) {
        return;
    }
    heading(s, "Failures");
    for (size_t i = 0; i < count && i < SCENARIOS_SHOWN; i++) {
        const struct scenario *known = &s->v->scenarios[order[i]];
        str_add(&s->line, span_of(known->title));
        if (!known->own) {
            str_addf(&s->line, " (%s)", confidence_name(known->surest));
        }
        say(s, 0, times(known->count, mark), INK_PLAIN);
        str_add(&s->line, span_of(known->own ? known->step : known->id));
        if (s->line.len) {
            say(s, 7, "", INK_DIM);
        }
    }
    more(s, count, SCENARIOS_SHOWN);
    add_unexplained(s);
}

/* Problems before warnings before notes. */
static void add_findings(struct summary *s)
{
    static const char *const names[] = {"note", "warning", "problem"};
    char mark[MARK_SIZE];
    size_t shown = 0;
    if (s->v->finding_count == 0) {
        return;
    }
    heading(s, "Findings");
    for (int severity = SEVERITY_PROBLEM; severity >= SEVERITY_NOTE; severity--) {
        for (size_t i = 0; i < s->v->finding_count; i++) {
            const struct seen_finding *f = &s->v->findings[i];
            if ((int)f->severity == severity && shown++ < FINDINGS_SHOWN) {
                str_addf(&s->line, "%s (%s)", f->id, names[severity]);
                say(s, 0, times(f->count, mark), INK_PLAIN);
            }
        }
    }
    more(s, s->v->finding_count, FINDINGS_SHOWN);
}

static void add_first(struct summary *s, const size_t *order, size_t count)
{
    if (count) {
        const struct scenario *known = &s->v->scenarios[order[0]];
        heading(s, "Fix first");
        str_addf(&s->line, "%s. %s", known->title, known->step);
        say(s, 2, "", INK_PLAIN);
        if (!known->own) {
            str_addf(&s->line, "why401 scenarios %s", known->id);
            say(s, 2, "", INK_DIM);
        }
    }
}

static void add_reason(struct summary *s, const struct verdict_reason *r)
{
    str_addf(&s->line, "%s: %s", r->rule, r->title);
    say(s, 2, r->accepted ? "-" : "✗", r->accepted ? INK_PLAIN : INK_RED);
    sentence_call(&s->line, r);
    if (s->line.len) {
        str_add(&s->line, SPAN(", "));
        sentence_count(&s->line, r);
        say(s, 4, "", INK_PLAIN);
    }
    if (r->evidence[0]) {
        str_add(&s->line, span_of(r->evidence));
        say(s, 4, "", INK_DIM);
    }
    sentence_accepted(&s->line, r);
    if (s->line.len) {
        say(s, 4, "", INK_PLAIN);
    }
}

/* What fails before what is accepted. */
static void add_reasons(struct summary *s)
{
    size_t shown = 0;
    for (int accepted = 0; accepted <= 1; accepted++) {
        for (size_t i = 0; i < s->v->reason_count; i++) {
            const struct verdict_reason *r = &s->v->reasons[i].shown;
            if (r->accepted == (accepted == 1) && shown++ < REASONS_SHOWN) {
                add_reason(s, r);
            }
        }
    }
    more(s, s->v->reason_count + s->v->reasons_more, REASONS_SHOWN);
}

static void add_stale(struct summary *s)
{
    for (size_t i = 0; i < s->v->baseline.count; i++) {
        if (!s->v->baseline.list[i].matched) {
            struct str what;
            str_init(&what, LINE_MOST);
            sentence_stale(&what, &s->v->baseline.list[i]);
            str_addf(&s->line, "accepted[%zu] of the baseline fits nothing any more: %s", i,
                     str_cstr(&what));
            str_release(&what);
            say(s, 2, "-", INK_DIM);
        }
    }
}

static void add_verdict(struct summary *s)
{
    if (s->v->rules.count == 0 && s->v->baseline.count == 0) {
        return;
    }
    paper_gap(&s->paper);
    str_add(&s->line, SPAN("Verdict: "));
    sentence_verdict(&s->line, s->v);
    say(s, 0, "", verdict_failed(s->v) ? INK_RED : INK_GREEN);
    add_reasons(s);
    add_stale(s);
}

void verdict_summary(const struct verdict *v, const struct render *how, struct str *out)
{
    size_t order[SCENARIOS_MOST];
    size_t count = scenarios_first(v, order);
    struct summary s = {.v = v, .paper = {.out = out, .how = how}};
    str_init(&s.line, LINE_MOST);
    add_exchanges(&s);
    if (verdict_exchanges(v) == 0) {
        paper_gap(&s.paper);
        verdict_no_traffic(v->run.command, how, out);
    }
    add_failures(&s, order, count);
    add_findings(&s);
    add_first(&s, order, count);
    add_verdict(&s);
    str_release(&s.line);
}
