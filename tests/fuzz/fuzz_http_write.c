/* Head serialisation: a head that we accept is written for the other side and read again. It must
 * be the same message: same method, target or status, same framing, the same fields line by line in
 * the same order but for those of one connection; and nothing else may stand in what we wrote. This
 * is what keeps smuggled bytes from passing.
 *
 * Input: a line "request AUTHORITY" or "response METHOD 0|1 0|1|2" (whether the client is HTTP/1.0,
 * and what to say of the connection), then one head. */
#include "fuzz.h"
#include "why401/http/serialise.h"
#include "why401/http/target.h"

#define FIELDS_MOST 64

static const struct http_limits limits = {.head_bytes = 65536, .fields = FIELDS_MOST};
static const struct http_limits wide = {.head_bytes = 1u << 20, .fields = FIELDS_MOST + 4};

/* The fields of a connection, by a list of this file's own. */
static bool is_of_connection(const struct http_head *head, struct span name)
{
    static const char *const names[] = {"connection",
                                        "keep-alive",
                                        "te",
                                        "upgrade",
                                        "http2-settings",
                                        "transfer-encoding",
                                        "proxy-connection",
                                        "proxy-authenticate",
                                        "proxy-authorization",
                                        "proxy-authentication-info"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (span_ieq(name, span_of(names[i]))) {
            return true;
        }
    }
    bool kept = span_ieq(name, SPAN("host")) || span_ieq(name, SPAN("content-length")) ||
                span_ieq(name, SPAN("expect"));
    for (size_t i = 0; i < head->field_count && !kept; i++) {
        if (span_ieq(head->fields[i].name, SPAN("connection")) &&
            http_list_has(head->fields[i].value, name)) {
            return true;
        }
    }
    return false;
}

/* Only whole lines of what may stand in one: no control byte but HTAB and the CR LF at line ends.
 */
static void check_bytes(struct span out, size_t lines)
{
    size_t ends = 0;
    for (size_t i = 0; i < out.len; i++) {
        unsigned char c = (unsigned char)out.ptr[i];
        if (c == '\r') {
            CHECK(i + 1 < out.len && out.ptr[i + 1] == '\n');
            ends++;
            i++;
        } else {
            CHECK(c == '\t' || (c >= ' ' && c != 0x7f));
        }
    }
    CHECK(ends == lines);
}

/* Fields that may stand in the output without having come: what the serialiser says itself. */
static bool is_ours(const struct http_field *field)
{
    return span_eq(field->line, SPAN("Transfer-Encoding: chunked")) ||
           span_eq(field->line, SPAN("Connection: Upgrade")) ||
           span_eq(field->line, SPAN("Connection: close")) ||
           span_eq(field->line, SPAN("Connection: keep-alive"));
}

/* The fields that pass end to end are the same in both, in the same order. */
static void check_fields(const struct http_head *from, const struct http_head *to)
{
    size_t at = 0;
    for (size_t i = 0; i < from->field_count; i++) {
        const struct http_field *field = &from->fields[i];
        bool may_go = span_ieq(field->name, SPAN("host")) ||
                      span_ieq(field->name, SPAN("content-length")) ||
                      span_ieq(field->name, SPAN("expect"));
        if (is_of_connection(from, field->name) || may_go) {
            continue;
        }
        while (at < to->field_count && !span_eq(to->fields[at].line, field->line)) {
            at++;
        }
        CHECK(at < to->field_count);
        at++;
    }
    for (size_t i = 0; i < to->field_count; i++) {
        const struct http_field *field = &to->fields[i];
        bool came = is_ours(field) || span_ieq(field->name, SPAN("host"));
        for (size_t k = 0; k < from->field_count && !came; k++) {
            came = span_eq(from->fields[k].line, field->line);
        }
        CHECK(came);
        CHECK(!span_istarts(field->name, SPAN("proxy-")) || !is_of_connection(from, field->name));
        CHECK(!span_ieq(field->name, SPAN("keep-alive")));
    }
}

static void check_request(const struct http_head *head, struct span authority)
{
    struct http_field fields[FIELDS_MOST + 4];
    struct http_head again = {.fields = fields};
    struct err err = {0};
    struct str out;
    struct target split = target_split(head->target);
    struct span target = split.local.len && split.local.ptr[0] == '/' ? split.local : SPAN("/");
    str_init(&out, 1u << 20);
    http_write_request(&out, head, target, authority, head->upgrade);
    size_t scanned = 0;
    CHECK(!out.failed && http_head_end(str_span(&out), &scanned) == out.len);
    if (http_read_request(str_span(&out), &wide, &again, &err) != 0) {
        fprintf(stderr, "%s\n%s", err.text, str_cstr(&out));
        abort();
    }
    check_bytes(str_span(&out), again.field_count + 2);
    CHECK_SAME(again.method, head->method);
    CHECK_SAME(again.target, target);
    CHECK(again.minor == 1 && again.framing == head->framing);
    CHECK(again.content_length == head->content_length && again.upgrade == head->upgrade);
    CHECK(http_field_count(&again, SPAN("host")) == 1);
    CHECK_SAME(http_value(&again, SPAN("host")), authority);
    CHECK(again.expect_continue == head->expect_continue && !again.close);
    check_fields(head, &again);
    str_release(&out);
}

/* As the flow chooses: a client of HTTP/1.0 gets no chunks. */
static enum http_framing outgoing(const struct http_head *head, bool old_client)
{
    if (head->framing == HTTP_CHUNKED || head->framing == HTTP_UNTIL_CLOSE) {
        return old_client ? HTTP_UNTIL_CLOSE : HTTP_CHUNKED;
    }
    return head->framing;
}

static void check_response(const struct http_head *head, struct span method, bool old_client,
                           enum http_connection connection)
{
    struct http_field fields[FIELDS_MOST + 4];
    struct http_head again = {.fields = fields};
    struct err err = {0};
    struct str out;
    enum http_framing framing = outgoing(head, old_client);
    if (head->framing == HTTP_TUNNEL) {
        connection = CONNECTION_SAY_NOTHING;
    }
    str_init(&out, 1u << 20);
    http_write_response(&out, head, framing, connection);
    size_t scanned = 0;
    CHECK(!out.failed && http_head_end(str_span(&out), &scanned) == out.len);
    if (http_read_response(str_span(&out), &wide, method, &again, &err) != 0) {
        fprintf(stderr, "%s\n%s", err.text, str_cstr(&out));
        abort();
    }
    check_bytes(str_span(&out), again.field_count + 2);
    CHECK(again.status == head->status && again.framing == framing);
    CHECK_SAME(again.reason, head->reason);
    CHECK(again.content_length == head->content_length);
    CHECK(again.close || connection != CONNECTION_CLOSE);
    check_fields(head, &again);
    str_release(&out);
}

static bool is_authority(struct span s)
{
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && !memchr(".-:[]", c, 5)) {
            return false;
        }
    }
    return s.len > 0 && s.len < 256;
}

static void one_request(struct span line, struct span bytes)
{
    struct http_field fields[FIELDS_MOST];
    struct http_head head = {.fields = fields};
    struct err err = {0};
    /* The flow refuses CONNECT before it writes anything. */
    if (http_read_request(bytes, &limits, &head, &err) == 0 && head.framing != HTTP_TUNNEL &&
        !span_eq(head.method, SPAN("CONNECT"))) {
        check_request(&head, is_authority(line) ? line : SPAN("app.bitgo.com"));
    }
}

static void one_response(struct span line, struct span bytes)
{
    struct http_field fields[FIELDS_MOST];
    struct http_head head = {.fields = fields};
    struct err err = {0};
    struct span method;
    span_cut(&line, ' ', &method);
    bool old_client = fuzz_number(&line, 0) % 2;
    enum http_connection connection = (enum http_connection)(fuzz_number(&line, 0) % 3);
    if (http_read_response(bytes, &limits, method, &head, &err) == 0) {
        check_response(&head, method, old_client, connection);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct span in = fuzz_span(bytes, size);
    struct span line = fuzz_line(&in);
    struct span kind;
    span_cut(&line, ' ', &kind);
    size_t scanned = 0;
    size_t len = http_head_end(in, &scanned);
    if (len == 0) {
        return 0;
    }
    struct span head = fuzz_exact(span_first(in, len));
    if (span_eq(kind, SPAN("response"))) {
        one_response(line.ptr ? line : SPAN(""), head);
    } else {
        one_request(line.ptr ? line : SPAN(""), head);
    }
    fuzz_free(head);
    return 0;
}
