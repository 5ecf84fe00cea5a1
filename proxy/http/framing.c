/* The rules, stricter than RFC 9112 §6.3 wherever it leaves a choice:
 * - Transfer-Encoding is one field that says exactly "chunked", in HTTP/1.1, without
 * Content-Length.
 * - Content-Length is one field of 1 to 18 digits.
 * - A name that a lenient reader could take for either of them is refused.
 * - A request has exactly one Host (HTTP/1.0: at most one).
 * - Connection has few elements: each is held against every field's name when the head is written.
 */
#include "framing.h"

#include "grammar.h"
#include "why401/http/target.h"

/* Elements of all Connection fields together, empty ones too. */
#define CONNECTION_MOST 64

/* The fields that matter for framing and for the connection, collected in one walk. */
struct framing_fields {
    size_t lengths;
    size_t codings;
    size_t hosts;
    size_t connections; /* elements of Connection */
    struct span length;
    struct span coding;
    struct span host;
    struct span lookalike; /* its name, if there is one */
    bool upgrade;          /* there is an Upgrade field */
    bool to_http;          /* it names another HTTP */
    bool names_upgrade;    /* Connection names it */
};

static void note_connection(struct http_head *head, struct framing_fields *f, struct span value)
{
    struct span part;
    while (span_cut(&value, ',', &part)) {
        f->connections++;
        part = span_trim(part);
        if (span_ieq(part, SPAN("close"))) {
            head->close = true;
        } else if (span_ieq(part, SPAN("keep-alive"))) {
            head->keep_alive_1_0 = head->minor == 0;
        } else if (span_ieq(part, SPAN("upgrade"))) {
            f->names_upgrade = true;
        }
    }
}

/* HTTP/2 in clear text, wherever in the list, would carry requests that nobody here reads. */
static void note_upgrade(struct framing_fields *f, struct span value)
{
    struct span part;
    while (span_cut(&value, ',', &part)) {
        part = span_trim(part);
        f->upgrade = f->upgrade || part.len > 0;
        f->to_http =
            f->to_http || span_istarts(part, SPAN("h2")) || span_istarts(part, SPAN("http"));
    }
}

static void note_field(struct http_head *head, struct framing_fields *f,
                       const struct http_field *field)
{
    switch (framing_name(field->name)) {
    case FRAMING_LENGTH:
        f->lengths++;
        f->length = field->value;
        return;
    case FRAMING_CODING:
        f->codings++;
        f->coding = field->value;
        return;
    case FRAMING_LOOKALIKE:
        f->lookalike = field->name;
        return;
    case NOT_FRAMING:
        break;
    }
    if (span_ieq(field->name, SPAN("host"))) {
        f->hosts++;
        f->host = field->value;
    } else if (span_ieq(field->name, SPAN("connection"))) {
        note_connection(head, f, field->value);
    } else if (span_ieq(field->name, SPAN("upgrade"))) {
        note_upgrade(f, field->value);
    } else if (span_ieq(field->name, SPAN("expect"))) {
        head->expect_continue = head->minor == 1 && span_ieq(field->value, SPAN("100-continue"));
    }
}

static struct framing_fields collect(struct http_head *head)
{
    struct framing_fields f = {0};
    for (size_t i = 0; i < head->field_count; i++) {
        note_field(head, &f, &head->fields[i]);
    }
    head->upgrade = f.upgrade && !f.to_http && f.names_upgrade && head->minor == 1;
    head->close = head->close || (head->minor == 0 && !head->keep_alive_1_0);
    return f;
}

/* What is wrong with the framing fields themselves, or NULL. */
static const char *ambiguity(const struct http_head *head, const struct framing_fields *f)
{
    uint64_t length;
    if (f->lookalike.len) {
        return "a field name looks like Content-Length or Transfer-Encoding but is neither";
    }
    if (f->lengths && f->codings) {
        return "both Content-Length and Transfer-Encoding say where the body ends";
    }
    if (f->lengths > 1) {
        return "there is more than one Content-Length";
    }
    if (f->codings > 1) {
        return "there is more than one Transfer-Encoding";
    }
    if (f->lengths && !span_u64(f->length, &length)) {
        return "Content-Length is not a number of 1 to 18 digits";
    }
    if (f->codings && head->minor == 0) {
        return "Transfer-Encoding does not exist in HTTP/1.0";
    }
    if (f->connections > CONNECTION_MOST) {
        return "Connection has more than 64 elements";
    }
    return NULL;
}

static void set_body(struct http_head *head, const struct framing_fields *f,
                     enum http_framing without)
{
    if (f->codings) {
        head->framing = HTTP_CHUNKED;
    } else if (f->lengths) {
        span_u64(f->length, &head->content_length);
        head->framing = head->content_length ? HTTP_LENGTH : HTTP_NO_BODY;
    } else {
        head->framing = without;
    }
}

/* A Host field's value: an authority without user, or nothing at all (RFC 9110 §7.2). */
static bool is_host(struct span value)
{
    for (size_t i = 0; i < value.len; i++) {
        if (!char_is(value.ptr[i], CLASS_TARGET) || memchr("/?@\\\"<>{}|^`,", value.ptr[i], 13)) {
            return false;
        }
    }
    return true;
}

static int check_target(const struct http_head *head, struct err *err)
{
    bool connect = span_eq(head->method, SPAN("CONNECT"));
    enum target_form form = connect ? TARGET_AUTHORITY : target_split(head->target).form;
    if (form == TARGET_BAD || form == TARGET_AUTHORITY) {
        if (!connect) {
            return err_set(err, ERR_TARGET, "the request target is neither a path nor an http URL");
        }
    }
    if (form == TARGET_ASTERISK && !span_eq(head->method, SPAN("OPTIONS"))) {
        return err_set(err, ERR_TARGET, "the request target * belongs to OPTIONS only");
    }
    return 0;
}

int framing_of_request(struct http_head *head, struct err *err)
{
    struct framing_fields f = collect(head);
    const char *why = ambiguity(head, &f);
    if (!why && f.hosts != 1 && (f.hosts > 1 || head->minor == 1)) {
        why = f.hosts ? "there is more than one Host" : "there is no Host";
    }
    if (!why && !is_host(f.host)) {
        why = "Host is not a host name with an optional port";
    }
    if (why) {
        return err_set(err, ERR_BAD_REQUEST, "%s", why);
    }
    if (f.codings && !span_ieq(f.coding, SPAN("chunked"))) {
        return err_set(err, ERR_TRANSFER_CODING,
                       "Transfer-Encoding says something else than chunked");
    }
    set_body(head, &f, HTTP_NO_BODY);
    return check_target(head, err);
}

/* Statuses whose responses end with the head (RFC 9112 §6.3). */
static bool has_no_body(int status, struct span method)
{
    return span_eq(method, SPAN("HEAD")) || status < 200 || status == 204 || status == 304;
}

int framing_of_response(struct http_head *head, struct span method, struct err *err)
{
    struct framing_fields f = collect(head);
    const char *why = ambiguity(head, &f);
    if (!why && f.codings && !span_ieq(f.coding, SPAN("chunked"))) {
        why = "Transfer-Encoding says something else than chunked";
    }
    if (why) {
        return err_set(err, ERR_UPSTREAM_RESPONSE, "the response is ambiguous: %s", why);
    }
    if (head->status == 101) {
        head->framing = HTTP_TUNNEL;
    } else if (has_no_body(head->status, method)) {
        head->framing = HTTP_NO_BODY;
    } else {
        set_body(head, &f, HTTP_UNTIL_CLOSE);
        head->close = head->close || head->framing == HTTP_UNTIL_CLOSE;
    }
    return 0;
}
