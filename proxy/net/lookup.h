/* Resolving a name, by the system's resolver in a thread of libuv's pool. Private. */
#ifndef NET_LOOKUP_H
#define NET_LOOKUP_H

#include <stdbool.h>
#include <uv.h>

struct addrinfo;

struct lookup {
    uv_work_t work;
    const char *name;        /* not owned; stays valid until done */
    bool numeric;            /* the name is an address already */
    bool yields;             /* it has one of the places for those that leave some to others */
    struct addrinfo *found;  /* of whoever takes it; NULL when it failed */
    int failure;             /* of getaddrinfo; 0: none */
    int system_failure;      /* errno, where that says it */
    void (*done)(void *ctx); /* in the worker's thread; always comes, but for a failed start */
    void *ctx;
};

/* When to try again after UV_EBUSY. */
#define LOOKUP_AGAIN_MS 20

/* Starts looking up l->name. With `yields` only while few others of that kind are under way, so
 * that there is always a thread for those that do not. Returns 0, UV_EBUSY when there is no place
 * now, or another error of libuv's. */
int lookup_start(struct lookup *l, uv_loop_t *loop, bool yields);

/* The answer is of no interest any more; done still comes, at once if the pool has not begun. Also
 * for a lookup that was never started, or is done. */
void lookup_cancel(struct lookup *l);

/* Why it failed. */
const char *lookup_reason(const struct lookup *l);

#endif
