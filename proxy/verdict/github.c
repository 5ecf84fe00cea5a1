/* GitHub Actions: workflow commands on standard output, see GitHub's "Workflow commands". A value
 * in a command ends at a line feed, a property at ',' or ':', so those are written as %0A and so
 * on; what a peer wrote can begin no command of its own. */
#include <inttypes.h>

#include "sentence.h"

#define ANNOTATIONS_MOST 10 /* of a kind in a step; GitHub leaves out further ones */
#define TEXT_MOST        4096
#define SECRET_LEAST     8 /* bytes; shorter values would mask half of the log */
#define TOKEN_LENGTH     67

static void add_data(struct str *out, struct span text, bool property)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == '%' || c == '\r' || c == '\n' || (property && (c == ':' || c == ','))) {
            str_addf(out, "%%%02X", (unsigned)c);
        } else {
            str_add_c(out, c);
        }
    }
}

static void add_command(struct str *out, const char *name, struct span title, struct span message)
{
    str_addf(out, "::%s title=", name);
    add_data(out, title, true);
    str_add(out, SPAN("::"));
    add_data(out, message, false);
    str_add_c(out, '\n');
}

/* Title and message of a reason. */
static void add_reason(struct str *out, const struct verdict_reason *r)
{
    struct str title;
    struct str message;
    str_init(&title, TEXT_MOST);
    str_init(&message, TEXT_MOST);
    str_addf(&title, "why401 %s: %s", r->rule, r->title);
    sentence_call(&message, r);
    if (r->first_id) {
        str_add(&message, SPAN(", "));
        sentence_count(&message, r);
    }
    const char *const lines[] = {r->evidence, r->step};
    for (size_t i = 0; i < 2; i++) {
        str_addf(&message, "%s%s", message.len && lines[i][0] ? "\n" : "", lines[i]);
    }
    if (r->until[0] || r->accepted) {
        str_add_c(&message, '\n');
        sentence_accepted(&message, r);
    }
    add_command(out, r->accepted ? "notice" : "error", str_span(&title), str_span(&message));
    str_release(&title);
    str_release(&message);
}

static void add_errors(const struct verdict *v, struct str *out)
{
    size_t shown = 0;
    uint64_t failing = v->reasons_more;
    for (size_t i = 0; i < v->reason_count; i++) {
        const struct verdict_reason *r = &v->reasons[i].shown;
        failing += !r->accepted;
        if (!r->accepted && shown < ANNOTATIONS_MOST - 1) {
            add_reason(out, r);
            shown++;
        }
    }
    if (failing > shown) {
        str_addf(out, "::error title=why401::%" PRIu64 " more reasons are in the step's summary.\n",
                 failing - shown);
    }
}

/* Without rules failures fail nothing, but are worth a word. */
static void add_scenarios(const struct verdict *v, struct str *out)
{
    size_t order[SCENARIOS_MOST];
    size_t count = scenarios_first(v, order);
    struct str message;
    str_init(&message, TEXT_MOST);
    for (size_t i = 0; i < count && i < ANNOTATIONS_MOST; i++) {
        const struct scenario *s = &v->scenarios[order[i]];
        str_clear(&message);
        str_addf(&message, "%" PRIu64 " failing exchange%s, %s\n%s", s->count, plural(s->count),
                 confidence_name(s->surest), s->step);
        add_command(out, "warning", span_of(s->title), str_span(&message));
    }
    str_release(&message);
}

static void add_stale(const struct verdict *v, struct str *out)
{
    size_t shown = 0;
    struct str message;
    str_init(&message, TEXT_MOST);
    for (size_t i = 0; i < v->baseline.count && shown < ANNOTATIONS_MOST; i++) {
        if (!v->baseline.list[i].matched) {
            str_clear(&message);
            sentence_stale(&message, &v->baseline.list[i]);
            add_command(out, "warning", SPAN("why401: an entry of the baseline fits nothing"),
                        str_span(&message));
            shown++;
        }
    }
    str_release(&message);
}

void verdict_github_annotations(const struct verdict *v, struct str *out)
{
    add_errors(v, out);
    if (v->rules.count == 0) {
        add_scenarios(v, out);
    }
    add_stale(v, out);
}

/* A variable of BitGo's whose value is secret, by its name: BITGO_ACCESS_TOKEN and the like. */
static bool is_secret_name(struct span name)
{
    static const char *const parts[] = {"TOKEN", "SECRET", "PASS", "OTP", "KEY", "PRV", "SEED"};
    if (span_ifind(name, SPAN("BITGO")) < 0) {
        return false;
    }
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (span_ifind(name, span_of(parts[i])) >= 0) {
            return true;
        }
    }
    return false;
}

/* A mask holds for one line, so a value of many lines gets as many. */
static void add_masks(struct str *out, struct span value)
{
    struct span line;
    while (span_cut(&value, '\n', &line)) {
        line = span_trim(line);
        if (line.len && line.ptr[line.len - 1] == '\r') {
            line.len--;
        }
        if (line.len >= SECRET_LEAST) {
            str_add(out, SPAN("::add-mask::"));
            add_data(out, line, false);
            str_add_c(out, '\n');
        }
    }
}

/* Raw tokens in a value, whatever its name. */
static void add_tokens(struct str *out, struct span value)
{
    ptrdiff_t at;
    while ((at = span_find(value, SPAN("v2x"))) >= 0) {
        struct span token = span_first(span_from(value, (size_t)at), TOKEN_LENGTH);
        bool is_token = token.len == TOKEN_LENGTH && span_is_hex(span_from(token, 3), false);
        if (is_token) {
            add_masks(out, token);
        }
        value = span_from(value, (size_t)at + (is_token ? TOKEN_LENGTH : 3));
    }
}

void verdict_github_masks(char *const *environment, struct str *out)
{
    for (size_t i = 0; environment[i]; i++) {
        struct span value = span_of(environment[i]);
        struct span name;
        if (span_cut(&value, '=', &name)) {
            if (is_secret_name(name)) {
                add_masks(out, value);
            }
            add_tokens(out, value);
        }
    }
}
