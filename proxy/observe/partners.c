/* Lists of parameters, header fields and variables have objects in which one member names what
 * another one holds. One pass remembers for each object that is open whether it has named a secret,
 * and where its first value stands. In a list of such pairs without braces, as in YAML, a name and
 * a value belong together when no pair is complete between them. */
#include "partners.h"

#include "chars.h"
#include "names.h"
#include "value.h"
#include "words.h"

#define DEPTH_MOST  32
#define VALUE_SHOWN 128 /* bytes of a name that is a value */

/* What is known of an object. */
struct object {
    bool named;            /* something, secret or not, has been named */
    enum name_class class; /* of that; NAME_HARMLESS: it is no secret */
    bool has;              /* there was a value, perhaps before its name */
    size_t value;          /* where that begins */
    char separator;        /* before it */
};

struct partners {
    const struct view *view;
    struct object objects[DEPTH_MOST];
    size_t depth; /* of the object in which we are; those deeper than the list share a place */
    struct value marked; /* what was marked last */
};

static struct object *current(struct partners *p)
{
    return &p->objects[p->depth < DEPTH_MOST ? p->depth : DEPTH_MOST - 1];
}

static bool names_another(struct span word)
{
    switch (word.len) {
    case 3:
        return span_ieq(word, SPAN("key"));
    case 4:
        return span_ieq(word, SPAN("name"));
    case 5:
        return span_ieq(word, SPAN("field")) || span_ieq(word, SPAN("param"));
    case 6:
        return span_ieq(word, SPAN("header"));
    default:
        return false;
    }
}

static bool is_value_name(struct span word)
{
    switch (word.len) {
    case 3:
        return span_ieq(word, SPAN("val"));
    case 4:
        return span_ieq(word, SPAN("data"));
    case 5:
        return span_ieq(word, SPAN("value"));
    case 7:
        return span_ieq(word, SPAN("content"));
    default:
        return false;
    }
}

/* The class of the name that is the value at `at`. */
static enum name_class classify_at(struct span text, size_t at)
{
    size_t start = skip_all(text, at, "\\\"'`");
    size_t end = start;
    while (end < text.len && end < start + VALUE_SHOWN &&
           !one_of(text.ptr[end], "\\\"'`,;{}<>&\r\n")) {
        end++;
    }
    struct span name = span(text.ptr + start, end - start);
    if (span_find(name, SPAN(" ")) >= 0) { /* "Basic Attention Token" */
        return NAME_HARMLESS;
    }
    enum name_class class = name_classify(name);
    return class == NAME_LIST ? NAME_HARMLESS : class;
}

/* What lies within what was marked last is not read again: a value that does not end would be read
 * to the text's end each time. */
static void mark_value(struct partners *p, size_t at, char separator, enum name_class class)
{
    if (at >= p->marked.start && at < p->marked.end) {
        return;
    }
    struct value value = value_read(p->view->text, at, separator, class);
    view_mark(p->view, value.start, value.end);
    if (value.end > at) {
        p->marked = (struct value){at, value.end};
    }
}

/* A member whose value, behind the separator at `at`, is the name of another one's. */
static void take_name(struct partners *p, size_t at)
{
    struct object *o = current(p);
    enum name_class class = classify_at(p->view->text, at);
    bool first = o->class == NAME_HARMLESS;
    if (class != NAME_HARMLESS && first && o->has) {
        mark_value(p, o->value, o->separator, class);
    }
    if (p->depth > 0) {
        o->named = true;
        o->class = first ? class : o->class;
    } else {
        bool waits = !o->has;
        *o = (struct object){.named = waits, .class = waits ? class : NAME_HARMLESS};
    }
}

static void take_value(struct partners *p, size_t at, char separator)
{
    struct object *o = current(p);
    if (o->class != NAME_HARMLESS) {
        mark_value(p, at, separator, o->class);
    }
    if (p->depth == 0) {
        *o = (struct object){.has = !o->named, .value = at, .separator = separator};
    } else if (!o->has) {
        o->has = true;
        o->value = at;
        o->separator = separator;
    }
}

static void take_member(struct partners *p, struct span word)
{
    bool names = names_another(word);
    if (!names && !is_value_name(word)) {
        return;
    }
    size_t at = (size_t)(word.ptr - p->view->text.ptr) + word.len;
    char separator = skip_separator(p->view->text, &at);
    if (separator && names) {
        take_name(p, at);
    } else if (separator) {
        take_value(p, at, separator);
    }
}

/* Outside of all braces an element begins a new object, whose members are its attributes. */
static void take_structure(struct partners *p, char c)
{
    if (c == '{') {
        p->depth++;
        *current(p) = (struct object){0};
    } else if (c == '}' && p->depth > 0) {
        p->depth--;
    } else if (c == '<' && p->depth == 0) {
        *current(p) = (struct object){0};
    }
}

void partners_mark(const struct view *v)
{
    struct partners p = {.view = v};
    struct span text = v->text;
    if (!has_byte(text, ":=")) {
        return;
    }
    for (size_t at = 0; at < text.len;) {
        size_t word = at;
        while (at < text.len && is_word(text.ptr[at])) {
            at++;
        }
        if (at > word) {
            take_member(&p, span(text.ptr + word, at - word));
        } else {
            take_structure(&p, text.ptr[at++]);
        }
    }
}
