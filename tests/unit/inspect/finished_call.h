/* Finished exchanges for the tests of their inspectors. */
#ifndef WHY401_TESTS_INSPECT_FINISHED_CALL_H
#define WHY401_TESTS_INSPECT_FINISHED_CALL_H

#include "request.h"

#include "why401/inspect/finished.h"

#define BODY_MOST 65536

static inline void fill(struct message *message, const char *body)
{
    capture_add(&message->body, span_of(body), BODY_MOST);
    message->body_bytes = strlen(body);
    message->complete = true;
}

/* A request with a body ("" for none) to which the upstream answered `status`. */
static inline struct exchange *call(const char *method, const char *target, const char *body,
                                    int status)
{
    struct exchange *x = request(method, target);
    fill(&x->request, body);
    x->started_ms = 1795511783000; /* 2026-11-24 09:16:23 UTC */
    x->maker = MAKER_UPSTREAM;
    x->response.head.status = status;
    x->response.head.fields =
        (struct http_field *)arena_alloc(&x->arena, FIELDS_MOST * sizeof *x->response.head.fields);
    return x;
}

static inline void answers(struct exchange *x, const char *name, const char *value)
{
    struct http_head *head = &x->response.head;
    head->fields[head->field_count++] =
        (struct http_field){.name = span_of(name), .value = span_of(value)};
}

/* A host of that environment. */
static inline const char *host_in(enum environment environment)
{
    static const char *const hosts[] = {
        [ENVIRONMENT_UNKNOWN] = "gateway.example", [ENVIRONMENT_PROD] = "app.bitgo.com",
        [ENVIRONMENT_TEST] = "app.bitgo-test.com", [ENVIRONMENT_OTHER] = "app.bitgo-dev.com",
        [ENVIRONMENT_EXPRESS] = "localhost",
    };
    return hosts[environment];
}

/* Judges x, sent to that environment, as the observer does, with a memory of its own when `m` is
 * NULL. */
static inline void judge(struct exchange *x, struct inspect_memory *m, enum environment environment)
{
    x->host = span_of(host_in(environment));
    struct inspect_memory *own = m ? NULL : inspect_memory_new();
    inspect_bearer(x);
    x->finding_count = 0;
    inspect_finished(x, m ? m : own);
    inspect_memory_free(own);
}

static inline void assert_none(const struct exchange *x)
{
    if (x->finding_count) {
        fail_msg("%.*s: %s: %.*s", SPAN_ARG(x->request.head.target), x->findings[0].id,
                 SPAN_ARG(x->findings[0].evidence));
    }
}

#endif
