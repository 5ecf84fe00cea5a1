/* Which texts are DNS names. Nothing here knows about certificates: it is the gate before them. */
#include "name.h"

#include "why401/base/ip.h"

static bool is_alnum(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool is_label(struct span label, bool underscore)
{
    if (label.len < 1 || label.len > 63 || label.ptr[0] == '-' || label.ptr[label.len - 1] == '-') {
        return false;
    }
    for (size_t i = 0; i < label.len; i++) {
        char c = label.ptr[i];
        if (!is_alnum(c) && c != '-' && !(underscore && c == '_')) {
            return false;
        }
    }
    return true;
}

static bool is_name(struct span name, bool underscore)
{
    struct ip ip;
    if (name.len == 0 || name.len > NAME_MOST || name.ptr[name.len - 1] == '.' ||
        ip_parse(name, &ip)) {
        return false;
    }
    struct span label;
    for (struct span rest = name; span_cut(&rest, '.', &label);) {
        if (!is_label(label, underscore)) {
            return false;
        }
    }
    return true;
}

bool name_is_dns(struct span name)
{
    return is_name(name, false);
}

bool name_is_host(struct span name)
{
    return is_name(name, true);
}

void name_lower(struct span name, char *text)
{
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        text[i] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
    }
    text[name.len] = '\0';
}

const char *name_show(struct span name, char *text, size_t size)
{
    size_t len = 0;
    for (; len < name.len && len + 1 < size; len++) {
        char c = name.ptr[len];
        text[len] = c > ' ' && c < 0x7f && c != '"' && c != '\\' ? c : '?';
    }
    text[len] = '\0';
    if (len < name.len && len >= 3) {
        memcpy(text + len - 3, "...", 3);
    }
    return text;
}
