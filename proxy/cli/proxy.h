/* The running proxy, as the commands that start one share it. Main thread only. */
#ifndef WHY401_CLI_PROXY_H
#define WHY401_CLI_PROXY_H

#include <stdatomic.h>

#include "confine.h"
#include "why401/config/config.h"
#include "why401/core/server.h"
#include "why401/observe/observer.h"
#include "why401/tls/ca.h"

struct proxy {
    struct config_flags flags;
    struct config *config; /* in force; filled in before proxy_start, which takes it over */
    struct ca *ca;         /* the same */
    int terminal_fd;       /* where the log for people goes; -1: nowhere */
    void (*judged)(void *ctx, const struct judged *j); /* sees every exchange; NULL: nobody */
    void *judged_ctx;
    struct confined confined;   /* what it gave up before it started */
    struct config *started;     /* what cannot change at run time is as it stands here */
    struct passport_desk *desk; /* where the ledger lays what it knows for the workers */
    struct observer *observer;
    struct server *server;
    atomic_uint_fast64_t passed; /* connections to other hosts that were passed on unseen */
};

/* What there is to say when it is over. */
struct proxy_end {
    struct observer_counts counts;
    size_t cut_off; /* exchanges that were still running */
};

/* Starts it with p->config and p->ca. Returns 0, or -1 with *err; proxy_stop in either case. */
int proxy_start(struct proxy *p, struct err *err);

/* Lets running exchanges finish, writes what waits, and takes everything down, last part first.
 * False when it never served. */
bool proxy_stop(struct proxy *p, struct proxy_end *end);

/* One line of what the log lacks, if anything. */
void proxy_say_losses(const struct observer_counts *counts);

/* The built-in rules and those of the config's folder. NULL with *err. The caller drops the pack.
 */
struct rulepack *load_rules(const struct config *config, struct err *err);

#endif
