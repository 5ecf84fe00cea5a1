#include "reply.h"

#include <openssl/rand.h>
#include <stdarg.h>
#include <stdio.h>
#include <time.h>
#include <zlib.h>

#include "why401/base/clock.h"

#define BODY_MOST (1u << 20)

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

void reply_init(struct reply *r, const struct http_head *request)
{
    struct span id = http_value(request, SPAN("request-id"));
    *r = (struct reply){.status = 200, .type = "application/json; charset=utf-8"};
    str_init(&r->body, BODY_MOST);
    if (id.len && id.len < REPLY_ID_SIZE && !memchr(id.ptr, '"', id.len)) {
        memcpy(r->request_id, id.ptr, id.len);
    } else {
        make_id(r->request_id);
    }
}

void reply_release(struct reply *r)
{
    str_release(&r->body);
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
    str_init(&packed, BODY_MOST);
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
    str_init(&subject, 2 * BODY_MOST);
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
                   {202, "Accepted"},
                   {204, "No Content"},
                   {400, "Bad Request"},
                   {401, "Unauthorized"},
                   {403, "Forbidden"},
                   {404, "Not Found"},
                   {429, "Too Many Requests"},
                   {500, "Internal Server Error"},
                   {502, "Bad Gateway"},
                   {503, "Service Unavailable"},
                   {504, "Gateway Timeout"}};
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
    bool gzip = span_ieq(http_value(request, SPAN("x-mock-encoding")), SPAN("gzip"));
    str_init(&body, BODY_MOST);
    str_add(&body, str_span(&r->body));
    gzip = gzip && body.len && compress_body(&body);
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
    if (r->status != 204) {
        str_addf(out, "Content-Type: %s\r\nContent-Length: %zu\r\n", r->type, body.len);
    }
    str_add(out, SPAN("\r\n"));
    if (!span_eq(request->method, SPAN("HEAD")) && r->status != 204) {
        str_add(out, str_span(&body));
    }
    str_release(&body);
}
