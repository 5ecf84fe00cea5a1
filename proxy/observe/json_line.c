/* The line of an exchange. The order of the fields is part of the format: it never changes, and new
 * fields come last in their object. A success stays small; what explains a failure follows in the
 * same line. */
#include "json_line.h"

#include "json_write.h"
#include "why401/base/clock.h"

#define TARGET_SHOWN 8192
#define TEXT_SHOWN   4096

static const char *maker_name(enum maker maker)
{
    static const char *const names[] = {"nobody", "upstream", "proxy"};
    return names[maker];
}

static const char *outcome_name(enum outcome outcome)
{
    static const char *const names[] = {"complete", "client_gone", "upstream_broke", "refused",
                                        "tunnel"};
    return names[outcome];
}

static const char *kind_name(enum source_kind kind)
{
    static const char *const names[] = {"peer", "egress_ip", "forwarded_for", "proxy_protocol"};
    return names[kind];
}

static const char *verdict_name(enum source_verdict verdict)
{
    static const char *const names[] = {"no_list", "allowed", "denied"};
    return names[verdict];
}

static const char *form_name(enum token_form form)
{
    static const char *const names[] = {"none", "raw", "legacy", "sdk", "id", "unknown"};
    return names[form];
}

static const char *severity_name(enum severity severity)
{
    static const char *const names[] = {"note", "warning", "problem"};
    return names[severity];
}

static void add_name(struct str *out, const char *key, const char *name)
{
    json_add_text(out, key, span_of(name), TEXT_SHOWN);
}

static void add_ip(struct str *out, const char *key, struct ip ip)
{
    char text[IP_TEXT_SIZE];
    if (ip.family) {
        add_name(out, key, ip_text(ip, text));
    } else {
        json_key(out, key);
        str_add(out, SPAN("null"));
    }
}

/* Microseconds from the request head to `moment`; null when that never came. */
static void add_moment(struct str *out, const char *key, const struct exchange *x, int64_t moment)
{
    json_key(out, key);
    if (moment >= x->started_us) {
        json_number(out, (uint64_t)(moment - x->started_us));
    } else {
        str_add(out, SPAN("null"));
    }
}

static void add_what(struct str *out, const struct record *r)
{
    char time[CLOCK_TEXT_SIZE];
    const struct exchange *x = r->x;
    json_add_number(out, "id", x->id);
    if (x->started_ms) {
        add_name(out, "time", clock_text(x->started_ms, time));
    } else { /* only of an exchange that was read from a file */
        json_key(out, "time");
        str_add(out, SPAN("null"));
    }
    json_add_text(out, "method", str_span(&r->method), TEXT_SHOWN);
    json_add_text(out, "target", str_span(&r->target), TARGET_SHOWN);
    json_add_text(out, "scheme", x->scheme, TEXT_SHOWN);
    json_add_text(out, "host", x->host, TEXT_SHOWN);
    json_add_number(out, "port", x->port);
    json_key(out, "status");
    if (x->response.head.status) {
        json_number(out, (uint64_t)x->response.head.status);
    } else {
        str_add(out, SPAN("null"));
    }
    add_name(out, "outcome", outcome_name(x->outcome));
    add_name(out, "maker", maker_name(x->maker));
}

static void add_measures(struct str *out, const struct exchange *x)
{
    add_moment(out, "duration_us", x, x->finished_us);
    add_moment(out, "sent_us", x, x->sent_us);
    add_moment(out, "answered_us", x, x->answered_us);
    json_add_number(out, "request_bytes", x->request.body_bytes);
    json_add_number(out, "response_bytes", x->response.body_bytes);
    json_add_bool(out, "tls", x->tls);
    add_ip(out, "client_ip", x->peer);
    add_ip(out, "upstream_ip", x->upstream_ip);
    json_add_bool(out, "reused_connection", x->reused_connection);
    json_add_bool(out, "sent_twice", x->sent_twice);
}

static void add_judged(struct str *out, const struct exchange *x)
{
    json_begin(out, "source", '{');
    add_ip(out, "ip", x->source.ip);
    add_name(out, "kind", kind_name(x->source.kind));
    add_name(out, "verdict", verdict_name(x->source.verdict));
    str_add_c(out, '}');
    json_begin(out, "token", '{');
    add_name(out, "form", form_name(x->token.form));
    add_name(out, "fingerprint", x->token.fingerprint);
    str_add_c(out, '}');
    json_begin(out, "findings", '[');
    for (size_t i = 0; i < x->finding_count; i++) {
        json_comma(out);
        str_add_c(out, '{');
        add_name(out, "id", x->findings[i].id);
        add_name(out, "severity", severity_name(x->findings[i].severity));
        json_add_text(out, "evidence", x->findings[i].evidence, TEXT_SHOWN);
        str_add_c(out, '}');
    }
    str_add_c(out, ']');
}

static void add_error(struct str *out, const struct record *r)
{
    json_key(out, "error");
    if (r->x->error.code == ERR_NONE) {
        str_add(out, SPAN("null"));
        return;
    }
    const char *name = err_name(r->x->error.code);
    str_add_c(out, '{');
    add_name(out, "name", name ? name : "");
    json_add_text(out, "text", str_span(&r->trouble), TEXT_SHOWN);
    str_add_c(out, '}');
}

static void add_lines(struct str *out, const char *key, const struct span *lines, size_t count)
{
    json_begin(out, key, '[');
    for (size_t i = 0; i < count; i++) {
        json_comma(out);
        json_text(out, lines[i], TEXT_SHOWN);
    }
    str_add_c(out, ']');
}

static void add_list(struct str *out, const char *key, const char *const *lines)
{
    json_begin(out, key, '[');
    for (; lines && *lines; lines++) {
        json_comma(out);
        json_text(out, span_of(*lines), TEXT_SHOWN);
    }
    str_add_c(out, ']');
}

/* What a rule tells beyond its id and title. */
static void add_advice(struct str *out, const struct rule *rule)
{
    add_name(out, "meaning", rule_meaning(rule));
    add_list(out, "steps", rule_steps(rule));
    add_list(out, "support_send", rule_support_send(rule));
    add_list(out, "support_ask", rule_support_ask(rule));
    add_list(out, "links", rule_links(rule));
}

void json_rule(struct str *out, const struct rule *rule)
{
    add_name(out, "id", rule_id(rule));
    add_name(out, "title", rule_title(rule));
    add_advice(out, rule);
}

static void add_explanations(struct str *out, const struct record *r, bool advice)
{
    json_begin(out, "explanations", '[');
    for (size_t i = 0; i < r->explanation_count; i++) {
        const struct explanation *e = &r->explanations[i];
        json_comma(out);
        str_add_c(out, '{');
        add_name(out, "id", rule_id(e->rule));
        add_name(out, "title", rule_title(e->rule));
        add_name(out, "confidence", confidence_name(e->confidence));
        add_lines(out, "evidence", e->evidence, e->evidence_count);
        add_lines(out, "against", e->against, e->against_count);
        if (advice) {
            add_advice(out, e->rule);
        }
        str_add_c(out, '}');
    }
    str_add_c(out, ']');
}

void json_judgement(struct str *out, const struct record *r)
{
    add_name(out, "outcome", outcome_name(r->x->outcome));
    add_name(out, "maker", maker_name(r->x->maker));
    add_judged(out, r->x);
    add_error(out, r);
    add_explanations(out, r, false);
}

/* Fields that tell who called, how, and who answered. Names in the order in which they are written.
 */
static const char *const request_fields[] = {
    "authorization", "bitgo-auth-version", "auth-timestamp", "bitgo-sdk-version",
    "user-agent",    "content-type",       "request-id",     "enterprise-id"};
static const char *const response_fields[] = {
    "content-type", "content-encoding", "date",        "request-id", "x-auth-required",
    "server",       "www-authenticate", "retry-after", "location",   "via"};

static void add_fields(struct str *out, const char *key, struct record *r,
                       const struct http_head *head, const char *const *names, size_t count)
{
    json_begin(out, key, '{');
    for (size_t i = 0; i < count; i++) {
        const struct http_field *field = http_field(head, span_of(names[i]));
        if (field) {
            json_add_text(out, names[i], record_field(r, field), TEXT_SHOWN);
        }
    }
    str_add_c(out, '}');
}

static void add_failure(struct str *out, struct record *r, bool advice)
{
    json_add_text(out, "request_id", str_span(&r->request_id), TEXT_SHOWN);
    json_begin(out, "answer", '{');
    json_add_text(out, "error", str_span(&r->error), TEXT_SHOWN);
    json_add_text(out, "name", str_span(&r->name), TEXT_SHOWN);
    json_add_bool(out, "html", r->html);
    str_add_c(out, '}');
    add_explanations(out, r, advice);
    add_fields(out, "request_fields", r, &r->x->request.head, request_fields,
               sizeof request_fields / sizeof *request_fields);
    add_fields(out, "response_fields", r, &r->x->response.head, response_fields,
               sizeof response_fields / sizeof *response_fields);
    json_add_text(out, "body", str_span(&r->body), BODY_SHOWN);
    json_add_bool(out, "body_cut", r->body_cut);
    if (r->left_out) {
        add_name(out, "body_comment", r->left_out);
    } else {
        json_key(out, "body_comment");
        str_add(out, SPAN("null"));
    }
}

void json_line(struct str *out, struct record *r)
{
    str_add(out, SPAN("{\"v\":1,\"type\":\"exchange\""));
    add_what(out, r);
    add_measures(out, r->x);
    add_judged(out, r->x);
    add_error(out, r);
    if (r->failing) {
        add_failure(out, r, false);
    }
    str_add(out, SPAN("}\n"));
}

void json_explanation(struct str *out, struct record *r, const char *input)
{
    str_add(out, SPAN("{\"v\":1,\"type\":\"explanation\""));
    add_name(out, "input", input);
    if (r->x) {
        add_what(out, r);
        add_measures(out, r->x);
        add_judged(out, r->x);
        add_error(out, r);
        add_failure(out, r, true);
    } else {
        add_explanations(out, r, true);
    }
    str_add(out, SPAN("}\n"));
}
