/* Our own JSON lines (proxy/observe/README.md). What was seen when an exchange passed is in its
 * line, and nothing may be judged a second time from what was redacted: token, source and findings
 * are taken over as they stand. */
#include "fault.h"
#include "made.h"
#include "readers.h"
#include "why401/exchange/body.h"
#include "why401/exchange/json_read.h"

#define ID_MOST 48

struct lines {
    struct input *in;
    const char *name; /* of the file */
    size_t at;        /* line, from 1 */
    struct err *err;
};

bool is_line(const json_t *object)
{
    const char *type = json_string_value(json_object_get(object, "type"));
    return type && strcmp(type, "exchange") == 0 && json_object_get(object, "v");
}

static struct span text_of(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    return span(json_string_value(value), json_string_length(value));
}

static int number_of(const json_t *object, const char *key, int least, int most)
{
    json_int_t value = json_integer_value(json_object_get(object, key));
    return value >= least && value <= most ? (int)value : 0;
}

/* Which of the names it is; 0 when it is none. */
static int one_of(struct span text, const char *const *names, int count)
{
    for (int i = 0; i < count; i++) {
        if (span_eq(text, span_of(names[i]))) {
            return i;
        }
    }
    return 0;
}

static void read_token(struct exchange *x, const json_t *token)
{
    static const char *const forms[] = {"none", "raw", "legacy", "sdk", "id", "unknown"};
    struct span fingerprint = text_of(token, "fingerprint");
    x->token.form = (enum token_form)one_of(text_of(token, "form"), forms, 6);
    if (fingerprint.len == FINGERPRINT_SIZE - 1 && span_is_hex(fingerprint, true)) {
        memcpy(x->token.fingerprint, fingerprint.ptr, fingerprint.len);
    }
}

static void read_source(struct exchange *x, const json_t *source)
{
    static const char *const kinds[] = {"peer", "egress_ip", "forwarded_for", "proxy_protocol"};
    static const char *const verdicts[] = {"no_list", "allowed", "denied"};
    ip_parse(text_of(source, "ip"), &x->source.ip);
    x->source.kind = (enum source_kind)one_of(text_of(source, "kind"), kinds, 4);
    x->source.verdict = (enum source_verdict)one_of(text_of(source, "verdict"), verdicts, 3);
}

static bool is_finding_id(struct span id)
{
    for (size_t i = 0; i < id.len; i++) {
        char c = id.ptr[i];
        if (!((c >= 'a' && c <= 'z') || (i && (c == '.' || c == '-' || (c >= '0' && c <= '9'))))) {
            return false;
        }
    }
    return id.len > 0 && id.len <= ID_MOST;
}

static void read_findings(struct exchange *x, const json_t *findings)
{
    static const char *const severities[] = {"note", "warning", "problem"};
    const json_t *finding;
    size_t i;
    json_array_foreach(findings, i, finding)
    {
        struct span evidence = text_of(finding, "evidence");
        struct span id = text_of(finding, "id");
        if (is_finding_id(id)) {
            struct span copy = arena_copy(&x->arena, id);
            int severity = one_of(text_of(finding, "severity"), severities, 3);
            if (copy.ptr) {
                exchange_find(x, copy.ptr, (enum severity)severity, "%.*s", SPAN_ARG(evidence));
            }
        }
    }
}

static void read_error(struct exchange *x, const json_t *error)
{
    struct span name = text_of(error, "name");
    if (!json_is_object(error)) {
        return;
    }
    enum err_code code = ERR_CONNECTION;
    for (int i = 0; i < ERR_COUNT; i++) {
        if (name.len && err_name((enum err_code)i) &&
            span_eq(name, span_of(err_name((enum err_code)i)))) {
            code = (enum err_code)i;
            break;
        }
    }
    err_set(&x->error, code, "%.*s", SPAN_ARG(text_of(error, "text")));
}

void read_judgement(struct exchange *x, const json_t *members)
{
    static const char *const makers[] = {"nobody", "upstream", "proxy"};
    static const char *const outcomes[] = {"complete", "client_gone", "upstream_broke", "refused",
                                           "tunnel"};
    json_int_t id = json_integer_value(json_object_get(members, "id"));
    x->id = id > 0 ? (uint64_t)id : x->id;
    x->maker = (enum maker)one_of(text_of(members, "maker"), makers, 3);
    x->outcome = (enum outcome)one_of(text_of(members, "outcome"), outcomes, 5);
    read_token(x, json_object_get(members, "token"));
    read_source(x, json_object_get(members, "source"));
    read_findings(x, json_object_get(members, "findings"));
    read_error(x, json_object_get(members, "error"));
}

static void read_fields(struct exchange *x, struct http_head *head, json_t *fields)
{
    const char *name;
    json_t *value;
    json_object_foreach(fields, name, value)
    {
        made_field(x, head, span_of(name),
                   span(json_string_value(value), json_string_length(value)));
    }
}

static void read_answer(struct exchange *x, const json_t *line)
{
    x->response.head.status = number_of(line, "status", 100, 999);
    read_fields(x, &x->request.head, json_object_get(line, "request_fields"));
    read_fields(x, &x->response.head, json_object_get(line, "response_fields"));
    made_body(&x->response, text_of(line, "body"));
    x->response.body.truncated = json_is_true(json_object_get(line, "body_cut"));
    struct span request_id = text_of(line, "request_id");
    if (request_id.len && !http_field(&x->response.head, SPAN("Request-ID"))) {
        made_field(x, &x->response.head, SPAN("Request-ID"), request_id);
    }
}

static int read_line(const struct lines *l, const json_t *line)
{
    struct exchange *x = made_new(l->in, l->err);
    if (!x) {
        return -1;
    }
    made_when(x, made_time_read(text_of(line, "time")),
              json_number_value(json_object_get(line, "duration_us")));
    made_request(x, text_of(line, "method"), text_of(line, "target"));
    x->scheme = span_eq(text_of(line, "scheme"), SPAN("http")) ? SPAN("http") : SPAN("https");
    x->tls = json_is_true(json_object_get(line, "tls"));
    x->host = span(NULL, 0);
    made_authority(x, text_of(line, "host"));
    x->port = (uint16_t)number_of(line, "port", 0, 65535);
    ip_parse(text_of(line, "client_ip"), &x->peer);
    ip_parse(text_of(line, "upstream_ip"), &x->upstream_ip);
    read_judgement(x, line);
    read_answer(x, line);
    return 0;
}

static int read_one(const struct lines *l, struct span text)
{
    json_error_t error;
    if (has_many_values(text)) {
        return err_set(l->err, ERR_INPUT, "%s, line %zu has more than %d JSON values", l->name,
                       l->at, INPUT_VALUES_MOST);
    }
    json_t *line = json_read(text, JSON_ALLOW_NUL, &error);
    json_int_t version = json_integer_value(json_object_get(line, "v"));
    int result = 0;
    if (!line && !error.text[0]) {
        return err_set(l->err, ERR_MEMORY, "%s, line %zu: no memory for reading it", l->name,
                       l->at);
    }
    if (!line) {
        return err_set(l->err, ERR_INPUT, "%s, line %zu, column %d: no JSON object: %s", l->name,
                       l->at, error.column, fault_words(&error));
    }
    if (!is_line(line)) {
        result = err_set(l->err, ERR_INPUT,
                         "%s, line %zu: an object with \"type\":\"exchange\" is expected, as "
                         "'why401 run --log-json' writes them; found another one",
                         l->name, l->at);
    } else if (version != 1) {
        result = err_set(l->err, ERR_INPUT,
                         "%s, line %zu: version 1 (\"v\":1) is expected, found another one",
                         l->name, l->at);
    } else {
        result = read_line(l, line);
    }
    json_decref(line);
    return result;
}

int read_lines(struct input *in, struct span bytes, const char *name, struct err *err)
{
    struct lines l = {.in = in, .name = name, .err = err};
    struct span line;
    while (span_cut(&bytes, '\n', &line)) {
        l.at++;
        if (line.len && line.ptr[line.len - 1] == '\r') {
            line.len--;
        }
        if (span_trim(line).len == 0) {
            continue;
        }
        if (made_full(in)) {
            break;
        }
        if (read_one(&l, line) != 0) {
            return -1;
        }
    }
    return 0;
}
