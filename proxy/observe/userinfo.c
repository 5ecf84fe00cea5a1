/* In a URL it stands behind "://"; in one without a scheme, as in a Location or a target that was
 * put together from pieces, behind "//" only; in a target of CONNECT and in a Host, where it does
 * not belong, at the beginning. Without the '@' it is host and port, unless what follows the colon
 * is no port: then the text was cut before the '@', or the password has one of the characters that
 * end an authority. */
#include "userinfo.h"

#include "chars.h"

#define USERINFO_MOST 512
#define SHORT_MOST    128 /* bytes of it where much else may stand */
#define GAP_MOST      8   /* quotes, separator and white space between "host" and its value */

/* What was read of an authority. */
struct authority {
    size_t end;     /* where the reading ended */
    size_t at_sign; /* 0: there is none */
    bool password;  /* a colon stands before the '@', and no port behind it */
    bool path;      /* what may begin a path was taken for a part of the password */
};

static struct authority read_authority(struct span text, size_t start, size_t most)
{
    struct authority a = {.end = start};
    struct span ahead = span_first(span_from(text, start), most);
    bool signs = ahead.len && memchr(ahead.ptr, '@', ahead.len);
    size_t colon = 0;
    bool port = true;
    for (; a.end < start + ahead.len; a.end++) {
        char c = text.ptr[a.end];
        bool path = one_of(c, "/?");
        if (one_of(c, " \t\r\n\"'<>") || (path && (a.at_sign || port || !signs)) ||
            (c == '[' && a.end == start)) {
            break;
        }
        a.path = a.path || path;
        if (c == '@') {
            a.at_sign = a.end;
            a.password = a.password || colon;
        }
        port = port && (!colon || is_digit(c));
        colon = c == ':' && !colon ? a.end : colon;
    }
    a.password = a.password || (!a.at_sign && colon && !port);
    return a;
}

/* Where user and password end; 0 when there are none. */
static size_t end_of(struct span text, size_t start)
{
    struct authority a = read_authority(text, start, USERINFO_MOST);
    bool cut = (a.end == text.len && !a.path) || a.end == start + USERINFO_MOST;
    return a.at_sign ? a.at_sign : a.password && cut ? a.end : 0;
}

/* The same where much else may stand. */
static size_t end_with_password(struct span text, size_t start)
{
    struct span ahead = span_first(span_from(text, start), SHORT_MOST);
    if (ahead.len == 0 || !memchr(ahead.ptr, '@', ahead.len)) {
        return 0;
    }
    struct authority a = read_authority(text, start, SHORT_MOST);
    return a.at_sign && a.password ? a.at_sign : 0;
}

size_t userinfo_length(struct span authority)
{
    return end_with_password(authority, 0);
}

/* Where the value of "Host: x" or "host":"x" begins; 0 when it is none. */
static size_t skip_host(struct span text, size_t at)
{
    bool separated = false;
    size_t end = at + 4;
    while (end < text.len && end < at + 4 + GAP_MOST && one_of(text.ptr[end], ":=\"'\\ \t")) {
        separated = separated || one_of(text.ptr[end], ":=");
        end++;
    }
    return separated ? end : 0;
}

size_t userinfo_match(struct span text, size_t at, size_t *start)
{
    struct span rest = span_from(text, at);
    if (span_starts(rest, SPAN("://"))) {
        *start = at + 3;
        return end_of(text, *start);
    }
    *start = span_starts(rest, SPAN("//"))         ? at + 2
             : span_starts(rest, SPAN("CONNECT ")) ? at + 8
             : span_istarts(rest, SPAN("host"))    ? skip_host(text, at)
                                                   : 0;
    return *start ? end_with_password(text, *start) : 0;
}
