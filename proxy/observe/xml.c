/* The content of an element goes to its end tag, whatever is in between: text, CDATA, children. One
 * pass keeps the elements of secret names that are open. One that is never closed may be no element
 * at all, as <token> in a sentence, so of it only the text up to the next tag, quote or line is
 * hidden; but when a child comes first, or no tag behind one that stands where elements do, then
 * its end was cut off and all is hidden. */
#include "xml.h"

#include "chars.h"
#include "names.h"
#include "value.h"

#define OPEN_MOST  8
#define NAMED_MOST 128 /* bytes of a name that is an element's text */

/* An element of a secret name. */
struct element {
    struct span name; /* with its namespace */
    size_t content;   /* where that begins */
    size_t nested;    /* elements of the same name that are open within */
    bool text_first;  /* with text, which is marked already */
};

struct elements {
    const struct view *view;
    struct element open[OPEN_MOST];
    size_t count;
    bool named;     /* the text of an element before was a secret name, whose value comes next */
    bool overflown; /* too many are open: the rest of the text is hidden */
};

static bool is_name(char c)
{
    return is_word(c) || c == ':';
}

static size_t end_of_name(struct span text, size_t at)
{
    while (at < text.len && is_name(text.ptr[at])) {
        at++;
    }
    return at;
}

/* The first of these bytes at or behind `at`. */
static size_t find(struct span text, size_t at, const char *set)
{
    while (at < text.len && !one_of(text.ptr[at], set)) {
        at++;
    }
    return at;
}

static size_t find_tag(struct span text, size_t at)
{
    const char *tag = at < text.len ? memchr(text.ptr + at, '<', text.len - at) : NULL;
    return tag ? (size_t)(tag - text.ptr) : text.len;
}

/* The quoted values of attributes whose name is "value". */
static void mark_attributes(const struct view *v, size_t at, size_t end)
{
    struct span text = span_first(v->text, end);
    while (at < end) {
        size_t name = at;
        at = end_of_name(text, at);
        if (span_istarts(span(text.ptr + name, at - name), SPAN("val")) &&
            byte_at(text, at) == '=') {
            size_t value = at + 1;
            char quote = byte_at(text, value);
            const char set[] = {quote, '\0'};
            bool quoted = one_of(quote, "\"'");
            at = find(text, value + quoted, quoted ? set : " \t\r\n/");
            view_mark(v, value + quoted, at);
        }
        at++;
    }
}

static size_t skip_blanks(struct span text, size_t at)
{
    while (one_of(byte_at(text, at), " \t\r\n")) {
        at++;
    }
    return at;
}

/* A tag at `at` stands behind another one, in quotes, or at the text's beginning: not in a
 * sentence.
 */
static bool stands_as_element(struct span text, size_t at)
{
    while (at > 0 && one_of(text.ptr[at - 1], " \t\r\n")) {
        at--;
    }
    return at == 0 || one_of(text.ptr[at - 1], ">\"");
}

/* Where the text ends that belongs to the element, as long as nobody knows its end tag; `next` is
 * the next tag. */
static size_t end_of_text(struct span text, struct span name, size_t content, size_t next)
{
    size_t first = skip_blanks(text, content);
    size_t tag = (size_t)(name.ptr - text.ptr) - 1;
    bool quoted = one_of(byte_at(text, first), "\"'`");
    if (next == text.len && !quoted && stands_as_element(text, tag)) {
        return next;
    }
    return quoted ? content : find(span_first(text, next), first, "\"\r\n");
}

static void open_element(struct elements *e, struct span name, size_t content)
{
    struct span text = e->view->text;
    size_t tag = find_tag(text, content);
    struct span first = span(text.ptr + content, tag - content);
    struct element new = {
        .name = name, .content = content, .text_first = skip_blanks(text, content) < tag};
    if (new.text_first && !value_is_literal(first)) {
        view_mark(e->view, content, end_of_text(text, name, content, tag));
    }
    for (size_t i = 0; i < e->count; i++) {
        if (span_eq(e->open[i].name, name)) {
            e->open[i].nested++;
            e->open[i] = e->open[i].text_first ? new : e->open[i];
            return;
        }
    }
    if (e->count == OPEN_MOST) {
        view_mark(e->view, content, text.len);
        e->overflown = true;
    } else {
        e->open[e->count++] = new;
    }
}

/* An end tag at `at`: the elements within are over, too. */
static void close_element(struct elements *e, struct span name, size_t at)
{
    for (size_t i = e->count; i > 0; i--) {
        struct element *element = &e->open[i - 1];
        if (!span_eq(element->name, name)) {
            continue;
        }
        if (element->nested > 0) {
            element->nested--;
            return;
        }
        if (!value_is_literal(span(e->view->text.ptr + element->content, at - element->content))) {
            view_mark(e->view, element->content, at);
        }
        e->count = i - 1;
        return;
    }
}

/* <name>password</name> or <key>…, as property lists have it; `end` is where the tag's name ends.
 */
static bool names_secret(struct span text, struct span name, size_t end)
{
    static const struct span names[] = {
        {"name", 4}, {"key", 3}, {"field", 5}, {"header", 6}, {"param", 5}};
    bool known = false;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        known = known || span_ieq(name, names[i]);
    }
    if (!known || byte_at(text, end) != '>') {
        return false;
    }
    struct span content = span_first(span_from(text, end + 1), NAMED_MOST);
    enum name_class class = name_classify(span_first(content, find_tag(content, 0)));
    return class != NAME_HARMLESS && class != NAME_LIST;
}

/* The tag at `at`. Returns where to go on. */
static size_t take_tag(struct elements *e, size_t at)
{
    struct span text = e->view->text;
    bool ends = byte_at(text, at + 1) == '/';
    size_t start = at + 1 + ends;
    size_t end = end_of_name(text, start);
    struct span name = span(text.ptr + start, end - start);
    if (ends) {
        close_element(e, name, at);
        return end;
    }
    bool secret = e->named || name_classify(name) != NAME_HARMLESS;
    e->named = !secret && names_secret(text, name, end);
    if (name.len == 0 || !secret) {
        return end;
    }
    size_t tag = find(text, end, "<>");
    if (byte_at(text, tag) != '>') {
        return tag;
    }
    mark_attributes(e->view, end, tag);
    if (text.ptr[tag - 1] != '/') {
        open_element(e, name, tag + 1);
    }
    return tag + 1;
}

void xml_mark(const struct view *v)
{
    struct elements e = {.view = v};
    size_t at = find_tag(v->text, 0);
    while (at < v->text.len && !e.overflown) {
        at = find_tag(v->text, take_tag(&e, at));
    }
    for (size_t i = 0; i < e.count; i++) {
        if (!e.open[i].text_first) {
            view_mark(v, e.open[i].content, v->text.len);
        }
    }
}
