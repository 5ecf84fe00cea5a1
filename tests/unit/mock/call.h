/* Requests to the mock, written as they stand on the wire. */
#ifndef TESTS_MOCK_CALL_H
#define TESTS_MOCK_CALL_H

#include "testing.h"
#include "why401/base/str.h"
#include "why401/http/head.h"

#define CALL_FIELDS 32

/* A request and the storage behind its head. */
struct wire {
    char text[4096];
    struct http_field fields[CALL_FIELDS];
    struct http_head head;
};

/* Reads "METHOD target" and field lines, each with CRLF. */
static inline void wire_request(struct wire *w, const char *line, const char *fields)
{
    static const struct http_limits limits = {.head_bytes = 4096, .fields = CALL_FIELDS};
    struct err err;
    int len =
        snprintf(w->text, sizeof w->text, "%s HTTP/1.1\r\nHost: localhost\r\n%s\r\n", line, fields);
    assert_true(len > 0 && (size_t)len < sizeof w->text);
    w->head = (struct http_head){.fields = w->fields};
    if (http_read_request(span(w->text, (size_t)len), &limits, &w->head, &err) != 0) {
        fail_msg("%s: %s", line, err.text);
    }
}

#endif
