#include "record.h"

#include "record_body.h"
#include "why401/observe/redact.h"

#define TARGET_MOST 65536 /* bytes of a redacted target */
#define TEXT_MOST   4096  /* bytes of one redacted sentence or header value */
#define METHOD_MOST 64
#define LONG_METHOD 15 /* letters; VERSION-CONTROL is the longest one that is in use */

/* What is read of a body behind the part that is shown, so that redacting what stands at the cut
 * knows what it is. */
#define BODY_AHEAD 2048

void record_init(struct record *r)
{
    *r = (struct record){0};
    str_init(&r->target, TARGET_MOST);
    str_init(&r->method, METHOD_MOST);
    str_init(&r->error, TEXT_MOST);
    str_init(&r->name, TEXT_MOST);
    str_init(&r->request_id, TEXT_MOST);
    str_init(&r->body, 4UL * (BODY_SHOWN + BODY_AHEAD));
    str_init(&r->trouble, TEXT_MOST);
    str_init(&r->scratch, TEXT_MOST);
}

void record_release(struct record *r)
{
    struct str *const all[] = {&r->target,     &r->method, &r->error,   &r->name,
                               &r->request_id, &r->body,   &r->trouble, &r->scratch};
    for (size_t i = 0; i < sizeof all / sizeof(struct str *); i++) {
        str_release(all[i]);
    }
    record_end(r);
}

void record_end(struct record *r)
{
    secrets_forget(&r->secrets);
}

/* Kinds of texts; that of a header's value is the field's name, which never holds a line feed. */
#define KIND_TEXT   span(NULL, 0)
#define KIND_TARGET SPAN("\n")
#define KIND_JSON   SPAN("\n\n")

/* Known to hold no secret, and none of this exchange either. */
static bool is_clean(const struct record *r, struct span kind, struct span text)
{
    return clean_knows(&r->clean, kind, text) && !secrets_may_be_in(text);
}

/* Sets `out` to the text, redacted. A str that could not take all of it still holds no secret. */
static void redact(struct record *r, struct str *out, struct span kind, struct span text)
{
    str_clear(out);
    if (is_clean(r, kind, text)) {
        str_add(out, text);
        return;
    }
    if (kind.len == 0) {
        redact_text(out, text);
    } else if (span_eq(kind, KIND_TARGET)) {
        redact_target(out, text);
    } else {
        redact_field(out, kind, text);
    }
    if (!out->failed && span_eq(str_span(out), text)) {
        clean_keep(&r->clean, kind, text);
    }
}

/* The first bytes of it. */
static void fill(struct record *r, struct str *out, struct span text)
{
    redact(r, out, KIND_TEXT, span_first(text, TEXT_MOST));
}

/* Evidence holds no secret by agreement; it often quotes a peer, so it is looked at all the same.
 */
static struct span redacted_evidence(struct record *r, struct span evidence)
{
    if (is_clean(r, KIND_TEXT, evidence)) {
        return evidence;
    }
    fill(r, &r->scratch, evidence);
    if (span_eq(str_span(&r->scratch), evidence)) {
        return evidence;
    }
    struct span copy = arena_copy(&r->x->arena, str_span(&r->scratch));
    return copy.ptr ? copy : SPAN("[redacted]");
}

static void redact_findings(struct record *r)
{
    for (size_t i = 0; i < r->x->finding_count; i++) {
        r->x->findings[i].evidence = redacted_evidence(r, r->x->findings[i].evidence);
    }
}

static void redact_explanations(struct record *r)
{
    for (size_t i = 0; i < r->explanation_count; i++) {
        struct explanation *e = &r->explanations[i];
        for (size_t line = 0; line < e->evidence_count; line++) {
            e->evidence[line] = redacted_evidence(r, e->evidence[line]);
        }
        for (size_t line = 0; line < e->against_count; line++) {
            e->against[line] = redacted_evidence(r, e->against[line]);
        }
    }
}

/* A client that leaves out Content-Length has its body read as the next request, whose method may
 * then be a password. Methods are words in capitals; those that everybody knows may be mistyped. */
static bool is_method(struct span method)
{
    static const struct span known[] = {{"GET", 3},   {"HEAD", 4},    {"POST", 4},   {"PUT", 3},
                                        {"PATCH", 5}, {"OPTIONS", 7}, {"DELETE", 6}, {"TRACE", 5}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (span_ieq(method, known[i])) {
            return true;
        }
    }
    for (size_t i = 0; i < method.len; i++) {
        if (method.ptr[i] != '-' && !(method.ptr[i] >= 'A' && method.ptr[i] <= 'Z')) {
            return false;
        }
    }
    return method.len <= LONG_METHOD;
}

/* What is none is in no evidence either. */
static void fill_method(struct record *r, struct span method)
{
    str_clear(&r->method);
    if (is_method(method)) {
        str_add(&r->method, method);
    } else {
        str_add(&r->method, SPAN("[redacted]"));
        secrets_add(&r->secrets, method);
    }
}

/* What every record has. */
static void begin(struct record *r, struct exchange *x)
{
    r->x = x;
    secrets_learn(&r->secrets, x, r->failing);
    fill_method(r, x->request.head.method);
    str_clear(&r->trouble);
    redact(r, &r->target, KIND_TARGET, x->request.head.target);
    if (r->target.failed) {
        str_clear(&r->target);
        str_add(&r->target, SPAN("[too long]"));
    }
    if (x->error.code != ERR_NONE) {
        fill(r, &r->trouble, span_of(x->error.text));
    }
    redact_findings(r);
}

void record_success(struct record *r, struct exchange *x)
{
    r->failing = false;
    r->explanation_count = 0;
    begin(r, x);
}

static void fill_texts(struct record *r, const struct answer *a)
{
    fill(r, &r->error, a->error);
    fill(r, &r->name, a->name);
    fill(r, &r->request_id, a->request_id);
}

static void cut_body(struct record *r, bool had_more)
{
    r->body_cut = had_more || r->body.len > BODY_SHOWN;
    if (r->body.len > BODY_SHOWN) {
        r->body.len = BODY_SHOWN;
        r->body.ptr[BODY_SHOWN] = '\0';
    }
}

/* What is no JSON, or was cut. */
static void fill_from_text(struct record *r, const struct answer *a)
{
    struct span text = str_span(&a->text);
    struct span shown = span_first(text, BODY_SHOWN + BODY_AHEAD);
    enum redact_place place = redact_place_of(r->x->target.path);
    fill_texts(r, a);
    if (place == REDACT_ANYWHERE) {
        redact(r, &r->body, KIND_TEXT, shown);
    } else {
        str_clear(&r->body);
        redact_body(&r->body, shown, place);
    }
    cut_body(r, a->cut || text.len > BODY_SHOWN + BODY_AHEAD);
}

/* As JSON an answer gives away more: its texts are those of what may be shown of it. */
static void fill_from_json(struct record *r, const struct answer *a, const json_t *json)
{
    struct span text = str_span(&a->text);
    enum redact_place place = redact_place_of(r->x->target.path);
    struct str shown;
    struct answer again;
    str_clear(&r->body);
    if (place == REDACT_ANYWHERE && is_clean(r, KIND_JSON, text)) {
        str_add(&r->body, text);
        cut_body(r, false);
        fill_texts(r, a);
        return;
    }
    body_show(&shown, text, json, place);
    str_add(&r->body, span_first(str_span(&shown), BODY_SHOWN + 1));
    cut_body(r, false);
    if (span_eq(str_span(&shown), text)) {
        if (place == REDACT_ANYWHERE) {
            clean_keep(&r->clean, KIND_JSON, text);
        }
        fill_texts(r, a);
    } else {
        answer_reread(&again, r->x, str_span(&shown));
        fill_texts(r, &again);
        answer_release(&again);
    }
    str_release(&shown);
}

void record_failure(struct record *r, struct exchange *x, const struct answer *a)
{
    r->failing = true;
    begin(r, x);
    redact_explanations(r);
    r->html = a->html;
    r->left_out = body_left_out(a->reading);
    json_t *list = a->json || a->cut ? NULL : body_json(str_span(&a->text));
    const json_t *json = a->json ? a->json : list;
    if (json) {
        fill_from_json(r, a, json);
    } else {
        fill_from_text(r, a);
    }
    json_decref(list);
}

/* What explains a failure; a success has nothing of it. */
static void add_failure(struct judged *j, const struct record *r)
{
    j->explanations = r->explanations;
    j->explanation_count = r->explanation_count;
    j->error = str_span(&r->error);
    j->name = str_span(&r->name);
    j->request_id = str_span(&r->request_id);
}

struct judged record_judged(const struct record *r)
{
    const struct exchange *x = r->x;
    struct judged j = {
        .id = x->id,
        .started_ms = x->started_ms,
        .duration_us = x->finished_us - x->started_us,
        .method = str_span(&r->method),
        .target = str_span(&r->target),
        .scheme = x->scheme,
        .host = x->host,
        .port = x->port,
        .foreign = x->foreign,
        .status = x->response.head.status,
        .maker = x->maker,
        .outcome = x->outcome,
        .sent = x->sent_us != 0,
        .why = x->error.code,
        .fingerprint = x->token.fingerprint,
        .findings = x->findings,
        .finding_count = x->finding_count,
        .trouble = str_span(&r->trouble),
    };
    if (r->failing) {
        add_failure(&j, r);
    }
    return j;
}

struct span record_field(struct record *r, const struct http_field *field)
{
    redact(r, &r->scratch, field->name, span_first(field->value, TEXT_MOST));
    return str_span(&r->scratch);
}
