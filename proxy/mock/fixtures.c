/* The fixtures of a folder, the most specific first, so that the first that fits is the answer. */
#include "fixtures.h"

#include <stdlib.h>

#include "files.h"
#include "why401/http/target.h"

#define FIXTURES_MOST 1000
#define VALUE_MOST    65536 /* bytes of a parameter of a query */

struct fixtures {
    struct fixture *list; /* room for FIXTURES_MOST */
    size_t count;
};

static size_t count_braces(const struct fixture *f)
{
    size_t count = 0;
    for (const char *c = f->path; *c; c++) {
        count += *c == '{';
    }
    return count;
}

/* Paths by their segments; one in braces comes behind any other, whatever its name. */
static int compare_paths(struct span a, struct span b)
{
    struct span left;
    struct span right;
    while (span_cut(&a, '/', &left)) {
        if (!span_cut(&b, '/', &right)) {
            return 1;
        }
        bool left_any = span_starts(left, SPAN("{"));
        bool right_any = span_starts(right, SPAN("{"));
        if (left_any != right_any) {
            return left_any ? 1 : -1;
        }
        size_t common = left.len < right.len ? left.len : right.len;
        int order = left_any ? 0 : memcmp(left.ptr, right.ptr, common);
        if (order || (!left_any && left.len != right.len)) {
            return order ? order : left.len < right.len ? -1 : 1;
        }
    }
    return b.ptr ? -1 : 0;
}

/* Fewer braces first, then more parameters, then what has its braces further back. */
static int compare(const void *a, const void *b)
{
    const struct fixture *left = a;
    const struct fixture *right = b;
    size_t braces[] = {count_braces(left), count_braces(right)};
    size_t parameters[] = {json_object_size(left->query), json_object_size(right->query)};
    if (braces[0] != braces[1]) {
        return braces[0] < braces[1] ? -1 : 1;
    }
    if (parameters[0] != parameters[1]) {
        return parameters[0] > parameters[1] ? -1 : 1;
    }
    int order = compare_paths(span_of(left->path), span_of(right->path));
    order = order ? order : strcmp(left->method, right->method);
    return order ? order : strcmp(left->file, right->file);
}

static bool same_query(const struct fixture *a, const struct fixture *b)
{
    return json_object_size(a->query) == 0 ? json_object_size(b->query) == 0
                                           : json_equal(a->query, b->query);
}

/* Two routes for the same requests: one of them would never answer. */
static int refuse_twins(const struct fixtures *f, struct err *err)
{
    for (size_t i = 0; i < f->count; i++) {
        for (size_t k = i + 1; k < f->count; k++) {
            const struct fixture *a = &f->list[i];
            const struct fixture *b = &f->list[k];
            if (strcmp(a->method, b->method) == 0 && same_query(a, b) &&
                compare_paths(span_of(a->path), span_of(b->path)) == 0) {
                return err_set(err, ERR_INPUT,
                               "%.200s: request: found the one of %.200s, expected another",
                               b->file, a->file);
            }
        }
    }
    return 0;
}

static int take_file(void *ctx, const char *path, struct err *err)
{
    struct fixtures *f = ctx;
    struct str text;
    str_init(&text, FIXTURE_BYTES_MOST);
    int rc = file_whole(path, &text, err);
    if (rc == 0) {
        rc = fixture_read(&f->list[f->count++], path, str_span(&text), err);
    }
    str_release(&text);
    return rc;
}

struct fixtures *fixtures_read(const char *dir, struct err *err)
{
    struct fixtures *f = calloc(1, sizeof *f);
    if (f) {
        f->list = calloc(FIXTURES_MOST, sizeof *f->list);
    }
    if (!f || !f->list) {
        err_set(err, ERR_MEMORY, "no memory for the fixtures");
        fixtures_free(f);
        return NULL;
    }
    if (folder_each(dir, FIXTURES_MOST, take_file, f, err) != 0) {
        fixtures_free(f);
        return NULL;
    }
    qsort(f->list, f->count, sizeof *f->list, compare);
    if (refuse_twins(f, err) != 0) {
        fixtures_free(f);
        return NULL;
    }
    return f;
}

void fixtures_free(struct fixtures *f)
{
    for (size_t i = 0; f && i < f->count; i++) {
        fixture_release(&f->list[i]);
    }
    if (f) {
        free(f->list);
    }
    free(f);
}

size_t fixtures_size(const struct fixtures *f)
{
    return f ? f->count : 0;
}

/* The query has this parameter with this value, both without escapes. */
static bool has_parameter(struct span query, struct span name, struct span value)
{
    struct span one[2];
    bool found = false;
    while (!found && query_next(&query, &one[0], &one[1])) {
        struct str plain[2];
        for (int i = 0; i < 2; i++) {
            str_init(&plain[i], VALUE_MOST);
            percent_decode(&plain[i], one[i], true);
        }
        found = span_eq(str_span(&plain[0]), name) && span_eq(str_span(&plain[1]), value);
        str_release(&plain[0]);
        str_release(&plain[1]);
    }
    return found;
}

static bool query_fits(const struct fixture *f, struct span query)
{
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)f->query, name, value)
    {
        struct span text = span(json_string_value(value), json_string_length(value));
        if (!has_parameter(query, span_of(name), text)) {
            return false;
        }
    }
    return true;
}

const struct fixture *fixtures_find(const struct fixtures *f, const struct call *c)
{
    struct span method = c->request->method;
    struct span served = span_eq(method, SPAN("HEAD")) ? SPAN("GET") : method;
    struct span query = target_split(c->request->target).query;
    for (size_t i = 0; i < fixtures_size(f); i++) {
        const struct fixture *one = &f->list[i];
        struct span own = span_of(one->method);
        if ((span_eq(own, method) || span_eq(own, served)) &&
            path_fits(c->path, span_of(one->path)) && query_fits(one, query)) {
            return one;
        }
    }
    return NULL;
}

void fixture_answer(struct call *c, const struct fixture *fixture)
{
    const char *name;
    json_t *value;
    c->reply->status = fixture->status;
    c->reply->type = fixture->type;
    str_add(&c->reply->body, span_of(fixture->body));
    json_object_foreach((json_t *)(uintptr_t)fixture->fields, name, value)
    {
        reply_field(c->reply, span_of(name), span_of(json_string_value(value)));
    }
}
