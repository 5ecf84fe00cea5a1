/* The block under a failing exchange, in the order in which a person asks: what is this, how sure
 * are you, what did you see, what do I do, what do I send to support. */
#include <time.h>

#include "terminal.h"
#include "why401/observe/redact.h"

#define FACTS_MOST 2048

/* "2026-11-24 10:15:03 +01:00": the one place that says date and zone. */
static void add_date(struct str *out, int64_t wall_ms)
{
    time_t second = (time_t)(wall_ms / 1000);
    struct tm local;
    char date[32];
    char zone[8];
    if (!localtime_r(&second, &local) ||
        strftime(date, sizeof date, "%Y-%m-%d %H:%M:%S", &local) == 0 ||
        strftime(zone, sizeof zone, "%z", &local) < 3) {
        str_add(out, SPAN("-"));
        return;
    }
    str_addf(out, "%s %.3s:%s", date, zone, zone + 3);
}

/* What support needs to find the call in BitGo's logs. */
static void add_facts(struct page *p, const char *label, const struct record *r)
{
    const struct exchange *x = r->x;
    struct str facts;
    str_init(&facts, FACTS_MOST);
    if (r->method.len) {
        str_add(&facts, str_span(&r->method));
        str_add(&facts, SPAN(" "));
        str_add(&facts, span_first(str_span(&r->target), 400));
    } else {
        str_add(&facts, SPAN("the call's method and path (the input does not have them)"));
    }
    if (x->host.len) {
        str_addf(&facts, " at %.*s", SPAN_ARG(span_first(x->host, 255)));
    }
    if (!exchange_finding(x, "input.status-assumed")) {
        str_addf(&facts, ", status %d", x->response.head.status);
    }
    if (r->request_id.len) {
        str_addf(&facts, ", request id %.*s", SPAN_ARG(span_first(str_span(&r->request_id), 80)));
    }
    if (x->started_ms) {
        str_add(&facts, SPAN(", "));
        add_date(&facts, x->started_ms);
    } else {
        str_add(&facts, SPAN(", and when it was made, with the time zone"));
    }
    page_entry(p, label, "•", str_span(&facts));
    str_release(&facts);
}

/* A bulleted or numbered list that ends with NULL. */
static void add_list(struct page *p, const char *label, const char *const *lines, bool numbered)
{
    for (size_t i = 0; lines && lines[i]; i++) {
        char number[24];
        snprintf(number, sizeof number, "%zu.", i + 1);
        page_entry(p, i ? "" : label, numbered ? number : "•", span_of(lines[i]));
    }
}

/* Who speaks: BitGo, this proxy, or something between the two. */
static void add_answer(struct page *p, const struct record *r)
{
    const struct exchange *x = r->x;
    struct span host = x->host.len ? x->host : SPAN("the server");
    struct str text;
    str_init(&text, 3UL * FACTS_MOST);
    if (x->maker == MAKER_PROXY) {
        str_add(&text, SPAN("this proxy: "));
        str_add(&text, r->trouble.len ? str_span(&r->trouble) : str_span(&r->error));
    } else if (r->html) {
        str_add(&text, SPAN("an HTML page"));
        if (r->error.len) {
            str_addf(&text, " (%.*s)", SPAN_ARG(span_first(str_span(&r->error), 100)));
        }
        str_addf(&text,
                 ", not BitGo's API: it was made by something in front of %.*s, such as a load "
                 "balancer or a company's proxy",
                 SPAN_ARG(host));
    } else if (r->error.len || r->name.len) {
        str_addf(&text, "%.*s: ", SPAN_ARG(host));
        str_add(&text, r->error.len ? str_span(&r->error) : str_span(&r->name));
        if (r->error.len && r->name.len && !span_ieq(str_span(&r->error), str_span(&r->name))) {
            str_addf(&text, " (%.*s)", SPAN_ARG(span_first(str_span(&r->name), 100)));
        }
    } else if (r->left_out) {
        str_addf(&text, "%.*s, its body %s", SPAN_ARG(host), r->left_out);
    } else {
        str_addf(&text, "%.*s, with no error text in it", SPAN_ARG(host));
    }
    page_entry(p, "Answer from", "", str_span(&text));
    str_release(&text);
}

/* Findings that the evidence of the explanation does not quote already. */
static bool is_quoted(const struct finding *f, const struct explanation *e)
{
    for (size_t i = 0; e && i < e->evidence_count; i++) {
        if (span_find(e->evidence[i], f->evidence) >= 0) {
            return true;
        }
    }
    return false;
}

static void add_seen(struct page *p, const struct record *r, const struct explanation *e)
{
    const char *label = "Seen";
    for (size_t i = 0; e && i < e->evidence_count; i++, label = "") {
        page_entry(p, label, "•", e->evidence[i]);
    }
    for (size_t i = 0; r->x && i < r->x->finding_count; i++) {
        const struct finding *f = &r->x->findings[i];
        if (f->severity != SEVERITY_NOTE && !is_quoted(f, e)) {
            page_entry(p, label, "•", f->evidence);
            label = "";
        }
    }
}

static void add_against(struct page *p, const struct explanation *e)
{
    for (size_t i = 0; i < e->against_count; i++) {
        page_entry(p, i ? "" : "Against it", "•", e->against[i]);
    }
}

/* The title, how sure we are, if anything was judged, and what it means. */
static void add_title(struct page *p, const struct rule *rule, const char *confidence)
{
    struct str text;
    str_init(&text, FACTS_MOST);
    str_addf(&text, "%s", rule_title(rule));
    if (confidence) {
        str_addf(&text, " (%s)", confidence);
    }
    page_paragraph(p, p->palette->bold, str_span(&text));
    page_paragraph(p, p->palette->dim, span_of(rule_id(rule)));
    page_gap(p);
    if (*rule_meaning(rule)) {
        page_paragraph(p, "", span_of(rule_meaning(rule)));
        page_gap(p);
    }
    str_release(&text);
}

/* What is left to do when all has been said. */
static void add_advice(struct page *p, const struct record *r, const struct rule *rule)
{
    const char *const *send = rule_support_send(rule);
    add_list(p, "What to do", rule_steps(rule), true);
    if (r && r->x) {
        add_facts(p, "Send support", r);
    }
    add_list(p, r && r->x ? "" : "Send support", send, false);
    add_list(p, "Ask support", rule_support_ask(rule), false);
    add_list(p, "Read more", rule_links(rule), false);
}

static void add_others(struct page *p, const struct record *r)
{
    for (size_t i = 1; i < r->explanation_count; i++) {
        const struct explanation *e = &r->explanations[i];
        struct str text;
        str_init(&text, FACTS_MOST);
        str_addf(&text, "%s (%s), %s", rule_title(e->rule), confidence_name(e->confidence),
                 rule_id(e->rule));
        page_entry(p, i == 1 ? "Also possible" : "", "", str_span(&text));
        str_release(&text);
    }
}

static void explained(struct page *p, const struct record *r)
{
    const struct explanation *best = &r->explanations[0];
    add_title(p, best->rule, confidence_name(best->confidence));
    if (r->x) {
        add_answer(p, r);
    }
    add_seen(p, r, best);
    add_against(p, best);
    add_advice(p, r, best->rule);
    add_others(p, r);
}

static void unexplained(struct page *p, const struct record *r)
{
    page_paragraph(
        p, p->palette->bold,
        r->x->maker == MAKER_PROXY
            ? SPAN("This proxy answered by itself; BitGo did not see the call or did not "
                   "answer it.")
            : SPAN("No known scenario matches this answer."));
    page_gap(p);
    add_answer(p, r);
    add_seen(p, r, NULL);
    if (r->x->maker == MAKER_PROXY) {
        page_entry(p, "What to do", "", span_of(err_advice(r->x->error.code)));
        add_facts(p, "The call", r);
    } else {
        add_facts(p, "Send support", r);
    }
}

void block_failure(struct page *p, struct record *r)
{
    p->bar = p->palette->red;
    if (r->explanation_count) {
        explained(p, r);
    } else {
        unexplained(p, r);
    }
}

void block_repeated(struct page *p, const struct record *r, const char *time)
{
    const struct explanation *best = &r->explanations[0];
    struct str text;
    str_init(&text, FACTS_MOST);
    str_add(&text, SPAN("as at "));
    str_add(&text, span_of(time));
    str_add(&text, SPAN(" above: "));
    str_add(&text, span_of(rule_title(best->rule)));
    str_add(&text, SPAN(" ("));
    str_add(&text, span_of(confidence_name(best->confidence)));
    str_add(&text, SPAN(")"));
    p->bar = p->palette->red;
    page_paragraph(p, "", str_span(&text));
    str_release(&text);
}

void block_text(struct page *p, const struct record *r)
{
    p->bar = p->palette->red;
    if (r->explanation_count) {
        explained(p, r);
    }
}

void block_rule(struct page *p, const struct rule *rule)
{
    p->bar = p->palette->cyan;
    add_title(p, rule, NULL);
    add_advice(p, NULL, rule);
}

void block_findings(struct page *p, const struct record *r, enum severity least)
{
    for (size_t i = 0; i < r->x->finding_count; i++) {
        const struct finding *f = &r->x->findings[i];
        if (f->severity >= least) {
            p->bar = f->severity == SEVERITY_NOTE ? p->palette->dim : p->palette->yellow;
            page_entry(p,
                       f->severity == SEVERITY_PROBLEM   ? "problem"
                       : f->severity == SEVERITY_WARNING ? "warning"
                                                         : "note",
                       "", f->evidence);
        }
    }
}

static void add_head(struct page *p, const char *label, struct record *r,
                     const struct http_head *head)
{
    for (size_t i = 0; i < head->field_count; i++) {
        struct str text;
        str_init(&text, 3UL * FACTS_MOST);
        redact_text(&text, head->fields[i].name);
        str_add(&text, SPAN(": "));
        str_add(&text, record_field(r, &head->fields[i]));
        page_entry(p, i ? "" : label, "", str_span(&text));
        str_release(&text);
    }
}

void block_fields(struct page *p, struct record *r)
{
    p->bar = p->palette->dim;
    add_head(p, "request", r, &r->x->request.head);
    add_head(p, "response", r, &r->x->response.head);
}
