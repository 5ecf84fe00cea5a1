/* why401 run: config, CA, rules, observer, server, in this order, and back.
 *
 * The happy path: everything starts, the main thread waits for signals while workers and the
 * observer do the work, SIGTERM or SIGINT lets running exchanges finish, the observer writes what
 * waits, and a summary ends it. A part that does not start ends the command with what went wrong;
 * the parts before it are taken down by the same function that ends a good run. */
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
#include "why401/inspect/passport.h"

#define OBSERVER_PATIENCE_MS 5000 /* for writing what waits at the end */

struct rulepack *load_rules(const struct config *config, struct err *err)
{
    struct rulepack *rules = rulepack_builtin(err);
    if (rules && config->rules_dir && rulepack_add_dir(rules, config->rules_dir, err) != 0) {
        rulepack_drop(rules);
        return NULL;
    }
    return rules;
}

static void finished(void *ctx, struct exchange *x)
{
    const struct proxy *p = ctx;
    observer_give(p->observer, x);
}

static void passed(void *ctx, const struct exchange *x)
{
    struct proxy *p = ctx;
    atomic_fetch_add(&p->passed, 1);
    if (p->started->verbose) {
        observer_notice(p->observer,
                        "passed on unseen: %.*s:%u, %" PRIu64 " bytes there, %" PRIu64 " back",
                        SPAN_ARG(span_first(x->host, 200)), x->port, x->request.body_bytes,
                        x->response.body_bytes);
    }
}

static void notice(void *ctx, struct ip peer, const struct err *why)
{
    const struct proxy *p = ctx;
    char text[IP_TEXT_SIZE];
    observer_notice(p->observer, "client %s: %s", ip_text(peer, text), why->text);
}

static void urgent(void *ctx, const struct exchange *x, const struct finding *f)
{
    const struct proxy *p = ctx;
    observer_urgent(p->observer, x, f);
}

static int start_observer(struct proxy *p, struct err *err)
{
    const struct config *c = p->config;
    bool json_on_stdout = c->log_json && strcmp(c->log_json, "-") == 0;
    char path[LEDGER_PATH_SIZE];
    struct rulepack *rules = load_rules(c, err);
    if (!rules) {
        return -1;
    }
    struct observer_options options = {
        .terminal_fd = json_on_stdout ? STDERR_FILENO : STDOUT_FILENO,
        .color = COLOR_AUTO,
        .quiet = c->quiet,
        .verbose = c->verbose,
        .json_path = c->log_json,
        .har_path = c->log_har,
        .queue_length = c->limits.queue_length,
        .decoded_bytes = c->limits.decoded_bytes,
        .ledger_path = ledger_file(c, path, sizeof path),
        .desk = p->desk,
        .rules = rules,
    };
    p->observer = observer_start(&options, err);
    rulepack_drop(rules);
    return p->observer ? 0 : -1;
}

static int start_server(struct proxy *p, struct err *err)
{
    const struct config *c = p->config;
    struct inspect_options inspect = c->inspect;
    inspect.desk = p->desk;
    struct server_options options = {
        .doors = c->doors,
        .door_count = c->door_count,
        .workers = c->workers,
        .proxy_protocol = c->listen_proxy_protocol,
        .ca = p->ca,
        .limits = c->limits,
        .timeouts = c->timeouts,
        .upstreams = c->upstreams,
        .upstream_count = c->upstream_count,
        .tunnel = c->tunnel,
        .proxy = c->proxy.via.host ? &c->proxy : NULL,
        .inspect = &inspect,
        .finished = finished,
        .passed = passed,
        .notice = notice,
        .urgent = urgent,
        .ctx = p,
    };
    process_make_room(&options.limits, c->workers);
    p->server = server_start(&options, err);
    return p->server ? 0 : -1;
}

static int start(struct proxy *p, struct err *err)
{
    p->config = config_load(&p->flags, err);
    if (!p->config) {
        return -1;
    }
    p->started = config_hold(p->config);
    p->ca = ca_open(p->config->ca_dir, err);
    p->desk = passport_desk_new();
    if (!p->desk) {
        return err_set(err, ERR_MEMORY, "no memory for what is known of tokens");
    }
    if (!p->ca || start_observer(p, err) != 0) {
        return -1;
    }
    return start_server(p, err);
}

static void summarise(const struct observer_counts *counts, size_t cut_off)
{
    uint64_t lost = counts->lost_success + counts->lost_bodies + counts->lost_lines;
    say("%" PRIu64 " exchange%s, %" PRIu64 " failing, %" PRIu64 " of them explained",
        counts->exchanges, counts->exchanges == 1 ? "" : "s", counts->failing, counts->explained);
    if (lost) {
        say("lost, under pressure or because a log could not be written: %" PRIu64
            " successful exchanges, %" PRIu64 " body captures, %" PRIu64 " log lines",
            counts->lost_success, counts->lost_bodies, counts->lost_lines);
    }
    if (cut_off) {
        say("%zu exchanges were still running and were cut off", cut_off);
    }
}

/* Takes down what has been started, last part first. */
static void stop(struct proxy *p)
{
    size_t cut_off = p->server ? server_stop(p->server, p->config->timeouts.drain_ms) : 0;
    if (p->observer) {
        struct observer_counts counts;
        observer_drain(p->observer, OBSERVER_PATIENCE_MS);
        observer_counts(p->observer, &counts);
        observer_stop(p->observer);
        if (p->server) {
            summarise(&counts, cut_off);
        }
    }
    passport_desk_free(p->desk);
    ca_free(p->ca);
    config_drop(p->config);
    config_drop(p->started);
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

static int run(const struct config_flags *flags)
{
    struct proxy p = {.flags = *flags};
    struct err err = {0};
    process_protect();
    signals_block();
    if (start(&p, &err) != 0) {
        stop(&p);
        return say_error(&err);
    }
    greet(&p);
    serve(&p);
    signals_end_at_once(NULL);
    say("stopping; running exchanges have %" PRIu32 " ms to finish, a second signal ends at once",
        p.config->timeouts.drain_ms);
    stop(&p);
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
        return fputs(help_run, stdout) >= 0 ? ENDED_WELL : ENDED_BADLY;
    case OPTIONS_BAD:
        return say_error(&err);
    case OPTIONS_READ:
        break;
    }
    return run(&flags);
}
