#include "tally.h"

#include <stdio.h>
#include <stdlib.h>

void tally_init(struct tally *t)
{
    *t = (struct tally){0};
    pthread_mutex_init(&t->lock, NULL);
}

void tally_release(struct tally *t)
{
    pthread_mutex_destroy(&t->lock);
    free(t->rows);
}

/* The row of that id, made when it is new; NULL when there is no room for it. The lock is held. */
static struct scenario_count *row_of(struct tally *t, const char *id)
{
    for (size_t i = 0; i < t->row_count; i++) {
        if (strncmp(t->rows[i].id, id, sizeof t->rows[i].id - 1) == 0) {
            return &t->rows[i];
        }
    }
    if (t->row_count == t->row_cap) {
        size_t cap = t->row_cap ? t->row_cap * 2 : 16;
        struct scenario_count *rows =
            cap <= SCENARIOS_MOST ? realloc(t->rows, cap * sizeof *rows) : NULL;
        if (!rows) {
            return NULL;
        }
        t->rows = rows;
        t->row_cap = cap;
    }
    t->rows[t->row_count] = (struct scenario_count){0};
    return &t->rows[t->row_count++];
}

void tally_scenario(struct tally *t, const struct rule *rule)
{
    pthread_mutex_lock(&t->lock);
    struct scenario_count *row = row_of(t, rule_id(rule));
    if (row) {
        snprintf(row->id, sizeof row->id, "%s", rule_id(rule));
        snprintf(row->title, sizeof row->title, "%s", rule_scenario(rule));
        row->count++;
    }
    pthread_mutex_unlock(&t->lock);
}

void tally_read(const struct tally *t, struct observer_counts *counts)
{
    *counts = (struct observer_counts){
        .exchanges = atomic_load(&t->exchanges),
        .failing = atomic_load(&t->failing),
        .explained = atomic_load(&t->explained),
        .own = atomic_load(&t->own),
        .lost_success = atomic_load(&t->lost_success),
        .lost_failing = atomic_load(&t->lost_failing),
        .lost_bodies = atomic_load(&t->lost_bodies),
        .lost_lines = atomic_load(&t->lost_lines),
    };
}

/* Most frequent first; the id decides between equals, so that the order is the same every time. */
static int by_count(const void *a, const void *b)
{
    const struct scenario_count *left = a;
    const struct scenario_count *right = b;
    if (left->count != right->count) {
        return left->count < right->count ? 1 : -1;
    }
    return strcmp(left->id, right->id);
}

size_t tally_scenarios(struct tally *t, struct scenario_count *out, size_t most)
{
    pthread_mutex_lock(&t->lock);
    qsort(t->rows, t->row_count, sizeof *t->rows, by_count);
    size_t count = t->row_count < most ? t->row_count : most;
    if (count) {
        memcpy(out, t->rows, count * sizeof *out);
    }
    pthread_mutex_unlock(&t->lock);
    return count;
}
