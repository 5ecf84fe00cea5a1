/* Showing a captured body. It is decoded, and shown only if it is text: what is compressed, binary
 * or in another character set cannot be searched for secrets, so it is left out and a comment says
 * so. Text is searched as text, which changes nothing but the secrets: numbers keep the form that
 * the peer gave them. What is JSON is then looked at as JSON, too, and where that finds more, the
 * redacted copy of the value is shown instead. What is in UTF-16 or UTF-32 becomes UTF-8 before. */
#include "record_body.h"

#include <stdlib.h>

#include "utf8.h"
#include "why401/exchange/charset.h"
#include "why401/http/decode.h"
#include "why401/observe/redact.h"

#define CHARACTER_MOST 4 /* bytes of one character */
#define GROWTH         4096
#define UTF8_MARK      SPAN("\xef\xbb\xbf")

static const char not_kept[] =
    "not kept: limits.capture_bytes is 0, or all captures together had no room for it";
static const char cut[] =
    "the beginning of it (limits.capture_bytes and limits.decoded_bytes in the config)";
static const char damaged[] = "what could be decoded of it: its Content-Encoding is damaged";

const char *body_left_out(enum body_reading reading)
{
    return reading == READ_CODED ? "left out: its Content-Encoding is not known"
           : reading == READ_NO_TEXT
               ? "left out: it is not UTF-8 text, so it could not be searched for secrets"
               : NULL;
}

/* With `ends_early` the last character may lack bytes. */
static bool is_text(struct span s, bool ends_early)
{
    for (size_t at = 0; at < s.len;) {
        uint32_t code;
        size_t len = utf8_read(span_from(s, at), &code);
        if (len == 0) {
            return ends_early && s.len - at < CHARACTER_MOST && (unsigned char)s.ptr[at] >= 0xc2;
        }
        at += len;
    }
    return true;
}

static void wipe(struct str *plain)
{
    if (plain->ptr) {
        explicit_bzero(plain->ptr, plain->len);
    }
    str_release(plain);
}

static void show_json(struct str *out, const json_t *value)
{
    char *text = value ? json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;
    str_clear(out);
    str_add(out, text ? span_of(text) : SPAN("[redacted]"));
    free(text);
}

/* Looks at the text in `out` as the JSON that it is; what has become none is made again from the
 * JSON that it was. */
static void search_json(struct str *out, struct span text, const json_t *source,
                        enum redact_place place)
{
    bool same = span_eq(str_span(out), text);
    json_t *changed = same ? NULL : body_json(str_span(out));
    const json_t *shown = same ? source : changed;
    json_t *clean = redact_json_body(shown ? shown : source, place);
    if (!shown || !clean || !json_equal(shown, clean)) {
        show_json(out, clean);
    }
    json_decref(changed);
    json_decref(clean);
}

void body_show(struct str *out, struct span text, const json_t *json, enum redact_place place)
{
    str_init(out, 2 * text.len + GROWTH);
    redact_body(out, text, place);
    /* What costs too much as one text costs no less string by string. */
    if (json && !span_eq(str_span(out), SPAN("[redacted]"))) {
        search_json(out, text, json, place);
    }
    if (out->failed) {
        str_clear(out);
        str_add(out, SPAN("[redacted]"));
    }
}

static void show_text(struct str *out, struct span plain, enum redact_place place)
{
    json_t *json = body_json(plain);
    body_show(out, plain, json, place);
    json_decref(json);
}

static enum body_reading read_wide(struct str *plain, enum charset set)
{
    struct str text;
    str_init(&text, 2 * plain->len + GROWTH);
    bool is_text = charset_convert(&text, set, str_span(plain));
    wipe(plain);
    *plain = text;
    return is_text && !text.failed ? READ_WHOLE : READ_NO_TEXT;
}

/* Makes UTF-8 of what was decoded. What is not quite UTF-8 may be anything. */
static enum body_reading read_text(struct str *plain, struct span content_type, bool whole)
{
    enum charset set = charset_of(content_type, str_span(plain));
    if (set == CHARSET_ASCII) {
        return is_text(str_span(plain), !whole) ? READ_WHOLE : READ_NO_TEXT;
    }
    return set == CHARSET_UNREADABLE ? READ_NO_TEXT : read_wide(plain, set);
}

static void show_decoded(struct shown_body *b, const struct message *m, struct str *plain,
                         enum decode_result result, enum redact_place place)
{
    struct span type = http_value(&m->head, SPAN("Content-Type"));
    bool whole = result == DECODE_WHOLE && !m->body.truncated;
    b->size = whole ? (int64_t)plain->len : b->size;
    enum body_reading reading =
        result == DECODE_UNKNOWN ? READ_CODED : read_text(plain, type, whole);
    if (reading == READ_WHOLE) {
        struct span text = str_span(plain);
        show_text(&b->text, span_from(text, span_starts(text, UTF8_MARK) ? UTF8_MARK.len : 0),
                  place);
        b->has_text = true;
        b->comment = whole ? NULL : result == DECODE_BROKEN ? damaged : cut;
    } else {
        b->comment = body_left_out(reading);
    }
}

void record_body(struct shown_body *b, const struct message *m, size_t most,
                 enum redact_place place)
{
    struct span coding = http_value(&m->head, SPAN("Content-Encoding"));
    *b = (struct shown_body){.size = coding.len && m->body_bytes ? -1 : (int64_t)m->body_bytes};
    if (m->body.len == 0) {
        b->comment = m->body_bytes ? not_kept : NULL;
        return;
    }
    struct str plain;
    str_init(&plain, most);
    enum decode_result result = http_decode(coding, span(m->body.data, m->body.len), &plain);
    show_decoded(b, m, &plain, result, place);
    wipe(&plain);
}

void shown_body_release(struct shown_body *b)
{
    str_release(&b->text);
}
