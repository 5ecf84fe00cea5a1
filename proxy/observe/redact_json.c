/* Redaction of a JSON value: a copy is built in which every value of a secret name is gone, at any
 * depth, and every string has been searched as text, because JSON likes to carry JSON. */
#include "company.h"
#include "names.h"
#include "why401/observe/redact.h"
#include "why401/observe/text.h"

#define DEPTH_MOST  64
#define STRING_MOST (1 << 20)

/* How far a value lies within others, and where they come from. */
struct position {
    size_t depth;
    enum redact_place place;
};

static json_t *copy(const json_t *value, struct position p);

static json_t *hidden(void)
{
    return json_string("[redacted]");
}

/* What `redacted` has written, as a JSON string. Releases it. */
static json_t *finished(struct str *redacted)
{
    struct str clean;
    str_init(&clean, 3UL * STRING_MOST);
    text_utf8(&clean, str_span(redacted));
    json_t *string =
        redacted->failed || clean.failed ? hidden() : json_stringn(str_cstr(&clean), clean.len);
    str_release(&clean);
    str_release(redacted);
    return string;
}

static json_t *copy_string(struct span text)
{
    struct str redacted;
    str_init(&redacted, STRING_MOST);
    redact_text(&redacted, text);
    return finished(&redacted);
}

static struct span text_of(const json_t *string)
{
    return span(json_string_value(string), json_string_length(string));
}

/* The value of a secret name: true, false and null tell nothing, a credential keeps its scheme. */
static json_t *copy_secret(struct span name, const json_t *value)
{
    if (json_is_boolean(value) || json_is_null(value)) {
        return json_deep_copy(value);
    }
    if (!json_is_string(value)) {
        return hidden();
    }
    struct str redacted;
    str_init(&redacted, STRING_MOST);
    redact_field(&redacted, name, text_of(value));
    return finished(&redacted);
}

/* The name that {"name": "password", "value": "…"} gives to its value; empty when there is none. */
static struct span pair_name(const json_t *object)
{
    static const char *const keys[] = {"name", "key", "field", "header", "param"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        const json_t *name = json_object_get(object, keys[i]);
        if (json_is_string(name) && span_find(text_of(name), SPAN(" ")) < 0 &&
            redact_is_secret_name(text_of(name))) {
            return text_of(name);
        }
    }
    return span(NULL, 0);
}

static bool is_pair_value(const char *key)
{
    return strcmp(key, "value") == 0 || strcmp(key, "val") == 0 || strcmp(key, "content") == 0 ||
           strcmp(key, "data") == 0;
}

/* Keys are written as they are unless they are shaped like a secret. */
static int set(json_t *object, const char *key, json_t *value)
{
    json_t *name = value ? copy_string(span_of(key)) : NULL;
    int rc = name ? json_object_set(object, json_string_value(name), value) : -1;
    json_decref(name);
    json_decref(value);
    return rc;
}

/* What the members of an object say about the ordinary words among their names. */
static struct company company_of_members(const json_t *object, struct position p)
{
    struct company all = {.encryption = p.place == REDACT_ENCRYPTION};
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)object, key, value)
    {
        struct company name = company_of(span_of(key));
        struct company text = company_of(text_of(value));
        all.totp = all.totp || name.totp || text.totp;
        all.encryption = all.encryption || name.encryption;
    }
    return all;
}

static bool has_ordinary(const json_t *object)
{
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)object, key, value)
    {
        if (is_ordinary(span_of(key))) {
            return true;
        }
    }
    return false;
}

/* A list of objects, or one: they have names of their own. */
static bool lists_objects(const json_t *value)
{
    return json_is_object(value) ||
           (json_is_array(value) &&
            (json_array_size(value) == 0 || json_is_object(json_array_get(value, 0))));
}

static bool is_seed(const json_t *value)
{
    struct span text = text_of(value);
    return text.len && totp_seed_length(text) == text.len;
}

/* The member's value is secret by its name. */
static bool is_secret_member(struct span name, const json_t *value, struct company company)
{
    if (is_ordinary(name)) {
        return is_seed(value) || (company_classify(company, name) != NAME_HARMLESS &&
                                  !(is_key(name) && is_short_word(text_of(value))));
    }
    enum name_class class = name_classify(name);
    return class == NAME_LIST ? !lists_objects(value) : class != NAME_HARMLESS;
}

static json_t *copy_object(const json_t *from, struct position p)
{
    json_t *object = json_object();
    struct span pair = pair_name(from);
    struct company company = has_ordinary(from) ? company_of_members(from, p) : (struct company){0};
    const char *key;
    json_t *value;
    /* The iteration macro wants a pointer to what is not const; nothing is changed. */
    json_object_foreach((json_t *)(uintptr_t)from, key, value)
    {
        struct span name = span_of(key);
        json_t *to = is_ordinary(name) && is_secret_member(name, value, company)
                         ? copy_secret(SPAN("secret"), value)
                     : is_secret_member(name, value, company) ? copy_secret(name, value)
                     : pair.len && is_pair_value(key)         ? copy_secret(pair, value)
                                                              : copy(value, p);
        if (set(object, key, to) != 0) {
            json_decref(object);
            return NULL;
        }
    }
    return object;
}

static bool names_next(const json_t *value)
{
    enum name_class class = json_is_string(value) ? name_classify(text_of(value)) : NAME_HARMLESS;
    return class != NAME_HARMLESS && class != NAME_LIST;
}

/* The element names the next one's value: in ["password", "…"], and where the names and values of
 * header fields are listed in turn, as Node does. Other lists have names too: of what is missing,
 * say. */
static bool is_name_at(const json_t *array, size_t i)
{
    size_t size = json_array_size(array);
    struct span name = text_of(json_array_get(array, i));
    bool field = span_ieq(name, SPAN("Authorization")) || span_ieq(name, SPAN("Cookie")) ||
                 span_find(name, SPAN("-")) > 0;
    return i % 2 == 0 && size % 2 == 0 && (size == 2 || field) && span_find(name, SPAN(" ")) < 0 &&
           names_next(json_array_get(array, i)) && !names_next(json_array_get(array, i + 1));
}

static json_t *copy_array(const json_t *from, struct position p)
{
    json_t *array = json_array();
    for (size_t i = 0; i < json_array_size(from); i++) {
        const json_t *value = json_array_get(from, i);
        json_t *to = i > 0 && is_name_at(from, i - 1)
                         ? copy_secret(text_of(json_array_get(from, i - 1)), value)
                         : copy(value, p);
        if (!to || json_array_append_new(array, to) != 0) {
            json_decref(array);
            return NULL;
        }
    }
    return array;
}

static json_t *copy(const json_t *value, struct position p)
{
    if (p.depth++ == DEPTH_MOST) {
        return json_string("[cut]");
    }
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        return copy_object(value, p);
    case JSON_ARRAY:
        return copy_array(value, p);
    case JSON_STRING:
        return copy_string(text_of(value));
    default:
        return json_deep_copy(value);
    }
}

json_t *redact_json_body(const json_t *value, enum redact_place place)
{
    return value ? copy(value, (struct position){.place = place}) : NULL;
}

json_t *redact_json(const json_t *value)
{
    return redact_json_body(value, REDACT_ANYWHERE);
}
