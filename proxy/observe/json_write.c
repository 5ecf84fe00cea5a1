#include "json_write.h"

#include "utf8.h"
#include "why401/observe/text.h"

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

/* A plain run, but for the second '#' of each command to a CI's runner, which reads standard
 * output. */
static void add_run(struct str *out, struct span run)
{
    for (;;) {
        size_t plain = before_command(run);
        str_add(out, span_first(run, plain));
        if (plain == run.len) {
            return;
        }
        add_escape(out, '#');
        run = span_from(run, plain + 1);
    }
}

/* A string without anything to escape, as nearly all are. */
static void add_plain(struct str *out, struct span s)
{
    char *to = str_room(out, s.len + 2);
    if (to) {
        to[0] = '"';
        memcpy(to + 1, s.ptr, s.len);
        memcpy(to + 1 + s.len, "\"", 2);
        out->len += s.len + 2;
    }
}

void json_text(struct str *out, struct span s, size_t most)
{
    s = span_first(s, most);
    if (s.len && plain_run(s, true) == s.len && before_command(s) == s.len) {
        add_plain(out, s);
        return;
    }
    str_add_c(out, '"');
    while (s.len) {
        size_t plain = plain_run(s, true);
        add_run(out, span_first(s, plain));
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

void json_name(struct str *out, struct span key)
{
    json_comma(out);
    char *to = str_room(out, key.len + 3);
    if (to) {
        to[0] = '"';
        memcpy(to + 1, key.ptr, key.len);
        memcpy(to + 1 + key.len, "\":", 3);
        out->len += key.len + 3;
    }
}
