#include "json_write.h"

#include "utf8.h"

/* Bytes at the start of s that a JSON string holds as they are. */
static size_t plain_run(struct span s)
{
    size_t len = 0;
    while (len < s.len && s.ptr[len] >= ' ' && s.ptr[len] <= '~' && s.ptr[len] != '"' &&
           s.ptr[len] != '\\') {
        len++;
    }
    return len;
}

static void add_escape(struct str *out, uint32_t code)
{
    if (code == '"' || code == '\\') {
        str_add_c(out, '\\');
        str_add_c(out, (char)code);
    } else if (code == '\n') {
        str_add(out, SPAN("\\n"));
    } else if (code > 0xffff) {
        uint32_t rest = code - 0x10000;
        str_addf(out, "\\u%04x\\u%04x", 0xd800 + (rest >> 10), 0xdc00 + (rest & 0x3ff));
    } else {
        str_addf(out, "\\u%04x", code);
    }
}

void json_text(struct str *out, struct span s, size_t most)
{
    s = span_first(s, most);
    str_add_c(out, '"');
    while (s.len) {
        size_t plain = plain_run(s);
        str_add(out, span_first(s, plain));
        s = span_from(s, plain);
        if (s.len == 0) {
            break;
        }
        uint32_t code = 0;
        size_t len = utf8_read(s, &code);
        if (len == 0) {
            str_add(out, SPAN("\xef\xbf\xbd"));
        } else if (code == '"' || code == '\\' || utf8_is_unsafe(code)) {
            add_escape(out, code);
        } else {
            str_add(out, span_first(s, len));
        }
        s = span_from(s, len ? len : 1);
    }
    str_add_c(out, '"');
}

void json_number(struct str *out, uint64_t value)
{
    char digits[20];
    size_t at = sizeof digits;
    do {
        digits[--at] = (char)('0' + value % 10);
        value /= 10;
    } while (value);
    str_add(out, span(digits + at, sizeof digits - at));
}

void json_comma(struct str *out)
{
    char last = out->len ? out->ptr[out->len - 1] : '{';
    if (last != '{' && last != '[' && last != ':') {
        str_add_c(out, ',');
    }
}

void json_key(struct str *out, const char *key)
{
    json_comma(out);
    str_add_c(out, '"');
    str_add(out, span_of(key));
    str_add(out, SPAN("\":"));
}

void json_add_text(struct str *out, const char *key, struct span value, size_t most)
{
    json_key(out, key);
    json_text(out, value, most);
}

void json_add_number(struct str *out, const char *key, uint64_t value)
{
    json_key(out, key);
    json_number(out, value);
}

void json_add_bool(struct str *out, const char *key, bool value)
{
    json_key(out, key);
    str_add(out, value ? SPAN("true") : SPAN("false"));
}
