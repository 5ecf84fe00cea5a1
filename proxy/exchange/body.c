/* A captured body as text and as JSON. jansson refuses bytes that are not UTF-8, lone surrogates
 * and integers beyond 64 bits. The first are cleaned before, the last are read as reals (a spending
 * limit such as 999999999999999999999 is one); what it still refuses is scanned as text. */
#include "why401/exchange/body.h"

#include "why401/exchange/charset.h"
#include "why401/exchange/json_read.h"
#include "why401/http/decode.h"

/* Length of the well-formed UTF-8 character at the beginning of s (Unicode 15, table 3-7), 0 if
 * none. */
static size_t utf8_length(struct span s)
{
    unsigned char lead = (unsigned char)s.ptr[0];
    size_t len = lead < 0x80   ? 1
                 : lead < 0xc2 ? 0
                 : lead < 0xe0 ? 2
                 : lead < 0xf0 ? 3
                 : lead < 0xf5 ? 4
                               : 0;
    if (len > s.len) {
        return 0;
    }
    for (size_t i = 1; i < len; i++) {
        unsigned char next = (unsigned char)s.ptr[i];
        unsigned char low = 0x80;
        unsigned char high = 0xbf;
        if (i == 1) {
            low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
            high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
        }
        if (next < low || next > high) {
            return 0;
        }
    }
    return len;
}

void utf8_clean(struct str *out, struct span s)
{
    if (span_starts(s, SPAN("\xef\xbb\xbf"))) {
        s = span_from(s, 3);
    }
    size_t good = 0; /* bytes at the front that are known to be well-formed */
    while (good < s.len) {
        if ((unsigned char)s.ptr[good] < 0x80) {
            good++;
            continue;
        }
        size_t len = utf8_length(span_from(s, good));
        if (len) {
            good += len;
            continue;
        }
        str_add(out, span_first(s, good));
        str_add(out, SPAN("\xef\xbf\xbd"));
        s = span_from(s, good + 1);
        good = 0;
    }
    str_add(out, s);
}

struct span utf8_first(struct span s, size_t most)
{
    if (s.len <= most) {
        return s;
    }
    while (most && ((unsigned char)s.ptr[most] & 0xc0) == 0x80) {
        most--;
    }
    return span(s.ptr, most);
}

static bool add_text(struct str *out, struct span content_type, struct span decoded)
{
    enum charset set = charset_of(content_type, decoded);
    if (set == CHARSET_ASCII) {
        utf8_clean(out, decoded);
        return true;
    }
    return set != CHARSET_UNREADABLE && charset_convert(out, set, decoded);
}

enum body_reading body_read(const struct message *message, struct str *out)
{
    struct span coding = http_value(&message->head, SPAN("Content-Encoding"));
    struct span type = http_value(&message->head, SPAN("Content-Type"));
    struct str decoded;
    str_init(&decoded, out->limit);
    enum decode_result result =
        http_decode(coding, span(message->body.data, message->body.len), &decoded);
    /* One byte may become three; better a long text than a short one. */
    out->limit = out->limit <= SIZE_MAX / 3 ? out->limit * 3 : out->limit;
    bool is_text = add_text(out, type, str_span(&decoded));
    str_release(&decoded);
    return result == DECODE_UNKNOWN                                             ? READ_CODED
           : !is_text                                                           ? READ_NO_TEXT
           : result == DECODE_WHOLE && !message->body.truncated && !out->failed ? READ_WHOLE
                                                                                : READ_CUT;
}

bool body_text(const struct message *message, struct str *out)
{
    return body_read(message, out) == READ_WHOLE;
}

json_t *body_json(struct span text)
{
    json_error_t error;
    json_t *json = text.len ? json_read(text, JSON_ALLOW_NUL, &error) : NULL;
    if (!json && text.len && json_error_code(&error) == json_error_numeric_overflow) {
        json = json_read(text, JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL, &error);
    }
    return json;
}

/* Where the string that begins at `from`, a quote, ends: the offset of its closing quote, or the
 * end. */
static size_t string_end(struct span s, size_t from)
{
    size_t i = from + 1;
    while (i < s.len && s.ptr[i] != '"') {
        i += s.ptr[i] == '\\' ? 2 : 1;
    }
    return i < s.len ? i : s.len;
}

/* What a value that begins at `from` is: see body_scan. */
static struct span value_at(struct span s, size_t from)
{
    size_t depth = 0;
    if (from >= s.len) {
        return span(NULL, 0);
    }
    if (s.ptr[from] == '"') {
        return span(s.ptr + from + 1, string_end(s, from) - from - 1);
    }
    for (size_t i = from; i < s.len; i++) {
        char c = s.ptr[i];
        if (c == '"') {
            i = string_end(s, i);
        } else if (c == '{' || c == '[') {
            depth++;
        } else if ((c == '}' || c == ']') && depth && --depth == 0) {
            return span(s.ptr + from, i + 1 - from);
        }
        if (depth == 0) {
            return span(NULL, 0);
        }
    }
    return span_from(s, from);
}

static size_t skip_space(struct span s, size_t i)
{
    while (i < s.len && memchr(" \t\r\n", s.ptr[i], 4)) {
        i++;
    }
    return i;
}

struct span body_scan(struct span text, struct span key)
{
    size_t depth = 0;
    for (size_t i = skip_space(text, 0); i < text.len; i++) {
        char c = text.ptr[i];
        if (c == '{' || c == '[') {
            depth++;
        } else if (c == '}' || c == ']') {
            depth -= depth ? 1 : 0;
        } else if (c == '"') {
            size_t end = string_end(text, i);
            struct span string = span(text.ptr + i + 1, end - i - 1);
            size_t colon = skip_space(text, end + 1);
            if (depth == 1 && span_eq(string, key) && colon < text.len && text.ptr[colon] == ':') {
                return value_at(text, skip_space(text, colon + 1));
            }
            i = end;
        } else if (depth == 0) {
            break;
        }
    }
    return span(NULL, 0);
}
