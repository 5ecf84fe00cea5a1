/* The configuration: a JSON file, then the environment (WHY401_…), then flags, each winning over
 * the one before, made into one immutable struct. Reference-counted: a reload swaps the pointer,
 * running exchanges keep the old one. Every key is described in proxy/config/README.md. */
#ifndef WHY401_CONFIG_CONFIG_H
#define WHY401_CONFIG_CONFIG_H

#include <stdatomic.h>

#include "why401/base/arena.h"
#include "why401/core/options.h"
#include "why401/inspect/inspect.h"
#include "why401/mock/answer.h"

#define CONFIG_DEFAULT_PORT 8401
#define CONFIG_WORKERS_MOST 64

struct config {
    atomic_int refs;                  /* config_hold and config_drop */
    struct arena arena;               /* every string and array below */
    const char *file;                 /* where it was read from; NULL: there was none */
    const char *listen_host;          /* "127.0.0.1"; an IPv6 address has no brackets */
    uint16_t listen_port;             /* 8401; 0: the kernel chooses */
    bool listen_proxy_protocol;       /* each connection begins with a PROXY protocol header */
    unsigned workers;                 /* event loops, 1 by default */
    struct upstream_address upstream; /* where requests go that name no host */
    /* All that are inspected: `upstream` first, those of the file, then BitGo's production and test
     * hosts if they are not among them. */
    struct upstream_address *upstreams;
    size_t upstream_count;
    struct server_door *doors; /* the first is the one above, each other has its own upstream */
    size_t door_count;
    bool env_spoken;                /* somebody chose the environment: it is not the default */
    enum tunnel_policy tunnel;      /* for hosts that are not inspected */
    struct network_proxy proxy;     /* via.host NULL: there is none */
    bool proxy_spoken;              /* … and the environment is not asked for one */
    struct inspect_options inspect; /* its allowlist is owned by the config too */
    struct limits limits;
    struct timeouts timeouts;
    const char *log_json; /* NULL: none; "-": standard output */
    const char *log_har;  /* NULL: none */
    bool quiet;
    bool verbose;
    const char *ca_dir;       /* NULL: the default place */
    const char *ledger;       /* file of the ledger; NULL: the default one */
    bool no_ledger;           /* it is in memory only */
    const char *rules_dir;    /* a pack of the user's own, added to the built-in one; NULL: none */
    struct mock_options mock; /* what the mock is told; its texts NULL where nothing */
};

/* What the command line said; NULL or false where it said nothing. */
struct config_flags {
    const char *config;         /* --config FILE */
    const char *env;            /* --env prod|test|URL */
    const char *listen;         /* --listen ADDR:PORT */
    const char *log_json;       /* --log-json FILE */
    const char *har;            /* --har FILE */
    const char *upstream_ca;    /* --upstream-ca FILE */
    const char *workers;        /* --workers N */
    const char *rules;          /* --rules DIR */
    const char *ledger;         /* --ledger FILE */
    const char *tunnel;         /* --tunnel none|public|all */
    const char *upstream_proxy; /* --upstream-proxy URL|none */
    bool read_only;             /* --read-only */
    bool no_ledger;             /* --no-ledger */
    bool quiet;
    bool verbose;
};

/* Reads flags->config, else $WHY401_CONFIG, else $XDG_CONFIG_HOME/why401/config.json where it
 * exists, and checks everything. An error's text names the file and the JSON path in it (or the
 * variable or the flag), what was found and what is expected; its code is ERR_CONFIG for a file,
 * ERR_USAGE for a variable or a flag. Nothing of `flags` is kept. The caller owns one reference.
 * Not while another thread changes the environment. */
struct config *config_load(const struct config_flags *flags, struct err *err);

/* One reference more, one less; NULL is fine. Any thread. */
struct config *config_hold(struct config *c);
void config_drop(struct config *c);

/* Fills the defaults of the macro lists. */
void limits_default(struct limits *limits);
void timeouts_default(struct timeouts *timeouts);

#endif
