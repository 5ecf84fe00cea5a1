/* Views with escapes undone. The same secret may come as it is, inside a JSON string, inside that
 * string in a form field, and so on; instead of parsers for each combination there is one loop that
 * undoes one kind of escapes, one level of it, and remembers where each byte came from. */
#include "view.h"

#include <stdlib.h>

#define BACKSLASHES_MOST 64 /* before a 'u'; six levels of JSON in JSON */
#define OTHER            '\x80'

void view_mark(const struct view *v, size_t start, size_t end)
{
    size_t from = v->from ? v->from[start] : start;
    size_t to = v->from ? v->from[end] : end;
    if (from < to) {
        memset(v->marks + from, 1, to - from);
        *v->marked = true;
    }
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* `digits` hexadecimal digits at the start of s, or -1. */
static int hex_number(struct span s, size_t digits)
{
    int value = 0;
    if (s.len < digits) {
        return -1;
    }
    for (size_t i = 0; i < digits; i++) {
        int digit = hex_digit(s.ptr[i]);
        if (digit < 0) {
            return -1;
        }
        value = value * 16 + digit;
    }
    return value;
}

/* Nobody looks for secrets in other alphabets; a placeholder that ends nothing stands for them. */
static char ascii(int code)
{
    return code >= 0 && code < 0x80 ? (char)code : OTHER;
}

/* "%2525…70": the escaped percent sign may be escaped itself. */
static size_t read_percent(struct span s, char *c)
{
    size_t at = 0;
    int code = hex_number(span_from(s, 1), 2);
    while (code == '%' && hex_number(span_from(s, at + 3), 2) >= 0) {
        at += 2;
        code = hex_number(span_from(s, at + 1), 2);
    }
    *c = ascii(code);
    return code < 0 ? 0 : at + 3;
}

static size_t read_backslash(struct span s, char *c)
{
    size_t at = 0;
    while (at < s.len && at < BACKSLASHES_MOST && s.ptr[at] == '\\') {
        at++;
    }
    char kind = at < s.len ? s.ptr[at] : '\0';
    size_t digits = kind == 'u' ? 4 : kind == 'x' ? 2 : 0;
    int code = digits ? hex_number(span_from(s, at + 1), digits) : -1;
    *c = ascii(code);
    return code < 0 ? 0 : at + 1 + digits;
}

size_t escape_read(struct span s, char *c)
{
    return s.len == 0         ? 0
           : s.ptr[0] == '%'  ? read_percent(s, c)
           : s.ptr[0] == '\\' ? read_backslash(s, c)
                              : 0;
}

/* One level of a backslash escape: \uXXXX, \xXX, \n and the like, or the character itself. */
static size_t undo_backslash(struct span s, char *c)
{
    static const char letters[] = "nrtbf/\"'\\";
    static const char meanings[] = "\n\r\t\b\f/\"'\\";
    if (s.len < 2) {
        return 0;
    }
    char kind = s.ptr[1];
    const char *letter = kind ? strchr(letters, kind) : NULL;
    if (letter) {
        *c = meanings[letter - letters];
        return 2;
    }
    return kind == 'u' || kind == 'x' ? read_backslash(s, c) : 0;
}

static size_t undo_numeric_entity(struct span s, char *c)
{
    size_t at = 2;
    bool hex = s.len > 2 && (s.ptr[2] | 0x20) == 'x';
    int code = 0;
    size_t first = at += hex;
    for (; at < s.len && at < first + 6; at++) {
        int digit = hex_digit(s.ptr[at]);
        if (digit < 0 || (!hex && digit > 9)) {
            break;
        }
        code = code * (hex ? 16 : 10) + digit;
    }
    /* At the end of a cut text nobody knows what the digits would have become. */
    *c = at < s.len ? ascii(code) : OTHER;
    return at > first ? at + (at < s.len && s.ptr[at] == ';') : 0;
}

static size_t undo_entity(struct span s, char *c)
{
    static const struct {
        struct span text;
        char c;
    } known[] = {{{"&quot;", 6}, '"'}, {{"&amp;", 5}, '&'}, {{"&apos;", 6}, '\''},
                 {{"&lt;", 4}, '<'},   {{"&gt;", 4}, '>'},  {{"&nbsp;", 6}, ' '}};
    if (span_starts(s, SPAN("&#"))) {
        return undo_numeric_entity(s, c);
    }
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (span_istarts(s, known[i].text)) {
            *c = known[i].c;
            return known[i].text.len;
        }
    }
    return 0;
}

static size_t undo_percent(struct span s, char *c)
{
    int code = hex_number(span_from(s, 1), 2);
    *c = (char)code; /* raw bytes, so that UTF-8 stays together */
    return code < 0 ? 0 : 3;
}

/* One kind of escapes: the byte that each of them begins with, and how it is undone. */
static const struct kind {
    char first;
    size_t (*undo)(struct span s, char *c); /* the escape's length; 0: it is none */
} kinds[] = {
    [ESCAPES_PERCENT] = {'%', undo_percent},
    [ESCAPES_BACKSLASH] = {'\\', undo_backslash},
    [ESCAPES_ENTITY] = {'&', undo_entity},
};

struct escape {
    size_t at; /* the text's length when there is none */
    size_t len;
    char c;
};

/* The first escape at or behind `at`. */
static struct escape find_escape(struct span text, size_t at, const struct kind *kind)
{
    struct escape e = {.at = text.len};
    while (at < text.len) {
        const char *first = memchr(text.ptr + at, kind->first, text.len - at);
        if (!first) {
            break;
        }
        at = (size_t)(first - text.ptr);
        e.len = kind->undo(span_from(text, at), &e.c);
        if (e.len) {
            e.at = at;
            break;
        }
        at++;
    }
    return e;
}

static uint32_t origin(const struct view *v, size_t at)
{
    return v->from ? v->from[at] : (uint32_t)at;
}

enum unescaped view_unescape(const struct view *v, enum escapes which, struct view *deeper)
{
    struct span in = v->text;
    struct escape e = find_escape(in, 0, &kinds[which]);
    if (e.at == in.len) {
        return UNESCAPED_NONE;
    }
    char *text = malloc(in.len);
    uint32_t *from = malloc((in.len + 1) * sizeof *from);
    if (!text || !from) {
        free(text);
        free(from);
        return UNESCAPED_NO_MEMORY;
    }
    size_t len = 0;
    for (size_t at = 0; at < in.len;) {
        bool plain = at < e.at;
        text[len] = plain ? in.ptr[at] : e.c;
        from[len] = origin(v, at);
        at += plain ? 1 : e.len;
        len += text[len] != '\0'; /* what says nothing may not part a secret from its name */
        if (!plain) {
            e = find_escape(in, at, &kinds[which]);
        }
    }
    from[len] = origin(v, in.len);
    *deeper = (struct view){span(text, len), text, from, v->marks, v->marked, v->encryption};
    return UNESCAPED_SOME;
}

void view_release(struct view *v)
{
    if (v->storage) {
        explicit_bzero(v->storage, v->text.len);
    }
    free(v->storage);
    free(v->from);
    *v = (struct view){0};
}
