#include "reply.h"

#include <openssl/rand.h>
#include <stdarg.h>
#include <stdio.h>
#include <time.h>
#include <zlib.h>

#include "why401/base/clock.h"

#define FIELDS_MOST (64u << 10) /* bytes of further field lines */

/* A request id like those of BitGo: 'c' and 24 letters and digits. */
static void make_id(char id[REPLY_ID_SIZE])
{
    static const char digits[] = "0123456789abcdefghijklmnopqrstuvwxyz";
    unsigned char bytes[24];
    if (RAND_bytes(bytes, sizeof bytes) != 1) {
        memset(bytes, 0, sizeof bytes);
    }
    id[0] = 'c';
    for (size_t i = 0; i < sizeof bytes; i++) {
        id[i + 1] = digits[bytes[i] % 36];
    }
    id[25] = '\0';
}

/* It stands in a JSON text and in a head as it is. */
static bool can_be_echoed(struct span id)
{
    for (size_t i = 0; i < id.len; i++) {
        if (id.ptr[i] <= ' ' || id.ptr[i] > '~' || id.ptr[i] == '"' || id.ptr[i] == '\\') {
            return false;
        }
    }
    return id.len > 0 && id.len < REPLY_ID_SIZE;
}

void reply_init(struct reply *r, const struct http_head *request)
{
    struct span id = http_value(request, SPAN("request-id"));
    *r = (struct reply){.status = 200, .type = "application/json; charset=utf-8"};
    str_init(&r->body, REPLY_BODY_MOST);
    str_init(&r->fields, FIELDS_MOST);
    if (can_be_echoed(id)) {
        memcpy(r->request_id, id.ptr, id.len);
    } else {
        make_id(r->request_id);
    }
}

void reply_release(struct reply *r)
{
    str_release(&r->body);
    str_release(&r->fields);
}

bool reply_writes(struct span name)
{
    static const char *const own[] = {"date",       "request-id",        "hmac",
                                      "timestamp",  "content-length",    "content-encoding",
                                      "trailer",    "transfer-encoding", "connection",
                                      "keep-alive", "upgrade",           "proxy-connection",
                                      "te",         "alt-svc",           "http2-settings"};
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++) {
        if (span_ieq(name, span_of(own[i]))) {
            return true;
        }
    }
    return false;
}

/* A token (RFC 9110 §5.6.2), and a value without control characters. */
static bool can_stand_in_a_head(struct span name, struct span value)
{
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        if (c <= ' ' || c > '~' || strchr("\"(),/:;<=>?@[\\]{}", c)) {
            return false;
        }
    }
    for (size_t i = 0; i < value.len; i++) {
        unsigned char c = (unsigned char)value.ptr[i];
        if ((c < ' ' && c != '\t') || c == 127) {
            return false;
        }
    }
    return name.len > 0;
}

bool reply_field(struct reply *r, struct span name, struct span value)
{
    if (reply_writes(name) || !can_stand_in_a_head(name, value)) {
        return false;
    }
    if (span_ieq(name, SPAN("x-auth-required"))) {
        r->auth_required = true;
        return true;
    }
    if (span_ieq(name, SPAN("content-type"))) {
        if (!r->type) {
            return false;
        }
        r->type = NULL;
    }
    str_addf(&r->fields, "%.*s: %.*s\r\n", SPAN_ARG(name), SPAN_ARG(value));
    return !r->fields.failed;
}

void reply_again(struct reply *r, const struct message *answer)
{
    const struct http_head *head = &answer->head;
    r->status = head->status;
    for (size_t i = 0; i < head->field_count; i++) {
        reply_field(r, head->fields[i].name, head->fields[i].value);
    }
    str_add(&r->body, span(answer->body.data, answer->body.len));
}

void reply_json(struct reply *r, int status, const char *format, ...)
{
    va_list args;
    r->status = status;
    va_start(args, format);
    str_vaddf(&r->body, format, args);
    va_end(args);
}

void reply_error(struct reply *r, int status, const char *name, const char *error, const char *more)
{
    reply_json(r, status,
               "{\"error\":\"%s\",\"name\":\"%s\",\"requestId\":\"%s\",\"context\":{}%s}", error,
               name, r->request_id, more);
}

/* The body as it goes out: gzip'ed where the request asks the mock for that. False when that
 * failed. */
static bool compress_body(struct str *body)
{
    struct str packed;
    z_stream z = {0};
    str_init(&packed, REPLY_BODY_MOST);
    if (deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
        return false;
    }
    unsigned char piece[4096];
    union {
        char *text;
        unsigned char *bytes;
    } in = {body->ptr};
    int rc;
    z.next_in = in.bytes;
    z.avail_in = (unsigned)body->len;
    do {
        z.next_out = piece;
        z.avail_out = sizeof piece;
        rc = deflate(&z, Z_FINISH);
        str_add(&packed, span((const char *)piece, sizeof piece - z.avail_out));
    } while (rc == Z_OK);
    deflateEnd(&z);
    str_release(body);
    *body = packed;
    return rc == Z_STREAM_END;
}

static void add_signature(const struct reply *r, const struct http_head *request,
                          const struct caller *caller, struct str *out)
{
    struct str subject;
    long long now = clock_wall_ms();
    str_init(&subject, 2 * REPLY_BODY_MOST);
    if (caller->version == '3') {
        str_addf(&subject, "%.*s|", SPAN_ARG(request->method));
    }
    str_addf(&subject, "%lld|", now);
    str_add(&subject, request->target);
    str_addf(&subject, "|%d|", r->status);
    str_add(&subject, str_span(&r->body));
    str_addf(out, "timestamp: %lld\r\nhmac: ", now);
    account_sign(caller->token, str_span(&subject), out);
    str_add(out, SPAN("\r\n"));
    str_release(&subject);
}

static const char *reason_phrase(int status)
{
    static const struct {
        int status;
        const char *phrase;
    } phrases[] = {{200, "OK"},
                   {201, "Created"},
                   {202, "Accepted"},
                   {204, "No Content"},
                   {301, "Moved Permanently"},
                   {302, "Found"},
                   {304, "Not Modified"},
                   {307, "Temporary Redirect"},
                   {308, "Permanent Redirect"},
                   {400, "Bad Request"},
                   {401, "Unauthorized"},
                   {403, "Forbidden"},
                   {404, "Not Found"},
                   {405, "Method Not Allowed"},
                   {409, "Conflict"},
                   {422, "Unprocessable Content"},
                   {429, "Too Many Requests"},
                   {500, "Internal Server Error"},
                   {502, "Bad Gateway"},
                   {503, "Service Unavailable"},
                   {504, "Gateway Timeout"},
                   {511, "Network Authentication Required"}};
    for (size_t i = 0; i < sizeof phrases / sizeof phrases[0]; i++) {
        if (phrases[i].status == status) {
            return phrases[i].phrase;
        }
    }
    return "";
}

static void add_date(struct str *out)
{
    char text[64];
    time_t now = time(NULL);
    struct tm utc;
    if (gmtime_r(&now, &utc) && strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &utc)) {
        str_addf(out, "Date: %s\r\n", text);
    }
}

void reply_write(const struct reply *r, const struct http_head *request,
                 const struct caller *caller, struct str *out)
{
    struct str body;
    bool has_body = r->status != 204 && r->status != 304; /* RFC 9110 §6.4.1 */
    bool gzip = span_ieq(http_value(request, SPAN("x-mock-encoding")), SPAN("gzip"));
    str_init(&body, REPLY_BODY_MOST);
    str_add(&body, str_span(&r->body));
    gzip = gzip && has_body && body.len && compress_body(&body);
    str_addf(out, "HTTP/1.1 %d %s\r\n", r->status, reason_phrase(r->status));
    add_date(out);
    str_addf(out, "Request-ID: %s\r\n", r->request_id);
    if (r->auth_required) {
        str_add(out, SPAN("X-Auth-Required: true\r\n"));
    }
    if (r->retry_after) {
        str_addf(out, "Retry-After: %d\r\n", r->retry_after);
    }
    if (r->status < 300 && caller->calling == CALLER_KNOWN && caller->version) {
        add_signature(r, request, caller, out);
    }
    if (gzip) {
        str_add(out, SPAN("Content-Encoding: gzip\r\n"));
    }
    str_add(out, str_span(&r->fields));
    if (has_body && r->type) {
        str_addf(out, "Content-Type: %s\r\n", r->type);
    }
    if (has_body) {
        str_addf(out, "Content-Length: %zu\r\n", body.len);
    }
    str_add(out, SPAN("\r\n"));
    if (has_body && !span_eq(request->method, SPAN("HEAD"))) {
        str_add(out, str_span(&body));
    }
    str_release(&body);
}
