/* The bearer of a request: is there one Authorization field, and is it of use? The value itself is
 * judged in credentials.c, tokens in other places in stray.c. Routes that carry no token by design
 * are never reported, but a token that is sent there is recognised. */
#include "credentials.h"
#include "stray.h"
#include "why401/inspect/inspect.h"

#define AUTHORIZATION SPAN("Authorization")

static void note_missing(struct exchange *x)
{
    if (http_field(&x->request.head, SPAN("BitGo-Auth-Version"))) {
        exchange_find(
            x, "bearer.missing", SEVERITY_PROBLEM,
            "No Authorization field was sent, but BitGo-Auth-Version was, which is what BitGo's "
            "SDK sends when it has no access token.");
        return;
    }
    exchange_find(x, "bearer.missing", SEVERITY_PROBLEM, "No Authorization field was sent.");
}

static void note_duplicate(struct exchange *x, const struct http_field *first, size_t count)
{
    const struct http_head *head = &x->request.head;
    bool same = true;
    for (size_t i = 0; i < head->field_count; i++) {
        const struct http_field *field = &head->fields[i];
        same =
            same && (!span_ieq(field->name, AUTHORIZATION) || span_eq(field->value, first->value));
    }
    exchange_find(
        x, "bearer.duplicate", SEVERITY_PROBLEM,
        "%zu Authorization fields were sent, %s; which one counts is the server's choice.", count,
        same ? "all with the same value" : "with different values");
}

/* White space at the end of the line is no part of the value (RFC 9110 §5.5), so it does no harm in
 * itself, but it tells of a value that was pasted with its surroundings. */
static void note_trailing_space(struct exchange *x, const struct http_field *field)
{
    struct span line = field->line;
    if (x->token.form != TOKEN_NONE && line.len &&
        (line.ptr[line.len - 1] == ' ' || line.ptr[line.len - 1] == '\t')) {
        exchange_find(
            x, "bearer.whitespace", SEVERITY_NOTE,
            "White space stands behind the value of the Authorization field; HTTP ignores it.");
    }
}

static void judge(struct exchange *x)
{
    size_t count = http_field_count(&x->request.head, AUTHORIZATION);
    const struct http_field *field = http_field(&x->request.head, AUTHORIZATION);
    if (count == 0) {
        note_missing(x);
    } else {
        if (count > 1) {
            note_duplicate(x, field, count);
        }
        judge_credentials(x, span_trim(field->value));
        note_trailing_space(x, field);
    }
    find_stray_tokens(x, x->token.form != TOKEN_NONE);
}

void inspect_bearer(struct exchange *x)
{
    size_t before = x->finding_count;
    x->token = (struct token){.form = TOKEN_NONE};
    judge(x);
    if (route_needs_no_bearer(x->request.head.method, x->target.path)) {
        x->finding_count = before;
    }
}
