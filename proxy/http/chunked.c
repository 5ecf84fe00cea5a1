#include "chunked.h"

#include "grammar.h"

static int hex_value(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Skips one quoted string (RFC 9110 §5.6.4) at the start of *rest; false when it does not end. */
static bool skip_quoted(struct span *rest)
{
    for (size_t i = 1; i < rest->len; i++) {
        if (rest->ptr[i] == '\\') {
            i++;
        } else if (rest->ptr[i] == '"') {
            *rest = span_from(*rest, i + 1);
            return true;
        }
    }
    return false;
}

static void skip_blank(struct span *rest)
{
    while (rest->len && (rest->ptr[0] == ' ' || rest->ptr[0] == '\t')) {
        *rest = span_from(*rest, 1);
    }
}

/* *( BWS ";" BWS token [ BWS "=" BWS ( token / quoted-string ) ] ), and nothing behind it. */
static bool are_extensions(struct span rest)
{
    while (rest.len) {
        skip_blank(&rest);
        if (!rest.len || rest.ptr[0] != ';') {
            return false;
        }
        rest = span_from(rest, 1);
        skip_blank(&rest);
        size_t name = class_run(rest, CLASS_TOKEN);
        rest = span_from(rest, name);
        struct span behind = rest;
        skip_blank(&behind);
        if (name && behind.len && behind.ptr[0] == '=') {
            rest = span_from(behind, 1);
            skip_blank(&rest);
            size_t value = class_run(rest, CLASS_TOKEN);
            if (value) {
                rest = span_from(rest, value);
            } else if (!rest.len || rest.ptr[0] != '"' || !skip_quoted(&rest)) {
                return false;
            }
        } else if (!name) {
            return false;
        }
    }
    return true;
}

int http_chunk_line(struct span in, uint64_t *size, size_t *used, struct err *err)
{
    *used = 0;
    *size = 0;
    size_t digits = 0;
    while (digits < in.len && hex_value(in.ptr[digits]) >= 0) {
        *size = *size * 16 + (uint64_t)hex_value(in.ptr[digits]);
        if (++digits > 15) {
            return err_set(err, ERR_BAD_REQUEST, "a chunk size has more than 15 digits");
        }
    }
    if (digits == 0 && in.len) {
        return err_set(err, ERR_BAD_REQUEST, "a chunk does not begin with its size in hexadecimal");
    }
    struct span rest = span_from(in, digits);
    size_t line = class_run(span_first(rest, CHUNK_LINE_MOST), CLASS_VALUE);
    if (line + digits + 2 > CHUNK_LINE_MOST) {
        return err_set(err, ERR_BAD_REQUEST, "a chunk-size line has more than %d bytes",
                       CHUNK_LINE_MOST);
    }
    struct span end = span_first(span_from(rest, line), 2);
    if (!span_starts(SPAN("\r\n"), end)) {
        return err_set(err, ERR_BAD_REQUEST,
                       "a chunk-size line holds a control character or does not end with CR LF");
    }
    if (end.len < 2) {
        return 0;
    }
    if (!are_extensions(span_first(rest, line))) {
        return err_set(err, ERR_BAD_REQUEST,
                       "a chunk size is followed by something that is no chunk "
                       "extension");
    }
    *used = digits + line + 2;
    return 0;
}

/* Fields that a trailer may not carry, since they belong to framing, routing or authentication. */
static bool is_forbidden_trailer(struct span name)
{
    static const struct span forbidden[] = {
        {"host", 4},    {"connection", 10},    {"trailer", 7},           {"te", 2},
        {"upgrade", 7}, {"authorization", 13}, {"content-encoding", 16}, {"content-type", 12}};
    for (size_t i = 0; i < sizeof forbidden / sizeof *forbidden; i++) {
        if (span_ieq(name, forbidden[i])) {
            return true;
        }
    }
    return framing_name(name) != NOT_FRAMING;
}

int chunked_trailers(struct span in, size_t most, struct span *lines, size_t *used, struct err *err)
{
    const char *why = NULL;
    struct span rest = in;
    *used = 0;
    while (!span_starts(rest, SPAN("\r\n"))) {
        /* Without a line end there is nothing to judge yet, unless it is already too long. */
        const char *lf = rest.len ? memchr(rest.ptr, '\n', rest.len) : NULL;
        if (!lf) {
            /* Half of the empty line at the end is no part of the field lines. */
            size_t lines_so_far = in.len - span_eq(rest, SPAN("\r"));
            return lines_so_far <= most ? 0
                                        : err_set(err, ERR_BAD_REQUEST,
                                                  "the trailers have more than %zu bytes", most);
        }
        struct span name;
        struct span value;
        size_t line = read_field_line(rest, &name, &value, &why);
        if (line == 0) {
            return err_set(err, ERR_BAD_REQUEST, "the trailers are malformed: %s", why);
        }
        if (is_forbidden_trailer(name)) {
            return err_set(err, ERR_BAD_REQUEST, "a trailer names %.*s, which no trailer may carry",
                           SPAN_ARG(span_first(name, 40)));
        }
        rest = span_from(rest, line);
    }
    *lines = span(in.ptr, (size_t)(rest.ptr - in.ptr));
    if (lines->len > most) {
        return err_set(err, ERR_BAD_REQUEST, "the trailers have more than %zu bytes", most);
    }
    *used = lines->len + 2;
    return 0;
}
