/* The running proxy, as its command's source files share it. Main thread only. */
#ifndef WHY401_CLI_RUN_H
#define WHY401_CLI_RUN_H

#include <stdatomic.h>

#include "why401/config/config.h"
#include "why401/core/server.h"
#include "why401/observe/observer.h"
#include "why401/tls/ca.h"

struct proxy {
    struct config_flags flags;
    struct config *started; /* what cannot change at run time is as it stands here */
    struct config *config;  /* in force; the same at first */
    struct ca *ca;
    struct passport_desk *desk; /* where the ledger lays what it knows for the workers */
    struct observer *observer;
    struct server *server;
    atomic_uint_fast64_t passed; /* connections to other hosts that were passed on unseen */
};

/* The built-in rules and those of the config's folder. NULL with *err. The caller drops the pack.
 */
struct rulepack *load_rules(const struct config *config, struct err *err);

/* SIGHUP: reads config and rules again and puts them in force, or keeps the old ones; says which.
 */
void reload(struct proxy *p);

/* Says what a person needs to know to use the proxy. */
void greet(const struct proxy *p);

#endif
