/* Reading a rule's JSON strictly. The JSON path of the value in hand is kept as text while the
 * reader steps down, because jansson's values do not know where in the file they stood. */
#include "reader.h"

#include <stdio.h>

#include "why401/base/str.h"

#define FOUND_MOST  80
#define WORDS_MOST  400
#define VALUES_MOST 60

size_t reader_enter(struct reader *r, const char *key)
{
    size_t mark = strlen(r->at);
    snprintf(r->at + mark, sizeof r->at - mark, "%s%.60s", mark ? "." : "", key);
    return mark;
}

size_t reader_enter_item(struct reader *r, size_t index)
{
    size_t mark = strlen(r->at);
    snprintf(r->at + mark, sizeof r->at - mark, "[%zu]", index);
    return mark;
}

void reader_leave(struct reader *r, size_t mark)
{
    r->at[mark] = '\0';
}

/* Says in a few words what a value is. */
static void describe(const json_t *found, char *text, size_t size)
{
    switch (found ? json_typeof(found) : JSON_NULL) {
    case JSON_OBJECT:
        snprintf(text, size, "an object");
        break;
    case JSON_ARRAY:
        snprintf(text, size, json_array_size(found) ? "a list" : "an empty list");
        break;
    case JSON_STRING:
        snprintf(text, size, "\"%.*s\"", VALUES_MOST, json_string_value(found));
        break;
    case JSON_INTEGER:
        snprintf(text, size, "%" JSON_INTEGER_FORMAT, json_integer_value(found));
        break;
    case JSON_REAL:
        snprintf(text, size, "%g", json_real_value(found));
        break;
    case JSON_TRUE:
    case JSON_FALSE:
        snprintf(text, size, json_is_true(found) ? "true" : "false");
        break;
    case JSON_NULL:
        snprintf(text, size, found ? "null" : "nothing");
        break;
    }
}

static int fail(struct reader *r, const char *found, const char *expected)
{
    return err_set(r->err, ERR_RULE, "%s: %s: found %s, expected %s", r->file,
                   r->at[0] ? r->at : "the top level", found, expected);
}

int reader_fail(struct reader *r, const json_t *found, const char *expected, ...)
{
    char what[FOUND_MOST];
    char wanted[WORDS_MOST];
    va_list args;
    describe(found, what, sizeof what);
    va_start(args, expected);
    vsnprintf(wanted, sizeof wanted, expected, args);
    va_end(args);
    return fail(r, what, wanted);
}

int reader_no_room(struct reader *r)
{
    return err_set(r->err, ERR_MEMORY, "%s: no memory left for this rule", r->file);
}

/* "a, b or c", from a list that ends with NULL. */
static void list_words(const char *const *words, char *text, size_t size)
{
    size_t len = 0;
    text[0] = '\0';
    for (size_t i = 0; words[i] && len < size; i++) {
        const char *join = i == 0 ? "" : words[i + 1] ? ", " : " or ";
        int n = snprintf(text + len, size - len, "%s%s", join, words[i]);
        len += n > 0 ? (size_t)n : 0;
    }
}

static bool is_one_of(const char *word, const char *const *words, size_t *at)
{
    for (size_t i = 0; words[i]; i++) {
        if (strcmp(word, words[i]) == 0) {
            *at = i;
            return true;
        }
    }
    return false;
}

int reader_object(struct reader *r, const json_t *value, const char *const *keys)
{
    if (!json_is_object(value)) {
        return reader_fail(r, value, "an object");
    }
    for (void *iter = json_object_iter((json_t *)(uintptr_t)value); iter;
         iter = json_object_iter_next((json_t *)(uintptr_t)value, iter)) {
        const char *key = json_object_iter_key(iter);
        size_t ignored;
        if (!is_one_of(key, keys, &ignored)) {
            char what[FOUND_MOST + 24];
            char wanted[WORDS_MOST];
            snprintf(what, sizeof what, "the unknown key \"%.*s\"", VALUES_MOST, key);
            list_words(keys, wanted, sizeof wanted);
            return fail(r, what, wanted);
        }
    }
    return 0;
}

int reader_list(struct reader *r, const json_t *value, const char *of_what)
{
    if (!json_is_array(value) || json_array_size(value) == 0) {
        return reader_fail(r, value, "a list of at least one %s", of_what);
    }
    if (json_array_size(value) > READER_ITEMS_MOST) {
        char what[FOUND_MOST];
        char wanted[FOUND_MOST];
        snprintf(what, sizeof what, "%zu entries", json_array_size(value));
        snprintf(wanted, sizeof wanted, "at most %d", READER_ITEMS_MOST);
        return fail(r, what, wanted);
    }
    return 0;
}

int reader_text(struct reader *r, const json_t *value, size_t most, const char **out)
{
    const char *text = json_string_value(value);
    if (!text || text[strspn(text, " \t\r\n")] == '\0') {
        return reader_fail(r, value, "a text that is not empty");
    }
    if (json_string_length(value) > most) {
        char what[FOUND_MOST];
        char wanted[FOUND_MOST];
        snprintf(what, sizeof what, "a text of %zu bytes", json_string_length(value));
        snprintf(wanted, sizeof wanted, "at most %zu", most);
        return fail(r, what, wanted);
    }
    *out = text;
    return 0;
}

int reader_texts(struct reader *r, const json_t *value, size_t most, const char *const **out)
{
    if (reader_list(r, value, "text") != 0) {
        return -1;
    }
    size_t count = json_array_size(value);
    const char **texts = arena_alloc(r->arena, (count + 1) * sizeof *texts);
    if (!texts) {
        return reader_no_room(r);
    }
    for (size_t i = 0; i < count; i++) {
        size_t mark = reader_enter_item(r, i);
        if (reader_text(r, json_array_get(value, i), most, &texts[i]) != 0) {
            return -1;
        }
        reader_leave(r, mark);
    }
    *out = texts;
    return 0;
}

int reader_member_text(struct reader *r, const json_t *object, const char *key, size_t most,
                       const char **out)
{
    size_t mark = reader_enter(r, key);
    if (reader_text(r, json_object_get(object, key), most, out) != 0) {
        return -1;
    }
    reader_leave(r, mark);
    return 0;
}

int reader_member_texts(struct reader *r, const json_t *object, const char *key, bool required,
                        size_t most, const char *const **out)
{
    const json_t *list = json_object_get(object, key);
    if (!list && !required) {
        return 0;
    }
    size_t mark = reader_enter(r, key);
    if (reader_texts(r, list, most, out) != 0) {
        return -1;
    }
    reader_leave(r, mark);
    return 0;
}

int reader_some(struct reader *r, const json_t *value, size_t most, struct span **out,
                size_t *count)
{
    bool list = json_is_array(value);
    if (list ? reader_list(r, value, "text") != 0 : !json_is_string(value)) {
        return list ? -1 : reader_fail(r, value, "a text or a list of texts");
    }
    *count = list ? json_array_size(value) : 1;
    *out = arena_alloc(r->arena, *count * sizeof **out);
    if (!*out) {
        return reader_no_room(r);
    }
    for (size_t i = 0; i < *count; i++) {
        const char *text = "";
        size_t mark = list ? reader_enter_item(r, i) : strlen(r->at);
        if (reader_text(r, list ? json_array_get(value, i) : value, most, &text) != 0) {
            return -1;
        }
        (*out)[i] = span_of(text);
        reader_leave(r, mark);
    }
    return 0;
}

int reader_words(struct reader *r, const json_t *value, const char *const *words, unsigned *mask)
{
    struct span *texts = NULL;
    size_t count = 0;
    if (reader_some(r, value, READER_PHRASE_MOST, &texts, &count) != 0) {
        return -1;
    }
    *mask = 0;
    for (size_t i = 0; i < count; i++) {
        size_t at;
        if (!is_one_of(texts[i].ptr, words, &at)) {
            char wanted[WORDS_MOST];
            list_words(words, wanted, sizeof wanted);
            bool list = json_is_array(value);
            if (list) {
                reader_enter_item(r, i);
            }
            return reader_fail(r, list ? json_array_get(value, i) : value, "%s", wanted);
        }
        *mask |= 1U << at;
    }
    return 0;
}

int reader_bool(struct reader *r, const json_t *value, bool *out)
{
    if (!json_is_boolean(value)) {
        return reader_fail(r, value, "true or false");
    }
    *out = json_is_true(value);
    return 0;
}
