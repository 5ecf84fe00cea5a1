#include "sentence.h"

#include <inttypes.h>
#include <stdio.h>

#include "why401/base/clock.h"

void sentence_call(struct str *out, const struct verdict_reason *r)
{
    if (r->method[0]) {
        str_addf(out, "%s %s: ", r->method, r->path);
        if (r->status) {
            str_addf(out, "%d", r->status);
        } else {
            str_add(out, SPAN("no answer"));
        }
    }
}

void sentence_count(struct str *out, const struct verdict_reason *r)
{
    char when[CLOCK_TEXT_SIZE];
    if (r->first_id) {
        str_addf(out, "%" PRIu64 " time%s, first in exchange %" PRIu64 " at %s", r->count,
                 plural(r->count), r->first_id, clock_text(r->first_ms, when));
    }
}

void sentence_accepted(struct str *out, const struct verdict_reason *r)
{
    if (r->accepted) {
        str_addf(out, "accepted%s%s%s%s", r->until[0] ? " until " : "", r->until,
                 r->why[0] ? ": " : "", r->why);
    } else if (r->until[0]) {
        str_addf(out, "was accepted until %s, which is over%s%s", r->until, r->why[0] ? ": " : "",
                 r->why);
    }
}

void sentence_verdict(struct str *out, const struct verdict *v)
{
    uint64_t failing = v->reasons_more;
    uint64_t accepted = 0;
    for (size_t i = 0; i < v->reason_count; i++) {
        failing += !v->reasons[i].shown.accepted;
        accepted += v->reasons[i].shown.accepted;
    }
    if (v->rules.count == 0) {
        str_add(out, SPAN("nothing was asked to fail this run (--fail-on)"));
    } else if (failing) {
        str_addf(out, "failed, for %" PRIu64 " reason%s", failing, plural(failing));
    } else {
        str_add(out, SPAN("passed"));
    }
    if (accepted) {
        str_addf(out, "; %" PRIu64 " %s accepted", accepted,
                 failing         ? accepted == 1 ? "more is" : "more are"
                 : accepted == 1 ? "reason is"
                                 : "reasons are");
    }
}

/* An answer of our own says itself why, so it is no failure that went unexplained. */
void sentence_failed(struct str *out, const struct verdict *v)
{
    str_addf(out, "%" PRIu64 " failed (", v->failing);
    if (v->own == 0 || v->own < v->failing) {
        str_addf(out, "%" PRIu64 " explained%s", v->explained, v->own ? ", " : "");
    }
    if (v->own) {
        str_addf(out, "%" PRIu64 " answered by this proxy", v->own);
    }
    str_add_c(out, ')');
}

void sentence_lost(struct str *out, const struct verdict *v)
{
    if (v->run.lost_failing) {
        str_addf(out, ", %" PRIu64 " failed and got lost unseen", v->run.lost_failing);
    }
    if (v->run.lost_success) {
        str_addf(out, ", %" PRIu64 " went well and got lost unseen", v->run.lost_success);
    }
}

void sentence_stale(struct str *out, const struct accepted *a)
{
    const char *const texts[] = {a->rule, a->scenario, a->finding, a->method, a->path};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        if (texts[i]) {
            str_addf(out, "%s%s", out->len ? " " : "", texts[i]);
        }
    }
    if (a->status) {
        str_addf(out, "%s%d", out->len ? " " : "", a->status);
    }
}

const char *own_title(enum err_code why, char title[OWN_TITLE_SIZE])
{
    const char *name = err_name(why);
    snprintf(title, OWN_TITLE_SIZE, "Answered by this proxy%s%s", name ? ": " : "",
             name ? name : "");
    return title;
}

/* A sure explanation is worth four possible ones. */
static uint64_t weight(const struct scenario *s)
{
    return s->count << (s->surest - CONFIDENCE_POSSIBLE);
}

size_t scenarios_first(const struct verdict *v, size_t order[SCENARIOS_MOST])
{
    for (size_t i = 0; i < v->scenario_count; i++) {
        size_t at = i;
        for (; at > 0 && weight(&v->scenarios[i]) > weight(&v->scenarios[order[at - 1]]); at--) {
            order[at] = order[at - 1];
        }
        order[at] = i;
    }
    return v->scenario_count;
}
