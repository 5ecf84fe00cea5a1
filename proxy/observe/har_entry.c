/* An entry of HAR 1.2 (http://www.softwareishard.com/blog/har-12-spec/). Every text of a peer is
 * redacted here (in har_lists.c what an entry has in lists) or was when the record was made. What
 * HAR has no member for is in "_why401". */
#include "har_entry.h"

#include "har_lists.h"
#include "json_line.h"
#include "json_write.h"
#include "record_body.h"
#include "why401/base/clock.h"
#include "why401/observe/redact.h"

#define ALL SIZE_MAX /* of a text: the entry's own limit bounds it */

struct entry {
    struct str *out;
    struct record *r;
    struct har_lists lists;
    struct str text; /* redacted, of the member in hand */
    size_t body_most;
};

static void add_signed(struct entry *e, const char *key, int64_t number)
{
    json_key(e->out, key);
    str_addf(e->out, "%lld", (long long)number);
}

static void add_version(struct entry *e, const struct http_head *head)
{
    json_add_text(e->out, "httpVersion", head->minor ? SPAN("HTTP/1.1") : SPAN("HTTP/1.0"), ALL);
}

/* Bytes of a head whose start line has `line` bytes; -1 when there is none. */
static int64_t head_size(const struct http_head *head, size_t line)
{
    size_t size = line + 4;
    for (size_t i = 0; i < head->field_count; i++) {
        size += head->fields[i].line.len + 2;
    }
    return line ? (int64_t)size : -1;
}

/* --- request --- */

/* Scheme and authority of the upstream. */
static void add_origin(struct str *out, const struct exchange *x)
{
    bool ipv6 = span_find(x->host, SPAN(":")) >= 0;
    uint16_t usual = span_eq(x->scheme, SPAN("http")) ? 80 : 443;
    str_addf(out, ipv6 ? "%.*s://[%.*s]" : "%.*s://%.*s", SPAN_ARG(x->scheme), SPAN_ARG(x->host));
    if (x->port && x->port != usual) {
        str_addf(out, ":%u", x->port);
    }
}

/* The target behind the upstream's origin: this is the URL that was called. A target that is a URL
 * by itself stays, that of CONNECT is the origin already; what is none, such as "*", becomes a
 * path.
 */
static void add_url(struct entry *e)
{
    bool connect = e->r->x->target.form == TARGET_AUTHORITY;
    struct span target = connect ? SPAN("/") : str_span(&e->r->target);
    str_clear(&e->text);
    if (target_split(target).form != TARGET_ABSOLUTE) {
        add_origin(&e->text, e->r->x);
        str_add(&e->text, span_starts(target, SPAN("/")) ? SPAN("") : SPAN("/"));
    }
    str_add(&e->text, target);
    json_add_text(e->out, "url", har_shown(&e->text), ALL);
}

static void add_comment(struct entry *e, const char *comment)
{
    if (comment) {
        json_add_text(e->out, "comment", span_of(comment), ALL);
    }
}

static void show_body(struct entry *e, struct shown_body *b, const struct message *m)
{
    if (e->body_most) {
        record_body(b, m, e->body_most, redact_place_of(e->r->x->target.path));
        return;
    }
    *b = (struct shown_body){.size = -1, .comment = "left out: the entry would be too long"};
}

/* text and params exclude each other, so params stays empty. */
static void add_post_data(struct entry *e)
{
    const struct message *m = &e->r->x->request;
    struct shown_body b;
    if (m->body_bytes == 0) {
        return;
    }
    show_body(e, &b, m);
    json_begin(e->out, "postData", '{');
    json_add_text(e->out, "mimeType", har_field(&e->lists, &m->head, SPAN("Content-Type")), ALL);
    json_begin(e->out, "params", '[');
    str_add_c(e->out, ']');
    json_add_text(e->out, "text", str_span(&b.text), ALL);
    add_comment(e, b.comment);
    str_add_c(e->out, '}');
    shown_body_release(&b);
}

/* A request whose head could not be read has no method. */
static void add_request(struct entry *e)
{
    const struct message *m = &e->r->x->request;
    struct span method = str_span(&e->r->method);
    size_t line = m->head.method.len ? m->head.method.len + m->head.target.len + 10 : 0;
    json_begin(e->out, "request", '{');
    json_add_text(e->out, "method", method.len ? method : SPAN("UNKNOWN"), ALL);
    add_url(e);
    add_version(e, &m->head);
    har_request_cookies(&e->lists, &m->head);
    har_headers(&e->lists, &m->head);
    har_query(&e->lists, str_span(&e->r->target));
    add_post_data(e);
    add_signed(e, "headersSize", head_size(&m->head, line));
    add_signed(e, "bodySize", (int64_t)m->body_bytes);
    str_add_c(e->out, '}');
}

/* --- response --- */

static void add_content(struct entry *e)
{
    const struct message *m = &e->r->x->response;
    struct span type = har_field(&e->lists, &m->head, SPAN("Content-Type"));
    struct shown_body b;
    json_begin(e->out, "content", '{');
    json_add_text(e->out, "mimeType", type.len ? type : SPAN("x-unknown"), ALL);
    show_body(e, &b, m);
    add_signed(e, "size", b.size);
    if (b.has_text) {
        json_add_text(e->out, "text", str_span(&b.text), ALL);
    }
    add_comment(e, b.comment);
    str_add_c(e->out, '}');
    shown_body_release(&b);
}

/* Without an answer the status is 0, as browsers have it. */
static void add_response(struct entry *e)
{
    const struct message *m = &e->r->x->response;
    size_t line = m->head.status ? m->head.reason.len + 13 : 0;
    json_begin(e->out, "response", '{');
    add_signed(e, "status", m->head.status);
    str_clear(&e->text);
    redact_text(&e->text, m->head.reason);
    json_add_text(e->out, "statusText", har_shown(&e->text), ALL);
    add_version(e, &m->head);
    har_response_cookies(&e->lists, &m->head);
    har_headers(&e->lists, &m->head);
    add_content(e);
    json_add_text(e->out, "redirectURL", har_field(&e->lists, &m->head, SPAN("Location")), ALL);
    add_signed(e, "headersSize", head_size(&m->head, line));
    add_signed(e, "bodySize", m->head.status ? (int64_t)m->body_bytes : -1);
    str_add_c(e->out, '}');
}

/* --- time --- */

/* Microseconds as the milliseconds of HAR. */
static void add_ms(struct entry *e, const char *key, int64_t us)
{
    json_key(e->out, key);
    str_addf(e->out, "%lld.%03lld", (long long)(us / 1000), (long long)(us % 1000));
}

static int64_t later(int64_t moment, int64_t least)
{
    return moment > least ? moment : least;
}

/* What passed before the request went upstream counts as blocked: looking up the name, connecting
 * and the TLS handshake are not measured one by one. The parts add up to `time`. */
static void add_times(struct entry *e)
{
    const struct exchange *x = e->r->x;
    int64_t sent = later(x->sent_us, x->started_us);
    int64_t finished = later(x->finished_us, sent);
    int64_t answered = x->answered_us ? later(x->answered_us, sent) : finished;
    finished = later(finished, answered);
    add_ms(e, "time", finished - x->started_us);
    json_begin(e->out, "timings", '{');
    if (x->sent_us) {
        add_ms(e, "blocked", sent - x->started_us);
    } else {
        add_signed(e, "blocked", -1);
    }
    add_signed(e, "dns", -1);
    add_signed(e, "connect", -1);
    add_signed(e, "send", 0);
    add_ms(e, "wait", answered - sent);
    add_ms(e, "receive", finished - answered);
    add_signed(e, "ssl", -1);
    str_add_c(e->out, '}');
}

/* The connection may be named by the server's port, and browsers show it behind the address. */
static void add_server(struct entry *e)
{
    char text[IP_TEXT_SIZE];
    const struct exchange *x = e->r->x;
    if (x->upstream_ip.family) {
        json_add_text(e->out, "serverIPAddress", span_of(ip_text(x->upstream_ip, text)), ALL);
        json_key(e->out, "connection");
        str_addf(e->out, "\"%u\"", x->port);
    }
}

static void add_why(struct entry *e)
{
    json_begin(e->out, "_why401", '{');
    json_add_number(e->out, "id", e->r->x->id);
    json_judgement(e->out, e->r);
    str_add_c(e->out, '}');
}

void har_entry(struct str *out, struct record *r, size_t body_most)
{
    char time[CLOCK_TEXT_SIZE];
    struct entry e = {.out = out, .r = r, .body_most = body_most};
    har_lists_init(&e.lists, out);
    str_init(&e.text, HAR_TEXT_MOST);
    str_add_c(out, '{');
    json_add_text(out, "startedDateTime", span_of(clock_text(r->x->started_ms, time)), ALL);
    add_request(&e);
    add_response(&e);
    json_begin(out, "cache", '{');
    str_add_c(out, '}');
    add_times(&e);
    add_server(&e);
    add_why(&e);
    str_add_c(out, '}');
    har_lists_release(&e.lists);
    str_release(&e.text);
}
