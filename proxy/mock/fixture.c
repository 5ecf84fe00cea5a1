/* From a file's text to a route. Whatever is wrong with it is said before the mock starts: a route
 * that never answers, or answers what no client can read, would be looked for in the client. */
#include "fixture.h"

#include "why401/exchange/json_read.h"
#include <stdio.h>
#include <stdlib.h>

/* The file that is being read. */
struct reading {
    struct fixture *fixture;
    struct err *err;
};

static const char *type_name(const json_t *value)
{
    static const char *const names[] = {"an object", "a list", "a string", "a number",
                                        "a number",  "true",   "false",    "null"};
    return value ? names[json_typeof(value)] : "nothing";
}

static int wrong(const struct reading *r, const char *place, const char *found,
                 const char *expected)
{
    return err_set(r->err, ERR_INPUT, "%s: %s: found %s, expected %s", r->fixture->file, place,
                   found, expected);
}

/* Refuses a value that is no object, or has another key than those, which end with a NULL. */
static int check_object(const struct reading *r, const char *place, const json_t *value,
                        const char *const *keys, const char *expected)
{
    const char *key;
    json_t *member;
    if (!json_is_object(value)) {
        return wrong(r, place[0] ? place : "the file", type_name(value), "an object");
    }
    json_object_foreach((json_t *)(uintptr_t)value, key, member)
    {
        size_t i = 0;
        while (keys[i] && strcmp(keys[i], key) != 0) {
            i++;
        }
        if (!keys[i]) {
            char at[128];
            snprintf(at, sizeof at, "%s%s%.60s", place, place[0] ? "." : "", key);
            return wrong(r, at, "a key that is unknown", expected);
        }
    }
    return 0;
}

/* --- the request --- */

static bool is_method(const char *text)
{
    return text && text[0] && strlen(text) <= 32 &&
           text[strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ-")] == '\0';
}

static bool is_segment(struct span segment)
{
    if (segment.len && segment.ptr[0] == '{') {
        return segment.len > 2 && segment.ptr[segment.len - 1] == '}' &&
               !memchr(segment.ptr + 1, '{', segment.len - 1) &&
               !memchr(segment.ptr, '}', segment.len - 1);
    }
    for (size_t i = 0; i < segment.len; i++) {
        if (segment.ptr[i] <= ' ' || segment.ptr[i] > '~' || strchr("?#*{}", segment.ptr[i])) {
            return false;
        }
    }
    return true;
}

static bool is_path(const char *text)
{
    struct span rest = span_of(text);
    struct span segment;
    bool right = rest.len > 0 && text[0] == '/';
    while (right && span_cut(&rest, '/', &segment)) {
        right = is_segment(segment);
    }
    return right;
}

static int read_query(const struct reading *r, const json_t *query)
{
    const char *name;
    json_t *value;
    if (query && !json_is_object(query)) {
        return wrong(r, "request.query", type_name(query), "an object of texts");
    }
    json_object_foreach((json_t *)(uintptr_t)query, name, value)
    {
        if (!json_is_string(value)) {
            char at[128];
            snprintf(at, sizeof at, "request.query.%.60s", name);
            return wrong(r, at, type_name(value), "a text, as it is without escapes");
        }
    }
    r->fixture->query = query;
    return 0;
}

static int read_bearer(const struct reading *r, const json_t *bearer)
{
    const char *text = json_string_value(bearer);
    bool none = text && strcmp(text, "none") == 0;
    if (bearer && !none && !(text && strcmp(text, "required") == 0)) {
        return wrong(r, "request.bearer", text ? "another text" : type_name(bearer),
                     "\"required\" or \"none\"");
    }
    r->fixture->open = none;
    return 0;
}

static int read_request(const struct reading *r, const json_t *request)
{
    static const char *const keys[] = {"method", "path", "query", "bearer", NULL};
    const json_t *method = json_object_get(request, "method");
    const json_t *path = json_object_get(request, "path");
    r->fixture->method = json_string_value(method);
    r->fixture->path = json_string_value(path);
    if (check_object(r, "request", request, keys, "method, path, query and bearer only") != 0) {
        return -1;
    }
    if (!is_method(r->fixture->method)) {
        return wrong(r, "request.method",
                     json_is_string(method) ? "another text" : type_name(method),
                     "a method in capital letters, such as \"GET\"");
    }
    if (!is_path(r->fixture->path)) {
        return wrong(r, "request.path", json_is_string(path) ? "another text" : type_name(path),
                     "a path such as \"/api/v2/{coin}/wallet/{id}\": segments as they stand in the "
                     "URL, or a name in braces for any; no query");
    }
    return read_query(r, json_object_get(request, "query")) == 0
               ? read_bearer(r, json_object_get(request, "bearer"))
               : -1;
}

/* --- the response --- */

static int read_status(const struct reading *r, const json_t *status)
{
    json_int_t number = json_integer_value(status);
    if (!json_is_integer(status) || number < 200 || number > 599) {
        return wrong(r, "response.status",
                     json_is_integer(status) ? "another number" : type_name(status),
                     "an integer from 200 to 599");
    }
    r->fixture->status = (int)number;
    return 0;
}

static int wrong_field(const struct reading *r, const char *name, const json_t *value)
{
    char at[128];
    snprintf(at, sizeof at, "response.headers.%.60s", name);
    if (!json_is_string(value)) {
        return wrong(r, at, type_name(value), "a text");
    }
    return reply_writes(span_of(name))
               ? wrong(r, at, "it", "no field that the mock writes itself")
               : wrong(r, at,
                       "what cannot stand in a head, or stands there already, or is too long",
                       "a name without spaces and a text without line breaks");
}

/* What can stand in a head is what reply_field takes. */
static int read_fields(const struct reading *r, const json_t *fields)
{
    static const struct http_head nobody = {0};
    const char *name;
    json_t *value;
    struct reply reply;
    int rc = 0;
    if (fields && !json_is_object(fields)) {
        return wrong(r, "response.headers", type_name(fields), "an object of texts");
    }
    reply_init(&reply, &nobody);
    json_object_foreach((json_t *)(uintptr_t)fields, name, value)
    {
        struct span text = span_of(json_string_value(value));
        if (rc == 0 && (!json_is_string(value) || !reply_field(&reply, span_of(name), text))) {
            rc = wrong_field(r, name, value);
        }
    }
    reply_release(&reply);
    r->fixture->fields = fields;
    return rc;
}

static int read_body(const struct reading *r, const json_t *body, const json_t *text)
{
    struct fixture *f = r->fixture;
    if (body && text) {
        return wrong(r, "response", "body and text", "one of them");
    }
    if (text && !json_is_string(text)) {
        return wrong(r, "response.text", type_name(text), "a text");
    }
    if ((body || text) && (f->status == 204 || f->status == 304)) {
        return wrong(r, body ? "response.body" : "response.text", "it",
                     "nothing: an answer of this status has no body");
    }
    f->type = body ? "application/json; charset=utf-8" : "text/plain; charset=utf-8";
    f->body = body   ? json_dumps(body, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(15))
              : text ? span_dup(span_of(json_string_value(text)))
                     : NULL;
    if ((body || text) && !f->body) {
        return err_set(r->err, ERR_MEMORY, "no memory for the fixture %s", f->file);
    }
    return f->body && strlen(f->body) > REPLY_BODY_MOST
               ? wrong(r, "response.body", "more than a MiB", "less")
               : 0;
}

static int read_response(const struct reading *r, const json_t *response)
{
    static const char *const keys[] = {"status", "headers", "body", "text", NULL};
    if (check_object(r, "response", response, keys, "status, headers, body and text only") != 0 ||
        read_status(r, json_object_get(response, "status")) != 0 ||
        read_fields(r, json_object_get(response, "headers")) != 0) {
        return -1;
    }
    return read_body(r, json_object_get(response, "body"), json_object_get(response, "text"));
}

int fixture_read(struct fixture *f, const char *path, struct span text, struct err *err)
{
    static const char *const keys[] = {"request", "response", NULL};
    struct reading r = {.fixture = f, .err = err};
    json_error_t why;
    *f = (struct fixture){.file = span_dup(span_of(path))};
    if (!f->file) {
        return err_set(err, ERR_MEMORY, "no memory for a fixture");
    }
    f->json = json_read(text, JSON_REJECT_DUPLICATES, &why);
    if (!f->json && !why.text[0]) {
        return err_set(err, ERR_MEMORY, "no memory for a fixture");
    }
    if (!f->json) {
        return err_set(err, ERR_INPUT,
                       "%s: line %d, column %d: found no JSON (%.100s), expected it", path,
                       why.line, why.column, why.text);
    }
    if (check_object(&r, "", f->json, keys, "request and response only") != 0 ||
        read_request(&r, json_object_get(f->json, "request")) != 0) {
        return -1;
    }
    return read_response(&r, json_object_get(f->json, "response"));
}

void fixture_release(struct fixture *f)
{
    free(f->file);
    free(f->body);
    json_decref(f->json);
    *f = (struct fixture){0};
}
