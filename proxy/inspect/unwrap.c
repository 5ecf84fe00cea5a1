#include "unwrap.h"

#include "token.h"

/* Quotes, the escaped ones first: as they are, as JSON and URLs escape them, and as word processors
 * like them (UTF-8). */
static const struct span quotes[] = {
    {"\\\"", 2},
    {"\\'", 2},
    {"\"", 1},
    {"'", 1},
    {"`", 1},
    {"%22", 3},
    {"%27", 3},
    {"\xe2\x80\x9c", 3},
    {"\xe2\x80\x9d", 3},
    {"\xe2\x80\x98", 3},
    {"\xe2\x80\x99", 3},
    {"\xc2\xab", 2},
    {"\xc2\xbb", 2},
};

/* White space: plain, in URLs, in source code, and the characters that do not show (no-break space,
 * zero-width space and joiners, byte order mark). */
static const struct span spaces[] = {
    {" ", 1},
    {"\t", 1},
    {"%20", 3},
    {"%09", 3},
    {"%0A", 3},
    {"%0a", 3},
    {"%0D", 3},
    {"%0d", 3},
    {"\\n", 2},
    {"\\r", 2},
    {"\\t", 2},
    {"\xc2\xa0", 2},
    {"\xe2\x80\x8b", 3},
    {"\xe2\x80\x8c", 3},
    {"\xe2\x80\x8d", 3},
    {"\xe2\x80\xaf", 3},
    {"\xe2\x81\xa0", 3},
    {"\xef\xbb\xbf", 3},
};

static const char brackets[][2] = {{'<', '>'}, {'{', '}'}, {'[', ']'}, {'(', ')'}};

/* Takes one of `marks` off either end of *s; false when neither end has one. */
static bool strip(struct span *s, const struct span *marks, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (span_starts(*s, marks[i])) {
            *s = span_from(*s, marks[i].len);
            return true;
        }
        if (span_ends(*s, marks[i])) {
            s->len -= marks[i].len;
            return true;
        }
    }
    return false;
}

/* Brackets are taken off only where a token of a known form stands in them: <YOUR_TOKEN> is another
 * matter. */
static bool strip_brackets(struct span *s)
{
    for (size_t i = 0; i < sizeof brackets / sizeof *brackets; i++) {
        if (s->len > 2 && s->ptr[0] == brackets[i][0] && s->ptr[s->len - 1] == brackets[i][1]) {
            struct span inner = span(s->ptr + 1, s->len - 2);
            if (token_look(inner) != LOOK_OTHER) {
                *s = inner;
                return true;
            }
        }
    }
    return false;
}

static bool is_alnum(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Nearly every value: neither end is, or ends in, a byte that a mark could have. */
static bool is_bare(struct span s)
{
    if (s.len < 3 || !is_alnum(s.ptr[0]) || !is_alnum(s.ptr[s.len - 1])) {
        return false;
    }
    char before = s.ptr[s.len - 2];
    return is_alnum(before) && s.ptr[s.len - 3] != '%';
}

struct unwrapped unwrap(struct span s)
{
    struct unwrapped u = {.inner = s};
    bool more = !is_bare(s);
    while (more) {
        more = false;
        while (strip(&u.inner, quotes, sizeof quotes / sizeof *quotes) ||
               strip_brackets(&u.inner)) {
            u.quoted = more = true;
        }
        while (strip(&u.inner, spaces, sizeof spaces / sizeof *spaces)) {
            u.spaced = more = true;
        }
    }
    return u;
}
