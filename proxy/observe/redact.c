/* Redaction of text. What the text as it is, or with its escapes undone, shows to be secret is
 * marked in the text itself, and written as [redacted]. Whatever goes wrong, no memory or escapes
 * without end, hides all of it. */
#include "why401/observe/redact.h"

#include <stdlib.h>

#include "chars.h"
#include "form.h"
#include "levels.h"
#include "multipart.h"
#include "names.h"
#include "pairs.h"
#include "partners.h"
#include "phrase.h"
#include "secrets.h"
#include "shapes.h"
#include "userinfo.h"
#include "xml.h"

#define REDACTED  SPAN("[redacted]")
#define TEXT_MOST (1 << 24) /* bytes; more is hidden as a whole */
#define ON_STACK  1024      /* texts up to this size need no memory for their marks */

static void search_text(const struct view *v)
{
    pairs_mark(v);
    partners_mark(v);
    form_mark(v);
    multipart_mark(v);
    xml_mark(v);
    shapes_mark(v);
    phrase_mark(v);
    secrets_mark(v);
}

static void search_target(const struct view *v)
{
    search_text(v);
    form_mark_query(v);
    view_mark(v, 0, userinfo_length(v->text));
}

/* Appends text with each marked run replaced. */
static void write_marked(struct str *out, struct span text, const char *marks)
{
    for (size_t at = 0; at < text.len;) {
        size_t end = at;
        while (end < text.len && marks[end] == marks[at]) {
            end++;
        }
        str_add(out, marks[at] ? REDACTED : span(text.ptr + at, end - at));
        at = end;
    }
}

static void redact(struct str *out, struct span text, view_search *search, enum redact_place place)
{
    char small[ON_STACK];
    char *marks = text.len > TEXT_MOST ? NULL : text.len > ON_STACK ? malloc(text.len) : small;
    if (!marks) {
        str_add(out, REDACTED);
        return;
    }
    if (text.len) {
        memset(marks, 0, text.len);
    }
    bool marked = false;
    struct view source = {
        .text = text, .marks = marks, .marked = &marked, .encryption = place == REDACT_ENCRYPTION};
    if (!levels_search(&source, search)) {
        str_add(out, REDACTED);
    } else if (marked) {
        write_marked(out, text, marks);
    } else {
        str_add(out, text);
    }
    if (marks != small) {
        free(marks);
    }
}

enum redact_place redact_place_of(struct span path)
{
    return span_ends(path, SPAN("/encrypt")) || span_ends(path, SPAN("/decrypt"))
               ? REDACT_ENCRYPTION
               : REDACT_ANYWHERE;
}

void redact_text(struct str *out, struct span text)
{
    redact(out, text, search_text, REDACT_ANYWHERE);
}

void redact_body(struct str *out, struct span text, enum redact_place place)
{
    redact(out, text, search_text, place);
}

void redact_target(struct str *out, struct span target)
{
    redact(out, target, search_target, REDACT_ANYWHERE);
}

/* "Bearer abc" becomes "Bearer [redacted]". */
static void redact_credential(struct str *out, struct span value)
{
    size_t scheme = scheme_length(value);
    str_add(out, span_first(value, scheme));
    if (scheme < value.len) {
        str_add(out, REDACTED);
    }
}

/* Attributes of Set-Cookie that tell something and hide nothing (RFC 6265 §5.2). */
static bool is_cookie_attribute(struct span name)
{
    static const struct span known[] = {{"path", 4},    {"domain", 6},   {"expires", 7},
                                        {"max-age", 7}, {"samesite", 8}, {"httponly", 8},
                                        {"secure", 6}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (span_ieq(name, known[i])) {
            return true;
        }
    }
    return false;
}

/* What is no plain name may be a piece of something else. */
static bool is_cookie_name(struct span name)
{
    for (size_t i = 0; i < name.len; i++) {
        if (!is_word(name.ptr[i])) {
            return false;
        }
    }
    return true;
}

/* "a=1; b=2" becomes "a=[redacted]; b=[redacted]"; attributes of Set-Cookie stay. */
static void redact_cookies(struct str *out, struct span value, bool set)
{
    struct span pair;
    for (bool first = true; span_cut(&value, ';', &pair); first = false) {
        pair = span_trim(pair);
        const char *equals = pair.len ? memchr(pair.ptr, '=', pair.len) : NULL;
        struct span name = span_first(pair, equals ? (size_t)(equals - pair.ptr) : 0);
        str_add(out, first ? SPAN("") : SPAN("; "));
        if (set && !first && is_cookie_attribute(equals ? name : pair)) {
            redact_text(out, pair);
        } else if (equals && is_cookie_name(name)) {
            redact_text(out, name);
            str_add(out, SPAN("="));
            str_add(out, REDACTED);
        } else if (pair.len) {
            str_add(out, REDACTED);
        }
    }
}

/* The protocols up to the one that announces a secret. */
static void redact_protocols(struct str *out, struct span value)
{
    size_t shown = protocols_length(value);
    redact_text(out, span_first(value, shown));
    if (shown < value.len) {
        str_add(out, SPAN(" "));
        str_add(out, REDACTED);
    }
}

/* Fields whose value begins as a target of CONNECT does. */
static bool holds_authority(struct span name)
{
    return span_ieq(name, SPAN("Host")) || span_ieq(name, SPAN(":authority")) ||
           span_ieq(name, SPAN("X-Forwarded-Host")) || span_ieq(name, SPAN("X-Original-Host"));
}

static void redact_harmless(struct str *out, struct span name, struct span value)
{
    if (holds_authority(name)) {
        redact_target(out, value);
    } else {
        redact_text(out, value);
    }
}

/* As in Access-Control-Allow-Credentials. */
static bool is_boolean(struct span value)
{
    return span_eq(value, SPAN("true")) || span_eq(value, SPAN("false"));
}

void redact_field(struct str *out, struct span name, struct span value)
{
    switch (name_classify(name)) {
    case NAME_AUTHORIZATION:
        redact_credential(out, value);
        break;
    case NAME_COOKIE:
        redact_cookies(out, value, span_istarts(name, SPAN("set-cookie")));
        break;
    case NAME_PROTOCOL:
        redact_protocols(out, value);
        break;
    case NAME_HARMLESS:
        redact_harmless(out, name, value);
        break;
    default:
        str_add(out, value.len && !is_boolean(value) ? REDACTED : value);
        break;
    }
}
