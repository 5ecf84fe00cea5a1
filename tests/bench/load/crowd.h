/* All clients of the load generator, and the loop in which they ask.
 *
 * One thread; times are CLOCK_MONOTONIC nanoseconds. Whatever cannot go on ends the program. */
#ifndef BENCH_CROWD_H
#define BENCH_CROWD_H

#include "client.h"

struct crowd {
    struct target target;
    int epoll;
    unsigned active_max;
    unsigned rate; /* requests a second, 0: as fast as answers come */
    int expect;    /* status */
    unsigned connections;
    struct client *clients;
    struct client *first_resting;
    struct client *last_resting;
    unsigned active;
    /* Of one run: */
    uint64_t wanted;
    uint64_t asked;
    uint64_t answered; /* with and without success */
    uint64_t failed;
    uint64_t unexpected; /* another status */
    uint64_t opened;
    uint64_t resumed;
    uint64_t bytes;
    int64_t begin;
    int64_t end;
    int64_t *took; /* of each answer; `wanted` of them */
    bool sorted;   /* that is, took */
};

/* Makes the clients, none of which has a connection yet. `connections` and `target` are set. */
void crowd_init(struct crowd *crowd);
/* Sends so many requests and waits for all answers, and for the ends of connections that end. At
 * most `active_max` clients wait for an answer at a time. */
void crowd_run(struct crowd *crowd, uint64_t wanted, unsigned active_max);
/* Microseconds that this share (0 to 1) of the answers came within. Sorts `took` the first time. */
double crowd_percentile(struct crowd *crowd, double share);
/* Closes every connection. */
void crowd_close(struct crowd *crowd);
/* Says what is wrong and ends the program. */
_Noreturn __attribute__((format(printf, 1, 2))) void die(const char *format, ...);

#endif
