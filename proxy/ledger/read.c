/* The ledger for those who only read it: snapshots for the workers, rows for people. */
#include "inside.h"

#include <stdlib.h>

struct passports *ledger_passports(struct ledger *l)
{
    size_t count = 0;
    struct passport *list = calloc(l->table.count + 1, sizeof *list);
    if (!list) {
        return NULL;
    }
    for (size_t i = 0; i < BUCKETS; i++) {
        for (struct known *t = l->table.buckets[i]; t; t = t->next) {
            list[count++] = *known_passport(t);
        }
    }
    struct passports *passports = passports_new(list, count);
    free(list);
    return passports;
}

static struct ledger_row row_of(struct known *t)
{
    enum environment e = t->host ? environment_of_host(span_of(t->host)) : ENVIRONMENT_UNKNOWN;
    return (struct ledger_row){
        .passport = known_passport(t),
        .token_id = t->token_id,
        .environment = e == ENVIRONMENT_UNKNOWN ? NULL : environment_name(e),
        .limits = t->passport.limits_removed ? NULL : t->limits,
        .ip_restrict = t->ip_restrict,
        .successes = t->successes,
        .failures = t->failures,
        .first_seen_ms = t->first_seen_ms,
        .last_success_ms = t->last_success_ms,
        .last_failure_ms = t->last_failure_ms,
        .last_problem = t->last_problem,
    };
}

static int newest_first(const void *a, const void *b)
{
    const struct known *const *x = a;
    const struct known *const *y = b;
    return ((*x)->last_seen_ms < (*y)->last_seen_ms) - ((*x)->last_seen_ms > (*y)->last_seen_ms);
}

void ledger_each(struct ledger *l, void (*visit)(void *ctx, const struct ledger_row *row),
                 void *ctx)
{
    size_t count = 0;
    struct known **list = calloc(l->table.count + 1, sizeof(struct known *));
    if (!list) {
        return;
    }
    for (size_t i = 0; i < BUCKETS; i++) {
        for (struct known *t = l->table.buckets[i]; t; t = t->next) {
            list[count++] = t;
        }
    }
    qsort(list, count, sizeof(struct known *), newest_first);
    for (size_t i = 0; i < count; i++) {
        struct ledger_row row = row_of(list[i]);
        visit(ctx, &row);
    }
    free(list);
}
