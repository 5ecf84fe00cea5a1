/* A part begins with a line of two dashes and a boundary; its head goes to the first empty line,
 * and its body to the next line of the same boundary (RFC 2046 §5.1). The text need not begin with
 * a boundary: the form may be quoted in something else, so what stands behind a quote, a bracket or
 * white space at the end of the line before a head is looked at. Where none was seen, or it does
 * not come again, the rest of the text is taken for the body. */
#include "multipart.h"

#include "chars.h"
#include "names.h"

#define NAME_MOST  256 /* bytes of a part's name */
#define NAMES_MOST 8   /* in a line */

static struct span line_at(struct span text, size_t at)
{
    struct span rest = span_from(text, at);
    const char *feed = rest.len ? memchr(rest.ptr, '\n', rest.len) : NULL;
    struct span line = span_first(rest, feed ? (size_t)(feed - rest.ptr) : rest.len);
    bool returns = line.len && line.ptr[line.len - 1] == '\r';
    return span_first(line, line.len - returns);
}

/* Behind the line at `at`. */
static size_t next_line(struct span text, size_t at)
{
    const char *feed = at < text.len ? memchr(text.ptr + at, '\n', text.len - at) : NULL;
    return feed ? (size_t)(feed - text.ptr) + 1 : text.len;
}

/* The boundary with its dashes, at the end of a line; empty when it has none. */
static struct span boundary_of(struct span line)
{
    size_t start = line.len;
    while (start > 0 && !one_of(line.ptr[start - 1], "\"'`<> \t")) {
        start--;
    }
    struct span word = span_from(line, start);
    ptrdiff_t dashes = span_find(word, SPAN("--"));
    return dashes < 0 ? span(NULL, 0) : span_from(word, (size_t)dashes);
}

/* A line that is the boundary, or the last one with its two dashes. */
static bool is_boundary(struct span line, struct span boundary)
{
    struct span rest = span_from(line, boundary.len);
    return boundary.len && span_starts(line, boundary) &&
           (span_trim(rest).len == 0 || span_starts(rest, SPAN("--")));
}

/* Where the body ends that begins at `at`: before the line feed in front of the boundary. */
static size_t end_of_body(struct span text, size_t at, struct span boundary)
{
    size_t line = at;
    while (line < text.len) {
        if (is_boundary(line_at(text, line), boundary)) {
            return line > at ? line - 1 : at;
        }
        line = next_line(text, line);
    }
    return text.len;
}

/* The parameter's value at the start of s, without quotes and their backslashes. */
static struct span read_value(struct span s, char plain[NAME_MOST])
{
    size_t len = 0;
    bool quoted = byte_at(s, 0) == '"';
    for (size_t at = quoted; at < s.len && len < NAME_MOST; at++) {
        if (one_of(s.ptr[at], quoted ? "\"" : "; \t")) {
            break;
        }
        at += quoted && s.ptr[at] == '\\' && at + 1 < s.len;
        plain[len++] = s.ptr[at];
    }
    return span(plain, len);
}

/* The value of the parameter "name", "name*" or "filename" begins at that offset; 0: it is none. */
static size_t name_parameter(struct span line, size_t at)
{
    if (!span_istarts(span_from(line, at), SPAN("name"))) {
        return 0;
    }
    at += 4;
    at += byte_at(line, at) == '*';
    while (one_of(byte_at(line, at), " \t")) {
        at++;
    }
    if (byte_at(line, at) != '=') {
        return 0;
    }
    at++;
    while (one_of(byte_at(line, at), " \t")) {
        at++;
    }
    return at;
}

/* A line of a part's head gives it a secret name. It has one, or two spellings of one; of a line
 * that has very many the first ones count. */
static bool names_secret(struct span line)
{
    char plain[NAME_MOST];
    size_t names = 0;
    for (size_t at = 0; at < line.len && names < NAMES_MOST; at++) {
        size_t value = name_parameter(line, at);
        names += value > 0;
        if (value && name_classify(read_value(span_from(line, value), plain)) != NAME_HARMLESS) {
            return true;
        }
    }
    return false;
}

/* The head that begins at `at`, behind the line of the boundary, and its body. Returns where to go
 * on: behind what was marked, or behind the head. */
static size_t mark_part(const struct view *v, size_t at, struct span boundary)
{
    bool secret = false;
    struct span line;
    while (at < v->text.len && (line = line_at(v->text, at)).len > 0) {
        secret = names_secret(line) || secret;
        at = next_line(v->text, at);
    }
    at = next_line(v->text, at);
    if (secret) {
        size_t end = end_of_body(v->text, at, boundary);
        view_mark(v, at, end);
        at = end;
    }
    return at;
}

static bool begins_head(struct span line)
{
    return span_istarts(span_trim(line), SPAN("content-disposition"));
}

/* Most texts have none of these letters, in whatever case they write the rest of the field's name.
 */
static bool may_have_parts(struct span text)
{
    return span_find(text, SPAN("isposition")) >= 0 || span_find(text, SPAN("ISPOSITION")) >= 0;
}

void multipart_mark(const struct view *v)
{
    struct span boundary = {0};
    if (!may_have_parts(v->text)) {
        return;
    }
    for (size_t at = 0; at < v->text.len;) {
        struct span line = line_at(v->text, at);
        if (begins_head(line)) {
            at = mark_part(v, at, boundary);
            continue;
        }
        struct span found = boundary_of(line);
        boundary = found.len ? found : boundary;
        at = next_line(v->text, at);
    }
}
