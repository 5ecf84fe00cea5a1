/* Bytes tell more than the Content-Type does: servers declare UTF-8 by habit, and JSON is UTF-8
 * whatever is declared (RFC 8259 §8.1). Only where they tell nothing is the declaration believed.
 * Sets that are known to hold ASCII as it is are listed; of all others nobody knows what a secret
 * looks like in them. */
#include "why401/exchange/charset.h"

#define UTF8_LONGEST 4
#define REPLACEMENT  0xfffd

struct mark {
    struct span bytes;
    enum charset set;
};

/* UTF-32LE's begins with that of UTF-16LE. */
static const struct mark marks[] = {{{"\xff\xfe\0\0", 4}, CHARSET_UTF32LE},
                                    {{"\0\0\xfe\xff", 4}, CHARSET_UTF32BE},
                                    {{"\xff\xfe", 2}, CHARSET_UTF16LE},
                                    {{"\xfe\xff", 2}, CHARSET_UTF16BE}};

/* The value of the parameter `charset`, without its quotes. */
static struct span declared(struct span content_type)
{
    struct span part;
    while (span_cut(&content_type, ';', &part)) {
        part = span_trim(part);
        if (span_istarts(part, SPAN("charset="))) {
            struct span name = span_trim(span_from(part, 8));
            bool quoted = name.len > 1 && (name.ptr[0] == '"' || name.ptr[0] == '\'');
            return quoted ? span(name.ptr + 1, name.len - 2) : name;
        }
    }
    return span(NULL, 0);
}

static bool holds_ascii(struct span name)
{
    static const struct span known[] = {
        {"utf-8", 5},     {"utf8", 4},     {"us-ascii", 8},  {"ascii", 5},   {"iso-8859", 8},
        {"iso8859", 7},   {"iso_8859", 8}, {"latin", 5},     {"windows", 7}, {"cp125", 5},
        {"koi8", 4},      {"gb", 2},       {"big5", 4},      {"euc", 3},     {"shift_jis", 9},
        {"shift-jis", 9}, {"sjis", 4},     {"macintosh", 9}, {"tis-620", 7}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (span_istarts(name, known[i])) {
            return true;
        }
    }
    return name.len == 0;
}

/* A set of wide characters by its name. Without an end it is the big one (RFC 2781 §4.3). */
static enum charset wide_named(struct span name)
{
    static const struct {
        struct span name;
        enum charset big;
    } known[] = {{{"utf-16", 6}, CHARSET_UTF16BE}, {{"utf16", 5}, CHARSET_UTF16BE},
                 {{"ucs-2", 5}, CHARSET_UTF16BE},  {{"iso-10646-ucs-2", 15}, CHARSET_UTF16BE},
                 {{"utf-32", 6}, CHARSET_UTF32BE}, {{"utf32", 5}, CHARSET_UTF32BE},
                 {{"ucs-4", 5}, CHARSET_UTF32BE},  {{"iso-10646-ucs-4", 15}, CHARSET_UTF32BE}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (span_istarts(name, known[i].name)) {
            bool little = span_ieq(span_from(name, name.len - 2), SPAN("le"));
            return !little                           ? known[i].big
                   : known[i].big == CHARSET_UTF16BE ? CHARSET_UTF16LE
                                                     : CHARSET_UTF32LE;
        }
    }
    return CHARSET_UNREADABLE;
}

/* By the first two characters, which are ASCII in JSON, in XML and in most of what people write. */
static enum charset wide_shown(struct span s)
{
    unsigned zeros = 0; /* a bit for each of the first four bytes, the first one highest */
    for (size_t i = 0; i < 4; i++) {
        zeros = zeros << 1 | (i < s.len && s.ptr[i] == '\0');
    }
    return s.len < 4      ? CHARSET_UNREADABLE
           : zeros == 0x7 ? CHARSET_UTF32LE
           : zeros == 0xe ? CHARSET_UTF32BE
           : zeros == 0x5 ? CHARSET_UTF16LE
           : zeros == 0xa ? CHARSET_UTF16BE
                          : CHARSET_UNREADABLE;
}

enum charset charset_of(struct span content_type, struct span text)
{
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        if (span_starts(text, marks[i].bytes)) {
            return marks[i].set;
        }
    }
    struct span name = declared(content_type);
    if (text.len == 0 || !memchr(text.ptr, '\0', text.len)) {
        /* Said to be wide, it would have NULs wherever it has ASCII. */
        bool ascii = holds_ascii(name) || wide_named(name) != CHARSET_UNREADABLE;
        return ascii ? CHARSET_ASCII : CHARSET_UNREADABLE;
    }
    enum charset shown = wide_shown(text);
    return shown != CHARSET_UNREADABLE ? shown : wide_named(name);
}

static uint32_t unit_at(enum charset set, const char *at)
{
    const unsigned char *b = (const unsigned char *)at;
    switch (set) {
    case CHARSET_UTF16LE:
        return (uint32_t)b[1] << 8 | b[0];
    case CHARSET_UTF16BE:
        return (uint32_t)b[0] << 8 | b[1];
    case CHARSET_UTF32LE:
        return (uint32_t)b[3] << 24 | (uint32_t)b[2] << 16 | (uint32_t)b[1] << 8 | b[0];
    default:
        return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
    }
}

/* Writes the UTF-8 of a character; returns its end. */
static char *put(char *to, uint32_t code)
{
    if (code < 0x80) {
        *to++ = (char)code;
        return to;
    }
    if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) {
        code = REPLACEMENT;
    }
    int more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    static const unsigned leads[] = {0, 0xc0, 0xe0, 0xf0};
    *to++ = (char)(leads[more] | code >> (6 * more));
    while (more--) {
        *to++ = (char)(0x80 | (code >> (6 * more) & 0x3f));
    }
    return to;
}

/* What was written may hold secrets. */
static void take_back(struct str *out, size_t len)
{
    if (out->len > len) {
        explicit_bzero(out->ptr + len, out->len - len);
        out->len = len;
    }
}

bool charset_convert(struct str *out, enum charset set, struct span text)
{
    size_t width = set == CHARSET_UTF16LE || set == CHARSET_UTF16BE ? 2 : 4;
    size_t before = out->len;
    size_t at = text.len >= width && unit_at(set, text.ptr) == 0xfeff ? width : 0;
    while (at + width <= text.len) {
        char bytes[UTF8_LONGEST];
        uint32_t code = unit_at(set, text.ptr + at);
        at += width;
        if (width == 2 && code >= 0xd800 && code < 0xdc00 && at + width <= text.len) {
            uint32_t low = unit_at(set, text.ptr + at);
            if (low >= 0xdc00 && low < 0xe000) {
                code = 0x10000 + ((code - 0xd800) << 10 | (low - 0xdc00));
                at += width;
            }
        }
        if (code == 0) {
            take_back(out, before);
            return false;
        }
        str_add(out, span(bytes, (size_t)(put(bytes, code) - bytes)));
    }
    return true;
}
