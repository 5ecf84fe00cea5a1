/* Making peers' bytes harmless. A header value or an error text may hold escape sequences that
 * clear the screen, line breaks that forge a log line, or bidirectional overrides that turn a line
 * around; all of them are shown instead of obeyed. */
#include "why401/observe/text.h"

#include "chars.h"
#include "utf8.h"

struct range {
    uint32_t first;
    uint32_t last;
};

static bool is_in(uint32_t code, const struct range *ranges, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (code >= ranges[i].first && code <= ranges[i].last) {
            return true;
        }
    }
    return false;
}

size_t utf8_read(struct span s, uint32_t *code)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    unsigned char lead = (unsigned char)s.ptr[0];
    if (lead < 0x80) {
        *code = lead;
        return 1;
    }
    size_t len = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead < 0xc2 || lead > 0xf4 || s.len < len) {
        return 0;
    }
    uint32_t value = lead & (0xffu >> (len + 1));
    for (size_t i = 1; i < len; i++) {
        unsigned char next = (unsigned char)s.ptr[i];
        if ((next & 0xc0) != 0x80) {
            return 0;
        }
        value = value << 6 | (next & 0x3f);
    }
    if (value < least[len] || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff)) {
        return 0;
    }
    *code = value;
    return len;
}

bool utf8_is_unsafe(uint32_t code)
{
    /* The categories Cc, Cf, Zl, Zp of Unicode and the fillers that are drawn as nothing. */
    static const struct range unsafe[] = {
        {0x00, 0x1f},     {0x7f, 0x9f},       {0xad, 0xad},       {0x34f, 0x34f},
        {0x61c, 0x61c},   {0x115f, 0x1160},   {0x17b4, 0x17b5},   {0x180e, 0x180e},
        {0x200b, 0x200f}, {0x2028, 0x202e},   {0x2060, 0x206f},   {0x3164, 0x3164},
        {0xfeff, 0xfeff}, {0xffa0, 0xffa0},   {0xfff0, 0xfffb},   {0xfffe, 0xffff},
        {0xe000, 0xf8ff}, {0xe0000, 0xe0fff}, {0xf0000, 0x10ffff}};
    return is_in(code, unsafe, sizeof unsafe / sizeof *unsafe);
}

size_t utf8_columns(uint32_t code)
{
    static const struct range none[] = {{0x300, 0x36f}, {0x20d0, 0x20ff}, {0xfe00, 0xfe0f}};
    static const struct range wide[] = {{0x1100, 0x115f}, {0x2e80, 0xa4cf},   {0xac00, 0xd7a3},
                                        {0xf900, 0xfaff}, {0xfe30, 0xfe6f},   {0xff00, 0xff60},
                                        {0xffe0, 0xffe6}, {0x1f300, 0x1faff}, {0x20000, 0x3fffd}};
    if (code < 0x300) {
        return 1;
    }
    return is_in(code, none, sizeof none / sizeof *none)   ? 0
           : is_in(code, wide, sizeof wide / sizeof *wide) ? 2
                                                           : 1;
}

/* The visible form of one character or, with len 0, of the byte at the start of s. */
static struct span visible(struct span s, size_t len, uint32_t code, char form[16])
{
    static const char hex[] = "0123456789abcdef";
    if (len && !utf8_is_unsafe(code)) {
        return span_first(s, len);
    }
    if (len && (code == '\n' || code == '\r' || code == '\t')) {
        return code == '\n' ? SPAN("\\n") : code == '\r' ? SPAN("\\r") : SPAN("\\t");
    }
    uint32_t shown = len ? code : (unsigned char)s.ptr[0];
    size_t at = 15;
    bool byte = shown < 0x100;
    if (!byte) {
        form[--at] = '}';
    }
    for (size_t digits = 0; shown || digits < 2; digits++, shown >>= 4) {
        form[--at] = hex[shown & 15];
    }
    if (!byte) {
        form[--at] = '{';
    }
    form[--at] = byte ? 'x' : 'u';
    form[--at] = '\\';
    return span(form + at, 15 - at);
}

#define EACH(byte) (UINT64_C(0x0101010101010101) * (byte))

/* Not zero when one of eight bytes is less than `least`, which is at most 0x80. */
static uint64_t any_less(uint64_t eight, uint64_t least)
{
    return (eight - EACH(least)) & ~eight & EACH(0x80);
}

static uint64_t any_is(uint64_t eight, uint64_t byte)
{
    return any_less(eight ^ EACH(byte), 1);
}

static bool is_plain(char c, bool quotes_too)
{
    return c >= ' ' && c <= '~' && !(quotes_too && (c == '"' || c == '\\'));
}

/* Eight bytes at a time, and then the last few. */
size_t plain_run(struct span s, bool quotes_too)
{
    size_t len = 0;
    uint64_t eight;
    for (; len + sizeof eight <= s.len; len += sizeof eight) {
        memcpy(&eight, s.ptr + len, sizeof eight);
        uint64_t quotes = quotes_too ? any_is(eight, '"') | any_is(eight, '\\') : 0;
        if (quotes | any_less(eight, ' ') | any_is(eight, 0x7f) | (eight & EACH(0x80))) {
            break;
        }
    }
    while (len < s.len && is_plain(s.ptr[len], quotes_too)) {
        len++;
    }
    return len;
}

/* s, which begins behind "##", is the rest of a command. */
static bool ends_command(struct span s)
{
    size_t name = 0;
    while (name < s.len && is_word(s.ptr[name])) {
        name++;
    }
    return name < s.len && s.ptr[name] == '[';
}

size_t before_command(struct span s)
{
    struct span rest = s;
    const char *hash;
    while (rest.len && (hash = memchr(rest.ptr, '#', rest.len)) != NULL) {
        size_t second = (size_t)(hash - s.ptr) + 1;
        rest = span_from(s, second);
        if (rest.len && rest.ptr[0] == '#' && ends_command(span_from(rest, 1))) {
            return second;
        }
    }
    return s.len;
}

/* Writes as much of a plain run as fits into `most` bytes, of which *written are used, commands
 * broken. Returns how much of the run that was. */
static size_t add_run(struct str *out, struct span run, size_t most, size_t *written)
{
    size_t used = 0;
    for (;;) {
        struct span rest = span_first(span_from(run, used), most - *written);
        size_t plain = before_command(rest);
        str_add(out, span_first(rest, plain));
        used += plain;
        *written += plain;
        if (plain == rest.len) {
            return used;
        }
        str_add_c(out, '\\');
        ++*written;
    }
}

void text_escape(struct str *out, struct span s, size_t most)
{
    size_t written = 0;
    while (s.len) {
        size_t run = plain_run(span_first(s, most - written), false);
        s = span_from(s, add_run(out, span_first(s, run), most, &written));
        if (s.len == 0) {
            return;
        }
        char form[16];
        uint32_t code = 0;
        size_t len = utf8_read(s, &code);
        struct span shown = visible(s, len, code, form);
        if (shown.len > most - written) {
            str_add(out, SPAN("…"));
            return;
        }
        str_add(out, shown);
        written += shown.len;
        s = span_from(s, len ? len : 1);
    }
}

void text_utf8(struct str *out, struct span s)
{
    while (s.len) {
        uint32_t code;
        size_t len = 0;
        size_t good = 0;
        while (good < s.len && (len = utf8_read(span_from(s, good), &code)) > 0) {
            good += len;
        }
        str_add(out, span_first(s, good));
        if (good < s.len) {
            str_add(out, SPAN("\xef\xbf\xbd"));
            good++;
        }
        s = span_from(s, good);
    }
}
