/* Counts what came first for each positive example. What stands beside the diagonal is confused:
 * another rule comes first, or none does. Near misses are counted apart, since nothing has to come
 * first there. */
#include "rules_table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct rules_table {
    const struct rulepack *pack;
    size_t size;     /* rules */
    unsigned *first; /* size rows of size + 1 counts; the last column: nothing matched */
    unsigned *near;  /* near misses of each rule */
    unsigned *held;  /* and those that it does not match */
};

struct rules_table *rules_table_new(const struct rulepack *pack)
{
    struct rules_table *t = calloc(1, sizeof *t);
    if (!t) {
        return NULL;
    }
    t->pack = pack;
    t->size = rulepack_size(pack);
    t->first = calloc(t->size + 1, (t->size + 1) * sizeof *t->first);
    t->near = calloc(t->size + 1, sizeof *t->near);
    t->held = calloc(t->size + 1, sizeof *t->held);
    if (!t->first || !t->near || !t->held) {
        rules_table_free(t);
        return NULL;
    }
    return t;
}

void rules_table_free(struct rules_table *t)
{
    if (t) {
        free(t->first);
        free(t->near);
        free(t->held);
        free(t);
    }
}

/* A rule's place in the pack; a variant has that of its rule. The size stands for none. */
static size_t place_of(const struct rules_table *t, const struct rule *rule)
{
    for (size_t i = 0; rule && i < t->size; i++) {
        if (strcmp(rule_id(rulepack_at(t->pack, i)), rule_id(rule)) == 0) {
            return i;
        }
    }
    return t->size;
}

void rules_table_add(struct rules_table *t, const struct example_result *result)
{
    size_t row = place_of(t, result->rule);
    if (result->example->expect) {
        t->first[row * (t->size + 1) + place_of(t, result->first)]++;
    } else {
        t->near[row]++;
        t->held[row] += result->passed;
    }
}

static void print_cell(unsigned count)
{
    if (count) {
        printf("%4u", count);
    } else {
        printf("   .");
    }
}

static unsigned print_row(const struct rules_table *t, size_t row)
{
    unsigned beside = 0;
    printf("%4zu ", row + 1);
    for (size_t column = 0; column <= t->size; column++) {
        unsigned count = t->first[row * (t->size + 1) + column];
        beside += column == row ? 0 : count;
        print_cell(count);
    }
    printf("  %3u/%-3u  %s\n", t->held[row], t->near[row], rule_id(rulepack_at(t->pack, row)));
    return beside;
}

void rules_table_print(const struct rules_table *t)
{
    unsigned beside = 0;
    printf("Row: whose example it is. Column: which rule comes first; \"-\": nothing "
           "matched.\n\n     ");
    for (size_t column = 1; column <= t->size; column++) {
        printf("%4zu", column);
    }
    printf("   -  near misses held\n");
    for (size_t row = 0; row < t->size; row++) {
        beside += print_row(t, row);
    }
    printf("\nBeside the diagonal: %u\n", beside);
}
