/* What the tests of redaction have in common: a text goes in, and what comes out is compared. */
#ifndef TESTS_REDACTING_H
#define TESTS_REDACTING_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "why401/observe/redact.h"

#define CANARY "Canary-7Q4m"

static inline void check_with(struct str *out, const char *want)
{
    assert_string_equal(str_cstr(out), want);
    str_release(out);
}

static inline void check(const char *text, const char *want)
{
    struct str out;
    str_init(&out, 1 << 20);
    redact_text(&out, span_of(text));
    check_with(&out, want);
}

static inline void check_same(const char *text)
{
    check(text, text);
}

static inline void check_target(const char *target, const char *want)
{
    struct str out;
    str_init(&out, 1 << 20);
    redact_target(&out, span_of(target));
    check_with(&out, want);
}

static inline void check_field(const char *name, const char *value, const char *want)
{
    struct str out;
    str_init(&out, 1 << 20);
    redact_field(&out, span_of(name), span_of(value));
    check_with(&out, want);
}

static inline void check_json(const char *text, const char *want)
{
    json_t *value = json_loads(text, JSON_DECODE_ANY, NULL);
    assert_non_null(value);
    json_t *copy = redact_json(value);
    assert_non_null(copy);
    char *got = json_dumps(copy, JSON_COMPACT | JSON_ENCODE_ANY);
    assert_string_equal(got, want);
    free(got);
    json_decref(copy);
    json_decref(value);
}

#endif
