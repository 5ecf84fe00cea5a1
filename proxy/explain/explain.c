/* Explaining. An exchange: the index names the matches that have a chance, each rule keeps the best of its
 * matches that hold, the best rules are told. A text: each rule's signals and hints that stand in it are
 * added up. Whatever does not fit into the arena is left out. */
#include "why401/explain/explain.h"

#include <stdlib.h>

#include "why401/exchange/body.h"
#include "pack.h"
#include "template.h"

#define SENTENCE_MOST 1200
#define QUOTE_MOST    120
#define LIKELY        400 /* a signal of two words, or two of one word */

/* --- an exchange --- */

struct hits {
    struct subject *subject;
    const struct match **best; /* at most one of each rule, the best first */
    size_t count;
    size_t most;
};

bool match_holds(const struct match *m, struct subject *s)
{
    bool any = m->any.count == 0;
    for (size_t i = 0; i < m->all.count; i++) {
        if (!condition_holds(&m->all.list[i], s)) {
            return false;
        }
    }
    for (size_t i = 0; i < m->any.count && !any; i++) {
        any = condition_holds(&m->any.list[i], s);
    }
    for (size_t i = 0; i < m->none.count && any; i++) {
        any = !condition_holds(&m->none.list[i], s);
    }
    return any;
}

/* The order of telling. Between equals it is that of the pack, so that the result never depends on the order in
 * which the index names them. */
static bool is_better(const struct match *a, const struct match *b)
{
    if (a->confidence != b->confidence) {
        return a->confidence > b->confidence;
    }
    if (a->specificity != b->specificity) {
        return a->specificity > b->specificity;
    }
    return a->rule == b->rule ? a < b : strcmp(a->rule->id, b->rule->id) < 0;
}

static void take_out(struct hits *hits, size_t at)
{
    hits->count--;
    memmove(hits->best + at, hits->best + at + 1, (hits->count - at) * sizeof *hits->best);
}

static void consider(const struct match *m, void *ctx)
{
    struct hits *hits = ctx;
    for (size_t i = 0; i < hits->count; i++) {
        if (hits->best[i]->rule == m->rule) {
            if (!is_better(m, hits->best[i]) || !match_holds(m, hits->subject)) {
                return;
            }
            take_out(hits, i);
            break;
        }
    }
    size_t at = 0;
    while (at < hits->count && is_better(hits->best[at], m)) {
        at++;
    }
    if (at == hits->most || !match_holds(m, hits->subject)) {
        return;
    }
    if (hits->count == hits->most) {
        hits->count--;
    }
    memmove(hits->best + at + 1, hits->best + at, (hits->count - at) * sizeof *hits->best);
    hits->best[at] = m;
    hits->count++;
}

static void add_line(struct explanation *e, struct arena *arena, struct span text)
{
    struct span line = e->evidence_count < EVIDENCE_LINES ? arena_copy(arena, text) : span(NULL, 0);
    if (line.len) {
        e->evidence[e->evidence_count++] = line;
    }
}

static void add_sentences(struct explanation *e, struct arena *arena, const char *const *templates,
                          const struct subject *s)
{
    struct str sentence;
    str_init(&sentence, SENTENCE_MOST);
    for (; templates && *templates; templates++) {
        str_clear(&sentence);
        if (template_expand(&sentence, *templates, s)) {
            add_line(e, arena, str_span(&sentence));
        }
    }
    str_release(&sentence);
}

static void tell(struct explanation *e, const struct match *m, struct arena *arena,
                 const struct subject *s)
{
    *e = (struct explanation){.rule = m->told, .confidence = m->confidence};
    add_sentences(e, arena, m->rule->evidence.sent, s);
    add_sentences(e, arena, m->evidence.sent, s);
    add_sentences(e, arena, m->rule->evidence.received, s);
    add_sentences(e, arena, m->evidence.received, s);
}

size_t explain_exchange(const struct rulepack *pack, struct exchange *x, const struct answer *a,
                        struct explanation *out, size_t most)
{
    struct subject subject;
    int status = x->response.head.status;
    if (status < 400 || status > 599 || x->maker == MAKER_PROXY || most == 0) {
        return 0;
    }
    struct hits hits = {.subject = &subject, .most = most};
    hits.best = reallocarray(NULL, most, sizeof *hits.best);
    if (!hits.best) {
        return 0;
    }
    subject_init(&subject, x, a);
    index_each(&pack->index, &subject, consider, &hits);
    for (size_t i = 0; i < hits.count; i++) {
        tell(&out[i], hits.best[i], &x->arena, &subject);
    }
    subject_release(&subject);
    free(hits.best);
    return hits.count;
}

/* --- a text --- */

struct score {
    int weight;   /* of all phrases that stand in the text */
    bool signal;  /* one of them is a signal */
};

static void add_score(size_t rule, struct span where, int weight, bool signal, void *ctx)
{
    struct score *scores = ctx;
    (void)where;
    scores[rule].weight += weight;
    scores[rule].signal |= signal;
}

/* For the second walk, which quotes what was found. */
struct quoting {
    const struct rulepack *pack;
    struct explanation *out;
    size_t count;
    struct arena *arena;
};

static void quote(size_t rule, struct span where, int weight, bool signal, void *ctx)
{
    struct quoting *q = ctx;
    (void)weight;
    (void)signal;
    for (size_t i = 0; i < q->count; i++) {
        if (q->out[i].rule == q->pack->rules[rule]) {
            struct span text = utf8_first(where, QUOTE_MOST);
            add_line(&q->out[i], q->arena,
                     arena_printf(q->arena, "The text says \"%.*s\".", SPAN_ARG(text)));
        }
    }
}

/* The best rule that is left; its score is cleared. */
static size_t take_best(const struct rulepack *pack, struct score *scores, int *weight)
{
    size_t best = 0;
    for (size_t i = 1; i < pack->count; i++) {
        int mine = scores[i].signal ? scores[i].weight : 0;
        int top = scores[best].signal ? scores[best].weight : 0;
        best = mine > top ? i : best;
    }
    *weight = scores[best].signal ? scores[best].weight : 0;
    scores[best] = (struct score){0};
    return best;
}

static size_t rank(const struct rulepack *pack, struct score *scores, struct explanation *out,
                   size_t most)
{
    int top = 0;
    for (size_t i = 0; i < most; i++) {
        int weight;
        size_t at = take_best(pack, scores, &weight);
        if (weight == 0) {
            return i;
        }
        top = i == 0 ? weight : top;
        bool likely = weight >= LIKELY && weight * 2 >= top;
        out[i] = (struct explanation){
            .rule = pack->rules[at],
            .confidence = likely ? CONFIDENCE_LIKELY : CONFIDENCE_POSSIBLE,
        };
    }
    return most;
}

size_t explain_text(const struct rulepack *pack, struct span text, struct arena *arena,
                    struct explanation *out, size_t most)
{
    struct score *scores = pack->count ? calloc(pack->count, sizeof *scores) : NULL;
    struct quoting q = {.pack = pack, .out = out, .arena = arena};
    if (scores && phrasebook_each(&pack->phrases, text, add_score, scores) == 0) {
        q.count = rank(pack, scores, out, most);
        phrasebook_each(&pack->phrases, text, quote, &q);
    }
    free(scores);
    return q.count;
}
