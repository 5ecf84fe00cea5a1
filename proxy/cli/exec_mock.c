/* exec --mock: the command talks to app.bitgo.com and app.bitgo-test.com as ever, and the mock
 * answers. Its certificate comes from the local CA, which may sign for those names, so nothing in
 * the way is different from BitGo but the address. */
#include "exec.h"
#include "mock_given.h"
#include "why401/mock/origin.h"

#define DRAIN_MS 1000
#define ADDRESS  "127.0.0.1"

static int start_server(struct exec *e, struct err *err)
{
    static const struct server_door door = {.host = ADDRESS};
    struct server_options options = {
        .doors = &door,
        .door_count = 1,
        .workers = 1,
        .ca = e->proxy.ca,
        .origin = e->mock_origin,
    };
    limits_default(&options.limits);
    timeouts_default(&options.timeouts);
    e->mock = server_start(&options, err);
    return e->mock ? 0 : -1;
}

/* The mock's coins are test coins, so what names no host is meant for the test environment. */
static void play_test(struct config *c)
{
    for (size_t i = 1; i < c->upstream_count; i++) {
        if (environment_of_host(span_of(c->upstreams[i].host)) == ENVIRONMENT_TEST) {
            struct upstream_address first = c->upstreams[0];
            c->upstreams[0] = c->upstreams[i];
            c->upstreams[i] = first;
            return;
        }
    }
}

/* BitGo's own hosts are reached at the mock's port. Another upstream of the config is not the
 * mock's to play. */
static void lead_there(struct exec *e)
{
    struct config *c = e->proxy.config;
    for (size_t i = 0; i < c->upstream_count; i++) {
        struct upstream_address *a = &c->upstreams[i];
        enum environment environment = environment_of_host(span_of(a->host));
        if (environment == ENVIRONMENT_PROD || environment == ENVIRONMENT_TEST) {
            a->resolve = ADDRESS;
            a->resolve_port = server_port(e->mock, 0);
            a->ca_path = ca_root_path(e->proxy.ca);
        }
    }
    if (!c->env_spoken) {
        play_test(c);
    }
    c->upstream = c->upstreams[0];
}

int exec_mock_start(struct exec *e, struct err *err)
{
    if (mock_given(&e->flags.of, e->proxy.config, err) != 0) {
        return -1;
    }
    e->mock_origin = mock_origin_new(&e->flags.of, err);
    if (!e->mock_origin || start_server(e, err) != 0) {
        return -1;
    }
    lead_there(e);
    return 0;
}

void exec_mock_stop(struct exec *e)
{
    if (e->mock) {
        server_stop(e->mock, DRAIN_MS);
    }
    mock_origin_free(e->mock_origin);
}
