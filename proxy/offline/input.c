/* What is this? JSON says so itself: a HAR has a log, our lines a type, an SDK's error a result.
 * Other text is told by its marks: those of curl, those of util.inspect. What is none of these are
 * words. */
#include "why401/offline/input.h"

#include <stdlib.h>

#include "fault.h"
#include "made.h"
#include "readers.h"
#include "why401/exchange/body.h"
#include "why401/exchange/json_read.h"

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static struct span skip_space(struct span s)
{
    while (s.len && is_space(s.ptr[0])) {
        s = span_from(s, 1);
    }
    return s;
}

/* Text, in a coding that we read? */
static int check_bytes(struct span bytes, const char *name, struct err *err)
{
    if (skip_space(bytes).len == 0) {
        return err_set(
            err, ERR_INPUT,
            "%s is empty; a response body, an SDK error, a curl -v transcript, a HAR, JSON "
            "lines of this program or a sentence is expected",
            name);
    }
    if (bytes.len > INPUT_MOST) {
        return err_set(err, ERR_INPUT, "%s has more than %u MiB; at most that many are expected",
                       name, INPUT_MOST >> 20);
    }
    if (span_starts(bytes, SPAN("\xff\xfe")) || span_starts(bytes, SPAN("\xfe\xff"))) {
        return err_set(err, ERR_INPUT,
                       "%s is UTF-16, as PowerShell's '>' writes it; UTF-8 is expected", name);
    }
    for (size_t i = 0; i < bytes.len; i++) {
        unsigned char c = (unsigned char)bytes.ptr[i];
        if (c < 0x20 && !is_space((char)c) && c != '\f' && c != '\b' && c != 0x1b) {
            return err_set(err, ERR_INPUT,
                           "%s is binary: byte %zu is 0x%02x; text is expected (for curl, give "
                           "--compressed, or leave Accept-Encoding out)",
                           name, i + 1, c);
        }
    }
    return 0;
}

static struct span first_line(struct span bytes)
{
    struct span line;
    return span_cut(&bytes, '\n', &line) ? line : span(NULL, 0);
}

static bool begins_as_lines(struct span bytes)
{
    struct span line = first_line(bytes);
    json_t *first = json_read(line, JSON_ALLOW_NUL, NULL);
    bool is = is_line(first);
    json_decref(first);
    return is;
}

bool has_many_values(struct span json)
{
    size_t values = 0;
    size_t depth = 0;
    for (size_t i = 0; i < json.len && values <= INPUT_VALUES_MOST; i++) {
        char c = json.ptr[i];
        if (c == '"') {
            for (i++; i < json.len && json.ptr[i] != '"'; i++) {
                i += json.ptr[i] == '\\';
            }
        } else if (c == '{' || c == '[') {
            values++;
            depth++;
        } else if (c == ',') {
            values++;
        } else if ((c == '}' || c == ']') && (depth == 0 || --depth == 0)) {
            break;
        }
    }
    return values > INPUT_VALUES_MOST;
}

static int read_object(struct input *in, struct span bytes, json_t *object, const char *name,
                       struct err *err)
{
    if (json_is_object(json_object_get(object, "log"))) {
        in->kind = INPUT_HAR;
        return read_har(in, object, name, err);
    }
    if (is_line(object)) {
        in->kind = INPUT_LINES;
        in->inspected = true;
        return read_lines(in, bytes, name, err);
    }
    if (is_sdk_error(object)) {
        in->kind = INPUT_SDK_ERROR;
        return read_sdk_json(in, object, err);
    }
    in->kind = INPUT_BODY;
    return read_body(in, bytes, err);
}

/* A body that was cut still says something in its beginning. */
static bool tells_error(struct span bytes)
{
    static const char *const keys[] = {"error", "message", "name", "errorName", "requestId"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        if (body_scan(bytes, span_of(keys[i])).len) {
            return true;
        }
    }
    return false;
}

static int read_text(struct input *in, struct span bytes, struct err *err)
{
    in->kind = INPUT_TEXT;
    return read_body(in, bytes, err);
}

static int read_sdk(struct input *in, struct span bytes, struct err *err)
{
    in->kind = INPUT_SDK_ERROR;
    return read_sdk_error(in, bytes, err);
}

/* It begins with a brace and is not JSON. */
static int read_broken(struct input *in, struct span bytes, const char *name, struct err *err)
{
    json_error_t error;
    if (begins_as_lines(bytes)) {
        in->kind = INPUT_LINES;
        in->inspected = true;
        return read_lines(in, bytes, name, err);
    }
    if (looks_like_sdk_error(bytes)) {
        return read_sdk(in, bytes, err);
    }
    if (tells_error(bytes)) {
        in->kind = INPUT_BODY;
        return read_body(in, bytes, err);
    }
    if (skip_space(span_from(bytes, 1)).len && skip_space(span_from(bytes, 1)).ptr[0] == '"') {
        json_decref(json_read(bytes, JSON_ALLOW_NUL, &error));
        if (!error.text[0]) {
            return err_set(err, ERR_MEMORY, "%s: no memory for reading it", name);
        }
        return err_set(err, ERR_INPUT,
                       "%s, line %d, column %d: it begins like JSON, but a mistake is there: %s",
                       name, error.line, error.column, fault_words(&error));
    }
    return read_text(in, bytes, err);
}

static int read_list(struct input *in, struct span bytes, const char *name, struct err *err)
{
    json_t *list = body_json(bytes);
    if (!list) {
        return looks_like_sdk_error(bytes) ? read_sdk(in, bytes, err) : read_text(in, bytes, err);
    }
    json_decref(list);
    return err_set(
        err, ERR_INPUT,
        "%s holds a JSON list; an object is expected: a response body, or a HAR with its "
        "\"log\" around the entries",
        name);
}

/* Bytes that are UTF-8, without a byte order mark and white space at their beginning. */
static int read_clean(struct input *in, struct span bytes, const char *name, struct err *err)
{
    bool object = span_starts(bytes, SPAN("{"));
    bool list = span_starts(bytes, SPAN("["));
    if ((object || list) && has_many_values(bytes)) {
        return err_set(err, ERR_INPUT,
                       "%s has more than %d JSON values; at most that many are expected (of a HAR, "
                       "export fewer entries)",
                       name, INPUT_VALUES_MOST);
    }
    if (object) {
        json_t *json = body_json(bytes);
        int result =
            json ? read_object(in, bytes, json, name, err) : read_broken(in, bytes, name, err);
        json_decref(json);
        return result;
    }
    if (looks_like_curl(bytes)) {
        in->kind = INPUT_CURL;
        return read_curl(in, bytes, err);
    }
    if (list) {
        return read_list(in, bytes, name, err);
    }
    if (span_istarts(bytes, SPAN("<!doctype html")) || span_istarts(bytes, SPAN("<html"))) {
        in->kind = INPUT_BODY;
        return read_body(in, bytes, err);
    }
    return looks_like_sdk_error(bytes) ? read_sdk(in, bytes, err) : read_text(in, bytes, err);
}

int input_read(struct input *in, struct span bytes, const char *name, struct err *err)
{
    struct str clean;
    *in = (struct input){.kind = INPUT_TEXT};
    if (check_bytes(bytes, name, err) != 0) {
        return -1;
    }
    str_init(&clean, 3 * (size_t)INPUT_MOST);
    utf8_clean(&clean, bytes);
    int result = clean.failed ? err_set(err, ERR_MEMORY, "there is no memory for %s", name)
                              : read_clean(in, skip_space(str_span(&clean)), name, err);
    if (clean.ptr) {
        explicit_bzero(clean.ptr, clean.len);
    }
    str_release(&clean);
    return result;
}

void input_release(struct input *in)
{
    for (size_t i = 0; i < in->count; i++) {
        exchange_free(in->exchanges[i]);
    }
    free(in->exchanges);
    *in = (struct input){0};
}

const char *input_kind_name(enum input_kind kind)
{
    static const char *const names[] = {"body", "sdk-error", "curl", "har", "lines", "text"};
    return names[kind];
}
