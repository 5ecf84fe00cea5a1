/* why401 exec: runs a command with the proxy around it.
 *
 * The happy path: the proxy starts on a free port, the run directory gets the files that make the
 * command's runtimes use it, the command runs as if a shell had started it, and when it has ended
 * everything is taken down, the run is summed up and judged. Whatever cannot be started ends the
 * command line before the command runs. */
#include "exec.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "commands.h"
#include "confine.h"
#include "options.h"
#include "page_for.h"
#include "process.h"
#include "say.h"
#include "why401/base/clock.h"
#include "why401/child/environment.h"
#include "why401/config/nearest.h"
#include "why401/verdict/reports.h"

#define WORDS_MOST  512
#define HOSTS_MOST  8192
#define NOT_STARTED 125 /* the command was not run, through no fault of its own */

/* The proxy listens for the command only, and keeps nothing that only the mock has said. */
static void adapt(struct exec *e)
{
    struct config *c = e->proxy.config;
    e->door = (struct server_door){.host = "127.0.0.1"};
    c->listen_host = e->door.host;
    c->listen_port = 0;
    c->listen_proxy_protocol = false;
    c->doors = &e->door;
    c->door_count = 1;
    c->no_ledger = c->no_ledger || (e->flags.mock && !e->proxy.flags.ledger);
    c->quiet = !e->flags.verbose;
    c->verbose = e->flags.verbose;
}

static int check_log(const struct config *c, struct err *err)
{
    if (c->log_json && strcmp(c->log_json, "-") == 0) {
        return err_set(err, ERR_USAGE,
                       "--log-json: found \"-\", but standard output is the command's; expected a "
                       "file");
    }
    return 0;
}

/* The rules of --fail-on are words of ours, so the one that was meant can be said. */
static int unknown_rule(const struct rulepack *rules, struct span word, struct err *err)
{
    const char *words[WORDS_MOST];
    size_t count = verdict_words(rules, words, WORDS_MOST);
    const char *near = nearest_word(word, words, count);
    if (near) {
        return err_set(err, ERR_USAGE, "--fail-on has no rule \"%.*s\"; did you mean %s?",
                       SPAN_ARG(span_first(word, 80)), near);
    }
    return err_set(err, ERR_USAGE,
                   "--fail-on has no rule \"%.*s\"; expected explained, missing-bearer, "
                   "secret-in-url, production, no-traffic, a status such as 401 or 4xx, warning, "
                   "problem, the id of a finding or of a scenario, ci or none",
                   SPAN_ARG(span_first(word, 80)));
}

static int make_verdict(struct exec *e, struct err *err)
{
    const struct exec_flags *flags = &e->flags;
    struct span word;
    struct rulepack *rules = load_rules(e->proxy.config, err);
    if (!rules) {
        return -1;
    }
    const struct verdict_options options = {
        .fail_on = flags->fail_on ? flags->fail_on
                   : flags->ci    ? VERDICT_CI
                                  : NULL,
        .baseline = flags->baseline,
        .rules = rules,
        .env_test = e->proxy.config->inspect.refuse_production,
    };
    int result = options.fail_on && verdict_unknown_word(options.fail_on, rules, &word)
                     ? unknown_rule(rules, word, err)
                     : 0;
    if (result == 0) {
        e->verdict = verdict_new(&options, err);
        result = e->verdict ? 0 : -1;
    }
    rulepack_drop(rules);
    e->proxy.judged = verdict_judged;
    e->proxy.judged_ctx = e->verdict;
    return result;
}

static int start(struct exec *e, struct err *err)
{
    struct proxy *p = &e->proxy;
    p->config = config_load(&p->flags, err);
    if (!p->config || check_log(p->config, err) != 0) {
        return -1;
    }
    adapt(e);
    p->terminal_fd = e->flags.quiet ? -1 : STDERR_FILENO;
    if (make_verdict(e, err) != 0) {
        return -1;
    }
    p->ca = ca_open(p->config->ca_dir, err);
    if (!p->ca || (e->flags.mock && exec_mock_start(e, err) != 0) || proxy_start(p, err) != 0) {
        return -1;
    }
    const struct child_place_options place = {
        .parent = environ,
        .port = server_port(p->server, 0),
        .ca_pem = ca_root_pem(p->ca),
    };
    e->place = child_place_make(&place, err);
    return e->place ? 0 : -1;
}

/* The SDK's network where it is led to our own port; NULL where nobody has said which environment
 * is meant: sending what was meant for test to production would be worse than missing it. */
static const char *custom_network(const struct exec *e)
{
    const struct config *c = e->proxy.config;
    enum environment environment = environment_of_host(span_of(c->upstream.host));
    if (!c->env_spoken && !e->flags.mock) {
        return NULL;
    }
    return environment == ENVIRONMENT_TEST || environment == ENVIRONMENT_OTHER ? "testnet"
                                                                               : "bitcoin";
}

/* The hosts that the preload for Node has to know. */
static void list_hosts(const struct config *c, struct str *hosts)
{
    for (size_t i = 0; i < c->upstream_count; i++) {
        str_addf(hosts, "%s%s", i ? "," : "", c->upstreams[i].host);
    }
}

/* Runs the command. Returns its status, or the one that a shell has for a command that cannot be
 * run. */
static int run_command(struct exec *e)
{
    struct str hosts;
    struct err err;
    struct child child;
    struct child_environment environment;
    str_init(&hosts, HOSTS_MOST);
    list_hosts(e->proxy.config, &hosts);
    const struct child_environment_options options = {
        .parent = environ,
        .place = e->place,
        .port = server_port(e->proxy.server, 0),
        .hosts = str_cstr(&hosts),
        .custom_network = custom_network(e),
    };
    int status = NOT_STARTED;
    if (child_environment_init(&environment, &options, &err) == 0) {
        if (e->flags.verbose) {
            fprintf(stderr, "%s", str_cstr(&environment.list));
        }
        status = child_start(&child, &e->origin, e->flags.command, environment.variables, &err);
        child_environment_release(&environment);
        if (status == 0) {
            str_release(&hosts);
            confine_programs(); /* the one program that it has to start runs */
            return child_wait(&child);
        }
    }
    say("%s", err.text);
    str_release(&hosts);
    return status;
}

/* Takes everything down, and says how the run was. */
static int finish(struct exec *e, int status, bool ran)
{
    struct proxy_end end;
    proxy_stop(&e->proxy, &end);
    exec_mock_stop(e);
    child_place_remove(e->place);
    int result = ran ? exec_end(e, &end, status) : status;
    verdict_free(e->verdict);
    return result;
}

static int run(struct exec *e)
{
    struct err err = {0};
    child_origin_keep(&e->origin);
    process_protect();
    process_keep_memory();
    signals_block();
    e->started_ms = clock_wall_ms();
    if (start(e, &err) != 0) {
        return finish(e, say_error(&err), false);
    }
    exec_before();
    return finish(e, run_command(e), true);
}

/* Cuts the arguments at "--". Returns the number of those before it, or -1. */
static int cut(struct exec_flags *flags, int argc, char **argv, struct err *err)
{
    for (int i = 0; i < argc; i++) {
        if (strcmp(argv[i], "--") == 0 && i + 1 < argc) {
            flags->command = argv + i + 1;
            return i;
        }
    }
    return err_set(err, ERR_USAGE,
                   "exec needs the command that it shall run, behind --: why401 exec [FLAGS] -- "
                   "COMMAND [ARGUMENT…]");
}

static bool asks_for_help(int argc, char **argv)
{
    for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++) {
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
            return true;
        }
    }
    return false;
}

static int check_together(const struct exec_flags *flags, struct err *err)
{
    if (flags->quiet && flags->verbose) {
        return err_set(err, ERR_USAGE,
                       "--quiet and --verbose exclude each other; give one of them");
    }
    const struct mock_options *of = &flags->of;
    if (!flags->mock && (of->fixtures || of->replay || of->scenario)) {
        return err_set(err, ERR_USAGE, "%s is about the mock; give --mock as well",
                       of->fixtures ? "--mock-fixtures"
                       : of->replay ? "--mock-replay"
                                    : "--mock-scenario");
    }
    return 0;
}

static enum options_said read_flags(struct exec *e, int argc, char **argv, struct err *err)
{
    struct config_flags *proxy = &e->proxy.flags;
    struct exec_flags *flags = &e->flags;
    const struct option_row rows[] = {
        {"--ci", NULL, NULL, &flags->ci},
        {"--fail-on", "RULES", &flags->fail_on, NULL},
        {"--baseline", "FILE", &flags->baseline, NULL},
        {"--write-baseline", "FILE", &flags->accept, NULL},
        {"--junit", "FILE", &flags->junit, NULL},
        {"--har", "FILE", &proxy->har, NULL},
        {"--log-json", "FILE", &proxy->log_json, NULL},
        {"--env", "prod|test|URL", &proxy->env, NULL},
        {"--read-only", NULL, NULL, &proxy->read_only},
        {"--mock", NULL, NULL, &flags->mock},
        {"--mock-fixtures", "DIR", &flags->of.fixtures, NULL},
        {"--mock-replay", "FILE", &flags->of.replay, NULL},
        {"--mock-scenario", "ID", &flags->of.scenario, NULL},
        {"--config", "FILE", &proxy->config, NULL},
        {"--upstream-ca", "FILE", &proxy->upstream_ca, NULL},
        {"--upstream-proxy", "URL|none", &proxy->upstream_proxy, NULL},
        {"--tunnel", "none|public|all", &proxy->tunnel, NULL},
        {"--rules", "DIR", &proxy->rules, NULL},
        {"--ledger", "FILE", &proxy->ledger, NULL},
        {"--no-ledger", NULL, NULL, &proxy->no_ledger},
        {"--quiet", NULL, NULL, &flags->quiet},
        {"--verbose", NULL, NULL, &flags->verbose},
    };
    if (asks_for_help(argc, argv)) {
        return OPTIONS_HELP;
    }
    int before = cut(flags, argc, argv, err);
    /* Without a command a wrong flag is still the better thing to hear of. */
    bool cut_off = before < 0;
    if (cut_off) {
        before = argc && strcmp(argv[argc - 1], "--") == 0 ? argc - 1 : argc;
    }
    struct err wrong;
    enum options_said said =
        options_read("exec", rows, sizeof rows / sizeof *rows, before, argv, &wrong);
    bool flag = said == OPTIONS_BAD && argv[0][0] == '-';
    if (!cut_off || flag) {
        *err = wrong;
        return said == OPTIONS_READ && check_together(flags, err) != 0 ? OPTIONS_BAD : said;
    }
    return OPTIONS_BAD;
}

int command_exec(int argc, char **argv)
{
    struct exec e = {0};
    struct err err;
    switch (read_flags(&e, argc, argv, &err)) {
    case OPTIONS_HELP:
        return print_whole(help_exec);
    case OPTIONS_BAD:
        return say_error(&err);
    case OPTIONS_READ:
        break;
    }
    return run(&e);
}
