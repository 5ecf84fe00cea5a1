/* The index of literals. Of each match one group of alternatives is its anchor: a condition under
 * `all` with literals, or all of `any` together; the group whose shortest literal is the longest.
 * Each literal of the anchor is filed under its rarest trigram. A subject's texts are walked once,
 * and only the matches filed under trigrams that stand there are tried. */
#include "index.h"

#include <limits.h>
#include <stdlib.h>

#define BUCKETS     16384
#define TRIGRAM     3
#define PIECES_MOST (2 * SUBJECT_TEXTS + 2)

struct index_node {
    const struct match *match;
    unsigned next; /* of the same bucket, counted from 1; 0 for none */
};

/* The conditions that are a match's anchor; none for a match that must always be tried. */
struct anchor {
    const struct condition *list;
    size_t count;
};

static unsigned fold(char c)
{
    return (unsigned char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

static size_t bucket_of(const char *three)
{
    uint32_t packed = fold(three[0]) << 16 | fold(three[1]) << 8 | fold(three[2]);
    return (packed * 2654435761U) >> 18; /* the upper 14 bits: 16384 buckets */
}

/* The length of the shortest literal of a condition; 0 when it has none. */
static size_t shortest(const struct condition *c)
{
    size_t least = 0;
    for (size_t i = 0; i < condition_literals(c); i++) {
        size_t len = condition_literal(c, i).len;
        least = i == 0 || len < least ? len : least;
    }
    return least;
}

static struct anchor anchor_of(const struct match *m)
{
    struct anchor best = {0};
    size_t most = TRIGRAM - 1;
    for (size_t i = 0; i < m->all.count; i++) {
        size_t len = shortest(&m->all.list[i]);
        if (len > most) {
            best = (struct anchor){&m->all.list[i], 1};
            most = len;
        }
    }
    size_t of_any = m->any.count ? SIZE_MAX : 0;
    for (size_t i = 0; i < m->any.count; i++) {
        size_t len = shortest(&m->any.list[i]);
        of_any = len < of_any ? len : of_any;
    }
    return of_any > most ? (struct anchor){m->any.list, m->any.count} : best;
}

typedef void literal_visit(struct index *index, struct span literal, const struct match *m,
                           unsigned *counts);

static void each_literal(struct index *index, const struct match *m, unsigned *counts,
                         literal_visit *visit)
{
    struct anchor anchor = anchor_of(m);
    for (size_t i = 0; i < anchor.count; i++) {
        for (size_t k = 0; k < condition_literals(&anchor.list[i]); k++) {
            visit(index, condition_literal(&anchor.list[i], k), m, counts);
        }
    }
    if (anchor.count == 0) {
        visit(index, span(NULL, 0), m, counts);
    }
}

static void count_literal(struct index *index, struct span literal, const struct match *m,
                          unsigned *counts)
{
    (void)m;
    index->count++;
    for (size_t i = 0; i + TRIGRAM <= literal.len; i++) {
        counts[bucket_of(literal.ptr + i)]++;
    }
}

static void file_literal(struct index *index, struct span literal, const struct match *m,
                         unsigned *counts)
{
    unsigned *head = &index->always;
    unsigned rarest = UINT_MAX;
    for (size_t i = 0; i + TRIGRAM <= literal.len; i++) {
        size_t bucket = bucket_of(literal.ptr + i);
        if (counts[bucket] < rarest) {
            rarest = counts[bucket];
            head = &index->heads[bucket];
        }
    }
    index->nodes[index->count] = (struct index_node){m, *head};
    *head = (unsigned)++index->count;
}

static void each_match(struct index *index, struct rule *const *rules, size_t count,
                       unsigned *counts, literal_visit *visit)
{
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < rules[i]->match_count; k++) {
            each_literal(index, &rules[i]->matches[k], counts, visit);
        }
    }
}

int index_init(struct index *index, struct rule *const *rules, size_t count)
{
    *index = (struct index){0};
    unsigned *counts = calloc(BUCKETS, sizeof *counts);
    if (!counts) {
        return -1;
    }
    each_match(index, rules, count, counts, count_literal);
    index->heads = calloc(BUCKETS, sizeof *index->heads);
    index->nodes = calloc(index->count ? index->count : 1, sizeof *index->nodes);
    bool room = index->heads && index->nodes;
    if (room) {
        index->count = 0;
        each_match(index, rules, count, counts, file_literal);
    } else {
        index_release(index);
    }
    free(counts);
    return room ? 0 : -1;
}

void index_release(struct index *index)
{
    free(index->heads);
    free(index->nodes);
    *index = (struct index){0};
}

static void visit_list(const struct index *index, unsigned head, index_visit *visit, void *ctx)
{
    for (unsigned at = head; at; at = index->nodes[at - 1].next) {
        visit(index->nodes[at - 1].match, ctx);
    }
}

void index_each(const struct index *index, const struct subject *s, index_visit *visit, void *ctx)
{
    unsigned char seen[BUCKETS / 8] = {0};
    struct span pieces[PIECES_MOST];
    size_t count = 0;
    pieces[count++] = str_span(&s->path);
    pieces[count++] = s->body;
    for (size_t i = 0; i < s->text_count; i++) {
        pieces[count++] = s->texts[i];
    }
    for (size_t i = 0; i < s->name_count; i++) {
        pieces[count++] = s->names[i];
    }
    for (size_t p = 0; p < count; p++) {
        for (size_t i = 0; i + TRIGRAM <= pieces[p].len; i++) {
            size_t bucket = bucket_of(pieces[p].ptr + i);
            if (!(seen[bucket / 8] >> (bucket % 8) & 1)) {
                seen[bucket / 8] |= (unsigned char)(1U << (bucket % 8));
                visit_list(index, index->heads[bucket], visit, ctx);
            }
        }
    }
    visit_list(index, index->always, visit, ctx);
}
