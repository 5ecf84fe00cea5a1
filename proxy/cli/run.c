/* why401 run. The happy path: everything starts, the main thread waits for signals while workers
 * and the observer do the work, SIGTERM or SIGINT lets running exchanges finish, the observer
 * writes what waits, and a summary ends it. A part that does not start ends the command with what
 * went wrong. */
#include "run.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "commands.h"
#include "ledger_file.h"
#include "options.h"
#include "process.h"
#include "say.h"
#include "why401/ledger/ledger.h"

static void summarise(const struct proxy_end *end)
{
    const struct observer_counts *counts = &end->counts;
    char own[64] = "";
    if (counts->own) {
        snprintf(own, sizeof own, ", %" PRIu64 " answered by this proxy", counts->own);
    }
    say("%" PRIu64 " exchange%s, %" PRIu64 " failing, %" PRIu64 " of them explained%s",
        counts->exchanges, counts->exchanges == 1 ? "" : "s", counts->failing, counts->explained,
        own);
    proxy_say_losses(counts);
    if (end->cut_off) {
        say("%zu exchanges were still running and were cut off", end->cut_off);
    }
}

static bool on_terminal(void)
{
    return isatty(STDIN_FILENO) || isatty(STDOUT_FILENO) || isatty(STDERR_FILENO);
}

/* Serves until somebody wants it to end. A SIGHUP that comes because the terminal it was started
 * from is gone is no wish to reload: without an end here the proxy would go on unseen and hold its
 * port. */
static void serve(struct proxy *p)
{
    bool had_terminal = on_terminal();
    for (;;) {
        switch (signals_wait()) {
        case SIGHUP:
            if (had_terminal && !on_terminal()) {
                return;
            }
            reload(p);
            break;
        case SIGUSR1:
            observer_reopen(p->observer);
            break;
        default:
            return;
        }
    }
}

/* The ledger's folder has to be there before it can be granted. The CA's is not granted: its key is
 * in memory, and nothing in it is read again. */
static int confine(struct proxy *p, struct err *err)
{
    const struct config *c = p->config;
    char path[LEDGER_PATH_SIZE];
    const char *ledger = ledger_file(c, path, sizeof path);
    struct confine limits;
    if (ledger && ledger_prepare(ledger, err) != 0) {
        return -1;
    }
    confine_begin(&limits);
    confine_read_beside(&limits, c->file);
    confine_read_beside(&limits, c->rules_dir);
    confine_read(&limits, c->rules_dir);
    for (size_t i = 0; i < c->upstream_count; i++) {
        confine_read(&limits, c->upstreams[i].ca_path);
    }
    if (c->log_json && strcmp(c->log_json, "-") != 0) {
        confine_write_beside(&limits, c->log_json);
    }
    confine_write_beside(&limits, c->log_har);
    confine_write_beside(&limits, ledger);
    p->confined = confine_enter(&limits);
    return 0;
}

static int start(struct proxy *p, struct err *err)
{
    p->config = config_load(&p->flags, err);
    if (!p->config) {
        return -1;
    }
    bool json_on_stdout = p->config->log_json && strcmp(p->config->log_json, "-") == 0;
    p->terminal_fd = json_on_stdout ? STDERR_FILENO : STDOUT_FILENO;
    p->ca = ca_open(p->config->ca_dir, err);
    return p->ca && confine(p, err) == 0 ? proxy_start(p, err) : -1;
}

static int run(const struct config_flags *flags)
{
    struct proxy p = {.flags = *flags};
    struct proxy_end end;
    struct err err = {0};
    process_protect();
    process_keep_memory();
    signals_block();
    if (start(&p, &err) != 0) {
        proxy_stop(&p, &end);
        return say_error(&err);
    }
    greet(&p);
    serve(&p);
    signals_end_at_once(NULL);
    say("stopping; running exchanges have %" PRIu32 " ms to finish, a second signal ends at once",
        p.config->timeouts.drain_ms);
    if (proxy_stop(&p, &end)) {
        summarise(&end);
    }
    return ENDED_WELL;
}

int command_run(int argc, char **argv)
{
    struct config_flags flags = {0};
    struct err err;
    const struct option_row rows[] = {
        {"--env", "prod|test|URL", &flags.env, NULL},
        {"--listen", "ADDR:PORT", &flags.listen, NULL},
        {"--config", "FILE", &flags.config, NULL},
        {"--log-json", "FILE", &flags.log_json, NULL},
        {"--har", "FILE", &flags.har, NULL},
        {"--upstream-ca", "FILE", &flags.upstream_ca, NULL},
        {"--workers", "N", &flags.workers, NULL},
        {"--rules", "DIR", &flags.rules, NULL},
        {"--ledger", "FILE", &flags.ledger, NULL},
        {"--tunnel", "none|public|all", &flags.tunnel, NULL},
        {"--upstream-proxy", "URL|none", &flags.upstream_proxy, NULL},
        {"--read-only", NULL, NULL, &flags.read_only},
        {"--no-ledger", NULL, NULL, &flags.no_ledger},
        {"--quiet", NULL, NULL, &flags.quiet},
        {"--verbose", NULL, NULL, &flags.verbose},
    };
    switch (options_read("run", rows, sizeof rows / sizeof rows[0], argc, argv, &err)) {
    case OPTIONS_HELP:
        return print_whole(help_run);
    case OPTIONS_BAD:
        return say_error(&err);
    case OPTIONS_READ:
        break;
    }
    return run(&flags);
}
