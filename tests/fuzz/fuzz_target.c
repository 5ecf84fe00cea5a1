/* Request targets and what is in them. The parts of a target lie in it, in their order, and put
 * together again are the target; a query's pairs cover it without loss; unescaping gives no more
 * bytes than there were, leaves what has no escapes alone, and escaping everything gives the text
 * back.
 *
 * Input: the target. */
#include "fuzz.h"
#include "why401/http/target.h"

static void check_inside(struct span part, struct span whole)
{
    CHECK(part.len == 0 || (part.ptr >= whole.ptr && part.ptr + part.len <= whole.ptr + whole.len));
}

/* scheme://authority, path and ?query again. */
static void check_whole(const struct target *t, struct span target)
{
    struct str again;
    str_init(&again, 2 * target.len + 16);
    if (t->scheme.len) {
        str_add(&again, t->scheme);
        str_add(&again, SPAN("://"));
    }
    str_add(&again, t->authority);
    str_add(&again, t->local);
    CHECK_SAME(str_span(&again), target);
    if (t->form == TARGET_ORIGIN || t->form == TARGET_ABSOLUTE) {
        str_clear(&again);
        str_add(&again, t->path);
        if (t->path.len < t->local.len) {
            str_add_c(&again, '?');
            str_add(&again, t->query);
        }
        CHECK_SAME(str_span(&again), t->local);
    }
    str_release(&again);
}

static void check_form(const struct target *t, struct span target)
{
    switch (t->form) {
    case TARGET_ORIGIN:
        CHECK(target.ptr[0] == '/' && t->path.len && t->scheme.len + t->authority.len == 0);
        break;
    case TARGET_ABSOLUTE:
        CHECK(t->authority.len && span_find(t->authority, SPAN("@")) < 0);
        CHECK(t->local.len == 0 || t->local.ptr[0] == '/' || t->local.ptr[0] == '?');
        break;
    case TARGET_AUTHORITY:
        CHECK(span_find(target, SPAN(":")) > 0);
        break;
    case TARGET_ASTERISK:
        CHECK(target.len == 1);
        break;
    case TARGET_BAD:
        break;
    }
}

static void check_query(struct span query)
{
    struct span rest = query;
    struct span name;
    struct span value;
    const char *at = query.ptr;
    while (query_next(&rest, &name, &value)) {
        check_inside(name, query);
        check_inside(value, query);
        CHECK(name.ptr >= at && value.ptr >= name.ptr + name.len);
        CHECK(name.len == 0 || !memchr(name.ptr, '=', name.len));
        CHECK(value.len == 0 || !memchr(value.ptr, '&', value.len));
        at = value.ptr + value.len;
    }
}

static void check_unescaping(struct span text)
{
    struct str plain;
    struct str escaped;
    struct str again;
    str_init(&plain, text.len + 1);
    percent_decode(&plain, text, false);
    CHECK(!plain.failed && plain.len <= text.len);
    if (span_find(text, SPAN("%")) < 0) {
        CHECK_SAME(str_span(&plain), text);
    }
    str_init(&escaped, 3 * text.len + 1);
    for (size_t i = 0; i < text.len; i++) {
        str_addf(&escaped, i % 2 ? "%%%02x" : "%%%02X", (unsigned char)text.ptr[i]);
    }
    str_init(&again, text.len + 1);
    percent_decode(&again, str_span(&escaped), true);
    CHECK_SAME(str_span(&again), text);
    str_release(&plain);
    str_release(&escaped);
    str_release(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct span target = fuzz_exact(fuzz_span(bytes, size));
    struct target t = target_split(target);
    check_inside(t.scheme, target);
    check_inside(t.authority, target);
    check_inside(t.path, target);
    check_inside(t.query, target);
    check_inside(t.local, target);
    check_whole(&t, target);
    check_form(&t, target);
    check_query(t.query);
    check_unescaping(target);
    fuzz_free(target);
    return 0;
}
