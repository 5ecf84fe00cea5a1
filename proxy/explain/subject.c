/* What is judged. An answer may say in several places what is wrong: BitGo Express adds a `message`
 * to the body of the platform, a validation error has its text one level down. A test on the error
 * holds when one of these texts passes it. */
#include "subject.h"

#include "why401/exchange/body.h"
#include "why401/inspect/environment.h"

#define SENT_MOST (1 << 20) /* decoded bytes of a request body that is read as JSON */
#define PATH_MOST 16384

static void add_text(struct span *texts, size_t *count, struct span text)
{
    text = span_first(text, SUBJECT_TEXT_MOST);
    if (text.len && *count < SUBJECT_TEXTS) {
        texts[(*count)++] = text;
    }
}

static struct span member(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    return span(json_string_value(value), json_string_length(value));
}

static void gather_texts(struct subject *s)
{
    const json_t *json = s->answer->json;
    add_text(s->texts, &s->text_count, s->answer->error);
    add_text(s->names, &s->name_count, s->answer->name);
    if (!json) {
        add_text(s->texts, &s->text_count, s->answer->text.ptr ? s->body : span(NULL, 0));
        return;
    }
    const json_t *context = json_object_get(json, "context");
    add_text(s->texts, &s->text_count, member(json, "message"));
    add_text(s->texts, &s->text_count, member(json_object_get(json, "error"), "message"));
    add_text(s->texts, &s->text_count, member(json, "error_description"));
    add_text(s->texts, &s->text_count, member(context, "message"));
    add_text(s->names, &s->name_count, member(json, "name"));
    add_text(s->names, &s->name_count, member(json, "errorName"));
    add_text(s->names, &s->name_count, member(json, "code"));
    add_text(s->names, &s->name_count, member(context, "errorName"));
}

/* Unescapes segment by segment, so that an escaped slash makes no new segment. */
static void unescape_path(struct str *out, struct span path)
{
    struct span segment;
    bool first = true;
    while (span_cut(&path, '/', &segment)) {
        if (!first) {
            str_add_c(out, '/');
        }
        first = false;
        size_t before = out->len;
        percent_decode(out, segment, false);
        if (!out->failed && out->len > before &&
            memchr(out->ptr + before, '/', out->len - before)) {
            out->len = before;
            str_add(out, segment);
        }
    }
}

void subject_init(struct subject *s, const struct exchange *x, const struct answer *answer)
{
    *s = (struct subject){.x = x, .answer = answer};
    s->body = span_first(str_span(&answer->text), SUBJECT_TEXT_MOST);
    gather_texts(s);
    str_init(&s->path, PATH_MOST);
    str_init(&s->coin, PATH_MOST);
    if (x->target.path.len) {
        unescape_path(&s->path, x->target.path);
        struct span coin = coin_of_path(x->target.path);
        if (coin.len) {
            percent_decode(&s->coin, coin, false);
        }
    }
}

void subject_release(struct subject *s)
{
    str_release(&s->path);
    str_release(&s->coin);
    json_decref(s->sent);
}

bool subject_has_request(const struct subject *s)
{
    return s->x->request.head.method.len > 0;
}

const json_t *subject_sent(struct subject *s)
{
    if (!s->sent_was_read) {
        struct str text;
        s->sent_was_read = true;
        str_init(&text, SENT_MOST);
        body_text(&s->x->request, &text);
        s->sent = body_json(str_span(&text));
        str_release(&text);
    }
    return s->sent;
}
