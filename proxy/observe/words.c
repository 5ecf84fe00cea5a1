/* A name is a word, or a key in quotes. Between it and its value there may be white space of any
 * length, but each name looks no farther than to the second word behind it, so that all of them
 * together cost about the text's length. */
#include "words.h"

#include "chars.h"
#include "view.h"

#define INDEX_MOST   64  /* bytes within brackets: password[0], user[password][] */
#define INDEXES_MOST 4   /* of them in a row */
#define COMMENT_MOST 256 /* bytes of a comment between a name and its separator */
#define SPACES_MOST  4   /* in a key in quotes */
#define BLANKS       " \t\r\n\f\v\xc2\xa0"

static void name_add(struct name *name, char c)
{
    if (name->len == NAME_MOST) {
        memmove(name->storage, name->storage + NAME_MOST / 2, NAME_MOST / 2);
        name->len = NAME_MOST / 2;
    }
    name->storage[name->len++] = c;
}

static bool read_escaped(struct span text, size_t at, struct name *name)
{
    name->start = at;
    name->len = 0;
    while (at < text.len) {
        char c = text.ptr[at];
        size_t step = is_word(c) ? 1 : escape_read(span_from(text, at), &c);
        if (step == 0 || !is_word(c)) {
            break;
        }
        name_add(name, c);
        at += step;
    }
    name->end = at;
    name->plain = span(name->storage, name->len);
    return name->len > 0;
}

/* A word without escapes stays where it is. */
bool read_name(struct span text, size_t at, struct name *name)
{
    size_t end = at;
    while (end < text.len && is_word(text.ptr[end])) {
        end++;
    }
    if (end < text.len && (text.ptr[end] == '%' || text.ptr[end] == '\\')) {
        return read_escaped(text, at, name);
    }
    name->start = at;
    name->end = end;
    name->plain = span(text.ptr + at, end - at);
    return end > at;
}

/* A key is no sentence, and neither what stands between two things in quotes nor a word. */
static bool is_key_of_words(struct span s)
{
    size_t spaces = 0;
    bool plain = true;
    for (size_t i = 0; i < s.len; i++) {
        spaces += s.ptr[i] == ' ';
        plain = plain && is_word(s.ptr[i]);
    }
    return !plain && spaces <= SPACES_MOST && s.ptr[0] != ' ' && s.ptr[s.len - 1] != ' ';
}

bool read_quoted_key(struct span text, size_t at, struct name *name)
{
    while (at > 0 && one_of(text.ptr[at - 1], BLANKS)) {
        at--;
    }
    if (at == 0 || !one_of(text.ptr[at - 1], "\"'`")) {
        return false;
    }
    char quote = text.ptr[--at];
    while (at > 0 && text.ptr[at - 1] == '\\') {
        at--;
    }
    size_t start = at;
    while (start > 0 && at - start < NAME_MOST && !one_of(text.ptr[start - 1], "\r\n") &&
           text.ptr[start - 1] != quote) {
        start--;
    }
    name->start = start;
    name->end = at;
    name->plain = span(text.ptr + start, at - start);
    return start > 0 && text.ptr[start - 1] == quote && is_key_of_words(name->plain);
}

size_t skip_all(struct span text, size_t at, const char *set)
{
    while (at < text.len && one_of(text.ptr[at], set)) {
        at++;
    }
    return at;
}

/* The character at `at`, which may be escaped; returns its length. */
static size_t read_char(struct span text, size_t at, char *c)
{
    *c = byte_at(text, at);
    size_t escape = escape_read(span_from(text, at), c);
    return escape ? escape : at < text.len;
}

/* Behind "[0]" or "[]" or the bracket that closes the one before the name; `at` when neither is
 * there. */
static size_t skip_index(struct span text, size_t at)
{
    char c;
    size_t next = at + read_char(text, at, &c);
    if (c == ']') {
        return next;
    }
    if (c != '[') {
        return at;
    }
    while (next < text.len && next < at + INDEX_MOST) {
        next += read_char(text, next, &c);
        if (c == ']') {
            return next;
        }
        if (!is_word(c) && !one_of(c, "\"'\\ ")) {
            break;
        }
    }
    return at;
}

static size_t skip_comment(struct span text, size_t at)
{
    struct span rest = span_first(span_from(text, at), COMMENT_MOST);
    ptrdiff_t end = span_starts(rest, SPAN("/*")) ? span_find(rest, SPAN("*/")) : -1;
    return end < 0 ? at : at + (size_t)end + 2;
}

/* What may stand between a name and its separator. */
static size_t skip_decoration(struct span text, size_t at)
{
    for (size_t i = 0; i < INDEXES_MOST; i++) {
        size_t before = at;
        at = skip_all(text, at, "\\\"'`" BLANKS);
        at = skip_comment(text, skip_index(text, at));
        if (at == before) {
            break;
        }
    }
    return skip_all(text, at, "\\\"'`" BLANKS);
}

char skip_separator(struct span text, size_t *at)
{
    size_t p = skip_decoration(text, *at);
    char separator = byte_at(text, p);
    if (separator != ':' && separator != '=') {
        return '\0';
    }
    p++;
    char second = byte_at(text, p);
    if ((separator == '=' && second == '>') || (separator == ':' && second == '=')) {
        separator = ':';
        p++;
    }
    p = skip_all(text, p, separator == ':' ? BLANKS : " \t");
    *at = skip_all(text, skip_comment(text, p), separator == ':' ? BLANKS : " \t");
    return separator;
}
