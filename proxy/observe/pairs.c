/* Finding names and where their values begin; value.c knows where they end. The text may be JSON, a
 * form, a query, header lines, a dump by some language's runtime, or a sentence that quotes
 * one of these. So nothing is parsed: each word that is followed by a separator is looked up, and
 * when its name is secret, what follows is marked, rather too much than too little. */
#include "pairs.h"

#include "chars.h"
#include "names.h"
#include "value.h"

#define NAME_MOST 256 /* characters of a name that are kept, its last ones */
#define GAP_MOST  64  /* quotes and white space between name and separator */

/* A name in the text. */
struct name {
    size_t start;
    size_t end;
    struct span plain; /* with its escapes undone: a part of the text, or of `storage` */
    size_t len;        /* bytes in `storage` */
    char storage[NAME_MOST];
};

static void name_add(struct name *name, char c)
{
    if (name->len == NAME_MOST) {
        memmove(name->storage, name->storage + NAME_MOST / 2, NAME_MOST / 2);
        name->len = NAME_MOST / 2;
    }
    name->storage[name->len++] = c;
}

/* Reads the word at `at`, some of whose characters may be escaped: pass%77ord, pass\u0077ord. */
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

/* The same; a word without escapes stays where it is. */
static bool read_name(struct span text, size_t at, struct name *name)
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

/* The first offset from `at` on whose byte is not in `set`, at most GAP_MOST away. */
static size_t skip(struct span text, size_t at, const char *set)
{
    size_t end = at + GAP_MOST;
    while (at < text.len && at < end && one_of(text.ptr[at], set)) {
        at++;
    }
    return at;
}

static bool text_at(struct span text, size_t at, struct span what)
{
    return span_istarts(span_from(text, at), what);
}

/* "name", then ':' or '=' or '=>': *at is moved to the value. */
static char skip_separator(struct span text, size_t *at)
{
    size_t p = skip(text, *at, "\\\"'`] \t\r\n");
    char separator = p < text.len ? text.ptr[p] : '\0';
    if (separator != ':' && separator != '=') {
        return '\0';
    }
    p++;
    if (p < text.len &&
        ((separator == '=' && text.ptr[p] == '>') || (separator == ':' && text.ptr[p] == '='))) {
        separator = ':';
        p++;
    }
    *at = skip(text, p, separator == ':' ? " \t\r\n" : " \t");
    return separator;
}

/* <name>value or <ns:name>value. */
/* The secret name is itself a value, and its value comes next: an array of two, an object or an
 * element with a name and a value. Moves *at to that value and returns its separator. */
static char skip_to_partner(struct span text, size_t *at)
{
    size_t p = skip(text, *at, "\\\"'`");
    if (p == *at) {
        return '\0';
    }
    p = skip(text, p, ", \t\r\n");
    size_t word = skip(text, p, "\\\"'`");
    if (text_at(text, word, SPAN("val")) || text_at(text, word, SPAN("content")) ||
        text_at(text, word, SPAN("data"))) {
        while (word < text.len && is_word(text.ptr[word])) {
            word++;
        }
        *at = word;
        return skip_separator(text, at);
    }
    struct span between = span(text.ptr + *at, p - *at);
    if (word == p || !memchr(between.ptr, ',', between.len)) {
        return '\0';
    }
    /* Another object's key, or a list of names such as ["otp", "password"], is no value. */
    struct name next;
    bool named = read_name(text, word, &next);
    size_t behind = named ? next.end : word;
    if ((one_of(byte_at(text, behind), "\\\"'`") && skip_separator(text, &behind)) ||
        (named && name_classify(next.plain) != NAME_HARMLESS)) {
        return '\0';
    }
    *at = p;
    return ':';
}

/* Moves *at to the value that belongs to the name, if there is one. */
static char skip_to_value(struct span text, const struct name *name, size_t *at)
{
    *at = name->end;
    char separator = skip_separator(text, at);
    return separator ? separator : skip_to_partner(text, at);
}

/* Marks what belongs to the name. Returns where to search on. */
static size_t mark_value_of(const struct view *v, const struct name *name)
{
    size_t at;
    char separator = skip_to_value(v->text, name, &at);
    if (!separator) {
        return name->end;
    }
    /* Classifying costs most, so it comes last. */
    enum name_class class = name_classify(name->plain);
    if (class == NAME_HARMLESS) {
        return name->end;
    }
    struct value value = value_read(v->text, at, separator, class);
    view_mark(v, value.start, value.end);
    return value.end;
}

/* Behind a name comes one of these, before a value does. */
static const char separators[] = ":=\"'`\\";

void pairs_mark(const struct view *v)
{
    size_t at = 0;
    struct name name;
    if (!has_byte(v->text, separators)) {
        return;
    }
    while (at < v->text.len) {
        at = read_name(v->text, at, &name) ? mark_value_of(v, &name) : at + 1;
    }
}
