#include "answer.h"

#include <stdio.h>

#include "why401/http/serialise.h"

#define BODY_MOST       4096
#define REQUEST_ID_MOST 64

/* Appends s as the inside of a JSON string. Texts of ours are ASCII; a peer's bytes in them become
 * '?'. */
static void add_json(struct str *out, struct span s)
{
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        if (c == '"' || c == '\\') {
            str_add_c(out, '\\');
            str_add_c(out, c);
        } else {
            str_add_c(out, c >= ' ' && c < 0x7f ? c : '?');
        }
    }
}

/* The client's own Request-ID where it sent a plain one, as BitGo echoes it, else one that names
 * us. */
static void add_request_id(struct str *out, const struct exchange *x)
{
    struct span id = http_value(&x->request.head, SPAN("request-id"));
    if (id.len && id.len <= REQUEST_ID_MOST) {
        add_json(out, id);
    } else {
        str_addf(out, "why401-%llu", (unsigned long long)x->id);
    }
}

static void write_body(struct str *body, const struct exchange *x, const struct err *why)
{
    str_add(body, SPAN("{\"error\":\"why401: "));
    add_json(body, span_of(why->text));
    str_add(body, SPAN(". "));
    add_json(body, span_of(err_advice(why->code)));
    str_addf(body, "\",\"name\":\"%s\",\"requestId\":\"", err_name(why->code));
    add_request_id(body, x);
    str_addf(body, "\",\"context\":{\"exchange\":%llu}}\n", (unsigned long long)x->id);
}

static const char *reason_phrase(int status)
{
    static const struct {
        int status;
        const char *phrase;
    } phrases[] = {
        {400, "Bad Request"},
        {403, "Forbidden"},
        {408, "Request Timeout"},
        {414, "URI Too Long"},
        {431, "Request Header Fields Too Large"},
        {501, "Not Implemented"},
        {502, "Bad Gateway"},
        {503, "Service Unavailable"},
        {504, "Gateway Timeout"},
        {505, "HTTP Version Not Supported"},
    };
    for (size_t i = 0; i < sizeof phrases / sizeof *phrases; i++) {
        if (phrases[i].status == status) {
            return phrases[i].phrase;
        }
    }
    return "";
}

/* A field of ours, in the arena. */
static struct http_field make_field(struct exchange *x, const char *name, struct span value)
{
    struct span line = arena_printf(&x->arena, "%s: %.*s", name, SPAN_ARG(value));
    size_t name_len = strlen(name);
    return (struct http_field){
        .name = span_first(line, name_len), .value = span_from(line, name_len + 2), .line = line};
}

/* The response head of the exchange; -1 when the arena is full. */
static int make_head(struct exchange *x, const struct err *why, size_t body_len)
{
    char length[24];
    int status = err_status(why->code) ? err_status(why->code) : 502;
    struct http_field *fields = arena_alloc(&x->arena, 2 * sizeof *fields);
    snprintf(length, sizeof length, "%zu", body_len);
    if (!fields) {
        return -1;
    }
    fields[0] = make_field(x, "Content-Type", SPAN("application/json; charset=utf-8"));
    fields[1] = make_field(x, "Content-Length", span_of(length));
    x->response.head = (struct http_head){
        .status = status,
        .reason = span_of(reason_phrase(status)),
        .minor = 1,
        .fields = fields,
        .field_count = 2,
        .framing = HTTP_LENGTH,
        .content_length = body_len,
    };
    return fields[0].line.ptr && fields[1].line.ptr ? 0 : -1;
}

int answer_write(struct str *out, struct exchange *x, const struct err *why, bool close,
                 size_t capture)
{
    struct str body;
    str_init(&body, BODY_MOST);
    write_body(&body, x, why);
    int rc = body.failed ? -1 : make_head(x, why, body.len);
    if (rc == 0) {
        enum http_connection connection = close                            ? CONNECTION_CLOSE
                                          : x->request.head.keep_alive_1_0 ? CONNECTION_KEEP_ALIVE
                                                                           : CONNECTION_SAY_NOTHING;
        http_write_response(out, &x->response.head, HTTP_LENGTH, connection);
        if (!span_eq(x->request.head.method, SPAN("HEAD"))) {
            str_add(out, str_span(&body));
            x->response.body_bytes = body.len;
            capture_add(&x->response.body, str_span(&body), capture);
        }
        x->response.complete = true;
        rc = out->failed ? -1 : 0;
    }
    str_release(&body);
    return rc;
}
