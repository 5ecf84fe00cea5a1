/* What the observer counts. The observer's thread writes, any thread reads. Private. */
#ifndef OBSERVE_TALLY_H
#define OBSERVE_TALLY_H

#include <pthread.h>
#include <stdatomic.h>

#include "why401/observe/observer.h"

#define SCENARIOS_MOST 512 /* different scenarios that are counted */

struct tally {
    atomic_uint_least64_t exchanges;
    atomic_uint_least64_t failing;
    atomic_uint_least64_t explained;
    atomic_uint_least64_t own;
    atomic_uint_least64_t lost_success;
    atomic_uint_least64_t lost_failing;
    atomic_uint_least64_t lost_bodies;
    atomic_uint_least64_t lost_lines;
    pthread_mutex_t lock;        /* guards what follows */
    struct scenario_count *rows; /* owned, in the order in which they were first seen */
    size_t row_count;
    size_t row_cap;
};

void tally_init(struct tally *t);
void tally_release(struct tally *t);

/* Counts one more exchange whose best explanation is that rule. */
void tally_scenario(struct tally *t, const struct rule *rule);

void tally_read(const struct tally *t, struct observer_counts *counts);
size_t tally_scenarios(struct tally *t, struct scenario_count *out, size_t most);

#endif
