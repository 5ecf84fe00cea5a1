/* Explaining. An exchange: the index names the matches that have a chance, each rule keeps the best
 * of its matches that hold, the best rules are told. A text: each rule's signals and hints that
 * stand in it are added up. Whatever does not fit into the arena is left out. */
#include "why401/explain/explain.h"

#include <stdlib.h>

#include "pack.h"
#include "template.h"
#include "why401/exchange/body.h"

#define SENTENCE_MOST 1200
#define QUOTE_MOST    120
#define LIKELY        400 /* a signal of two words, or two of one word */

/* --- an exchange --- */

/* A match that holds. */
struct hit {
    const struct match *match;
    enum confidence confidence; /* after weighing */
};

struct hits {
    struct subject *subject;
    struct hit *best; /* at most one of each rule, the best first */
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

/* The order of telling. Between equals it is that of the pack, so that the result never depends on
 * the order in which the index names them. */
static bool is_better(struct hit x, struct hit y)
{
    const struct match *a = x.match;
    const struct match *b = y.match;
    if (x.confidence != y.confidence) {
        return x.confidence > y.confidence;
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

/* Whether a match could get a place among the best, at the confidence given. */
static bool has_a_chance(const struct hits *hits, struct hit hit)
{
    for (size_t i = 0; i < hits->count; i++) {
        if (hits->best[i].match->rule == hit.match->rule) {
            return is_better(hit, hits->best[i]);
        }
    }
    return hits->count < hits->most || is_better(hit, hits->best[hits->count - 1]);
}

/* Puts a hit into its place; it takes that of another one of the same rule. */
static void insert(struct hits *hits, struct hit hit)
{
    for (size_t i = 0; i < hits->count; i++) {
        if (hits->best[i].match->rule == hit.match->rule) {
            take_out(hits, i);
            break;
        }
    }
    if (hits->count == hits->most) {
        hits->count--;
    }
    size_t at = 0;
    while (at < hits->count && is_better(hits->best[at], hit)) {
        at++;
    }
    memmove(hits->best + at + 1, hits->best + at, (hits->count - at) * sizeof *hits->best);
    hits->best[at] = hit;
    hits->count++;
}

/* A match with weights may rise, so what it is worth is known only once it was weighed. */
static void consider(const struct match *m, void *ctx)
{
    struct hits *hits = ctx;
    struct hit hit = {m, m->weight_count ? CONFIDENCE_CERTAIN : m->confidence};
    if (!has_a_chance(hits, hit) || !match_holds(m, hits->subject)) {
        return;
    }
    hit.confidence = match_weighed(m, hits->subject);
    if (hit.confidence && has_a_chance(hits, hit)) {
        insert(hits, hit);
    }
}

static void add_line(struct explanation *e, struct arena *arena, struct span text)
{
    struct span line = e->evidence_count < EVIDENCE_LINES ? arena_copy(arena, text) : span(NULL, 0);
    if (line.len) {
        e->evidence[e->evidence_count++] = line;
    }
}

static void add_against(struct explanation *e, struct arena *arena, struct span text)
{
    struct span line = e->against_count < AGAINST_LINES ? arena_copy(arena, text) : span(NULL, 0);
    if (line.len) {
        e->against[e->against_count++] = line;
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

/* What was weighed: for the match to its evidence, against it apart. */
static void add_weighed(struct explanation *e, const struct match *m, struct arena *arena,
                        struct subject *s)
{
    struct str sentence;
    str_init(&sentence, SENTENCE_MOST);
    for (size_t i = 0; i < m->weight_count; i++) {
        const struct weight *w = &m->weights[i];
        str_clear(&sentence);
        if (!condition_holds(&w->when, s) || !template_expand(&sentence, w->say, s)) {
            continue;
        }
        if (w->by > 0) {
            add_line(e, arena, str_span(&sentence));
        } else {
            add_against(e, arena, str_span(&sentence));
        }
    }
    str_release(&sentence);
}

static void tell(struct explanation *e, struct hit hit, struct arena *arena, struct subject *s)
{
    const struct match *m = hit.match;
    *e = (struct explanation){.rule = m->told, .confidence = hit.confidence};
    add_sentences(e, arena, m->rule->evidence.sent, s);
    add_sentences(e, arena, m->evidence.sent, s);
    add_weighed(e, m, arena, s);
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
    int weight;  /* of all phrases that stand in the text */
    bool signal; /* one of them is a signal */
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
