/* JUnit XML as CI servers read it (tests/lib/junit.xsd says in our words what they take): one suite
 * for the run, one case for each method and path with a failure for each reason, and cases for what
 * the run as a whole is held to. */
#include <inttypes.h>

#include "sentence.h"
#include "why401/base/clock.h"
#include "why401/base/file.h"
#include "xml.h"

#define REPORT_MOST (8u << 20)
#define TEXT_MOST   4096

/* The numbers of the suite's head. */
struct numbers {
    size_t tests;
    size_t failures;
    size_t skipped; /* all that is wrong with them is accepted */
};

enum result { PASSED, SKIPPED, FAILED };

/* Of a call, or (`call` NULL) of what a rule found about the run; `rule` is NULL for a call. */
static enum result result_of(const struct verdict *v, const struct call *call, const char *rule)
{
    enum result result = PASSED;
    for (size_t i = 0; i < v->reason_count; i++) {
        const struct reason *r = &v->reasons[i];
        bool ours = call ? r->call == call
                         : r->shown.method[0] == '\0' && rule && strcmp(r->shown.rule, rule) == 0;
        if (ours && !r->shown.accepted) {
            return FAILED;
        }
        result = ours ? SKIPPED : result;
    }
    return result;
}

static void count(struct numbers *n, enum result result)
{
    n->tests++;
    n->failures += result == FAILED;
    n->skipped += result == SKIPPED;
}

static bool is_of_run(const struct fail_rule *rule)
{
    return rule->kind == RULE_NO_TRAFFIC;
}

static struct numbers count_all(const struct verdict *v)
{
    struct numbers n = {0};
    for (size_t i = 0; i < v->call_count; i++) {
        count(&n, result_of(v, &v->calls[i], NULL));
    }
    for (size_t i = 0; i < v->rules.count; i++) {
        if (is_of_run(&v->rules.list[i])) {
            count(&n, result_of(v, NULL, v->rules.list[i].word));
        }
    }
    if (result_of(v, NULL, LOST_WORD) == FAILED) {
        count(&n, FAILED);
    }
    if (v->reasons_more) {
        count(&n, FAILED);
    }
    return n;
}

static void add_line(struct str *text, const char *label, const char *value)
{
    if (value[0]) {
        str_addf(text, "%s%s\n", label, value);
    }
}

/* Everything that is known of a reason, a line each. */
static void describe(struct str *text, const struct verdict_reason *r)
{
    struct str line;
    str_init(&line, TEXT_MOST);
    add_line(text, "", r->title);
    add_line(text, "Scenario: ", r->scenario);
    add_line(text, "Finding: ", r->finding);
    sentence_call(&line, r);
    add_line(text, "Call: ", str_cstr(&line));
    str_clear(&line);
    sentence_count(&line, r);
    add_line(text, "Seen: ", str_cstr(&line));
    add_line(text, "Evidence: ", r->evidence);
    add_line(text, "Fix first: ", r->step);
    str_clear(&line);
    sentence_accepted(&line, r);
    add_line(text, "Baseline: ", str_cstr(&line));
    str_release(&line);
}

/* Inside a case that failed an accepted reason is no failure, and in one that did not it makes the
 * case a skipped one. */
static void add_reason(struct str *out, const struct verdict_reason *r, enum result result,
                       struct str *remarks)
{
    struct str text;
    str_init(&text, 4UL * TEXT_MOST);
    describe(&text, r);
    if (r->accepted && result == FAILED) {
        str_add(remarks, str_span(&text));
    } else {
        const char *element = r->accepted ? "skipped" : "failure";
        str_addf(out, "      <%s", element);
        xml_attribute(out, "type", span_of(r->rule));
        xml_attribute(out, "message", span_of(r->title));
        str_add_c(out, '>');
        xml_text(out, str_span(&text));
        str_addf(out, "</%s>\n", element);
    }
    str_release(&text);
}

static void begin_case(struct str *out, const char *class, struct span name, int64_t duration_us)
{
    str_add(out, SPAN("    <testcase"));
    xml_attribute(out, "classname", span_of(class));
    xml_attribute(out, "name", name);
    str_addf(out, " time=\"%" PRId64 ".%03d\">\n", duration_us / 1000000,
             (int)(duration_us / 1000 % 1000));
}

static void end_case(struct str *out, const struct str *remarks)
{
    if (remarks->len) {
        str_add(out, SPAN("      <system-out>"));
        xml_text(out, str_span(remarks));
        str_add(out, SPAN("</system-out>\n"));
    }
    str_add(out, SPAN("    </testcase>\n"));
}

static void add_call(struct str *out, const struct verdict *v, const struct call *call)
{
    struct str text;
    str_init(&text, 16UL * TEXT_MOST);
    enum result result = result_of(v, call, NULL);
    str_addf(&text, "%s %s", call->method, call->path);
    begin_case(out, "why401.calls", str_span(&text), call->duration_us);
    str_clear(&text);
    str_addf(&text, "%" PRIu64 " exchange%s, %" PRIu64 " answered 4xx or 5xx\n", call->count,
             plural(call->count), call->failing);
    for (size_t i = 0; i < v->reason_count; i++) {
        if (v->reasons[i].call == call) {
            add_reason(out, &v->reasons[i].shown, result, &text);
        }
    }
    end_case(out, &text);
    str_release(&text);
}

static void add_rule(struct str *out, const struct verdict *v, const char *word)
{
    struct str remarks;
    str_init(&remarks, TEXT_MOST);
    enum result result = result_of(v, NULL, word);
    begin_case(out, "why401.run", span_of(word), 0);
    for (size_t i = 0; i < v->reason_count; i++) {
        const struct verdict_reason *r = &v->reasons[i].shown;
        if (r->method[0] == '\0' && strcmp(r->rule, word) == 0) {
            add_reason(out, r, result, &remarks);
        }
    }
    end_case(out, &remarks);
    str_release(&remarks);
}

static void add_more(struct str *out, const struct verdict *v)
{
    struct str none;
    str_init(&none, TEXT_MOST);
    begin_case(out, "why401.run", SPAN("further reasons"), 0);
    str_addf(out,
             "      <failure type=\"further\" message=\"%" PRIu64 " more\">There were too many "
             "different reasons to list them all.</failure>\n",
             v->reasons_more);
    end_case(out, &none);
}

static void add_property(struct str *out, const char *name, const char *value)
{
    str_add(out, SPAN("      <property"));
    xml_attribute(out, "name", span_of(name));
    xml_attribute(out, "value", span_of(value));
    str_add(out, SPAN("/>\n"));
}

static void add_properties(struct str *out, const struct verdict *v)
{
    struct str text;
    str_init(&text, TEXT_MOST);
    for (size_t i = 0; i < v->rules.count; i++) {
        str_addf(&text, "%s%s", i ? "," : "", v->rules.list[i].word);
    }
    str_add(out, SPAN("    <properties>\n"));
    add_property(out, "fail-on", v->rules.count ? str_cstr(&text) : "none");
    if (v->run.command) {
        add_property(out, "command", v->run.command);
    }
    str_clear(&text);
    str_addf(&text, "%" PRIu64, verdict_exchanges(v));
    add_property(out, "exchanges", str_cstr(&text));
    str_clear(&text);
    sentence_verdict(&text, v);
    add_property(out, "verdict", str_cstr(&text));
    str_add(out, SPAN("    </properties>\n"));
    str_release(&text);
}

/* What belongs to no case: entries of the baseline that nothing fits any more. */
static void add_stale(struct str *out, const struct verdict *v)
{
    struct str text;
    struct str line;
    str_init(&text, REPORT_MOST);
    str_init(&line, TEXT_MOST);
    for (size_t i = 0; i < v->baseline.count; i++) {
        if (!v->baseline.list[i].matched) {
            str_clear(&line);
            sentence_stale(&line, &v->baseline.list[i]);
            str_addf(&text, "accepted[%zu] of the baseline fits nothing any more: %s\n", i,
                     str_cstr(&line));
        }
    }
    if (text.len) {
        str_add(out, SPAN("    <system-out>"));
        xml_text(out, str_span(&text));
        str_add(out, SPAN("</system-out>\n"));
    }
    str_release(&line);
    str_release(&text);
}

static void begin_suite(struct str *out, const struct verdict *v, const char *element,
                        const char *indent)
{
    struct numbers n = count_all(v);
    int64_t ms = v->run.ended_ms > v->run.started_ms ? v->run.ended_ms - v->run.started_ms : 0;
    str_addf(out,
             "%s<%s name=\"why401\" tests=\"%zu\" failures=\"%zu\" errors=\"0\" "
             "time=\"%" PRId64 ".%03d\"",
             indent, element, n.tests, n.failures, ms / 1000, (int)(ms % 1000));
    if (strcmp(element, "testsuite") == 0) {
        char when[CLOCK_TEXT_SIZE];
        clock_text(v->run.started_ms, when);
        when[19] = '\0'; /* 2026-11-24T09:15:03: some readers take no more */
        str_addf(out, " skipped=\"%zu\" timestamp=\"%s\"", n.skipped, when);
    }
    str_add(out, SPAN(">\n"));
}

static void add_suite(struct str *out, const struct verdict *v)
{
    begin_suite(out, v, "testsuite", "  ");
    add_properties(out, v);
    for (size_t i = 0; i < v->call_count; i++) {
        add_call(out, v, &v->calls[i]);
    }
    for (size_t i = 0; i < v->rules.count; i++) {
        if (is_of_run(&v->rules.list[i])) {
            add_rule(out, v, v->rules.list[i].word);
        }
    }
    if (result_of(v, NULL, LOST_WORD) == FAILED) {
        add_rule(out, v, LOST_WORD);
    }
    if (v->reasons_more) {
        add_more(out, v);
    }
    add_stale(out, v);
    str_add(out, SPAN("  </testsuite>\n"));
}

int verdict_write_junit(const struct verdict *v, const char *path, struct err *err)
{
    struct str out;
    str_init(&out, REPORT_MOST);
    str_add(&out, SPAN("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"));
    begin_suite(&out, v, "testsuites", "");
    add_suite(&out, v);
    str_add(&out, SPAN("</testsuites>\n"));
    int result = file_replace(path, &out, err);
    str_release(&out);
    return result;
}
