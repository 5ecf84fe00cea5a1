/* An ApiResponseError of BitGo's SDK. Node prints it as its stack and then its own properties:
 *
 *     ApiResponseError: No access token
 *         at …
 *       status: 401,
 *       result: { error: 'No access token', name: 'Unauthorized', requestId: '…', context: {} },
 *       invalidToken: true,
 *
 * `result` is the response's body; invalidToken says that X-Auth-Required was there. A logger may
 * have put other things around it, so the properties are looked for wherever they stand. */
#include <stdlib.h>

#include "literal.h"
#include "made.h"
#include "readers.h"
#include "why401/exchange/json_read.h"

#define BODY_MOST    (1u << 20)
#define MESSAGE_MOST 4096

static bool is_name_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/* What stands behind the first "key:" that is a whole word; empty when there is none. */
static struct span property(struct span text, struct span key)
{
    size_t at = 0;
    for (;;) {
        ptrdiff_t found = span_find(span_from(text, at), key);
        if (found < 0) {
            return span(NULL, 0);
        }
        size_t start = at + (size_t)found;
        at = start + key.len;
        struct span rest = span_from(text, at);
        if (rest.len && (rest.ptr[0] == '\'' || rest.ptr[0] == '"')) {
            rest = span_from(rest, 1);
        }
        if (rest.len && rest.ptr[0] == ':' && (start == 0 || !is_name_byte(text.ptr[start - 1]))) {
            return span_trim(span_from(rest, 1));
        }
    }
}

static int status_of(struct span text)
{
    uint64_t status = 0;
    struct span digits = span_first(property(text, SPAN("status")), 3);
    return digits.len == 3 && span_u64(digits, &status) && status >= 100 ? (int)status : 0;
}

bool looks_like_sdk_error(struct span bytes)
{
    return span_find(bytes, SPAN("ApiResponseError")) >= 0 ||
           (status_of(bytes) &&
            (property(bytes, SPAN("result")).len || property(bytes, SPAN("invalidToken")).len));
}

/* "ApiResponseError: No access token" and, without a stack, "[ApiResponseError: No access token] {"
 */
static struct span message_of(struct span text)
{
    ptrdiff_t at = span_find(text, SPAN("Error: "));
    struct span line = at < 0 ? span(NULL, 0) : span_from(text, (size_t)at + 7);
    const char *end = line.len ? memchr(line.ptr, '\n', line.len) : NULL;
    line = end ? span_first(line, (size_t)(end - line.ptr)) : line;
    while (line.len && strchr(" {]\r", line.ptr[line.len - 1])) {
        line.len--;
    }
    return span_first(line, MESSAGE_MOST);
}

static void set_body(struct exchange *x, json_t *body, const char *message, size_t len)
{
    json_t *made = body;
    if (!made) {
        made = json_pack("{s:s%}", "error", message ? message : "", message ? len : 0);
    }
    char *text = made ? json_dumps(made, JSON_COMPACT) : NULL;
    if (text) {
        made_body(&x->response, span_of(text));
        explicit_bzero(text, strlen(text));
    }
    free(text);
    if (made != body) {
        json_decref(made);
    }
}

static json_t *result_of(struct span text)
{
    struct str json;
    struct span result = property(text, SPAN("result"));
    json_t *object = NULL;
    str_init(&json, BODY_MOST);
    if (result.len && literal_to_json(result, &json)) {
        object = json_read(str_span(&json), 0, NULL);
    }
    str_release(&json);
    if (json_object_size(object) == 0) {
        json_decref(object);
        object = NULL;
    }
    return object;
}

static void finish(struct exchange *x, int status, bool invalid_token)
{
    x->response.head.status = status;
    if (invalid_token) {
        made_field(x, &x->response.head, SPAN("X-Auth-Required"), SPAN("true"));
    }
    if (status == 0) {
        made_assume_status(x);
    }
}

int read_sdk_error(struct input *in, struct span bytes, struct err *err)
{
    struct exchange *x = made_new(in, err);
    if (!x) {
        return -1;
    }
    json_t *result = result_of(bytes);
    struct span message = message_of(bytes);
    set_body(x, result, message.ptr, message.len);
    json_decref(result);
    finish(x, status_of(bytes), span_starts(property(bytes, SPAN("invalidToken")), SPAN("true")));
    return 0;
}

bool is_sdk_error(const json_t *object)
{
    return json_is_integer(json_object_get(object, "status")) &&
           json_is_object(json_object_get(object, "result"));
}

int read_sdk_json(struct input *in, const json_t *object, struct err *err)
{
    struct exchange *x = made_new(in, err);
    if (!x) {
        return -1;
    }
    json_t *result = json_object_get(object, "result");
    const json_t *message = json_object_get(object, "message");
    json_int_t status = json_integer_value(json_object_get(object, "status"));
    set_body(x, json_object_size(result) ? result : NULL, json_string_value(message),
             json_string_length(message));
    finish(x, status >= 100 && status <= 599 ? (int)status : 0,
           json_is_true(json_object_get(object, "invalidToken")));
    return 0;
}
