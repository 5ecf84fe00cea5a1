/* The classes are written as rules and made into a table once, at compile time. */
#include "grammar.h"

#define ALPHA(c) (((c) | 0x20) >= 'a' && ((c) | 0x20) <= 'z')
#define DIGIT(c) ((c) >= '0' && (c) <= '9')
#define TCHAR_MARK(c)                                                                              \
    ((c) == '!' || (c) == '#' || (c) == '$' || (c) == '%' || (c) == '&' || (c) == '\'' ||          \
     (c) == '*' || (c) == '+' || (c) == '-' || (c) == '.' || (c) == '^' || (c) == '_' ||           \
     (c) == '`' || (c) == '|' || (c) == '~')
#define VISIBLE(c) ((c) > 0x20 && (c) < 0x7f)
#define CLASS(c)                                                                                   \
    (((ALPHA(c) || DIGIT(c) || TCHAR_MARK(c)) ? CLASS_TOKEN : 0) |                                 \
     ((VISIBLE(c) || (c) == ' ' || (c) == '\t' || (c) >= 0x80) ? CLASS_VALUE : 0) |                \
     ((VISIBLE(c) && (c) != '#') ? CLASS_TARGET : 0) | ((ALPHA(c) || DIGIT(c)) ? CLASS_ALNUM : 0))
#define ROW4(c)  CLASS(c), CLASS((c) + 1), CLASS((c) + 2), CLASS((c) + 3)
#define ROW16(c) ROW4(c), ROW4((c) + 4), ROW4((c) + 8), ROW4((c) + 12)
#define ROW64(c) ROW16(c), ROW16((c) + 16), ROW16((c) + 32), ROW16((c) + 48)

const unsigned char char_class[256] = {ROW64(0), ROW64(64), ROW64(128), ROW64(192)};

size_t class_run(struct span s, unsigned classes)
{
    size_t n = 0;
    while (n < s.len && char_is(s.ptr[n], classes)) {
        n++;
    }
    return n;
}

bool is_token(struct span s)
{
    return s.len > 0 && class_run(s, CLASS_TOKEN) == s.len;
}

size_t read_field_line(struct span bytes, struct span *name, struct span *value, const char **why)
{
    size_t name_len = class_run(bytes, CLASS_TOKEN);
    if (name_len == 0) {
        *why = bytes.len && (bytes.ptr[0] == ' ' || bytes.ptr[0] == '\t')
                   ? "a field line begins with white space (obsolete line folding)"
                   : "a field line does not begin with a field name";
        return 0;
    }
    if (name_len == bytes.len || bytes.ptr[name_len] != ':') {
        *why = "a field name is not followed by a colon at once";
        return 0;
    }
    struct span rest = span_from(bytes, name_len + 1);
    size_t value_len = class_run(rest, CLASS_VALUE);
    if (value_len + 2 > rest.len || rest.ptr[value_len] != '\r' ||
        rest.ptr[value_len + 1] != '\n') {
        *why = "a field value holds a control character, or its line does not end with CR LF";
        return 0;
    }
    *name = span(bytes.ptr, name_len);
    *value = span_trim(span(rest.ptr, value_len));
    return name_len + 1 + value_len + 2;
}

/* name equals `framing` when everything but letters and digits is read as '-'. */
static bool normalises_to(struct span name, struct span framing)
{
    if (name.len != framing.len) {
        return false;
    }
    for (size_t i = 0; i < name.len; i++) {
        char c = char_is(name.ptr[i], CLASS_ALNUM) ? (char)(name.ptr[i] | 0x20) : '-';
        if (c != framing.ptr[i]) {
            return false;
        }
    }
    return true;
}

enum framing_name framing_name(struct span name)
{
    static const struct span length = {"content-length", 14};
    static const struct span coding = {"transfer-encoding", 17};
    if (normalises_to(name, length)) {
        return name.ptr[7] == '-' ? FRAMING_LENGTH : FRAMING_LOOKALIKE;
    }
    if (normalises_to(name, coding)) {
        return name.ptr[8] == '-' ? FRAMING_CODING : FRAMING_LOOKALIKE;
    }
    return NOT_FRAMING;
}
