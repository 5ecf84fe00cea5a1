#include "reader.h"

#include <inttypes.h>

#include "why401/base/str.h"
#include "why401/config/nearest.h"

#define KEYS_MOST  32
#define LIST_SHOWN 256

static int unknown_key(const struct place *at, const char *name, const char *const *names,
                       size_t count, struct err *err)
{
    struct place inner = place_key(at, name);
    const char *near = nearest_word(span_of(name), names, count);
    if (near) {
        return place_bad(&inner, "an unknown key", err, "did you mean \"%s\"?", near);
    }
    struct str list;
    str_init(&list, LIST_SHOWN);
    for (size_t i = 0; i < count; i++) {
        str_addf(&list, "%s%s", i ? ", " : "", names[i]);
    }
    int result = place_bad(&inner, "an unknown key", err, "the keys here are %s", str_cstr(&list));
    str_release(&list);
    return result;
}

int check_keys(const struct place *at, json_t *value, const char *const *names, size_t count,
               struct err *err)
{
    if (!json_is_object(value)) {
        return place_bad_value(at, value, err, "expected an object in { }");
    }
    const char *name;
    json_t *ignored;
    json_object_foreach(value, name, ignored)
    {
        bool known = false;
        for (size_t i = 0; i < count && !known; i++) {
            known = strcmp(name, names[i]) == 0;
        }
        if (!known) {
            return unknown_key(at, name, names, count, err);
        }
    }
    return 0;
}

int read_object(struct config *c, const struct place *at, json_t *value, const struct key *keys,
                size_t count, struct err *err)
{
    const char *names[KEYS_MOST] = {0};
    for (size_t i = 0; i < count; i++) {
        names[i] = keys[i].name;
    }
    if (check_keys(at, value, names, count, err) != 0) {
        return -1;
    }
    for (size_t i = 0; i < count; i++) {
        json_t *member = json_object_get(value, keys[i].name);
        struct place inner = place_key(at, keys[i].name);
        const char *text = NULL;
        if (!member) {
            continue;
        }
        if (!keys[i].text) {
            if (keys[i].take(c, &inner, member, err) != 0) {
                return -1;
            }
        } else if (read_text(&inner, member, &text, err) != 0 ||
                   keys[i].text(c, &inner, text, err) != 0) {
            return -1;
        }
    }
    return 0;
}

int read_array(struct config *c, const struct place *at, json_t *value, take_fn *take,
               const char *empty, struct err *err)
{
    if (!json_is_array(value)) {
        return place_bad_value(at, value, err, "expected an array in [ ]");
    }
    if (json_array_size(value) == 0) {
        return place_bad(at, "an empty array", err, "%s", empty);
    }
    for (size_t i = 0; i < json_array_size(value); i++) {
        struct place inner = place_item(at, i);
        if (take(c, &inner, json_array_get(value, i), err) != 0) {
            return -1;
        }
    }
    return 0;
}

int read_bool(const struct place *at, json_t *value, bool *out, struct err *err)
{
    if (!json_is_boolean(value)) {
        return place_bad_value(at, value, err, "expected true or false");
    }
    *out = json_is_true(value);
    return 0;
}

int read_integer(const struct place *at, json_t *value, uint64_t least, uint64_t most,
                 uint64_t *out, struct err *err)
{
    json_int_t number = json_is_integer(value) ? json_integer_value(value) : -1;
    if (number < 0 || (uint64_t)number < least || (uint64_t)number > most) {
        return place_bad_value(at, value, err, "expected an integer from %" PRIu64 " to %" PRIu64,
                               least, most);
    }
    *out = (uint64_t)number;
    return 0;
}

int read_text(const struct place *at, json_t *value, const char **out, struct err *err)
{
    if (!json_is_string(value)) {
        return place_bad_value(at, value, err, "expected a string in quotes");
    }
    *out = json_string_value(value);
    return 0;
}

int read_path(struct config *c, const struct place *at, const char *text, const char **out,
              struct err *err)
{
    const char *file = place_file(at);
    const char *slash = file ? strrchr(file, '/') : NULL;
    if (text[0] == '\0') {
        return place_bad_text(at, text, err, "expected a path");
    }
    /* The folder with its slash, or nothing. */
    struct span folder = span(file, slash && text[0] != '/' ? (size_t)(slash + 1 - file) : 0);
    struct span path = arena_printf(&c->arena, "%.*s%s", SPAN_ARG(folder), text);
    if (!path.ptr) {
        return err_set(err, ERR_MEMORY, "no memory for a path in the config");
    }
    *out = path.ptr;
    return 0;
}
