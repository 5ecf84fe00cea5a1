/* HAR 1.2 (http://www.softwareishard.com/blog/har-12-spec/). Every entry becomes an exchange, in
 * the order in which the file has them. Browsers leave Authorization out of what they export unless
 * they are told otherwise; where no entry has one, a finding says that its absence proves nothing.
 * A HAR of our own ("run --har") holds what was judged when an exchange passed; its texts are
 * redacted, so nothing may be judged from them a second time. */
#include "made.h"
#include "readers.h"
#include "why401/exchange/body.h"

#define DECODED_MOST (1u << 20)

struct har {
    struct input *in;
    const char *name; /* of the file */
    size_t at;        /* entry */
    bool ours;        /* the proxy wrote it: in->inspected */
    struct err *err;
};

static const char *type_name(const json_t *value)
{
    static const char *const names[] = {"an object", "a list", "a string", "a number",
                                        "a number",  "true",   "false",    "null"};
    return value ? names[json_typeof(value)] : "nothing";
}

static int wrong(const struct har *h, const char *path, const char *expected, const json_t *found)
{
    return err_set(h->err, ERR_INPUT, "%s: log.entries[%zu]%s: %s is expected, found %s", h->name,
                   h->at, path, expected, type_name(found));
}

static struct span text_of(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    return span(json_string_value(value), json_string_length(value));
}

static void read_fields(struct exchange *x, struct http_head *head, const json_t *message)
{
    const json_t *field;
    size_t i;
    json_array_foreach(json_object_get(message, "headers"), i, field)
    {
        struct span name = text_of(field, "name");
        if (name.len && name.ptr[0] != ':') { /* HTTP/2's pseudo fields say nothing new */
            made_field(x, head, name, text_of(field, "value"));
        }
    }
}

static int sextet(char c)
{
    return c >= 'A' && c <= 'Z'   ? c - 'A'
           : c >= 'a' && c <= 'z' ? c - 'a' + 26
           : c >= '0' && c <= '9' ? c - '0' + 52
           : c == '+' || c == '-' ? 62
           : c == '/' || c == '_' ? 63
                                  : -1;
}

static void add_base64(struct message *message, struct span text)
{
    struct str out;
    unsigned bits = 0;
    unsigned have = 0;
    str_init(&out, DECODED_MOST);
    for (size_t i = 0; i < text.len && !out.failed; i++) {
        int value = sextet(text.ptr[i]);
        if (value >= 0) {
            bits = (bits << 6 | (unsigned)value) & 0xffffff;
            have += 6;
        }
        if (have >= 8) {
            have -= 8;
            str_add_c(&out, (char)(bits >> have & 0xff));
        }
    }
    made_body(message, str_span(&out));
    str_release(&out);
}

static int read_request(const struct har *h, struct exchange *x, const json_t *request)
{
    struct span method = text_of(request, "method");
    struct span url = text_of(request, "url");
    if (!json_is_object(request)) {
        return wrong(h, ".request", "an object", request);
    }
    if (method.len == 0) {
        return wrong(h, ".request.method", "a string", json_object_get(request, "method"));
    }
    if (url.len == 0) {
        return wrong(h, ".request.url", "a string", json_object_get(request, "url"));
    }
    made_request(x, method, url);
    read_fields(x, &x->request.head, request);
    made_body(&x->request, text_of(json_object_get(request, "postData"), "text"));
    return 0;
}

static int read_response(const struct har *h, struct exchange *x, const json_t *response)
{
    const json_t *status = json_object_get(response, "status");
    const json_t *content = json_object_get(response, "content");
    struct span text = text_of(content, "text");
    if (!json_is_object(response)) {
        return wrong(h, ".response", "an object", response);
    }
    if (!json_is_number(status)) {
        return wrong(h, ".response.status", "a number", status);
    }
    double number = json_number_value(status);
    x->response.head.status = number >= 100 && number <= 999 ? (int)number : 0;
    read_fields(x, &x->response.head, response);
    if (span_eq(text_of(content, "encoding"), SPAN("base64"))) {
        add_base64(&x->response, text);
    } else {
        made_body(&x->response, text);
    }
    return 0;
}

/* What only our entries tell. A comment at a body says that it is not all there. */
static void read_ours(struct exchange *x, const json_t *entry)
{
    const json_t *response = json_object_get(entry, "response");
    const json_t *sent = json_object_get(json_object_get(entry, "request"), "postData");
    read_judgement(x, json_object_get(entry, "_why401"));
    ip_parse(text_of(entry, "serverIPAddress"), &x->upstream_ip);
    x->request.body.truncated = text_of(sent, "comment").len > 0;
    x->response.body.truncated = text_of(json_object_get(response, "content"), "comment").len > 0;
}

static int read_entry(const struct har *h, const json_t *entry)
{
    if (!json_is_object(entry)) {
        return wrong(h, "", "an object", entry);
    }
    struct exchange *x = made_new(h->in, h->err);
    if (!x || read_request(h, x, json_object_get(entry, "request")) != 0 ||
        read_response(h, x, json_object_get(entry, "response")) != 0) {
        return -1;
    }
    made_when(x, made_time_read(text_of(entry, "startedDateTime")),
              json_number_value(json_object_get(entry, "time")) * 1000);
    made_finish(x);
    if (h->ours) {
        read_ours(x, entry);
    }
    return 0;
}

static void note_left_out(struct input *in)
{
    for (size_t i = 0; i < in->count; i++) {
        const struct http_head *head = &in->exchanges[i]->request.head;
        if (http_field(head, SPAN("Authorization")) || http_field(head, SPAN("Cookie"))) {
            return;
        }
    }
    for (size_t i = 0; i < in->count; i++) {
        exchange_find(in->exchanges[i], "input.no-credentials", SEVERITY_WARNING,
                      "No entry of this HAR has an Authorization or Cookie field. Browsers leave "
                      "them out of an export unless it is made \"with sensitive data\", so they "
                      "may have been sent all the same.");
    }
}

/* Every entry of it has our judgement. */
static bool is_ours(const json_t *log)
{
    const json_t *entry;
    size_t i;
    json_array_foreach(json_object_get(log, "entries"), i, entry)
    {
        if (!json_is_object(json_object_get(entry, "_why401"))) {
            return false;
        }
    }
    return span_eq(text_of(json_object_get(log, "creator"), "name"), SPAN("why401"));
}

int read_har(struct input *in, json_t *har, const char *name, struct err *err)
{
    struct har h = {.in = in, .name = name, .err = err};
    json_t *entries = json_object_get(json_object_get(har, "log"), "entries");
    const json_t *entry;
    if (!json_is_array(entries)) {
        return err_set(err, ERR_INPUT, "%s: log.entries: a list is expected, found %s", name,
                       type_name(entries));
    }
    if (json_array_size(entries) == 0) {
        return err_set(err, ERR_INPUT,
                       "%s: log.entries is empty; a HAR with at least one entry is expected", name);
    }
    in->inspected = h.ours = is_ours(json_object_get(har, "log"));
    json_array_foreach(entries, h.at, entry)
    {
        if (made_full(in)) {
            break;
        }
        if (read_entry(&h, entry) != 0) {
            return -1;
        }
        json_array_set_new(entries, h.at, json_null()); /* its memory is for the exchanges */
    }
    if (!h.ours) {
        note_left_out(in);
    }
    return 0;
}
