/* Reading a head, in three steps:
 * 1. parts.c has llhttp find the parts: method, target or reason, and each field's name and value.
 * 2. The proof: those parts, each of strictly the right characters and joined by exactly the
 * separators of RFC 9112's grammar, are the very bytes that came. So whatever llhttp tolerates (8.1
 * takes a bare CR for a line end) cannot pass, and nothing unread hides between two parts.
 * 3. framing.c decides from the fields where the body ends, and refuses what two readers could
 *    understand in two ways. */
#include "why401/http/head.h"

#include "framing.h"
#include "grammar.h"
#include "parts.h"

size_t http_head_end(struct span bytes, size_t *scanned)
{
    size_t at = *scanned;
    const char *lf;
    while (at < bytes.len && (lf = memchr(bytes.ptr + at, '\n', bytes.len - at))) {
        size_t i = (size_t)(lf - bytes.ptr);
        bool empty_line =
            (i >= 1 && lf[-1] == '\n') || (i >= 2 && lf[-1] == '\r' && lf[-2] == '\n');
        if (empty_line) {
            return i + 1;
        }
        at = i + 1;
    }
    *scanned = bytes.len;
    return 0;
}

/* Takes `expected` off the front of *rest. */
static bool take(struct span *rest, struct span expected)
{
    if (!span_starts(*rest, expected)) {
        return false;
    }
    *rest = span_from(*rest, expected.len);
    return true;
}

/* Step 2 for the field lines and the empty line behind them, which must use up *rest. */
static const char *prove_fields(struct span rest, struct http_head *head)
{
    const char *why = NULL;
    for (size_t i = 0; i < head->field_count; i++) {
        struct http_field *field = &head->fields[i];
        struct span name;
        struct span value;
        size_t len = read_field_line(rest, &name, &value, &why);
        if (len == 0) {
            return why;
        }
        if (name.ptr != field->name.ptr || name.len != field->name.len ||
            !span_eq(value, field->value)) {
            return "a field line can be read in two ways";
        }
        field->value = value;
        field->line = span(rest.ptr, len - 2);
        rest = span_from(rest, len);
    }
    if (!take(&rest, SPAN("\r\n")) || rest.len) {
        return "the head does not end with an empty line";
    }
    return NULL;
}

/* "HTTP/1.0" or "HTTP/1.1" off the front of *rest; -1 when it is neither. */
static int take_version(struct span *rest)
{
    if (take(rest, SPAN("HTTP/1.1"))) {
        return 1;
    }
    return take(rest, SPAN("HTTP/1.0")) ? 0 : -1;
}

static const char *prove_request(struct span bytes, struct http_head *head)
{
    struct span rest = bytes;
    if (!is_token(head->method) || !take(&rest, head->method) || !take(&rest, SPAN(" "))) {
        return "the request line does not begin with a method and one space";
    }
    if (head->target.ptr != rest.ptr || head->target.len == 0 ||
        class_run(rest, CLASS_TARGET) != head->target.len) {
        return "the request target holds a character that is not allowed there";
    }
    rest = span_from(rest, head->target.len);
    if (!take(&rest, SPAN(" ")) || (head->minor = take_version(&rest)) < 0 ||
        !take(&rest, SPAN("\r\n"))) {
        return "the request line does not end with one space, the version and CR LF";
    }
    return prove_fields(rest, head);
}

static const char *prove_response(struct span bytes, struct http_head *head)
{
    struct span rest = bytes;
    uint64_t status;
    if ((head->minor = take_version(&rest)) < 0 || !take(&rest, SPAN(" "))) {
        return "the status line does not begin with HTTP/1.1 or HTTP/1.0 and one space";
    }
    if (!span_u64(span_first(rest, 3), &status) || status < 100) {
        return "the status code is not three digits from 100 to 999";
    }
    head->status = (int)status;
    rest = span_from(rest, 3);
    if (take(&rest, SPAN(" "))) {
        head->reason = span(rest.ptr, class_run(rest, CLASS_VALUE));
        rest = span_from(rest, head->reason.len);
    } else {
        head->reason = span(rest.ptr, 0);
    }
    if (!take(&rest, SPAN("\r\n"))) {
        return "the status line holds a control character or does not end with CR LF";
    }
    return prove_fields(rest, head);
}

/* A version that is HTTP's but not ours: the client deserves 505, not 400 (RFC 9110 §15.6.6). */
static bool has_other_version(struct span line)
{
    ptrdiff_t at = span_find(line, SPAN(" HTTP/"));
    struct span version = at < 0 ? span(NULL, 0) : span_from(line, (size_t)at + 6);
    uint64_t digit;
    return version.len == 4 && span_u64(span_first(version, 1), &digit) && version.ptr[1] == '.' &&
           span_u64(span(version.ptr + 2, 1), &digit) && version.ptr[3] == '\r' &&
           !span_starts(version, SPAN("1.0")) && !span_starts(version, SPAN("1.1"));
}

static int check_sizes(struct span bytes, const struct http_limits *limits, struct err *err)
{
    size_t line_most = limits->request_line_bytes ? limits->request_line_bytes : limits->head_bytes;
    const char *lf = memchr(bytes.ptr, '\n', bytes.len);
    size_t line = lf ? (size_t)(lf - bytes.ptr) : bytes.len;
    if (line > line_most) {
        return err_set(err, ERR_URI_TOO_LONG, "the request line has more than %zu bytes",
                       line_most);
    }
    if (bytes.len > limits->head_bytes) {
        return err_set(err, ERR_HEAD_TOO_LARGE, "the head has more than %zu bytes",
                       limits->head_bytes);
    }
    if (has_other_version(span(bytes.ptr, line))) {
        return err_set(err, ERR_VERSION,
                       "the request line names a version that is neither HTTP/1.1 "
                       "nor HTTP/1.0");
    }
    return 0;
}

/* Empties a head. Returns how many fields it may get. */
static size_t begin(struct http_head *head, const struct http_limits *limits)
{
    *head = (struct http_head){.fields = head->fields};
    return limits->fields < HTTP_FIELDS_MOST ? limits->fields : HTTP_FIELDS_MOST;
}

int http_read_request(struct span bytes, const struct http_limits *limits, struct http_head *head,
                      struct err *err)
{
    bool too_many;
    size_t most = begin(head, limits);
    if (check_sizes(bytes, limits, err) != 0) {
        return -1;
    }
    const char *llhttp_says = parts_of_request(bytes, head, most, &too_many);
    if (too_many) {
        return err_set(err, ERR_HEAD_TOO_LARGE, "the head has more than %zu fields", most);
    }
    /* The proof goes first when both object: its words are plainer. */
    const char *why =
        llhttp_says && head->target.len == 0 ? llhttp_says : prove_request(bytes, head);
    if (!why && !llhttp_says) {
        return framing_of_request(head, err);
    }
    /* Framing that llhttp refuses deserves our own code (501) and words as well. */
    if (!why && framing_of_request(head, err) != 0) {
        return -1;
    }
    return err_set(err, ERR_BAD_REQUEST, "%s", why ? why : llhttp_says);
}

int http_read_response(struct span bytes, const struct http_limits *limits, struct span method,
                       struct http_head *head, struct err *err)
{
    bool too_many;
    size_t most = begin(head, limits);
    if (bytes.len > limits->head_bytes) {
        return err_set(err, ERR_UPSTREAM_RESPONSE, "the response head has more than %zu bytes",
                       limits->head_bytes);
    }
    const char *why = parts_of_response(bytes, head, most, &too_many);
    if (too_many) {
        return err_set(err, ERR_UPSTREAM_RESPONSE, "the response head has more than %zu fields",
                       most);
    }
    const char *proof = prove_response(bytes, head);
    if (proof || why) {
        return err_set(err, ERR_UPSTREAM_RESPONSE, "the response head is malformed: %s",
                       proof ? proof : why);
    }
    return framing_of_response(head, method, err);
}

const struct http_field *http_field(const struct http_head *head, struct span name)
{
    for (size_t i = 0; i < head->field_count; i++) {
        if (span_ieq(head->fields[i].name, name)) {
            return &head->fields[i];
        }
    }
    return NULL;
}

struct span http_value(const struct http_head *head, struct span name)
{
    const struct http_field *field = http_field(head, name);
    return field ? field->value : span(NULL, 0);
}

size_t http_field_count(const struct http_head *head, struct span name)
{
    size_t count = 0;
    for (size_t i = 0; i < head->field_count; i++) {
        count += span_ieq(head->fields[i].name, name);
    }
    return count;
}

bool http_list_has(struct span value, struct span element)
{
    struct span part;
    while (span_cut(&value, ',', &part)) {
        if (span_ieq(span_trim(part), element)) {
            return true;
        }
    }
    return false;
}
