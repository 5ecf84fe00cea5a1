/* A value in a query ends at '&' and nowhere else, also where it holds what would end it in a
 * sentence; and so it does in a form, which is known by having no white space and by beginning with
 * a name and '='. */
#include "form.h"

#include "chars.h"
#include "names.h"
#include "value.h"

#define PARAMETER_MOST 256 /* bytes of a parameter's name */

/* A parameter's name with its escapes undone. */
static enum name_class classify_parameter(struct span name)
{
    char plain[PARAMETER_MOST];
    size_t len = 0;
    for (size_t at = 0; at < name.len && len < sizeof plain; len++) {
        plain[len] = name.ptr[at];
        size_t escape = escape_read(span_from(name, at), &plain[len]);
        at += escape ? escape : 1;
    }
    return name_classify(span(plain, len));
}

static void mark_parameters(const struct view *v, struct span rest)
{
    struct span part;
    while (span_cut(&rest, '&', &part)) {
        const char *equals = part.len ? memchr(part.ptr, '=', part.len) : NULL;
        size_t name = equals ? (size_t)(equals - part.ptr) : 0;
        if (name && !value_is_literal(span_from(part, name + 1)) &&
            classify_parameter(span_first(part, name)) != NAME_HARMLESS) {
            size_t start = (size_t)(part.ptr - v->text.ptr);
            view_mark(v, start + name + 1, start + part.len);
        }
    }
}

static bool is_form(struct span text)
{
    size_t at = 0;
    while (at < text.len && (is_word(text.ptr[at]) || one_of(text.ptr[at], "%+[]"))) {
        at++;
    }
    bool named = at > 0 && byte_at(text, at) == '=';
    while (named && at < text.len && (unsigned char)text.ptr[at] > ' ') {
        at++;
    }
    return named && at == text.len;
}

void form_mark(const struct view *v)
{
    if (is_form(v->text)) {
        mark_parameters(v, v->text);
    }
}

void form_mark_query(const struct view *v)
{
    const char *mark = v->text.len ? memchr(v->text.ptr, '?', v->text.len) : NULL;
    if (mark) {
        mark_parameters(v, span_from(v->text, (size_t)(mark - v->text.ptr) + 1));
    }
}
