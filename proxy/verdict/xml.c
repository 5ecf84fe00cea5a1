#include "xml.h"

#include "why401/observe/text.h"

#define TEXT_MOST (1u << 20)

static const char *entity_of(char c, bool in_attribute)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>': /* so that no "]]>" is left */
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&apos;";
    case '\n': /* an attribute would make spaces of these */
        return in_attribute ? "&#10;" : "\n";
    case '\t':
        return in_attribute ? "&#9;" : "\t";
    default:
        return NULL;
    }
}

/* U+FFFE and U+FFFF are Unicode, but not XML. */
static bool is_noncharacter(struct span s)
{
    return s.len >= 3 && memcmp(s.ptr, "\xef\xbf", 2) == 0 &&
           (s.ptr[2] == '\xbe' || s.ptr[2] == '\xbf');
}

static void add(struct str *out, struct span s, bool in_attribute)
{
    struct str clean;
    str_init(&clean, TEXT_MOST);
    text_utf8(&clean, s);
    for (size_t i = 0; i < clean.len; i++) {
        char c = clean.ptr[i];
        const char *entity = entity_of(c, in_attribute);
        if (is_noncharacter(span_from(str_span(&clean), i))) {
            i += 2;
        } else if (entity) {
            str_add(out, span_of(entity));
        } else if ((unsigned char)c >= 0x20) {
            str_add_c(out, c);
        }
    }
    out->failed = out->failed || clean.failed;
    str_release(&clean);
}

void xml_text(struct str *out, struct span s)
{
    add(out, s, false);
}

void xml_attribute(struct str *out, const char *name, struct span value)
{
    str_addf(out, " %s=\"", name);
    add(out, value, true);
    str_add_c(out, '"');
}
