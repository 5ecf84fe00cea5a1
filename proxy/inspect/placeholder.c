/* Three kinds: values that programs write for "nothing" (undefined, None, [object Object]); one
 * character repeated, as documentation masks tokens (xxxx, v2x****); and words about tokens
 * (your_access_token), alone or in the marks of a shell, a template or a manual (${…}, {{…}}, <…>).
 * Words in marks that are not about tokens make a placeholder too, but are never shown. */
#include "placeholder.h"

#include "token.h"

#define LONGEST 120

static const char *const nothings[] = {
    "undefined",
    "null",
    "none",
    "nil",
    "nan",
    "true",
    "false",
    "(null)",
    "<nil>",
    "<null>",
    "<none>",
    "{}",
    "[]",
    "()",
    "<>",
    "{0}",
    "%s",
    "%v",
    "%d",
    "...",
    "\xe2\x80\xa6",
    "empty",
    "void",
    "(none)",
    "nullptr",
    "{{}}",
    "${}",
    "[object object]",
    "[object promise]",
    "[object undefined]",
};

/* Words that texts about tokens are made of; those with a '+' make a text one about tokens. A
 * longer word stands before one that it begins with. */
static const char *const words[] = {
    "+authorization",
    "+authentication",
    "+auth",
    "+access",
    "+tokens",
    "+token",
    "+apikey",
    "+api",
    "+key",
    "+bearer",
    "+secret",
    "+placeholder",
    "+example",
    "+sample",
    "+dummy",
    "+todo",
    "+tbd",
    "+string",
    "+redacted",
    "+hidden",
    "+removed",
    "+masked",
    "+changeme",
    "+change",
    "+replace",
    "+insert",
    "+fill",
    "+value",
    "+jwt",
    "+credential",
    "+test",
    "+fixme",
    "bitgo",
    "express",
    "prod",
    "production",
    "staging",
    "env",
    "dev",
    "your",
    "yours",
    "my",
    "the",
    "this",
    "that",
    "here",
    "with",
    "enter",
    "add",
    "paste",
    "put",
    "long",
    "short",
    "lived",
    "live",
    "actual",
    "real",
    "valid",
    "raw",
    "user",
    "some",
    "goes",
    "me",
    "it",
    "in",
    "an",
    "a",
    "v2x",
    "v2",
    "sdk",
    "wallet",
    "admin",
};

struct marks {
    const char *open;
    const char *close;
    bool name_only; /* between them stands the name of a variable */
};

static const struct marks all_marks[] = {
    {"${{", "}}", false}, {"{{", "}}", false},        {"${", "}", false},   {"$(", ")", false},
    {"#{", "}", false},   {"@{", "}", false},         {"<%=", "%>", false}, {"<%", "%>", false},
    {"<", ">", false},    {"{", "}", false},          {"[", "]", false},    {"(", ")", false},
    {"%", "%", true},     {"process.env.", "", true}, {"$env:", "", true},  {"env.", "", true},
    {"$", "", true},
};

static bool is_lower(char c)
{
    return c >= 'a' && c <= 'z';
}

static bool is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_nothing(struct span s)
{
    for (size_t i = 0; i < sizeof nothings / sizeof *nothings; i++) {
        if (span_ieq(s, span_of(nothings[i]))) {
            return true;
        }
    }
    return false;
}

/* One masking character repeated, with or without an access token's prefix. */
static bool is_mask(struct span s)
{
    if (span_istarts(s, SPAN("v2x")) && s.len > 3) {
        s = span_from(s, 3);
    }
    if (span_eq(s, SPAN("\xe2\x80\xa6"))) { /* an ellipsis */
        return true;
    }
    if (s.len < 2 || !memchr("xX*.-_#?", s.ptr[0], 8)) {
        return false;
    }
    for (size_t i = 1; i < s.len; i++) {
        if (s.ptr[i] != s.ptr[0]) {
            return false;
        }
    }
    return true;
}

/* The length of the known word that s begins with, 0 for none; *telling when it is about tokens. */
static size_t known_word(struct span s, bool *telling)
{
    size_t longest = 0;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        bool tells = words[i][0] == '+';
        struct span word = span_of(words[i] + tells);
        if (word.len > longest && span_istarts(s, word)) {
            longest = word.len;
            *telling = *telling || tells;
        }
    }
    return longest;
}

/* s is made of known words only (YOUR_ACCESS_TOKEN, yourAccessToken, "insert token here"), at least
 * one of them about tokens. */
static bool is_about_tokens(struct span s)
{
    bool telling = false;
    while (s.len) {
        size_t skip = memchr("_-. /:", s.ptr[0], 6) ? 1 : known_word(s, &telling);
        if (skip == 0) {
            return false;
        }
        s = span_from(s, skip);
    }
    return telling;
}

static bool is_name(struct span s)
{
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        if (!is_lower(c) && !is_upper(c) && c != '_' && !(i > 0 && is_digit(c))) {
            return false;
        }
    }
    return s.len > 0;
}

/* A variable's name as environments have them. Digits could make it a password. */
static bool is_environment_name(struct span s)
{
    for (size_t i = 0; i < s.len; i++) {
        if (!is_upper(s.ptr[i]) && s.ptr[i] != '_') {
            return false;
        }
    }
    return s.len > 0;
}

/* Words as they stand between marks; quotes would make it data. */
static bool is_text(struct span s)
{
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        if (!is_lower(c) && !is_upper(c) && !is_digit(c) && !memchr("_-. /:|?!", c, 9)) {
            return false;
        }
    }
    return span_trim(s).len > 0;
}

static enum placeholder in_marks(struct span s)
{
    for (size_t i = 0; i < sizeof all_marks / sizeof *all_marks; i++) {
        struct span open = span_of(all_marks[i].open);
        struct span close = span_of(all_marks[i].close);
        if (s.len <= open.len + close.len || !span_istarts(s, open) || !span_ends(s, close)) {
            continue;
        }
        struct span inner = span_trim(span(s.ptr + open.len, s.len - open.len - close.len));
        if (all_marks[i].name_only ? is_name(inner) : is_text(inner)) {
            return is_about_tokens(inner) || is_environment_name(inner) ? PLACEHOLDER_SHOWN
                                                                        : PLACEHOLDER_HIDDEN;
        }
    }
    return PLACEHOLDER_NOT;
}

static bool may_be_shown(struct span s)
{
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] < ' ' || s.ptr[i] > '~') {
            return false;
        }
    }
    return s.len <= PLACEHOLDER_SHOWN_MOST;
}

enum placeholder placeholder_kind(struct span s)
{
    s = span_trim(s);
    if (s.len == 0 || s.len > LONGEST || token_look(s) != LOOK_OTHER || token_inside(s)) {
        return PLACEHOLDER_NOT;
    }
    enum placeholder kind =
        is_nothing(s) || is_mask(s) || is_about_tokens(s) ? PLACEHOLDER_SHOWN : in_marks(s);
    return kind == PLACEHOLDER_SHOWN && !may_be_shown(s) ? PLACEHOLDER_HIDDEN : kind;
}
