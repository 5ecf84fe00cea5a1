/* A value counts as a stray token when a raw token (v2x and 64 digits) stands in it, whatever its
 * name; or, in a request that has no bearer at all, when its name says that it is one. A coin's
 * name in a parameter called token is none. */
#include "stray.h"

#include "token.h"

#define VALUE_MOST 512
#define NAME_SHOWN 40

struct name {
    struct span text;
    bool plain; /* the name alone says it; otherwise the value must have a token's form, too */
};

#define NAME(text, plain)                                                                          \
    {                                                                                              \
        {text, sizeof(text) - 1}, (plain)                                                          \
    }

static const struct name query_names[] = {
    NAME("access_token", true),  NAME("accessToken", true), NAME("access-token", true),
    NAME("auth_token", true),    NAME("authToken", true),   NAME("bearer", true),
    NAME("bearer_token", true),  NAME("api_key", true),     NAME("apikey", true),
    NAME("authorization", true), NAME("token", false),      NAME("auth", false),
    NAME("jwt", false),
};

static const struct name field_names[] = {
    NAME("Access-Token", true),
    NAME("X-Access-Token", true),
    NAME("X-Auth-Token", true),
    NAME("Auth-Token", true),
    NAME("X-Api-Key", true),
    NAME("Api-Key", true),
    NAME("ApiKey", true),
    NAME("Token", true),
    NAME("X-Token", true),
    NAME("Bearer", true),
    NAME("Bearer-Token", true),
    NAME("X-Authorization", true),
    NAME("X-Bitgo-Token", true),
    NAME("X-Bitgo-Access-Token", true),
    NAME("Bitgo-Access-Token", true),
    NAME("X-Bitgo-Api-Key", true),
    NAME("Authentication", true),
};

static const struct name *known_name(const struct name *names, size_t count, struct span name)
{
    for (size_t i = 0; i < count; i++) {
        if (span_ieq(name, names[i].text)) {
            return &names[i];
        }
    }
    return NULL;
}

/* A long-lived access token's form or an older one; an id has too many other uses. */
static bool is_token(struct span value)
{
    enum token_look look = token_look(value);
    return look == LOOK_RAW || look == LOOK_LEGACY || look == LOOK_DIGEST;
}

static bool is_stray(const struct name *name, struct span value, bool has_bearer)
{
    if (token_inside(value)) {
        return true;
    }
    return name && !has_bearer && value.len && (name->plain || is_token(value));
}

static enum severity severity_of(bool has_bearer)
{
    return has_bearer ? SEVERITY_WARNING : SEVERITY_PROBLEM;
}

static bool stray_parameter(struct span name, struct span value, bool has_bearer,
                            const struct name **known)
{
    struct str plain;
    str_init(&plain, VALUE_MOST);
    percent_decode(&plain, value, true);
    *known = known_name(query_names, sizeof query_names / sizeof *query_names, name);
    bool stray =
        is_stray(*known, plain.failed ? value : str_span(&plain), has_bearer) || token_inside(name);
    if (plain.ptr) {
        explicit_bzero(plain.ptr, plain.cap);
    }
    str_release(&plain);
    return stray;
}

static void search_query(struct exchange *x, bool has_bearer)
{
    struct span rest = x->target.query;
    struct span name;
    struct span value;
    const struct name *known;
    while (query_next(&rest, &name, &value)) {
        if (stray_parameter(name, value, has_bearer, &known)) {
            exchange_find(
                x, "bearer.in-query", severity_of(has_bearer),
                "The query has %s%s with what looks like an access token; BitGo reads tokens "
                "only from Authorization, and a query ends up in logs.",
                known ? "the parameter " : "a parameter", known ? known->text.ptr : "");
            return;
        }
    }
}

/* The name of a field for evidence. Whoever mistakes the name for the value gets no quotation. */
static struct span shown_name(struct span name)
{
    bool plain = name.len > 0 && name.len <= NAME_SHOWN && !token_like(name);
    for (size_t i = 0; plain && i < name.len; i++) {
        plain = name.ptr[i] > ' ' && name.ptr[i] <= '~';
    }
    return plain ? name : SPAN("of another name");
}

static void search_fields(struct exchange *x, bool has_bearer)
{
    const struct http_head *head = &x->request.head;
    for (size_t i = 0; i < head->field_count; i++) {
        const struct http_field *field = &head->fields[i];
        const struct name *known =
            known_name(field_names, sizeof field_names / sizeof *field_names, field->name);
        if (!span_ieq(field->name, SPAN("Authorization")) &&
            is_stray(known, field->value, has_bearer)) {
            exchange_find(
                x, "bearer.in-header", severity_of(has_bearer),
                "The field %.*s holds what looks like an access token; BitGo reads tokens only "
                "from Authorization.",
                SPAN_ARG(shown_name(field->name)));
            return;
        }
    }
}

void find_stray_tokens(struct exchange *x, bool has_bearer)
{
    search_query(x, has_bearer);
    search_fields(x, has_bearer);
}
