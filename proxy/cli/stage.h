/* The demo's stage: a mock of BitGo and the proxy in front of it in this process, on ports that the
 * kernel chose, with a CA that lives in memory. Main thread only. */
#ifndef WHY401_CLI_STAGE_H
#define WHY401_CLI_STAGE_H

#include <pthread.h>

#include "client.h"
#include "why401/core/server.h"
#include "why401/observe/observer.h"

struct stage {
    struct ca *ca;
    struct tls_context *context; /* trusts the CA */
    struct origin *origin;
    struct server *mock;
    struct observer *observer;
    struct server *proxy;
    pthread_mutex_t lock;    /* guards what follows */
    pthread_cond_t finished; /* `finished_count` has grown */
    uint64_t finished_count; /* exchanges that the proxy has handed to the observer */
};

/* Starts everything. Returns 0, or -1 with *err. stage_close in either case. */
int stage_open(struct stage *s, struct err *err);
void stage_close(struct stage *s);

/* A client of the proxy. */
struct client stage_client(const struct stage *s);

/* Waits until the observer has written the first `count` exchanges; false when that takes too long.
 */
bool stage_settled(struct stage *s, uint64_t count);

#endif
