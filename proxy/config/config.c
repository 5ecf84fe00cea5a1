/* Loading goes through four layers, each of which overwrites what it says something about: the
 * defaults, the file, the environment, the flags. The first error ends it and nothing is kept. */
#include "why401/config/config.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include "file.h"
#include "reader.h"
#include "why401/base/home.h"

/* The file has at most a mebibyte, and a string or address in memory takes at most eight times what
 * it takes there. */
#define ARENA_CAP (8u * CONFIG_FILE_MOST + 65536)
#define PATH_SIZE 4096

/* What the layers said is put together: nobody changes anything after it. */
static int complete(struct config *c, struct err *err)
{
    enum environment environment = environment_of_host(span_of(c->upstream.host));
    c->inspect.refuse_production = c->env_spoken && environment == ENVIRONMENT_TEST;
    return find_network_proxy(c, err) != 0 || join_upstreams(c, err) != 0 ? -1 : 0;
}

/* What the environment and the flags can say, beside the file. */
static const struct {
    const char *variable;
    const char *flag;
    size_t given; /* where struct config_flags has it */
    text_fn *set;
} settings[] = {
    {"WHY401_ENV", "--env", offsetof(struct config_flags, env), set_env},
    {"WHY401_LISTEN", "--listen", offsetof(struct config_flags, listen), set_listen},
    {"WHY401_LOG_JSON", "--log-json", offsetof(struct config_flags, log_json), set_log_json},
    {"WHY401_HAR", "--har", offsetof(struct config_flags, har), set_har},
    {"WHY401_UPSTREAM_CA", "--upstream-ca", offsetof(struct config_flags, upstream_ca),
     set_upstream_ca},
    {"WHY401_WORKERS", "--workers", offsetof(struct config_flags, workers), set_workers},
    {"WHY401_RULES", "--rules", offsetof(struct config_flags, rules), set_rules},
    {"WHY401_LEDGER", "--ledger", offsetof(struct config_flags, ledger), set_ledger},
    {"WHY401_TUNNEL", "--tunnel", offsetof(struct config_flags, tunnel), set_tunnel},
    {"WHY401_UPSTREAM_PROXY", "--upstream-proxy", offsetof(struct config_flags, upstream_proxy),
     set_upstream_proxy},
};

#define SETTING_COUNT (sizeof settings / sizeof settings[0])

struct config *config_hold(struct config *c)
{
    if (c) {
        atomic_fetch_add(&c->refs, 1);
    }
    return c;
}

/* The arena's memory goes back as it is. */
static void forget_secrets(const struct config *c)
{
    const char *secret = c->proxy.via.authorization;
    if (secret) {
        explicit_bzero((void *)(uintptr_t)secret, strlen(secret));
    }
}

void config_drop(struct config *c)
{
    if (c && atomic_fetch_sub(&c->refs, 1) == 1) {
        allowlist_free(c->inspect.allowlist);
        forget_secrets(c);
        arena_release(&c->arena);
        free(c);
    }
}

static int set_defaults(struct config *c, struct err *err)
{
    struct place nowhere = {.kind = PLACE_OUTSIDE, .name = "default"};
    atomic_init(&c->refs, 1);
    arena_init(&c->arena, ARENA_CAP);
    limits_default(&c->limits);
    timeouts_default(&c->timeouts);
    c->workers = 1;
    c->listen_host = "127.0.0.1";
    c->listen_port = CONFIG_DEFAULT_PORT;
    int result = set_env(c, &nowhere, "prod", err);
    c->env_spoken = false;
    return result;
}

/* A variable's value; one that is set to nothing says nothing. */
static const char *variable(const char *name)
{
    const char *value = getenv(name);
    return value && value[0] ? value : NULL;
}

static int read_file(struct config *c, const char *path, bool must_exist, struct err *err)
{
    bool missing = false;
    json_t *value = file_read(path, must_exist ? NULL : &missing, err);
    if (!value) {
        return missing ? 0 : -1;
    }
    struct place top = {.kind = PLACE_FILE, .name = path};
    c->file = arena_copy(&c->arena, span_of(path)).ptr;
    int result = c->file ? read_top(c, &top, value, err)
                         : err_set(err, ERR_MEMORY, "no memory for the config's path");
    json_decref(value);
    return result;
}

static int take_file(struct config *c, const struct config_flags *flags, struct err *err)
{
    char path[PATH_SIZE];
    const char *named = flags->config ? flags->config : variable("WHY401_CONFIG");
    if (named) {
        return read_file(c, named, true, err);
    }
    /* One that nobody named may be missing. */
    return home_path(HOME_CONFIG, "config.json", path, sizeof path) ? read_file(c, path, false, err)
                                                                    : 0;
}

static int take_environment(struct config *c, struct err *err)
{
    for (size_t i = 0; i < SETTING_COUNT; i++) {
        struct place at = {.kind = PLACE_OUTSIDE, .name = settings[i].variable};
        const char *value = variable(settings[i].variable);
        if (value && settings[i].set(c, &at, value, err) != 0) {
            return -1;
        }
    }
    return 0;
}

static int take_flags(struct config *c, const struct config_flags *flags, struct err *err)
{
    for (size_t i = 0; i < SETTING_COUNT; i++) {
        struct place at = {.kind = PLACE_OUTSIDE, .name = settings[i].flag};
        const char *given = *(const char *const *)((const char *)flags + settings[i].given);
        if (given && settings[i].set(c, &at, given, err) != 0) {
            return -1;
        }
    }
    if (flags->ledger && flags->no_ledger) {
        return err_set(err, ERR_USAGE,
                       "--ledger and --no-ledger exclude each other; give one of them");
    }
    c->no_ledger = c->no_ledger || flags->no_ledger;
    c->inspect.read_only = c->inspect.read_only || flags->read_only;
    if (flags->quiet && flags->verbose) {
        return err_set(err, ERR_USAGE,
                       "--quiet and --verbose exclude each other; give one of them");
    }
    if (flags->quiet || flags->verbose) {
        c->quiet = flags->quiet;
        c->verbose = flags->verbose;
    }
    return 0;
}

struct config *config_load(const struct config_flags *flags, struct err *err)
{
    struct config *c = calloc(1, sizeof *c);
    if (!c) {
        err_set(err, ERR_MEMORY, "no memory for the config");
        return NULL;
    }
    if (set_defaults(c, err) != 0 || take_file(c, flags, err) != 0 ||
        take_environment(c, err) != 0 || take_flags(c, flags, err) != 0 || complete(c, err) != 0) {
        config_drop(c);
        return NULL;
    }
    return c;
}
