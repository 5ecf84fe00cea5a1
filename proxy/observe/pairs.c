/* Finding names and where their values begin; words.c reads names, value.c knows where values end.
 * The text may be JSON, a form, a query, header lines, a dump by some language's runtime, or a
 * sentence that quotes one of these. So nothing is parsed: each word that is followed by a
 * separator is looked up, and when its name is secret, what follows is marked, rather too much than
 * too little. */
#include "pairs.h"

#include "chars.h"
#include "company.h"
#include "value.h"
#include "words.h"

/* A search. */
struct search {
    const struct view *view;
    struct company company; /* once it was asked for */
    bool asked;
};

static bool is_value_name(struct span name)
{
    return span_istarts(name, SPAN("val")) || span_ieq(name, SPAN("content")) ||
           span_ieq(name, SPAN("data"));
}

/* What PHP's serialize() puts before a string: s:13:"x". */
static size_t skip_php_length(struct span text, size_t at)
{
    if (!span_starts(span_from(text, at), SPAN(";s:"))) {
        return at;
    }
    at = skip_all(text, at + 3, "0123456789");
    return at + (byte_at(text, at) == ':');
}

/* The secret name is itself a value, and its value comes next: an array of two, an object or an
 * element with a name and a value. Moves *at to that value and returns its separator. */
static char skip_to_partner(struct span text, size_t *at)
{
    size_t p = skip_all(text, *at, "\\\"'`");
    if (p == *at) {
        return '\0';
    }
    size_t php = skip_php_length(text, p);
    if (php > p) {
        *at = php;
        return ':';
    }
    p = skip_all(text, p, ", \t\r\n");
    size_t word = skip_all(text, p, "\\\"'`");
    struct name next;
    bool named = read_name(text, word, &next);
    if (named && is_value_name(next.plain)) {
        *at = next.end;
        return skip_separator(text, at);
    }
    struct span between = span(text.ptr + *at, p - *at);
    if (word == p || !memchr(between.ptr, ',', between.len)) {
        return '\0';
    }
    /* Another object's key, or a list of names such as ["otp", "password"], is no value. */
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

/* The class of an ordinary word, which depends on what stands around it. */
static enum name_class classify_ordinary(struct search *s, struct span name)
{
    if (!s->asked) {
        s->company = company_of(s->view->text);
        s->company.encryption = s->company.encryption || s->view->encryption;
        s->asked = true;
    }
    return company_classify(s->company, name);
}

/* A seed of one-time passwords behind "key". */
static void mark_seed(const struct view *v, size_t at)
{
    size_t seed = skip_all(v->text, at, "\\\"'`");
    view_mark(v, seed, seed + totp_seed_length(span_from(v->text, seed)));
}

/* Of a word that sentences use, too: it stands as a key in quotes, with an index, or in a form. */
static bool is_written_as_key(struct span text, const struct name *name)
{
    char next = byte_at(text, name->end);
    bool in_form = name->start == 0 || one_of(text.ptr[name->start - 1], "&?;\"'\r\n");
    size_t at = name->end;
    return (one_of(next, "\"'\\[%") || (next == '=' && in_form)) && skip_separator(text, &at);
}

/* Marks what belongs to the name. Returns where to search on. */
static size_t mark_value_of(struct search *s, const struct name *name)
{
    const struct view *v = s->view;
    size_t at;
    char separator = skip_to_value(v->text, name, &at);
    if (!separator) {
        return name->end;
    }
    /* Classifying costs most, so it comes last. */
    bool ordinary = is_ordinary(name->plain);
    enum name_class class =
        ordinary ? classify_ordinary(s, name->plain) : name_classify(name->plain);
    if ((ordinary || class == NAME_LIST) && !is_written_as_key(v->text, name)) {
        class = NAME_HARMLESS;
    }
    if (class == NAME_HARMLESS) {
        if (ordinary) {
            mark_seed(v, at);
        }
        return name->end;
    }
    struct value value = value_read(v->text, at, separator, class);
    struct span inside = span(v->text.ptr + value.start, value.end - value.start);
    if (!is_key(name->plain) || !is_short_word(inside)) {
        view_mark(v, value.start, value.end);
    }
    return value.end > name->end ? value.end : name->end;
}

/* The separator behind a key in quotes. */
static bool begins_value(struct span text, size_t at)
{
    return text.ptr[at] == ':' || (text.ptr[at] == '=' && byte_at(text, at + 1) == '>');
}

/* Behind a name comes one of these, before a value does. */
static const char separators[] = ":=\"'`\\";

void pairs_mark(const struct view *v)
{
    size_t at = 0;
    struct name name;
    struct search search = {.view = v};
    if (!has_byte(v->text, separators)) {
        return;
    }
    while (at < v->text.len) {
        if (read_name(v->text, at, &name)) {
            at = mark_value_of(&search, &name);
        } else if (begins_value(v->text, at) && read_quoted_key(v->text, at, &name)) {
            size_t end = mark_value_of(&search, &name);
            at = end > at ? end : at + 1;
        } else {
            at++;
        }
    }
}
