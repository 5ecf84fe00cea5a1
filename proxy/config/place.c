#include "place.h"

#include <inttypes.h>
#include <stdio.h>

#include "why401/base/str.h"
#include "why401/observe/redact.h"
#include "why401/observe/text.h"

/* An error is one line that has to hold the place, what was found and what is expected, so the
 * parts that somebody else chose the length of are cut. */
#define FILE_SHOWN  160
#define KEY_SHOWN   48
#define VALUE_SHOWN 64
#define SCRATCH     4096

const char *place_file(const struct place *at)
{
    while (at->outer) {
        at = at->outer;
    }
    return at->kind == PLACE_FILE ? at->name : NULL;
}

/* The end of a path says more than its beginning. */
static void add_file(struct str *out, struct span path)
{
    if (path.len > FILE_SHOWN) {
        str_add(out, SPAN("…"));
        path = span_from(path, path.len - FILE_SHOWN);
    }
    text_escape(out, path, FILE_SHOWN);
}

static void add_harmless(struct str *out, struct span text, size_t most)
{
    struct str redacted;
    str_init(&redacted, SCRATCH);
    redact_text(&redacted, span_first(text, SCRATCH / 4));
    text_escape(out, str_span(&redacted), most);
    str_release(&redacted);
}

static void add_place(struct str *out, const struct place *at)
{
    if (at->outer) {
        add_place(out, at->outer);
    }
    switch (at->kind) {
    case PLACE_FILE:
        add_file(out, span_of(at->name));
        str_add(out, SPAN(": $"));
        break;
    case PLACE_KEY:
        str_add_c(out, '.');
        add_harmless(out, span_of(at->name), KEY_SHOWN);
        break;
    case PLACE_ITEM:
        str_addf(out, "[%zu]", at->index);
        break;
    case PLACE_OUTSIDE:
        str_add(out, span_of(at->name));
        break;
    }
}

static void add_quoted(struct str *out, struct span text)
{
    str_add_c(out, '"');
    add_harmless(out, text, VALUE_SHOWN);
    str_add_c(out, '"');
}

static void add_value(struct str *out, const json_t *value)
{
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        str_add(out, SPAN("an object"));
        break;
    case JSON_ARRAY:
        str_addf(out, "an array of %zu", json_array_size(value));
        break;
    case JSON_STRING:
        add_quoted(out, span(json_string_value(value), json_string_length(value)));
        break;
    case JSON_INTEGER:
        str_addf(out, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
        break;
    case JSON_REAL:
        str_addf(out, "the number %g", json_real_value(value));
        break;
    case JSON_TRUE:
        str_add(out, SPAN("true"));
        break;
    case JSON_FALSE:
        str_add(out, SPAN("false"));
        break;
    case JSON_NULL:
        str_add(out, SPAN("null"));
        break;
    }
}

static int finish(struct str *out, const struct place *at, struct err *err, const char *expected,
                  va_list args) __attribute__((format(printf, 4, 0)));

/* Ends the line that *out begins and hands it over as the error. */
static int finish(struct str *out, const struct place *at, struct err *err, const char *expected,
                  va_list args)
{
    enum err_code code = place_file(at) ? ERR_CONFIG : ERR_USAGE;
    str_add(out, SPAN("; "));
    str_vaddf(out, expected, args);
    int result = err_set(err, out->failed ? ERR_MEMORY : code, "%s", str_cstr(out));
    str_release(out);
    return result;
}

static void begin(struct str *out, const struct place *at)
{
    str_init(out, SCRATCH);
    add_place(out, at);
    str_add(out, SPAN(": found "));
}

int place_bad_value(const struct place *at, const json_t *found, struct err *err,
                    const char *expected, ...)
{
    va_list args;
    struct str out;
    begin(&out, at);
    add_value(&out, found);
    va_start(args, expected);
    int result = finish(&out, at, err, expected, args);
    va_end(args);
    return result;
}

int place_bad_text(const struct place *at, const char *found, struct err *err, const char *expected,
                   ...)
{
    va_list args;
    struct str out;
    begin(&out, at);
    add_quoted(&out, span_of(found));
    va_start(args, expected);
    int result = finish(&out, at, err, expected, args);
    va_end(args);
    return result;
}

int place_bad(const struct place *at, const char *found, struct err *err, const char *expected, ...)
{
    va_list args;
    struct str out;
    begin(&out, at);
    str_add(&out, span_of(found));
    va_start(args, expected);
    int result = finish(&out, at, err, expected, args);
    va_end(args);
    return result;
}
