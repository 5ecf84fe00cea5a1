/* inspect writes keys without quotes, strings in any of three quotes, long strings in pieces joined
 * by '+', class names in front of objects, and stands-ins in brackets for what it does not show. */
#include "literal.h"

#define DEPTH_MOST 64

struct literal {
    struct span in;
    size_t at;
    struct str *out;
    unsigned depth;
};

static bool value(struct literal *l);

static char here(const struct literal *l)
{
    return l->at < l->in.len ? l->in.ptr[l->at] : '\0';
}

static void skip_space(struct literal *l)
{
    while (here(l) && strchr(" \t\r\n", here(l))) {
        l->at++;
    }
}

static bool is_name(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c && strchr("_$.+-:", c)) || (unsigned char)c >= 0x80;
}

static void add_char(struct str *out, char c)
{
    if (c == '"' || c == '\\') {
        str_add_c(out, '\\');
        str_add_c(out, c);
    } else if ((unsigned char)c < 0x20) {
        str_addf(out, "\\u%04x", (unsigned)(unsigned char)c);
    } else {
        str_add_c(out, c);
    }
}

/* The character behind a backslash. */
static void escape(struct literal *l)
{
    static const char letters[] = "nrtbfv0";
    static const char meanings[] = "\n\r\t\b\f\v";
    char c = here(l);
    const char *letter = c ? strchr(letters, c) : NULL;
    l->at++;
    if (c == 'x' || c == 'u') {
        size_t count = c == 'x' ? 2 : 4;
        struct span hex = span_first(span_from(l->in, l->at), count);
        if (hex.len == count && span_is_hex(hex, false)) {
            str_addf(l->out, "\\u%s%.*s", c == 'x' ? "00" : "", SPAN_ARG(hex));
            l->at += count;
        }
    } else if (letter) {
        add_char(l->out, meanings[letter - letters]);
    } else if (c && c != '\n') {
        add_char(l->out, c);
    }
}

/* The content of one quoted piece. */
static bool piece(struct literal *l)
{
    char quote = here(l);
    for (l->at++; l->at < l->in.len;) {
        char c = l->in.ptr[l->at++];
        if (c == quote) {
            return true;
        }
        if (c == '\\') {
            escape(l);
        } else {
            add_char(l->out, c);
        }
    }
    return false;
}

static bool is_quote(char c)
{
    return c == '\'' || c == '"' || c == '`';
}

/* 'one' + 'two' */
static bool string(struct literal *l)
{
    str_add_c(l->out, '"');
    for (;;) {
        if (!piece(l)) {
            return false;
        }
        size_t end = l->at;
        skip_space(l);
        if (here(l) != '+') {
            l->at = end;
            break;
        }
        l->at++;
        skip_space(l);
        if (!is_quote(here(l))) {
            return false;
        }
    }
    str_add_c(l->out, '"');
    return true;
}

/* Up to the bracket that closes the one here. */
static void skip_bracketed(struct literal *l, char close)
{
    while (here(l) && here(l) != close) {
        l->at++;
    }
    l->at += here(l) == close;
}

/* A key and its colon. */
static bool key(struct literal *l)
{
    if (is_quote(here(l))) {
        if (!string(l)) {
            return false;
        }
    } else {
        str_add_c(l->out, '"');
        while (here(l) && !strchr(":,{}\n", here(l))) {
            add_char(l->out, l->in.ptr[l->at++]);
        }
        str_add_c(l->out, '"');
    }
    skip_space(l);
    if (here(l) != ':') {
        return false;
    }
    l->at++;
    str_add_c(l->out, ':');
    return true;
}

/* "... 3 more items" */
static bool is_more(const struct literal *l)
{
    return span_starts(span_from(l->in, l->at), SPAN("..."));
}

/* The members of an object or list, from behind its opening bracket to behind its closing one. */
static bool members(struct literal *l, char close)
{
    bool first = true;
    for (;;) {
        skip_space(l);
        if (here(l) == ',') {
            l->at++;
            continue;
        }
        if (here(l) == close) {
            l->at++;
            str_add_c(l->out, close);
            return true;
        }
        if (is_more(l)) {
            while (here(l) && here(l) != close) {
                l->at++;
            }
            continue;
        }
        if (!first) {
            str_add_c(l->out, ',');
        }
        first = false;
        if ((close == '}' && !key(l)) || !value(l)) {
            return false;
        }
    }
}

/* A number, a word, or a class name in front of an object. */
static bool word(struct literal *l)
{
    size_t start = l->at;
    while (is_name(here(l))) {
        l->at++;
    }
    struct span name = span(l->in.ptr + start, l->at - start);
    uint64_t number;
    if (name.len == 0) {
        return false;
    }
    if (span_u64(name, &number)) {
        str_addf(l->out, "%llu", (unsigned long long)number);
        return true;
    }
    if (span_eq(name, SPAN("true")) || span_eq(name, SPAN("false")) ||
        span_eq(name, SPAN("null"))) {
        str_add(l->out, name);
        return true;
    }
    skip_space(l);
    if (here(l) == '{') {
        return value(l);
    }
    str_add_c(l->out, '"');
    for (size_t i = 0; i < name.len; i++) {
        add_char(l->out, name.ptr[i]);
    }
    str_add_c(l->out, '"');
    return true;
}

/* A list, or what stands for something that is not shown: [Object], [Function: f]. The latter may
 * be followed by an object, [Object: null prototype] { … }. */
static bool bracket(struct literal *l)
{
    char next = l->at + 1 < l->in.len ? l->in.ptr[l->at + 1] : '\0';
    if (next < 'A' || next > 'Z') {
        l->at++;
        str_add_c(l->out, '[');
        return members(l, ']');
    }
    skip_bracketed(l, ']');
    size_t end = l->at;
    skip_space(l);
    if (here(l) == '{') {
        return value(l);
    }
    l->at = end;
    str_add(l->out, SPAN("null"));
    return true;
}

static bool value_at(struct literal *l)
{
    skip_space(l);
    if (here(l) == '<') { /* <ref *1> */
        skip_bracketed(l, '>');
        skip_space(l);
    }
    if (is_quote(here(l))) {
        return string(l);
    }
    if (here(l) == '[') {
        return bracket(l);
    }
    if (here(l) == '{') {
        l->at++;
        str_add_c(l->out, '{');
        return members(l, '}');
    }
    return word(l);
}

static bool value(struct literal *l)
{
    if (l->depth == DEPTH_MOST) {
        return false;
    }
    l->depth++;
    bool whole = value_at(l);
    l->depth--;
    return whole && !l->out->failed;
}

bool literal_to_json(struct span text, struct str *out)
{
    struct literal l = {.in = text, .out = out};
    return value(&l);
}
