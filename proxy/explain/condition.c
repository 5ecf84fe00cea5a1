/* The kinds of condition, one row of a table each: how it is read from JSON, when it holds, how
 * much it says. A new kind is a row here, a section in rules/README.md and a definition in
 * rules/schema.json. */
#include "kinds.h"

enum literals { LITERALS_NONE, LITERALS_TEXT, LITERALS_PATH };

struct condition_kind {
    const char *name;
    int (*read)(struct condition *c, const json_t *value, struct reader *r);
    bool (*holds)(const struct condition *c, struct subject *s);
    int weight;
    enum literals literals;
};

static const struct condition_kind kinds[] = {
    {"error", read_text_test, error_holds, 6, LITERALS_TEXT},
    {"name", read_text_test, name_holds, 4, LITERALS_TEXT},
    {"body", read_text_test, body_holds, 4, LITERALS_TEXT},
    {"status", read_statuses, status_holds, 1, LITERALS_NONE},
    {"response_header", read_header, response_header_holds, 3, LITERALS_NONE},
    {"response_json", read_json, response_json_holds, 4, LITERALS_NONE},
    {"answer", read_answer, answer_holds, 1, LITERALS_NONE},
    {"method", read_globs, method_holds, 1, LITERALS_NONE},
    {"path", read_paths, path_holds, 3, LITERALS_PATH},
    {"coin", read_text_test, coin_holds, 3, LITERALS_TEXT},
    {"coin_family", read_globs, family_holds, 2, LITERALS_NONE},
    {"coin_network", read_network, network_holds, 1, LITERALS_NONE},
    {"request_header", read_header, request_header_holds, 2, LITERALS_NONE},
    {"request_json", read_json, request_json_holds, 4, LITERALS_NONE},
    {"request_known", read_flag, request_known_holds, 1, LITERALS_NONE},
    {"route_needs_bearer", read_flag, needs_bearer_holds, 1, LITERALS_NONE},
    {"token", read_token, token_holds, 2, LITERALS_NONE},
    {"finding", read_globs, finding_holds, 4, LITERALS_NONE},
    {"environment", read_environment, environment_holds, 1, LITERALS_NONE},
};

#define KIND_COUNT (sizeof kinds / sizeof kinds[0])

int condition_read(struct condition *c, const json_t *value, struct reader *r)
{
    const char *names[KIND_COUNT + 1] = {0};
    for (size_t i = 0; i < KIND_COUNT; i++) {
        names[i] = kinds[i].name;
    }
    if (reader_object(r, value, names) != 0) {
        return -1;
    }
    if (json_object_size(value) != 1) {
        return reader_fail(r, value, "exactly one condition in each object");
    }
    for (size_t i = 0; i < KIND_COUNT; i++) {
        const json_t *inner = json_object_get(value, kinds[i].name);
        if (inner) {
            size_t mark = reader_enter(r, kinds[i].name);
            c->kind = &kinds[i];
            if (kinds[i].read(c, inner, r) != 0) {
                return -1;
            }
            reader_leave(r, mark);
        }
    }
    return 0;
}

bool condition_holds(const struct condition *c, struct subject *s)
{
    return c->kind->holds(c, s);
}

int condition_weight(const struct condition *c)
{
    return c->kind->weight;
}

size_t condition_literals(const struct condition *c)
{
    return c->kind->literals == LITERALS_NONE ? 0 : c->text.count;
}

struct span condition_literal(const struct condition *c, size_t i)
{
    if (c->kind->literals == LITERALS_PATH) {
        return path_literal(c->text.any[i]);
    }
    return c->text.how == TEXT_GLOB ? glob_literal(c->text.any[i]) : c->text.any[i];
}
