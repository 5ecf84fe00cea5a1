#include "why401/http/target.h"

#include "why401/base/ip.h"

#define HOST_MOST 253 /* bytes of a DNS name in text (RFC 1035 §2.3.4) */

static struct target split_path(struct target t, struct span local)
{
    struct span rest = local;
    t.local = local;
    span_cut(&rest, '?', &t.path);
    t.query = rest.ptr ? rest : span(NULL, 0);
    return t;
}

static struct target split_absolute(struct span target, size_t scheme_len)
{
    struct target t = {.form = TARGET_ABSOLUTE, .scheme = span_first(target, scheme_len)};
    struct span rest = span_from(target, scheme_len + 3);
    size_t end = 0;
    while (end < rest.len && rest.ptr[end] != '/' && rest.ptr[end] != '?') {
        end++;
    }
    t.authority = span_first(rest, end);
    if (t.authority.len == 0 || memchr(t.authority.ptr, '@', t.authority.len)) {
        t.form = TARGET_BAD;
    }
    return split_path(t, span_from(rest, end));
}

struct target target_split(struct span target)
{
    if (target.len && target.ptr[0] == '/') {
        return split_path((struct target){.form = TARGET_ORIGIN}, target);
    }
    if (span_istarts(target, SPAN("http://"))) {
        return split_absolute(target, 4);
    }
    if (span_istarts(target, SPAN("https://"))) {
        return split_absolute(target, 5);
    }
    if (span_eq(target, SPAN("*"))) {
        return (struct target){.form = TARGET_ASTERISK, .local = target};
    }
    bool authority = span_find(target, SPAN(":")) > 0 && span_find(target, SPAN("/")) < 0;
    return (struct target){.form = authority ? TARGET_AUTHORITY : TARGET_BAD, .authority = target};
}

static bool is_name_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
}

static bool is_host(struct span host, bool brackets)
{
    struct ip ip;
    if (ip_parse(host, &ip)) {
        return brackets == (ip.family == 6 || memchr(host.ptr, ':', host.len));
    }
    if (brackets || host.len == 0 || host.len > HOST_MOST || host.ptr[0] == '.') {
        return false;
    }
    for (size_t i = 0; i < host.len; i++) {
        bool empty_label = host.ptr[i] == '.' && (i + 1 == host.len || host.ptr[i + 1] == '.');
        if (!is_name_byte(host.ptr[i]) || empty_label) {
            return false;
        }
    }
    return true;
}

bool authority_split(struct span authority, uint16_t default_port, struct span *host,
                     uint16_t *port)
{
    uint64_t number = default_port;
    bool brackets = authority.len && authority.ptr[0] == '[';
    struct span rest = brackets ? span_from(authority, 1) : authority;
    if (!span_cut(&rest, brackets ? ']' : ':', host)) {
        return false;
    }
    if (brackets && (!rest.ptr || (rest.len && rest.ptr[0] != ':'))) {
        return false;
    }
    struct span digits = brackets && rest.len ? span_from(rest, 1) : rest;
    bool has_port = brackets ? rest.len > 0 : rest.ptr != NULL;
    if (has_port && (!span_u64(digits, &number) || number == 0 || number > UINT16_MAX)) {
        return false;
    }
    if (host->len > 1 && host->ptr[host->len - 1] == '.') {
        host->len--;
    }
    *port = (uint16_t)number;
    return is_host(*host, brackets);
}

bool query_next(struct span *rest, struct span *name, struct span *value)
{
    struct span pair;
    do {
        if (!span_cut(rest, '&', &pair)) {
            return false;
        }
    } while (pair.len == 0);
    struct span after = pair;
    span_cut(&after, '=', name);
    *value = after.ptr ? after : span(pair.ptr + pair.len, 0);
    return true;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    char lower = (char)(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

void percent_decode(struct str *out, struct span s, bool form)
{
    for (size_t i = 0; i < s.len; i++) {
        int high = i + 2 < s.len ? hex_digit(s.ptr[i + 1]) : -1;
        int low = high >= 0 ? hex_digit(s.ptr[i + 2]) : -1;
        if (s.ptr[i] == '%' && low >= 0) {
            str_add_c(out, (char)(high * 16 + low));
            i += 2;
        } else {
            str_add_c(out, form && s.ptr[i] == '+' ? ' ' : s.ptr[i]);
        }
    }
}
