/* An entry of HAR 1.2 (http://www.softwareishard.com/blog/har-12-spec/). Every text of a peer is
 * redacted here or was when the record was made; cookies and query parameters are read from the
 * redacted texts, never from the peer's. What HAR has no member for is in "_why401". */
#include "har_entry.h"

#include "json_line.h"
#include "json_write.h"
#include "record_body.h"
#include "why401/base/clock.h"
#include "why401/observe/redact.h"

#define FIELD_MOST (1 << 20) /* bytes of one redacted header field or parameter */
#define ALL        SIZE_MAX  /* of a text: the entry's own limit bounds it */

struct entry {
    struct str *out;
    struct record *r;
    struct str name;  /* redacted, of what is being written */
    struct str value; /* the same */
    size_t body_most;
};

static struct span redacted(const struct str *text)
{
    return text->failed ? SPAN("[redacted]") : str_span(text);
}

static void redact_pair(struct entry *e, struct span name, struct span value)
{
    str_clear(&e->name);
    redact_text(&e->name, name);
    str_clear(&e->value);
    redact_field(&e->value, name, value);
}

/* The value of the first field of that name, redacted; valid until the next pair. */
static struct span field_value(struct entry *e, const struct http_head *head, struct span name)
{
    const struct http_field *field = http_field(head, name);
    if (!field) {
        return span(NULL, 0);
    }
    redact_pair(e, field->name, field->value);
    return redacted(&e->value);
}

static void begin_list(struct entry *e, const char *key)
{
    json_key(e->out, key);
    str_add_c(e->out, '[');
}

static void begin_object(struct entry *e, const char *key)
{
    json_key(e->out, key);
    str_add_c(e->out, '{');
}

static void end(struct entry *e, char bracket)
{
    str_add_c(e->out, bracket);
}

static void begin_pair(struct entry *e, struct span name, struct span value)
{
    json_comma(e->out);
    str_add_c(e->out, '{');
    json_add_text(e->out, "name", name, ALL);
    json_add_text(e->out, "value", value, ALL);
}

static void add_signed(struct entry *e, const char *key, int64_t number)
{
    json_key(e->out, key);
    str_addf(e->out, "%lld", (long long)number);
}

static void add_version(struct entry *e, const struct http_head *head)
{
    json_add_text(e->out, "httpVersion", head->minor ? SPAN("HTTP/1.1") : SPAN("HTTP/1.0"), ALL);
}

static void add_headers(struct entry *e, const struct http_head *head)
{
    begin_list(e, "headers");
    for (size_t i = 0; i < head->field_count; i++) {
        redact_pair(e, head->fields[i].name, head->fields[i].value);
        begin_pair(e, redacted(&e->name), redacted(&e->value));
        end(e, '}');
    }
    end(e, ']');
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

/* --- cookies --- */

/* "name=value" of a redacted Cookie or Set-Cookie field; without '=' there is no name. */
static void begin_cookie(struct entry *e, struct span pair)
{
    struct span value = span_trim(pair);
    struct span name = span(NULL, 0);
    if (span_find(value, SPAN("=")) >= 0) {
        span_cut(&value, '=', &name);
    }
    begin_pair(e, name, value);
}

static void add_request_cookies(struct entry *e, const struct http_head *head)
{
    begin_list(e, "cookies");
    for (size_t i = 0; i < head->field_count; i++) {
        if (!span_ieq(head->fields[i].name, SPAN("Cookie"))) {
            continue;
        }
        redact_pair(e, head->fields[i].name, head->fields[i].value);
        struct span rest = redacted(&e->value);
        struct span pair;
        while (span_cut(&rest, ';', &pair)) {
            begin_cookie(e, pair);
            end(e, '}');
        }
    }
    end(e, ']');
}

/* Expires is left out: HAR wants another form of date than the field has, and it is among the
 * headers. */
static void add_attributes(struct entry *e, struct span rest)
{
    struct span part;
    bool http_only = false;
    bool secure = false;
    while (span_cut(&rest, ';', &part)) {
        part = span_trim(part);
        if (span_istarts(part, SPAN("path="))) {
            json_add_text(e->out, "path", span_from(part, 5), ALL);
        } else if (span_istarts(part, SPAN("domain="))) {
            json_add_text(e->out, "domain", span_from(part, 7), ALL);
        }
        http_only = http_only || span_ieq(part, SPAN("HttpOnly"));
        secure = secure || span_ieq(part, SPAN("Secure"));
    }
    json_add_bool(e->out, "httpOnly", http_only);
    json_add_bool(e->out, "secure", secure);
}

static void add_response_cookies(struct entry *e, const struct http_head *head)
{
    begin_list(e, "cookies");
    for (size_t i = 0; i < head->field_count; i++) {
        if (!span_ieq(head->fields[i].name, SPAN("Set-Cookie"))) {
            continue;
        }
        redact_pair(e, head->fields[i].name, head->fields[i].value);
        struct span rest = redacted(&e->value);
        struct span pair;
        span_cut(&rest, ';', &pair);
        begin_cookie(e, pair);
        add_attributes(e, rest);
        end(e, '}');
    }
    end(e, ']');
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
 * by itself stays; what is none, such as "*", becomes a path. */
static void add_url(struct entry *e)
{
    struct span target = str_span(&e->r->target);
    str_clear(&e->value);
    if (target_split(target).form != TARGET_ABSOLUTE) {
        add_origin(&e->value, e->r->x);
        str_add(&e->value, span_starts(target, SPAN("/")) ? SPAN("") : SPAN("/"));
    }
    str_add(&e->value, target);
    json_add_text(e->out, "url", redacted(&e->value), ALL);
}

/* Parameters are read from the redacted target, and looked at once more without their escapes. */
static void add_query(struct entry *e)
{
    struct span rest = target_split(str_span(&e->r->target)).query;
    struct span name;
    struct span value;
    struct str plain[2];
    str_init(&plain[0], FIELD_MOST);
    str_init(&plain[1], FIELD_MOST);
    begin_list(e, "queryString");
    while (query_next(&rest, &name, &value)) {
        str_clear(&plain[0]);
        str_clear(&plain[1]);
        percent_decode(&plain[0], name, true);
        percent_decode(&plain[1], value, true);
        redact_pair(e, redacted(&plain[0]), redacted(&plain[1]));
        begin_pair(e, redacted(&e->name), redacted(&e->value));
        end(e, '}');
    }
    end(e, ']');
    str_release(&plain[0]);
    str_release(&plain[1]);
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
        record_body(b, m, e->body_most);
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
    begin_object(e, "postData");
    json_add_text(e->out, "mimeType", field_value(e, &m->head, SPAN("Content-Type")), ALL);
    begin_list(e, "params");
    end(e, ']');
    json_add_text(e->out, "text", str_span(&b.text), ALL);
    add_comment(e, b.comment);
    end(e, '}');
    shown_body_release(&b);
}

/* A request whose head could not be read has no method. */
static void add_request(struct entry *e)
{
    const struct message *m = &e->r->x->request;
    struct span method = str_span(&e->r->method);
    size_t line = m->head.method.len ? m->head.method.len + m->head.target.len + 10 : 0;
    begin_object(e, "request");
    json_add_text(e->out, "method", method.len ? method : SPAN("UNKNOWN"), ALL);
    add_url(e);
    add_version(e, &m->head);
    add_request_cookies(e, &m->head);
    add_headers(e, &m->head);
    add_query(e);
    add_post_data(e);
    add_signed(e, "headersSize", head_size(&m->head, line));
    add_signed(e, "bodySize", (int64_t)m->body_bytes);
    end(e, '}');
}

/* --- response --- */

static void add_content(struct entry *e)
{
    const struct message *m = &e->r->x->response;
    struct span type = field_value(e, &m->head, SPAN("Content-Type"));
    struct shown_body b;
    begin_object(e, "content");
    json_add_text(e->out, "mimeType", type.len ? type : SPAN("x-unknown"), ALL);
    show_body(e, &b, m);
    add_signed(e, "size", b.size);
    if (b.has_text) {
        json_add_text(e->out, "text", str_span(&b.text), ALL);
    }
    add_comment(e, b.comment);
    end(e, '}');
    shown_body_release(&b);
}

/* Without an answer the status is 0, as browsers have it. */
static void add_response(struct entry *e)
{
    const struct message *m = &e->r->x->response;
    size_t line = m->head.status ? m->head.reason.len + 13 : 0;
    begin_object(e, "response");
    add_signed(e, "status", m->head.status);
    str_clear(&e->value);
    redact_text(&e->value, m->head.reason);
    json_add_text(e->out, "statusText", redacted(&e->value), ALL);
    add_version(e, &m->head);
    add_response_cookies(e, &m->head);
    add_headers(e, &m->head);
    add_content(e);
    json_add_text(e->out, "redirectURL", field_value(e, &m->head, SPAN("Location")), ALL);
    add_signed(e, "headersSize", head_size(&m->head, line));
    add_signed(e, "bodySize", m->head.status ? (int64_t)m->body_bytes : -1);
    end(e, '}');
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
    begin_object(e, "timings");
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
    end(e, '}');
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
    begin_object(e, "_why401");
    json_add_number(e->out, "id", e->r->x->id);
    json_judgement(e->out, e->r);
    end(e, '}');
}

void har_entry(struct str *out, struct record *r, size_t body_most)
{
    char time[CLOCK_TEXT_SIZE];
    struct entry e = {.out = out, .r = r, .body_most = body_most};
    str_init(&e.name, FIELD_MOST);
    str_init(&e.value, FIELD_MOST);
    str_add_c(out, '{');
    json_add_text(out, "startedDateTime", span_of(clock_text(r->x->started_ms, time)), ALL);
    add_request(&e);
    add_response(&e);
    begin_object(&e, "cache");
    end(&e, '}');
    add_times(&e);
    add_server(&e);
    add_why(&e);
    str_add_c(out, '}');
    str_release(&e.name);
    str_release(&e.value);
}
