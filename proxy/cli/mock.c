/* why401 mock: a server whose origin is the mock of BitGo. */
#include "why401/mock/origin.h"

#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "confine.h"
#include "mock_given.h"
#include "options.h"
#include "process.h"
#include "say.h"
#include "why401/config/config.h"
#include "why401/config/listen.h"
#include "why401/core/server.h"
#include "why401/mock/answer.h"
#include "why401/tls/ca.h"

#define DEFAULT_LISTEN   "127.0.0.1:8402"
#define DRAIN_MS         2000
#define WORD_SIZE        4200
#define TOKEN_LABEL_SIZE 128

struct mocking {
    struct listen_address address;
    struct config *config;
    struct mock_options options; /* the flags', then the config's */
    struct ca *ca;               /* NULL: plain HTTP only */
    struct origin *origin;
    struct server *server;
    struct confined confined; /* what it gave up before it started */
};

static int start(struct mocking *m, bool plain, struct err *err)
{
    const struct server_door door = {.host = m->address.host, .port = m->address.port};
    struct server_options options = {.doors = &door, .door_count = 1, .workers = 1};
    struct confine limits;
    limits_default(&options.limits);
    timeouts_default(&options.timeouts);
    options.limits.upstream_connections = 1; /* it has none, and the room for them is not needed */
    process_make_room(&options.limits, 1);
    if (!plain) {
        m->ca = ca_open(m->config->ca_dir, err);
        if (!m->ca) {
            return -1;
        }
    }
    m->origin = mock_origin_new(&m->options, err);
    if (!m->origin) {
        return -1;
    }
    /* From here on it reads and writes nothing of its own. */
    confine_begin(&limits);
    m->confined = confine_enter(&limits);
    options.ca = m->ca;
    options.origin = m->origin;
    m->server = server_start(&options, err);
    return m->server ? 0 : -1;
}

static void stop(struct mocking *m)
{
    if (m->server) {
        server_stop(m->server, DRAIN_MS);
    }
    mock_origin_free(m->origin);
    ca_free(m->ca);
}

/* The made-up tokens, and what each is good for. */
static void list_tokens(void)
{
    static const char *const meaning[MOCK_TOKEN_COUNT] = {
        [MOCK_TOKEN_GOOD] = "may do everything, from anywhere",
        [MOCK_TOKEN_LOGIN] = "what a login returns",
        [MOCK_TOKEN_VIEWER] = "has the scope wallet_view_all only",
        [MOCK_TOKEN_IP] = "may be used from another address only",
        [MOCK_TOKEN_SPENT] = "its spending limit is used up",
        [MOCK_TOKEN_LOCKED] = "needs an unlock first",
        [MOCK_TOKEN_EXPIRED] = "has expired",
        [MOCK_TOKEN_MADE] = "what creating a token returns; as good as was asked for",
    };
    say("its made-up tokens:");
    for (int i = 0; i < MOCK_TOKEN_COUNT; i++) {
        char label[TOKEN_LABEL_SIZE];
        snprintf(label, sizeof label, "  %s  ", mock_token((enum mock_token)i));
        say_beside(label, "%s", meaning[i] ? meaning[i] : "");
    }
}

static void greet(const struct mocking *m)
{
    char word[WORD_SIZE];
    const char *scheme = m->ca ? "https" : "http";
    const char *ca = m->ca ? shell_word(ca_root_path(m->ca), word, sizeof word) : NULL;
    bool ipv6 = strchr(m->address.host, ':');
    unsigned port = server_port(m->server, 0);
    say("mock of BitGo listening on %s://%s%s%s:%u", scheme, ipv6 ? "[" : "", m->address.host,
        ipv6 ? "]" : "", port);
    say_to_copy("call it:     ", "curl %s%s%s%s://localhost:%u/api/v2/ping", ca ? "--cacert " : "",
                ca ? ca : "", ca ? " " : "", scheme, port);
    say_to_copy("or through:  ", "why401 run --env %s://localhost:%u%s%s", scheme, port,
                ca ? " --upstream-ca " : "", ca ? ca : "");
    mock_given_say(&m->options, mock_of_origin(m->origin));
    list_tokens();
    if (m->config->verbose) {
        confined_say(m->confined);
    }
    if (!m->address.loopback) {
        say("warning: %s is not loopback: whoever can reach this port over the network can call it",
            m->address.host);
    }
}

static int run(struct mocking *m, bool plain)
{
    struct err err;
    int result = ENDED_WELL;
    process_protect();
    process_keep_memory();
    signals_block();
    if (start(m, plain, &err) != 0) {
        result = say_error(&err);
    } else {
        greet(m);
        signals_wait();
        signals_end_at_once(NULL);
    }
    stop(m);
    return result;
}

int command_mock(int argc, char **argv)
{
    const char *listen = DEFAULT_LISTEN;
    bool plain = false;
    const char *why;
    struct err err;
    struct mocking m = {0};
    struct config_flags flags = {0};
    const struct option_row rows[] = {
        {"--listen", "ADDR:PORT", &listen, NULL},
        {"--plain", NULL, NULL, &plain},
        {"--fixtures", "DIR", &m.options.fixtures, NULL},
        {"--replay", "FILE", &m.options.replay, NULL},
        {"--scenario", "ID", &m.options.scenario, NULL},
        {"--config", "FILE", &flags.config, NULL},
    };
    switch (options_read("mock", rows, sizeof rows / sizeof rows[0], argc, argv, &err)) {
    case OPTIONS_HELP:
        return print_whole(help_mock);
    case OPTIONS_BAD:
        return say_error(&err);
    case OPTIONS_READ:
        break;
    }
    if (!listen_parse(span_of(listen), &m.address, &why)) {
        err_set(&err, ERR_USAGE, "--listen: found \"%.64s\"; %s", listen, why);
        return say_error(&err);
    }
    m.config = config_load(&flags, &err);
    if (!m.config || mock_given(&m.options, m.config, &err) != 0) {
        config_drop(m.config);
        return say_error(&err);
    }
    int code = run(&m, plain);
    config_drop(m.config);
    return code;
}
