/* They are few, and searched for literally: a text of an ordinary length is looked through for the
 * first byte of each. */
#include "secrets.h"

#include "chars.h"

#define WORDS_LEAST 16   /* bytes of a phrase that is more than a word */
#define TOKEN_LEAST 32   /* bytes; what is shorter in a token's place may be the name of a coin */
#define SHORT_TEXT  1024 /* bytes; longer ones are worth a prepared search */

static _Thread_local const struct secrets *known;

static bool is_listed(const struct secrets *s, struct span text)
{
    for (size_t i = 0; i < s->count; i++) {
        if (span_eq(s->list[i].text, text)) {
            return true;
        }
    }
    return false;
}

void secrets_add(struct secrets *s, struct span text)
{
    if (text.len >= SECRET_LEAST && s->count < SECRETS_MOST && !is_listed(s, text)) {
        s->list[s->count++] = (struct secret){.text = text, .least = SECRET_LEAST};
    }
}

void secrets_copy(struct secrets *s, struct span text)
{
    struct span kept = span_first(text, SECRET_COPY);
    if (text.len < SECRET_LEAST || s->count == SECRETS_MOST || is_listed(s, kept)) {
        return;
    }
    char *to = s->copies + s->copied;
    memcpy(to, kept.ptr, kept.len);
    s->copied += kept.len;
    s->list[s->count++] = (struct secret){
        .text = span(to, kept.len), .least = SECRET_LEAST, .goes_on = kept.len < text.len};
}

/* Words, coins such as "tbaseeth:xsgd", a digit many times. */
static bool is_ordinary(struct span text)
{
    bool digits = false;
    bool letters = false;
    bool others = false;
    bool same = true;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        digits = digits || is_digit(c);
        letters = letters || is_alpha(c);
        others = others || !(is_alnum(c) || one_of(c, " :._-"));
        same = same && c == text.ptr[0];
    }
    return same || !(others || (digits && letters) || text.len >= WORDS_LEAST);
}

static bool ends_with(struct span name, struct span end)
{
    return name.len >= end.len && span_ieq(span_from(name, name.len - end.len), end);
}

void secrets_copy_named(struct secrets *s, struct span name, struct span text)
{
    size_t before = s->count;
    bool coin = (ends_with(name, SPAN("token")) || ends_with(name, SPAN("tokens"))) &&
                text.len < TOKEN_LEAST;
    if (!coin && !is_ordinary(text)) {
        secrets_copy(s, text);
    }
    if (s->count > before) {
        s->list[before].least = s->list[before].text.len;
        s->list[before].word = true;
    }
}

void secrets_know(const struct secrets *s)
{
    known = s;
}

void secrets_forget(struct secrets *s)
{
    explicit_bzero(s->copies, s->copied);
    s->copied = 0;
    s->count = 0;
    known = NULL;
}

/* Where it stands at or behind `from`; the text's length when nowhere. */
static size_t find_whole(struct span text, size_t from, struct span secret)
{
    struct span rest = span_from(text, from);
    if (rest.len > SHORT_TEXT) {
        ptrdiff_t at = span_find(rest, secret);
        return at < 0 ? text.len : from + (size_t)at;
    }
    while (rest.len >= secret.len) {
        const char *first = memchr(rest.ptr, secret.ptr[0], rest.len - secret.len + 1);
        if (!first) {
            break;
        }
        if (memcmp(first, secret.ptr, secret.len) == 0) {
            return (size_t)(first - text.ptr);
        }
        rest = span_from(rest, (size_t)(first - rest.ptr) + 1);
    }
    return text.len;
}

/* Where its beginning stands at the text's end. */
static size_t find_cut(struct span text, const struct secret *s)
{
    size_t most = s->text.len < text.len ? s->text.len : text.len;
    struct span tail = span_from(text, text.len - most);
    while (tail.len >= s->least) {
        const char *first = memchr(tail.ptr, s->text.ptr[0], tail.len - s->least + 1);
        if (!first) {
            break;
        }
        tail = span_from(tail, (size_t)(first - tail.ptr));
        if (memcmp(tail.ptr, s->text.ptr, tail.len) == 0) {
            return text.len - tail.len;
        }
        tail = span_from(tail, 1);
    }
    return text.len;
}

static bool stands_alone(struct span text, size_t start, size_t end)
{
    return (start == 0 || !is_alnum(text.ptr[start - 1])) && !is_alnum(byte_at(text, end));
}

static void mark(const struct view *v, const struct secret *s)
{
    size_t len = v->text.len;
    for (size_t at = 0; (at = find_whole(v->text, at, s->text)) < len;) {
        size_t end = s->goes_on ? len : at + s->text.len;
        if (!s->word || stands_alone(v->text, at, end)) {
            view_mark(v, at, end);
        }
        at = end;
    }
    if (!s->word) {
        view_mark(v, find_cut(v->text, s), len);
    }
}

void secrets_mark(const struct view *v)
{
    for (size_t i = 0; known && i < known->count; i++) {
        mark(v, &known->list[i]);
    }
}

bool secrets_may_be_in(struct span text)
{
    if (!known || known->count == 0 || text.len < SECRET_LEAST) {
        return false;
    }
    bool may_be = has_byte(text, "%\\&");
    for (size_t i = 0; i < known->count && !may_be; i++) {
        may_be = find_whole(text, 0, known->list[i].text) < text.len ||
                 find_cut(text, &known->list[i]) < text.len;
    }
    return may_be;
}
