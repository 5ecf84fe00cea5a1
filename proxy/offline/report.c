/* The story of a report: the call, what was answered, who called with what, what this proxy made of
 * it, and what was removed. Whatever a peer wrote stands in code spans or a fenced block, so that
 * it is no markup. */
#include "why401/offline/report.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>

#include "fault.h"
#include "why401/base/clock.h"
#include "why401/exchange/json_read.h"
#include "why401/observe/redact.h"
#include "why401/observe/text.h"

#define CELL_MOST  2000 /* bytes of one value */
#define REMOVED    "[redacted]"
#define SCANS_MOST 4

static const char *text_at(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

/* A peer's text as a code span: no backtick and no line end in it. */
static void add_code(struct str *out, const char *text)
{
    struct str safe;
    str_init(&safe, 4UL * CELL_MOST);
    text_escape(&safe, span_of(text), CELL_MOST);
    str_add_c(out, '`');
    for (size_t i = 0; i < safe.len; i++) {
        str_add_c(out, safe.ptr[i] == '`' ? '\'' : safe.ptr[i]);
    }
    str_add_c(out, '`');
    str_release(&safe);
}

/* A line of a list; nothing where there is no value. */
static void add_item(struct str *out, const char *label, const char *text)
{
    if (text && text[0]) {
        str_addf(out, "- **%s**: ", label);
        add_code(out, text);
        str_add_c(out, '\n');
    }
}

static void add_moment(struct str *out, const char *label, int64_t ms)
{
    char text[CLOCK_TEXT_SIZE];
    add_item(out, label, ms ? clock_text(ms, text) : NULL);
}

static void add_call(struct str *out, const json_t *line)
{
    char status[24];
    snprintf(status, sizeof status, "%" JSON_INTEGER_FORMAT,
             json_integer_value(json_object_get(line, "status")));
    str_add(out, SPAN("## The call\n\n"));
    add_item(out, "Environment",
             environment_name(environment_of_host(span_of(text_at(line, "host")))));
    add_item(out, "Host", text_at(line, "host"));
    add_item(out, "Method", text_at(line, "method"));
    add_item(out, "Target", text_at(line, "target"));
    add_item(out, "Time (UTC)", text_at(line, "time"));
    add_item(out, "Status", status);
    add_item(out, "requestId", text_at(line, "request_id"));
    str_add(out, SPAN("\n"));
}

static void add_fence(struct str *out, size_t len)
{
    for (; len > 0; len--) {
        str_add_c(out, '`');
    }
    str_add_c(out, '\n');
}

/* The body in a fence that is longer than any run of backticks in it. */
static void add_body(struct str *out, const char *body)
{
    size_t longest = 2;
    size_t run = 0;
    for (const char *c = body; *c; c++) {
        run = *c == '`' ? run + 1 : 0;
        longest = run > longest ? run : longest;
    }
    str_add_c(out, '\n');
    add_fence(out, longest + 1);
    struct span rest = span_of(body);
    struct span row;
    while (span_cut(&rest, '\n', &row)) {
        text_escape(out, row, 16384);
        str_add_c(out, '\n');
    }
    add_fence(out, longest + 1);
}

static void add_answer(struct str *out, const json_t *line)
{
    const json_t *answer = json_object_get(line, "answer");
    str_add(out, SPAN("## The answer\n\n"));
    add_item(out, "Error", text_at(answer, "error"));
    add_item(out, "Name", text_at(answer, "name"));
    add_item(out, "Made by", text_at(line, "maker"));
    add_body(out, text_at(line, "body"));
    if (json_is_true(json_object_get(line, "body_cut"))) {
        str_add(out, SPAN("\nThe body was longer than what was kept.\n"));
    }
    str_add(out, SPAN("\n"));
}

static void add_passport(struct str *out, const struct passport *p)
{
    add_item(out, "Token label", p->label);
    add_moment(out, "Token made", p->created_ms);
    add_moment(out, "Token expires", p->expires_ms);
    add_moment(out, p->logged_out ? "Token logged out" : "Token deleted", p->deleted_ms);
    add_item(out, "Token kind",
             p->life == TOKEN_LIFE_LOGIN  ? "of a login"
             : p->life == TOKEN_LIFE_LONG ? "long-lived"
                                          : NULL);
}

static void add_caller(struct str *out, const json_t *line, const struct passport *passport)
{
    const json_t *fields = json_object_get(line, "request_fields");
    const json_t *source = json_object_get(line, "source");
    str_add(out, SPAN("## The caller\n\n"));
    add_item(out, "SDK version", text_at(fields, "bitgo-sdk-version"));
    add_item(out, "User agent", text_at(fields, "user-agent"));
    add_item(out, "Authentication version", text_at(fields, "bitgo-auth-version"));
    add_item(out, "Source address", text_at(source, "ip"));
    add_item(out, "Source address known from", text_at(source, "kind"));
    add_item(out, "Token form", text_at(json_object_get(line, "token"), "form"));
    add_item(out, "Token fingerprint", text_at(json_object_get(line, "token"), "fingerprint"));
    if (passport) {
        add_passport(out, passport);
    }
    add_item(out, "Clock here", text_at(line, "time"));
    add_item(out, "Clock of the server", text_at(json_object_get(line, "response_fields"), "date"));
    str_add(out, SPAN("\n"));
}

static void add_lines(struct str *out, const json_t *list)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *item = json_array_get(list, i);
        const char *text =
            json_is_object(item) ? text_at(item, "evidence") : json_string_value(item);
        if (text && text[0]) {
            str_add(out, SPAN("- "));
            add_code(out, text);
            str_add_c(out, '\n');
        }
    }
}

static void add_diagnosis(struct str *out, const json_t *line)
{
    const json_t *best = json_array_get(json_object_get(line, "explanations"), 0);
    str_add(out, SPAN("## What the proxy made of it\n\n"));
    if (best) {
        add_item(out, "Scenario", text_at(best, "id"));
        add_item(out, "Confidence", text_at(best, "confidence"));
        add_lines(out, json_object_get(best, "evidence"));
        add_lines(out, json_object_get(best, "against"));
    } else {
        str_add(out, SPAN("No known scenario.\n"));
    }
    add_lines(out, json_object_get(line, "findings"));
    str_add(out, SPAN("\n"));
}

/* Names every place from which something was removed. */
static size_t add_removed(struct str *out, const json_t *value, const char *path)
{
    char inner[256];
    const char *key;
    json_t *child;
    size_t found = 0;
    if (json_is_string(value) && strstr(json_string_value(value), REMOVED)) {
        str_add(out, SPAN("- "));
        add_code(out, path);
        str_add_c(out, '\n');
        return 1;
    }
    if (json_is_object(value)) {
        json_object_foreach((json_t *)(uintptr_t)value, key, child)
        {
            snprintf(inner, sizeof inner, "%s%s%s", path, path[0] ? "." : "", key);
            found += add_removed(out, child, inner);
        }
    }
    for (size_t i = 0; i < json_array_size(value); i++) {
        snprintf(inner, sizeof inner, "%s[%zu]", path, i);
        found += add_removed(out, json_array_get(value, i), inner);
    }
    return found;
}

static json_t *read_line(struct span json_line, struct err *err)
{
    json_error_t error;
    json_t *line = json_read(json_line, JSON_ALLOW_NUL, &error);
    if (!line || strcmp(text_at(line, "type"), "exchange") != 0) {
        json_decref(line);
        err_set(err, ERR_INPUT, "found %s, expected a line of this program's JSON log",
                line ? "another object" : fault_words(&error));
        return NULL;
    }
    return line;
}

/* One scan. Returns 1 when it has removed something, 0 when there was nothing, -1 when the text was
 * lost. */
static int scan_once(struct str *out)
{
    struct str clean;
    str_init(&clean, out->limit);
    redact_text(&clean, str_span(out));
    int changed = out->failed || clean.failed ? -1 : !span_eq(str_span(&clean), str_span(out));
    if (changed == 1) {
        str_clear(out);
        str_add(out, str_span(&clean));
    }
    str_release(&clean);
    return changed;
}

/* The scan before the report is given out: it goes on until there is nothing left to remove, and
 * says that it had to. What does not come to rest is not given out. */
static int scan(struct str *out, struct err *err)
{
    int changed = scan_once(out);
    if (changed == 1) {
        str_add(out, SPAN("- the finished report, scanned before it was given out\n"));
    }
    for (int i = 0; changed == 1 && i < SCANS_MOST; i++) {
        changed = scan_once(out);
    }
    if (changed == 0 && !out->failed) {
        return 0;
    }
    str_clear(out);
    return err_set(err, ERR_INPUT,
                   "the report was not written: something in it still looks like a secret");
}

int report_write(struct str *out, struct span json_line, const struct passport *passport,
                 struct err *err)
{
    json_t *line = read_line(json_line, err);
    if (!line) {
        return -1;
    }
    str_add(out, SPAN("# A failing call to the BitGo API\n\n"));
    add_call(out, line);
    add_answer(out, line);
    add_caller(out, line, passport);
    add_diagnosis(out, line);
    str_add(out, SPAN("## What was removed\n\n"));
    if (add_removed(out, line, "") == 0) {
        str_add(out, SPAN("Nothing had to be; tokens, passphrases and keys are never kept.\n"));
    }
    json_decref(line);
    return scan(out, err);
}

void report_fingerprint(struct span json_line, char fingerprint[FINGERPRINT_SIZE])
{
    json_t *line = json_read(json_line, JSON_ALLOW_NUL, NULL);
    const char *text = text_at(json_object_get(line, "token"), "fingerprint");
    memset(fingerprint, 0, FINGERPRINT_SIZE);
    if (strlen(text) < FINGERPRINT_SIZE) {
        memcpy(fingerprint, text, strlen(text));
    }
    json_decref(line);
}
