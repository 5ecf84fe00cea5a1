/* Tests on texts, patterns for paths, places in JSON. */
#include "pattern.h"

#include "why401/inspect/environment.h"

#define PLACE_DEPTH 16
#define PLACE_MOST  200 /* bytes of a place; more is refused when the rule is read */

static char fold(char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

bool glob_matches(struct span glob, struct span text)
{
    size_t g = 0;
    size_t t = 0;
    size_t star = SIZE_MAX; /* behind the last '*' */
    size_t retry = 0;       /* where the text goes on when that '*' takes one byte more */
    while (t < text.len) {
        if (g < glob.len && glob.ptr[g] == '*') {
            star = ++g;
            retry = t;
        } else if (g < glob.len && (glob.ptr[g] == '?' || fold(glob.ptr[g]) == fold(text.ptr[t]))) {
            g++;
            t++;
        } else if (star != SIZE_MAX) {
            g = star;
            t = ++retry;
        } else {
            return false;
        }
    }
    while (g < glob.len && glob.ptr[g] == '*') {
        g++;
    }
    return g == glob.len;
}

struct span glob_literal(struct span glob)
{
    struct span best = span(glob.ptr, 0);
    size_t start = 0;
    for (size_t i = 0; i <= glob.len; i++) {
        if (i == glob.len || glob.ptr[i] == '*' || glob.ptr[i] == '?') {
            if (i - start > best.len) {
                best = span(glob.ptr + start, i - start);
            }
            start = i + 1;
        }
    }
    return best;
}

static bool one_holds(enum text_how how, struct span wanted, struct span text)
{
    switch (how) {
    case TEXT_EQUALS:
        return span_ieq(span_trim(text), wanted);
    case TEXT_CONTAINS:
        return span_ifind(text, wanted) >= 0;
    case TEXT_GLOB:
        return glob_matches(wanted, text);
    case TEXT_PRESENT:
        break;
    }
    return true;
}

bool text_holds(const struct text_test *test, struct span text)
{
    if (test->how == TEXT_PRESENT) {
        return true;
    }
    for (size_t i = 0; i < test->count; i++) {
        if (one_holds(test->how, test->any[i], text)) {
            return true;
        }
    }
    return false;
}

/* The next segment of a path that is not empty; false at the end. */
static bool next_segment(struct span *rest, struct span *segment)
{
    while (span_cut(rest, '/', segment)) {
        if (segment->len) {
            return true;
        }
    }
    return false;
}

static bool is_id_slot(struct span segment)
{
    return span_eq(segment, SPAN("{id}")) ||
           (span_starts(segment, SPAN("{")) && span_ends(segment, SPAN("Id}")) && segment.len > 4);
}

static bool is_literal(struct span segment)
{
    return !memchr(segment.ptr, '{', segment.len) && !memchr(segment.ptr, '}', segment.len) &&
           !memchr(segment.ptr, '*', segment.len) && !memchr(segment.ptr, '?', segment.len);
}

bool path_pattern_ok(struct span pattern, const char **why)
{
    struct span rest = pattern;
    struct span segment;
    *why = "a path pattern that begins with '/'";
    if (!span_starts(pattern, SPAN("/"))) {
        return false;
    }
    *why = "path segments that are words, {coin}, {id}, {…Id}, * or, at the end, **";
    while (next_segment(&rest, &segment)) {
        if (span_eq(segment, SPAN("**"))) {
            return !next_segment(&rest, &segment);
        }
        if (!is_literal(segment) && !is_id_slot(segment) && !span_eq(segment, SPAN("{coin}")) &&
            !span_eq(segment, SPAN("*"))) {
            return false;
        }
    }
    return true;
}

/* An id holds a digit; that is what tells it from the words that stand at the same place, such as
 * "balances" or "generate". */
static bool looks_like_id(struct span segment)
{
    for (size_t i = 0; i < segment.len; i++) {
        if (segment.ptr[i] >= '0' && segment.ptr[i] <= '9') {
            return true;
        }
    }
    return false;
}

static bool segment_matches(struct span wanted, struct span segment, struct span coin)
{
    if (span_eq(wanted, SPAN("*"))) {
        return true;
    }
    if (span_eq(wanted, SPAN("{coin}"))) {
        return (coin.len && span_eq(segment, coin)) || network_of_coin(segment) != NETWORK_UNKNOWN;
    }
    if (wanted.ptr[0] == '{') {
        return looks_like_id(segment);
    }
    return span_ieq(wanted, segment);
}

bool path_matches(struct span pattern, struct span path, struct span coin)
{
    struct span wanted;
    struct span segment;
    while (next_segment(&pattern, &wanted)) {
        if (span_eq(wanted, SPAN("**"))) {
            return true;
        }
        if (!next_segment(&path, &segment) || !segment_matches(wanted, segment, coin)) {
            return false;
        }
    }
    return !next_segment(&path, &segment);
}

struct span path_literal(struct span pattern)
{
    struct span best = span(NULL, 0);
    struct span segment;
    while (next_segment(&pattern, &segment)) {
        if (is_literal(segment) && segment.len > best.len) {
            best = segment;
        }
    }
    return best;
}

bool place_ok(struct span place)
{
    struct span part;
    size_t depth = 0;
    while (span_cut(&place, '.', &part)) {
        if (part.len == 0 || part.len > PLACE_MOST || ++depth > PLACE_DEPTH) {
            return false;
        }
    }
    return depth > 0;
}

static bool any_child(const json_t *top, struct span rest, place_found *found, const void *ctx)
{
    const char *key;
    json_t *value;
    size_t i;
    json_array_foreach(top, i, value)
    {
        if (place_any(value, rest, found, ctx)) {
            return true;
        }
    }
    json_object_foreach((json_t *)(uintptr_t)top, key, value)
    {
        if (place_any(value, rest, found, ctx)) {
            return true;
        }
    }
    return false;
}

bool place_any(const json_t *top, struct span place, place_found *found, const void *ctx)
{
    struct span part;
    uint64_t index;
    if (!top) {
        return false;
    }
    if (!span_cut(&place, '.', &part)) {
        return found(top, ctx);
    }
    if (span_eq(part, SPAN("*"))) {
        return any_child(top, place, found, ctx);
    }
    if (json_is_array(top) && span_u64(part, &index)) {
        return place_any(json_array_get(top, (size_t)index), place, found, ctx);
    }
    char key[PLACE_MOST + 1];
    size_t len = span_first(part, PLACE_MOST).len;
    memcpy(key, part.ptr, len);
    key[len] = '\0';
    return place_any(json_object_get(top, key), place, found, ctx);
}
