/* One name for all calls of a route: what differs from call to call in a path, ids, addresses,
 * hashes, is {id}. Coins and words stay. Better one id too many than a secret or a thousand rows.
 */
#include "inside.h"

#define PATH_MOST    200 /* bytes */
#define SEGMENT_MOST 40
#define ID_LENGTH    16 /* a segment of at least that length with a digit in it is an id */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_plain(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
}

static bool is_id(struct span segment)
{
    size_t digits = 0;
    size_t plain = 0;
    for (size_t i = 0; i < segment.len; i++) {
        char c = segment.ptr[i];
        if (c == '@' || c == '[') {
            return true; /* a mail address, or [redacted] */
        }
        digits += is_digit(c);
        plain += is_plain(c);
    }
    bool is_hex = segment.len > 2 && span_istarts(segment, SPAN("0x"));
    bool is_long = segment.len >= ID_LENGTH && digits > 0 && plain == segment.len;
    return is_hex || is_long || segment.len > SEGMENT_MOST ||
           (segment.len && digits == segment.len);
}

/* The path of an origin-form or absolute-form target, or the target itself ("*", "host:443"). */
static struct span path_of(struct span target)
{
    ptrdiff_t scheme = span_find(target, SPAN("://"));
    if (target.len && target.ptr[0] != '/' && scheme > 0) {
        struct span rest = span_from(target, (size_t)scheme + 3);
        ptrdiff_t slash = span_find(rest, SPAN("/"));
        target = slash < 0 ? SPAN("/") : span_from(rest, (size_t)slash);
    }
    struct span path = target;
    for (size_t i = 0; i < target.len; i++) {
        if (target.ptr[i] == '?' || target.ptr[i] == '#') {
            path = span_first(target, i);
            break;
        }
    }
    return path;
}

void path_normalise(struct str *out, struct span target)
{
    struct span rest = path_of(target);
    struct span segment;
    bool first = true;
    while (span_cut(&rest, '/', &segment)) {
        if (!first) {
            str_add_c(out, '/');
        }
        first = false;
        str_add(out, is_id(segment) ? SPAN("{id}") : segment);
        if (out->len > PATH_MOST) {
            str_add(out, SPAN("/…"));
            return;
        }
    }
}
