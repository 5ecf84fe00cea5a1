/* Resolving a name, by the system's resolver in a thread of its own. Private. */
#ifndef NET_LOOKUP_H
#define NET_LOOKUP_H

#include <stdbool.h>
#include <uv.h>

struct addrinfo;
struct lookup;

/* What the resolver said. */
struct lookup_answer {
    struct addrinfo *found; /* whoever is told owns it (freeaddrinfo); NULL when it failed */
    int shortage;           /* libuv's error when it failed for want of descriptors or memory */
    const char *reason;     /* why it failed; valid until `done` returns */
};

struct lookup_question {
    const char *name; /* copied */
    bool yields;      /* leaves some places to those that do not */
    /* Called once, in the loop's thread and after lookup_start has returned, unless it is cancelled
     * before. The lookup is no longer the caller's then. */
    void (*done)(void *ctx, const struct lookup_answer *answer);
    void *ctx;
};

/* When to try again after UV_EBUSY. */
#define LOOKUP_AGAIN_MS 20

/* Starts looking a name up; the loop goes on until it is done or cancelled. Returns 0 with *l,
 * UV_EBUSY when too many are under way now, or another error of libuv's. The loop's thread. */
int lookup_start(struct lookup **l, uv_loop_t *loop, const struct lookup_question *question);

/* The answer is of no interest any more: done will not be called, and the loop waits for nothing,
 * however long the resolver takes. The loop's thread. */
void lookup_cancel(struct lookup *l);

#endif
