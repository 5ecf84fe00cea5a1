/* Explanations on demand: the record, the block and the JSON line of the observer, without its
 * thread and its sinks. */
#include "why401/observe/render.h"

#include "json_line.h"
#include "json_write.h"
#include "terminal.h"
#include "why401/observe/redact.h"
#include "why401/observe/text.h"

#define EVIDENCE_MOST 4096
#define TARGET_SHOWN  400 /* bytes */

static void open_page(struct page *p, struct str *out, const struct render *how)
{
    page_init(p, out);
    p->palette = how->color ? &palette_color : &palette_plain;
    p->width = how->width;
}

static void take(struct record *r, const struct explanation *list, size_t count)
{
    record_init(r);
    r->explanation_count = count < EXPLANATIONS_MOST ? count : EXPLANATIONS_MOST;
    if (count) {
        memcpy(r->explanations, list, r->explanation_count * sizeof *list);
    }
}

/* "[401] GET /api/v2/user/me  c2mcwqz9ch9mh6ejn9jfti0su" */
static void add_call(struct page *p, const struct record *r)
{
    const struct palette *c = p->palette;
    str_addf(p->out, "%s%s[%d]%s ", c->red, c->bold, r->x->response.head.status, c->reset);
    text_escape(p->out, str_span(&r->method), 32);
    str_add_c(p->out, ' ');
    text_escape(p->out, str_span(&r->target), TARGET_SHOWN);
    if (r->request_id.len) {
        str_addf(p->out, "  %s", c->dim);
        text_escape(p->out, str_span(&r->request_id), 80);
        str_add(p->out, span_of(c->reset));
    }
    str_add_c(p->out, '\n');
}

void render_explanations(struct str *out, const struct render *how, struct exchange *x,
                         const struct answer *a, const struct explanation *list, size_t count)
{
    struct record r;
    struct page page;
    take(&r, list, count);
    record_failure(&r, x, a);
    open_page(&page, out, how);
    if (r.method.len) {
        add_call(&page, &r);
    }
    block_failure(&page, &r);
    str_add_c(out, '\n');
    page_release(&page);
    record_release(&r);
}

void render_explanations_json(struct str *out, const char *input, struct exchange *x,
                              const struct answer *a, const struct explanation *list, size_t count)
{
    struct record r;
    take(&r, list, count);
    record_failure(&r, x, a);
    json_explanation(out, &r, input);
    record_release(&r);
}

/* Evidence quotes the text, which may hold anything. */
static void redact_evidence(struct record *r, struct arena *arena)
{
    struct str text;
    str_init(&text, EVIDENCE_MOST);
    for (size_t i = 0; i < r->explanation_count; i++) {
        struct explanation *e = &r->explanations[i];
        for (size_t line = 0; line < e->evidence_count; line++) {
            str_clear(&text);
            redact_text(&text, e->evidence[line]);
            struct span copy = arena_copy(arena, str_span(&text));
            e->evidence[line] = copy.ptr ? copy : SPAN("[redacted]");
        }
    }
    str_release(&text);
}

void render_text(struct str *out, const struct render *how, struct arena *arena,
                 const struct explanation *list, size_t count)
{
    struct record r;
    struct page page;
    take(&r, list, count);
    redact_evidence(&r, arena);
    open_page(&page, out, how);
    block_text(&page, &r);
    page_release(&page);
    record_release(&r);
}

void render_text_json(struct str *out, const char *input, struct arena *arena,
                      const struct explanation *list, size_t count)
{
    struct record r;
    take(&r, list, count);
    redact_evidence(&r, arena);
    json_explanation(out, &r, input);
    record_release(&r);
}

void render_rule(struct str *out, const struct render *how, const struct rule *rule)
{
    struct page page;
    open_page(&page, out, how);
    block_rule(&page, rule);
    page_release(&page);
}

void render_rule_json(struct str *out, const struct rule *rule)
{
    str_add_c(out, '{');
    json_rule(out, rule);
    str_add_c(out, '}');
}
