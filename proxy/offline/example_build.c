/* Builds the exchange of an example's call: both heads are written as text and read by the reader
 * that reads those of real peers, so what an example shows can happen on a wire. */
#include <stdlib.h>

#include "example.h"

#define ARENA_CAP   (4u << 20)
#define FIELDS_MOST 64

static int add_body(struct str *out, const json_t *body, int64_t now_ms, struct err *err)
{
    if (!body) {
        return 0;
    }
    if (json_is_string(body)) {
        return example_expand(out, span_of(json_string_value(body)), now_ms, err);
    }
    char *text = json_dumps(body, JSON_COMPACT | JSON_ENCODE_ANY);
    if (!text) {
        return err_set(err, ERR_MEMORY, "no memory for an example");
    }
    int rc = example_expand(out, span_of(text), now_ms, err);
    free(text);
    return rc;
}

static int add_fields(struct str *out, const json_t *fields, int64_t now_ms, struct err *err)
{
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)fields, name, value)
    {
        str_addf(out, "%s: ", name);
        if (example_expand(out, span_of(json_string_value(value)), now_ms, err) != 0) {
            return -1;
        }
        str_add(out, SPAN("\r\n"));
    }
    return 0;
}

/* Writes what comes behind the first line: the fields, what a body needs, and into `body` the body.
 */
static int add_rest(struct str *out, struct str *body, const struct example_message *m,
                    int64_t now_ms, struct err *err)
{
    if (add_body(body, m->body, now_ms, err) != 0 || add_fields(out, m->fields, now_ms, err) != 0) {
        return -1;
    }
    if (m->body && !json_is_string(m->body) && !json_object_get(m->fields, "Content-Type")) {
        str_add(out, SPAN("Content-Type: application/json\r\n"));
    }
    if (m->body || m->status) {
        str_addf(out, "Content-Length: %zu\r\n", body->len);
    }
    str_add(out, SPAN("\r\n"));
    if (out->failed || body->failed) {
        return err_set(err, ERR_RULE, "a message of more than %u bytes", EXAMPLE_BYTES_MOST);
    }
    return 0;
}

/* Takes the text of a head and the body into the exchange's message. */
static int take(struct exchange *x, struct message *to, const struct str *head,
                const struct str *body, struct err *err)
{
    static const struct http_limits limits = {EXAMPLE_BYTES_MOST, 0, FIELDS_MOST};
    struct span text = arena_copy(&x->arena, str_span(head));
    to->head.fields = arena_alloc(&x->arena, FIELDS_MOST * sizeof *to->head.fields);
    if (!text.len || !to->head.fields) {
        return err_set(err, ERR_MEMORY, "no memory for an example");
    }
    bool request = to == &x->request;
    int rc = request ? http_read_request(text, &limits, &to->head, err)
                     : http_read_response(text, &limits, x->request.head.method, &to->head, err);
    if (rc == 0) {
        capture_add(&to->body, str_span(body), EXAMPLE_BYTES_MOST);
        to->body_bytes = body->len;
        to->complete = true;
    }
    return rc;
}

static int build_message(struct exchange *x, struct message *to, const struct example_message *from,
                         int64_t now_ms, struct err *err)
{
    struct str head;
    struct str body;
    str_init(&head, EXAMPLE_BYTES_MOST);
    str_init(&body, EXAMPLE_BYTES_MOST);
    int rc = 0;
    if (to == &x->request) {
        str_addf(&head, "%s ", from->method);
        rc = example_expand(&head, span_of(from->target), now_ms, err);
        str_addf(&head, " HTTP/1.1\r\nHost: %s\r\n", from->host);
    } else {
        str_addf(&head, "HTTP/1.1 %d \r\n", from->status);
    }
    if (rc == 0 && add_rest(&head, &body, from, now_ms, err) == 0) {
        rc = take(x, to, &head, &body, err);
    } else {
        rc = -1;
    }
    str_release(&head);
    str_release(&body);
    return rc;
}

/* The upstream that the host names: TLS at BitGo, plain on this machine, as BitGo Express speaks
 * it. */
static int set_upstream(struct exchange *x, const char *host)
{
    struct span rest = span_of(host);
    struct span name;
    uint64_t port = 443;
    span_cut(&rest, ':', &name);
    bool plain = rest.len && span_u64(rest, &port);
    x->scheme = plain && port != 443 ? SPAN("http") : SPAN("https");
    x->port = (uint16_t)port;
    x->host = arena_copy(&x->arena, name);
    return x->host.len ? 0 : -1;
}

struct exchange *example_exchange(const struct example_call *call, uint64_t id, int64_t when_ms,
                                  int64_t now_ms, struct err *err)
{
    struct exchange *x = exchange_new(id, ARENA_CAP);
    if (!x || set_upstream(x, call->request.host) != 0) {
        err_set(err, ERR_MEMORY, "no memory for an example");
        exchange_free(x);
        return NULL;
    }
    x->started_ms = when_ms;
    x->started_us = x->sent_us = when_ms * 1000;
    x->answered_us = x->finished_us = x->started_us + 20000;
    x->maker = MAKER_UPSTREAM;
    x->outcome = OUTCOME_COMPLETE;
    x->peer = call->request.from;
    if (build_message(x, &x->request, &call->request, now_ms, err) != 0 ||
        build_message(x, &x->response, &call->response, now_ms, err) != 0) {
        exchange_free(x);
        return NULL;
    }
    x->target = target_split(x->request.head.target);
    return x;
}
