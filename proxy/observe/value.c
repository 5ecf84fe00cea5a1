/* The end of a value: the closing quote, the closing bracket, or what ends a word, a form field, a
 * line.
 *
 * Quotes are the hard part. A value in a JSON string inside a JSON string begins with \" and ends
 * with \", one level deeper with \\\", and what is quoted inside has more backslashes still. A
 * quote that closes is moreover followed by something that may stand behind a value; else it
 * belongs to the value of somebody who quotes carelessly, and the search goes on. */
#include "value.h"

#include "chars.h"
#include "why401/base/ip.h"

#define GAP_MOST 64

static bool is_quote(char c)
{
    return one_of(c, "\"'`");
}

/* `key=` or `key:` begins at `at`: what was before it is over. */
static bool is_next_key(struct span text, size_t at)
{
    size_t end = at;
    while (end < text.len && end < at + GAP_MOST && is_word(text.ptr[end])) {
        end++;
    }
    return end > at && one_of(byte_at(text, end), "=:");
}

/* What stands at `at` may follow a closing quote. `level` counts the backslashes before that quote.
 */
static bool may_follow_quote(struct span text, size_t at, size_t level)
{
    char c = byte_at(text, at);
    if (at >= text.len || one_of(c, ",:}]);&></\r\n") || (c == '\\' && level > 0)) {
        return true;
    }
    if (c == '.') {
        return at + 1 == text.len || one_of(text.ptr[at + 1], " \r\n\"'");
    }
    size_t next = at;
    while (next < text.len && next < at + GAP_MOST && one_of(text.ptr[next], " \t")) {
        next++;
    }
    return next > at &&
           (next == text.len || one_of(text.ptr[next], ",:}])>/&|\r\n") || is_next_key(text, next));
}

/* A quote behind `backslashes` closes what a quote behind `level` opened: it is the same depth of
 * escaping, or a lesser one, which closes a string around it. */
static bool closes(size_t backslashes, size_t level)
{
    return backslashes < level || backslashes % (2 * level + 2) == level;
}

/* From the opening quote on; `level` backslashes stand before it. */
static struct value read_quoted(struct span text, size_t open, size_t level)
{
    char quote = text.ptr[open];
    size_t backslashes = 0;
    for (size_t at = open + 1; at < text.len; at++) {
        char c = text.ptr[at];
        if (c == '\\') {
            backslashes++;
            continue;
        }
        if (c == quote && closes(backslashes, level) && may_follow_quote(text, at + 1, level)) {
            return (struct value){open + 1, at - (backslashes < level ? backslashes : level)};
        }
        backslashes = 0;
    }
    return (struct value){open + 1, text.len};
}

/* From the opening bracket to its partner, strings skipped, brackets included. */
static struct value read_bracketed(struct span text, size_t open)
{
    size_t depth = 0;
    bool in_string = false;
    for (size_t at = open; at < text.len; at++) {
        char c = text.ptr[at];
        if (in_string) {
            at += c == '\\';
            in_string = c != '"';
        } else if (c == '"') {
            in_string = true;
        } else if (c == '{' || c == '[') {
            depth++;
        } else if ((c == '}' || c == ']') && --depth == 0) {
            return (struct value){open, at + 1};
        }
    }
    return (struct value){open, text.len};
}

/* Text in three quotes, as TOML and Python have it. */
static bool read_tripled(struct span text, size_t open, struct value *value)
{
    char quote = text.ptr[open];
    const char three[] = {quote, quote, quote};
    struct span mark = span(three, sizeof three);
    struct span rest = span_from(text, open);
    if (!span_starts(rest, mark)) {
        return false;
    }
    rest = span_from(rest, sizeof three);
    ptrdiff_t len = span_find(rest, mark);
    *value =
        (struct value){open + sizeof three, len < 0 ? text.len : open + sizeof three + (size_t)len};
    return len >= 0 || one_of(byte_at(rest, 0), "\r\n");
}

static size_t indentation(struct span line)
{
    size_t len = 0;
    while (byte_at(line, len) == ' ') {
        len++;
    }
    return len;
}

/* YAML's block of lines behind "|" or ">": all that are indented as the first one, or empty. */
static bool read_block(struct span text, size_t at, struct value *value)
{
    size_t end = at + 1;
    while (one_of(byte_at(text, end), "+-0123456789 \t\r")) {
        end++;
    }
    if (!one_of(text.ptr[at], "|>") || byte_at(text, end) != '\n') {
        return false;
    }
    size_t first = 0;
    *value = (struct value){end + 1, text.len};
    for (size_t line = end + 1; line < text.len;) {
        size_t indented = indentation(span_from(text, line));
        bool empty = one_of(byte_at(text, line + indented), "\r\n");
        first = first || empty ? first : indented;
        if (!empty && (indented == 0 || indented < first)) {
            value->end = line;
            break;
        }
        const char *feed = memchr(text.ptr + line, '\n', text.len - line);
        line = feed ? (size_t)(feed - text.ptr) + 1 : text.len;
    }
    return true;
}

/* Up to a byte of `enders` or to a quote that closes something around the value. */
static struct value read_until(struct span text, size_t start, const char *enders)
{
    size_t at = start;
    while (at < text.len && !one_of(text.ptr[at], enders) &&
           !(is_quote(text.ptr[at]) && may_follow_quote(text, at + 1, 1))) {
        at++;
    }
    /* The backslashes of \" belong to the quote. */
    size_t end = at;
    while (end < text.len && end > start && is_quote(text.ptr[at]) && text.ptr[end - 1] == '\\') {
        end--;
    }
    return (struct value){start, end};
}

/* Lower-case words behind a value that may be a phrase: `mnemonic=abandon abandon about`. */
static size_t more_words(struct span text, size_t at)
{
    while (byte_at(text, at) == ' ') {
        size_t end = at + 1;
        while (end < text.len && text.ptr[end] >= 'a' && text.ptr[end] <= 'z') {
            end++;
        }
        if (end == at + 1 || one_of(byte_at(text, end), "=:")) {
            break;
        }
        at = end;
    }
    return at;
}

/* A JSON number, followed by what may follow one: "otp":123456, */
static bool is_number(struct span text, struct value word)
{
    for (size_t i = word.start; i < word.end; i++) {
        if (!one_of(text.ptr[i], "0123456789.+-eE")) {
            return false;
        }
    }
    size_t next = word.end;
    while (next < word.end + GAP_MOST && one_of(byte_at(text, next), " \t")) {
        next++;
    }
    return word.end > word.start && one_of(byte_at(text, next), ",}]&");
}

bool value_is_literal(struct span value)
{
    return span_eq(value, SPAN("true")) || span_eq(value, SPAN("false")) ||
           span_eq(value, SPAN("null"));
}

/* "IP-restricted token: 1.2.3.4 is not on the list" */
static bool is_address(struct span word)
{
    struct ip ip;
    return ip_parse(word, &ip);
}

static struct value read_unquoted(struct span text, size_t at, char separator,
                                  enum name_class class)
{
    struct value word = read_until(text, at, ",;}])&<> \t\r\n");
    struct span first = span(text.ptr + at, word.end - at);
    if (value_is_literal(first) || span_eq(first, SPAN("undefined"))) {
        return (struct value){word.end, word.end};
    }
    if (separator == ':' && is_address(first)) {
        return (struct value){word.end, word.end};
    }
    if (separator == ':') {
        return is_number(text, word) ? word : read_until(text, at, "\r\n");
    }
    if (class == NAME_AUTHORIZATION || class == NAME_COOKIE) {
        return read_until(text, at, "&\r\n");
    }
    struct value field = read_until(text, at, "& \t\r\n<>");
    if (class == NAME_PHRASE) {
        field.end = more_words(text, field.end);
    }
    return field;
}

/* A list of objects, or one: they have names of their own. Or an empty list. */
static bool lists_objects(struct span text, size_t at)
{
    bool list = byte_at(text, at) == '[';
    at += list;
    while (list && one_of(byte_at(text, at), " \t\r\n")) {
        at++;
    }
    return byte_at(text, at) == '{' || (list && byte_at(text, at) == ']');
}

static struct value read_any(struct span text, size_t at, char separator, enum name_class class)
{
    struct value value;
    size_t open = at;
    while (open < text.len && text.ptr[open] == '\\') {
        open++;
    }
    if (is_quote(byte_at(text, open))) {
        return open == at && read_tripled(text, open, &value) ? value
                                                              : read_quoted(text, open, open - at);
    }
    if (open == at && one_of(byte_at(text, at), "{[")) {
        return read_bracketed(text, at);
    }
    return separator == ':' && at < text.len && read_block(text, at, &value)
               ? value
               : read_unquoted(text, at, separator, class);
}

struct value value_read(struct span text, size_t at, char separator, enum name_class class)
{
    if (class == NAME_LIST && lists_objects(text, at)) {
        return (struct value){at, at};
    }
    struct value value = read_any(text, at, separator, class);
    struct span whole = span(text.ptr + value.start, value.end - value.start);
    if (class == NAME_PROTOCOL) {
        value.start += protocols_length(whole);
    } else if (class == NAME_AUTHORIZATION) {
        value.start += scheme_length(whole);
    }
    return value;
}
