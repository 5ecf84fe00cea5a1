/* Reading inputs in tests. */
#ifndef TESTS_OFFLINE_READING_H
#define TESTS_OFFLINE_READING_H

#include "testing.h"
#include "why401/offline/input.h"

/* Made up: a v2x token of one digit. */
#define MADE_UP_DIGITS "1111111111111111111111111111111111111111111111111111111111111111"
#define MADE_UP_TOKEN  "v2x" MADE_UP_DIGITS

static inline void understand(struct input *in, const char *text, enum input_kind kind,
                              size_t count)
{
    struct err err = {0};
    if (input_read(in, span_of(text), "in.txt", &err) != 0) {
        fail_msg("%s", err.text);
    }
    assert_string_equal(input_kind_name(in->kind), input_kind_name(kind));
    assert_int_equal(in->count, count);
}

/* The error names `told`. */
static inline void refuse(struct span text, const char *told)
{
    struct err err = {0};
    struct input in;
    assert_int_equal(input_read(&in, text, "in.txt", &err), -1);
    assert_int_equal(err.code, ERR_INPUT);
    if (!strstr(err.text, told) || !strstr(err.text, "in.txt")) {
        fail_msg("\"%s\" does not name in.txt and \"%s\"", err.text, told);
    }
    input_release(&in);
}

static inline void assert_span(struct span actual, const char *expected)
{
    if (!span_eq(actual, span_of(expected))) {
        fail_msg("\"%.*s\" instead of \"%s\"", SPAN_ARG(actual), expected);
    }
}

static inline struct span body_of(const struct message *m)
{
    return span(m->body.data, m->body.len);
}

#endif
