/* Two blocks are the same when the same rules explain, as surely, the same error of the same kind
 * of call with the same token, and the same was found wrong with it. Evidence may differ in numbers
 * and times; the JSON lines have it. */
#include "repeats.h"

#include <stdlib.h>

void repeats_init(struct repeats *p)
{
    *p = (struct repeats){0};
    str_init(&p->key, REPEATS_KEY_MOST);
}

void repeats_release(struct repeats *p)
{
    str_release(&p->key);
}

static void add_part(struct str *key, struct span part)
{
    str_add(key, part);
    str_add_c(key, '\n');
}

static bool has_digit(struct span s)
{
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] >= '0' && s.ptr[i] <= '9') {
            return true;
        }
    }
    return false;
}

/* The path; each segment with a digit may be an id. */
static void add_route(struct str *key, struct span target)
{
    struct span path;
    struct span segment;
    span_cut(&target, '?', &path);
    while (span_cut(&path, '/', &segment)) {
        str_add(key, has_digit(segment) ? SPAN("*") : segment);
        str_add_c(key, '/');
    }
    str_add_c(key, '\n');
}

static void make_key(struct str *key, const struct record *r)
{
    const struct exchange *x = r->x;
    char codes[] = {(char)(x->response.head.status / 100), (char)(x->response.head.status % 100),
                    (char)x->maker, (char)r->html};
    str_clear(key);
    str_add(key, span(codes, sizeof codes));
    for (size_t i = 0; i < r->explanation_count; i++) {
        str_add_c(key, (char)('0' + r->explanations[i].confidence));
        add_part(key, span_of(rule_id(r->explanations[i].rule)));
    }
    add_part(key, str_span(&r->method));
    add_route(key, str_span(&r->target));
    add_part(key, x->host);
    add_part(key, span_of(x->token.fingerprint));
    add_part(key, str_span(&r->error));
    add_part(key, str_span(&r->name));
    for (size_t i = 0; i < x->finding_count; i++) {
        if (x->findings[i].severity != SEVERITY_NOTE) {
            add_part(key, span_of(x->findings[i].id));
        }
    }
}

static bool is_near(const struct repeats *p, const struct shown_block *b, const struct record *r)
{
    return p->lines - b->line <= REPEATS_LINES &&
           llabs(r->x->started_ms - b->started_ms) <= REPEATS_MS;
}

static void remember(struct repeats *p, const struct record *r, const char *time)
{
    struct shown_block *b = &p->blocks[p->next];
    p->next = (p->next + 1) % REPEATS_MOST;
    memcpy(b->key, p->key.ptr, p->key.len);
    memcpy(b->time, time, sizeof b->time);
    b->len = p->key.len;
    b->started_ms = r->x->started_ms;
    b->line = p->lines;
}

const char *repeats_above(struct repeats *p, const struct record *r, const char *time)
{
    make_key(&p->key, r);
    if (p->key.failed) {
        return NULL;
    }
    for (size_t i = 0; i < REPEATS_MOST; i++) {
        struct shown_block *b = &p->blocks[i];
        if (span_eq(span(b->key, b->len), str_span(&p->key)) && is_near(p, b, r)) {
            return b->time;
        }
    }
    remember(p, r, time);
    return NULL;
}

void repeats_wrote(struct repeats *p, struct span text)
{
    const char *feed;
    while (text.len && (feed = memchr(text.ptr, '\n', text.len))) {
        p->lines++;
        text = span_from(text, (size_t)(feed - text.ptr) + 1);
    }
}
