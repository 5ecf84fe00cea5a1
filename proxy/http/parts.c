/* llhttp finds a head's parts, and what it says is believed as far as head.c proves it. The happy
 * path: it reports each part, pauses behind the last field, and is left there.
 *
 * The other ends: it objects, and its reason is the answer; there are more fields than the caller
 * has room for, and reading stops. Two of its objections are no fault of the head: to a method that
 * it does not know, and to a tab beside Content-Length's digits. It is not shown these. */
#include "parts.h"

#include <llhttp.h>
#include <stdlib.h>

#include "grammar.h"

/* What llhttp reports while it reads goes into the head. */
struct reading {
    llhttp_t parser;
    struct http_head *head;
    size_t most_fields;
    bool too_many_fields;
};

static struct reading *reading_of(llhttp_t *parser)
{
    return parser->data;
}

static int on_method(llhttp_t *parser, const char *at, size_t len)
{
    reading_of(parser)->head->method = span(at, len);
    return 0;
}

static int on_url(llhttp_t *parser, const char *at, size_t len)
{
    reading_of(parser)->head->target = span(at, len);
    return 0;
}

static int on_status(llhttp_t *parser, const char *at, size_t len)
{
    reading_of(parser)->head->reason = span(at, len);
    return 0;
}

static int on_header_field(llhttp_t *parser, const char *at, size_t len)
{
    struct reading *r = reading_of(parser);
    if (r->head->field_count == r->most_fields) {
        r->too_many_fields = true;
        return -1;
    }
    r->head->fields[r->head->field_count++] = (struct http_field){.name = span(at, len)};
    return 0;
}

static int on_header_value(llhttp_t *parser, const char *at, size_t len)
{
    struct reading *r = reading_of(parser);
    r->head->fields[r->head->field_count - 1].value = span_trim(span(at, len));
    return 0;
}

static int on_headers_complete(llhttp_t *parser)
{
    (void)parser;
    return HPE_PAUSED;
}

static const llhttp_settings_t settings = {
    .on_method = on_method,
    .on_url = on_url,
    .on_status = on_status,
    .on_header_field = on_header_field,
    .on_header_value = on_header_value,
    .on_headers_complete = on_headers_complete,
};

/* The methods that llhttp is asked about by name. It knows some more and refuses the rest, which
 * are valid all the same (RFC 9110 §9.1): for those it is shown POST, and the proof reads the real
 * one. */
static bool llhttp_reads_method(struct span method)
{
    static const struct span known[] = {{"GET", 3},    {"POST", 4},  {"PUT", 3},
                                        {"DELETE", 6}, {"HEAD", 4},  {"OPTIONS", 7},
                                        {"PATCH", 5},  {"TRACE", 5}, {"CONNECT", 7}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (span_eq(method, known[i])) {
            return true;
        }
    }
    return false;
}

/* Returns NULL when llhttp read a whole head, else what it did not like. */
static const char *find_parts(struct reading *r, llhttp_type_t type, struct span bytes)
{
    llhttp_init(&r->parser, type, &settings);
    r->parser.data = r;
    struct span method = span(NULL, 0);
    if (type == HTTP_REQUEST) {
        method = span(bytes.ptr, class_run(bytes, CLASS_TOKEN));
        if (method.len && !llhttp_reads_method(method)) {
            llhttp_execute(&r->parser, "POST", 4);
            bytes = span_from(bytes, method.len);
        }
    }
    llhttp_errno_t rc = llhttp_execute(&r->parser, bytes.ptr, bytes.len);
    if (type == HTTP_REQUEST) {
        r->head->method = method;
    }
    if (rc == HPE_PAUSED) {
        return NULL;
    }
    const char *reason = llhttp_get_error_reason(&r->parser);
    return rc != HPE_OK && reason && *reason ? reason : "the head is not complete";
}

static void rebase(struct span *s, const char *from, const char *to)
{
    if (s->ptr) {
        s->ptr = to + (s->ptr - from);
    }
}

/* llhttp refuses a tab beside Content-Length's digits, where RFC 9112 allows one. So a head with a
 * tab that it refuses is shown to it once more with spaces in their place; the proof still sees the
 * real bytes. */
static const char *find_parts_tabs_too(struct reading *r, llhttp_type_t type, struct span bytes)
{
    const char *why = find_parts(r, type, bytes);
    char *copy =
        why && !r->too_many_fields && memchr(bytes.ptr, '\t', bytes.len) ? span_dup(bytes) : NULL;
    if (!copy) {
        return why;
    }
    for (char *tab = copy; (tab = memchr(tab, '\t', bytes.len - (size_t)(tab - copy)));) {
        *tab = ' ';
    }
    *r->head = (struct http_head){.fields = r->head->fields};
    why = find_parts(r, type, span(copy, bytes.len));
    rebase(&r->head->method, copy, bytes.ptr);
    rebase(&r->head->target, copy, bytes.ptr);
    rebase(&r->head->reason, copy, bytes.ptr);
    for (size_t i = 0; i < r->head->field_count; i++) {
        rebase(&r->head->fields[i].name, copy, bytes.ptr);
        rebase(&r->head->fields[i].value, copy, bytes.ptr);
    }
    free(copy);
    return why;
}

static const char *parts_of(llhttp_type_t type, struct span bytes, struct http_head *head,
                            size_t most_fields, bool *too_many_fields)
{
    struct reading r = {.head = head, .most_fields = most_fields};
    const char *why = find_parts_tabs_too(&r, type, bytes);
    *too_many_fields = r.too_many_fields;
    return why;
}

const char *parts_of_request(struct span bytes, struct http_head *head, size_t most_fields,
                             bool *too_many_fields)
{
    return parts_of(HTTP_REQUEST, bytes, head, most_fields, too_many_fields);
}

const char *parts_of_response(struct span bytes, struct http_head *head, size_t most_fields,
                              bool *too_many_fields)
{
    return parts_of(HTTP_RESPONSE, bytes, head, most_fields, too_many_fields);
}
