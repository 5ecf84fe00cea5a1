/* A race between the addresses of a name (RFC 8305 §5): attempts to connect in the order of the
 * resolver, the next one some time after the last or as soon as that failed, and the first that
 * connects wins. Part of a dial; private. */
#ifndef NET_RACE_H
#define NET_RACE_H

#include "why401/net/dial.h"
#include "worker_loop.h"

#define RACE_ATTEMPTS_MOST 8

struct addrinfo;
struct race;

/* Each is called in the worker's thread, the first two once at most, and only one of them. */
struct race_events {
    void (*won)(void *ctx);  /* the winner is connected: race_winner, race_take */
    void (*lost)(void *ctx); /* no address is left to try: race_why says why */
    void (*gone)(void *ctx); /* after race_cancel: libuv has let go of everything */
};

struct attempt {
    struct race *race;
    uv_tcp_t *tcp; /* owned until it is taken */
    uv_connect_t connect;
};

/* The fields are the race's own. */
struct race {
    struct worker *worker;
    const struct race_events *events;
    void *ctx;
    uint16_t port;
    bool public_only;
    const struct addrinfo *next; /* the address to try next */
    struct ip skipped;           /* an address out of bounds; family 0: there was none */
    struct attempt attempts[RACE_ATTEMPTS_MOST];
    size_t started;         /* attempts that were made */
    size_t running;         /* of them, not decided yet */
    size_t pending;         /* requests and handles that libuv holds */
    int last_error;         /* of the last attempt that failed, libuv's */
    struct attempt *winner; /* NULL: none yet */
    struct deadline step;   /* the next attempt */
    bool cancelled;
};

void race_init(struct race *r, struct worker *w, const struct race_events *events, void *ctx);

/* Begins, with the resolver's addresses, which must stay until it is cancelled. The port is theirs;
 * public_only leaves out those that ip_is_public denies. `lost` may be called before it returns. */
void race_start(struct race *r, const struct addrinfo *addresses, uint16_t port, bool public_only);

/* The socket that is connected; taken, it is the caller's. */
const uv_tcp_t *race_winner(const struct race *r);
uv_tcp_t *race_take(struct race *r);

/* Why it was lost: an error of libuv's; or, where no address was within bounds, 0 with one that is
 * not in *skipped. */
int race_why(const struct race *r, struct ip *skipped);

/* Ends it: every socket but one that was taken is closed. `gone` is called later unless
 * race_is_gone is true already. */
void race_cancel(struct race *r);
bool race_is_gone(const struct race *r);

#endif
