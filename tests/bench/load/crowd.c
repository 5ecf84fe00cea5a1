/* The clients as one: a queue of those at rest, and an epoll loop.
 *
 * A request goes to the client that has rested longest, so that all connections have their turn.
 * Without a rate it is sent as soon as somebody rests and fewer than the allowed number wait for an
 * answer. With a rate each request has a moment at which it is due; a late one, because nobody
 * rested, is late by the answers before it, and that counts as its latency. */
#include "crowd.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <sys/epoll.h>
#include <sys/resource.h>

#define PATIENCE_MS  20000 /* without any event, while something is under way */
#define FAILURES_MAX 1000

void die(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fputs("load: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    exit(1);
}

static int64_t now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* What clients ask of their crowd */

const struct target *crowd_target(const struct crowd *crowd)
{
    return &crowd->target;
}

int crowd_epoll(const struct crowd *crowd)
{
    return crowd->epoll;
}

void crowd_answered(struct crowd *crowd, struct client *c, const char *why, uint64_t bytes)
{
    if (why) {
        if (crowd->failed++ == 0) {
            fprintf(stderr, "load: first failure: %s\n", why);
        }
        if (crowd->failed > FAILURES_MAX) {
            die("too many failures");
        }
    } else if (c->status != crowd->expect) {
        if (crowd->unexpected++ == 0) {
            fprintf(stderr, "load: first unexpected status: %d\n", c->status);
        }
    }
    crowd->bytes += bytes;
    crowd->end = now();
    crowd->took[crowd->answered++] = crowd->end - c->due;
}

void crowd_rests(struct crowd *crowd, struct client *c)
{
    c->next = NULL;
    if (crowd->last_resting) {
        crowd->last_resting->next = c;
    } else {
        crowd->first_resting = c;
    }
    crowd->last_resting = c;
    crowd->active--;
}

void crowd_opened(struct crowd *crowd, bool resumed)
{
    crowd->opened++;
    crowd->resumed += resumed;
}

/* The loop */

static struct client *take_resting(struct crowd *crowd)
{
    struct client *c = crowd->first_resting;
    crowd->first_resting = c->next;
    if (!c->next) {
        crowd->last_resting = NULL;
    }
    crowd->active++;
    return c;
}

/* When the next request is to be sent. */
static int64_t next_due(const struct crowd *crowd)
{
    return crowd->begin + (int64_t)(crowd->asked * 1000000000 / crowd->rate);
}

static void ask_what_is_due(struct crowd *crowd, unsigned active_max)
{
    while (crowd->asked < crowd->wanted && crowd->active < active_max && crowd->first_resting) {
        int64_t due = now();
        if (crowd->rate) {
            int64_t next = next_due(crowd);
            if (next > due) {
                return;
            }
            due = next;
        }
        crowd->asked++;
        client_ask(take_resting(crowd), due);
    }
}

/* Waits for events, or until the next request is due. */
static void wait_and_react(struct crowd *crowd)
{
    struct epoll_event events[256];
    int64_t wait = (int64_t)PATIENCE_MS * 1000000;
    bool timed = crowd->rate && crowd->asked < crowd->wanted && crowd->first_resting;
    if (timed) {
        int64_t left = next_due(crowd) - now();
        wait = left > 0 ? left : 0;
    }
    struct timespec most = {.tv_sec = wait / 1000000000, .tv_nsec = wait % 1000000000};
    int count = epoll_pwait2(crowd->epoll, events, 256, &most, NULL);
    if (count < 0 && errno != EINTR) {
        die("epoll: %s", strerror(errno));
    }
    if (count == 0 && !timed) {
        die("nothing has moved for %d s; %llu of %llu answered", PATIENCE_MS / 1000,
            (unsigned long long)crowd->answered, (unsigned long long)crowd->wanted);
    }
    for (int i = 0; i < count; i++) {
        client_event(events[i].data.ptr);
    }
}

void crowd_run(struct crowd *crowd, uint64_t wanted, unsigned active_max)
{
    crowd->wanted = wanted;
    crowd->asked = crowd->answered = crowd->failed = crowd->unexpected = 0;
    crowd->opened = crowd->resumed = crowd->bytes = 0;
    crowd->sorted = false;
    free(crowd->took);
    crowd->took = calloc(wanted + 1, sizeof crowd->took[0]);
    crowd->begin = now();
    while (crowd->answered < wanted || crowd->active) {
        ask_what_is_due(crowd, active_max);
        if (crowd->answered < wanted || crowd->active) {
            wait_and_react(crowd);
        }
    }
}

static int by_size(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a;
    int64_t y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

double crowd_percentile(struct crowd *crowd, double share)
{
    uint64_t at = (uint64_t)(share * (double)crowd->answered);
    if (!crowd->sorted) {
        qsort(crowd->took, crowd->answered, sizeof crowd->took[0], by_size);
        crowd->sorted = true;
    }
    return (double)crowd->took[at < crowd->answered ? at : crowd->answered - 1] / 1e3;
}

void crowd_init(struct crowd *crowd)
{
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    crowd->epoll = epoll_create1(EPOLL_CLOEXEC);
    crowd->clients = calloc(crowd->connections, sizeof crowd->clients[0]);
    if (crowd->epoll < 0 || !crowd->clients || files.rlim_cur < crowd->connections + 16) {
        die("no room for %u connections", crowd->connections);
    }
    crowd->active = crowd->connections;
    for (unsigned i = 0; i < crowd->connections; i++) {
        crowd->clients[i].crowd = crowd;
        crowd_rests(crowd, &crowd->clients[i]);
    }
}

void crowd_close(struct crowd *crowd)
{
    for (unsigned i = 0; i < crowd->connections; i++) {
        client_close(&crowd->clients[i]);
    }
}
