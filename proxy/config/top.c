/* The file's top: its keys, and the setters that the environment and flags share with it. */
#include "reader.h"
#include "upstream_url.h"
#include "why401/config/listen.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

int set_env(struct config *c, const struct place *at, const char *text, struct err *err)
{
    c->env_spoken = true;
    return upstream_from_text(&c->upstream, &c->arena, at, text, err);
}

int set_listen(struct config *c, const struct place *at, const char *text, struct err *err)
{
    struct listen_address address;
    const char *why;
    if (!listen_parse(span_of(text), &address, &why)) {
        return place_bad_text(at, text, err, "%s", why);
    }
    c->listen_host = arena_copy(&c->arena, span_of(address.host)).ptr;
    c->listen_port = address.port;
    return c->listen_host ? 0 : err_set(err, ERR_MEMORY, "no memory for the listening address");
}

int set_log_json(struct config *c, const struct place *at, const char *text, struct err *err)
{
    if (strcmp(text, "-") == 0) {
        c->log_json = "-";
        return 0;
    }
    return read_path(c, at, text, &c->log_json, err);
}

int set_har(struct config *c, const struct place *at, const char *text, struct err *err)
{
    if (strcmp(text, "-") == 0) {
        return place_bad_text(at, text, err,
                              "expected a file: a HAR is rewritten while it grows, which standard "
                              "output cannot be");
    }
    return read_path(c, at, text, &c->log_har, err);
}

int set_upstream_ca(struct config *c, const struct place *at, const char *text, struct err *err)
{
    return read_path(c, at, text, &c->upstream.ca_path, err);
}

int set_rules(struct config *c, const struct place *at, const char *text, struct err *err)
{
    return read_path(c, at, text, &c->rules_dir, err);
}

int set_ledger(struct config *c, const struct place *at, const char *text, struct err *err)
{
    c->no_ledger = strcmp(text, "none") == 0;
    return c->no_ledger ? 0 : read_path(c, at, text, &c->ledger, err);
}

int set_workers(struct config *c, const struct place *at, const char *text, struct err *err)
{
    uint64_t number;
    if (!span_u64(span_of(text), &number) || number < 1 || number > CONFIG_WORKERS_MOST) {
        return place_bad_text(at, text, err, "expected an integer from 1 to %d",
                              CONFIG_WORKERS_MOST);
    }
    c->workers = (unsigned)number;
    return 0;
}

static int take_workers(struct config *c, const struct place *at, json_t *value, struct err *err)
{
    uint64_t number;
    if (read_integer(at, value, 1, CONFIG_WORKERS_MOST, &number, err) != 0) {
        return -1;
    }
    c->workers = (unsigned)number;
    return 0;
}

static int take_proxy_protocol(struct config *c, const struct place *at, json_t *value,
                               struct err *err)
{
    return read_bool(at, value, &c->listen_proxy_protocol, err);
}

static int set_resolve(struct config *c, const struct place *at, const char *text, struct err *err)
{
    return read_resolve(&c->upstream, &c->arena, at, text, err);
}

static int take_upstream(struct config *c, const struct place *at, json_t *value, struct err *err)
{
    static const struct key keys[] = {
        {"ca", NULL, set_upstream_ca},
        {"resolve", NULL, set_resolve},
    };
    return read_object(c, at, value, keys, COUNT(keys), err);
}

static int take_read_only(struct config *c, const struct place *at, json_t *value, struct err *err)
{
    return read_bool(at, value, &c->inspect.read_only, err);
}

static int take_quiet(struct config *c, const struct place *at, json_t *value, struct err *err)
{
    return read_bool(at, value, &c->quiet, err);
}

static int take_verbose(struct config *c, const struct place *at, json_t *value, struct err *err)
{
    if (read_bool(at, value, &c->verbose, err) != 0) {
        return -1;
    }
    if (c->quiet && c->verbose) {
        return place_bad_value(at, value, err, "expected one of quiet and verbose, not both");
    }
    return 0;
}

static int take_log(struct config *c, const struct place *at, json_t *value, struct err *err)
{
    static const struct key keys[] = {
        {"json", NULL, set_log_json},
        {"har", NULL, set_har},
        {"quiet", take_quiet, NULL},
        {"verbose", take_verbose, NULL},
    };
    return read_object(c, at, value, keys, COUNT(keys), err);
}

static int set_ca_dir(struct config *c, const struct place *at, const char *text, struct err *err)
{
    return read_path(c, at, text, &c->ca_dir, err);
}

static int set_mock_fixtures(struct config *c, const struct place *at, const char *text,
                             struct err *err)
{
    return read_path(c, at, text, &c->mock.fixtures, err);
}

static int set_mock_replay(struct config *c, const struct place *at, const char *text,
                           struct err *err)
{
    return read_path(c, at, text, &c->mock.replay, err);
}

/* The mock knows which scenarios there are. */
static int set_mock_scenario(struct config *c, const struct place *at, const char *text,
                             struct err *err)
{
    if (!text[0]) {
        return place_bad_text(at, text, err, "expected the id of a scenario");
    }
    c->mock.scenario = arena_copy(&c->arena, span_of(text)).ptr;
    return c->mock.scenario ? 0 : err_set(err, ERR_MEMORY, "no memory for the mock's scenario");
}

static int take_mock(struct config *c, const struct place *at, json_t *value, struct err *err)
{
    static const struct key keys[] = {
        {"fixtures", NULL, set_mock_fixtures},
        {"replay", NULL, set_mock_replay},
        {"scenario", NULL, set_mock_scenario},
    };
    return read_object(c, at, value, keys, COUNT(keys), err);
}

int read_top(struct config *c, const struct place *at, json_t *value, struct err *err)
{
    /* "upstream" stands before "env", which needs to know upstream.resolve. */
    static const struct key keys[] = {
        {"upstream", take_upstream, NULL},
        {"env", NULL, set_env},
        {"upstreams", read_upstreams, NULL},
        {"tunnel", NULL, set_tunnel},
        {"upstream_proxy", NULL, set_upstream_proxy},
        {"read_only", take_read_only, NULL},
        {"listen", NULL, set_listen},
        {"workers", take_workers, NULL},
        {"proxy_protocol", take_proxy_protocol, NULL},
        {"limits", read_limits, NULL},
        {"timeouts", read_timeouts, NULL},
        {"source_ip", read_source_ip, NULL},
        {"log", take_log, NULL},
        {"ca_dir", NULL, set_ca_dir},
        {"ledger", NULL, set_ledger},
        {"rules", NULL, set_rules},
        {"mock", take_mock, NULL},
    };
    return read_object(c, at, value, keys, COUNT(keys), err);
}
