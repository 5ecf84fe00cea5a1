/* The running proxy: rules, observer, server, in this order, and back. A part that does not start
 * leaves what was started before it to proxy_stop, which ends a good run too. */
#include "proxy.h"

#include <inttypes.h>
#include <unistd.h>

#include "ledger_file.h"
#include "process.h"
#include "say.h"
#include "why401/base/clock.h"
#include "why401/inspect/passport.h"

#define OBSERVER_PATIENCE_MS 5000 /* for writing what waits at the end, at least */

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
    const char *advice = err_advice(why->code);
    if (peer.family != 0) {
        observer_notice(p->observer, "client %s: %s", ip_text(peer, text), why->text);
    } else {
        observer_notice(p->observer, "%s%s%s", why->text, advice[0] ? ". " : "", advice);
    }
}

static void urgent(void *ctx, const struct exchange *x, const struct finding *f)
{
    const struct proxy *p = ctx;
    observer_urgent(p->observer, x, f);
}

static int start_observer(struct proxy *p, struct err *err)
{
    const struct config *c = p->config;
    char path[LEDGER_PATH_SIZE];
    struct rulepack *rules = load_rules(c, err);
    if (!rules) {
        return -1;
    }
    if (ledger_has_no_place(c)) {
        say("what is learned of tokens is forgotten at the end: XDG_STATE_HOME and HOME are not "
            "set "
            "and this user has no home directory; --ledger FILE gives the ledger a place");
    }
    struct observer_options options = {
        .terminal_fd = p->terminal_fd,
        .color = COLOR_AUTO,
        .quiet = c->quiet,
        .verbose = c->verbose,
        .json_path = c->log_json,
        .har_path = c->log_har,
        .queue_length = c->limits.queue_length,
        .queue_bytes = c->limits.queue_bytes,
        .decoded_bytes = c->limits.decoded_bytes,
        .ledger_path = ledger_file(c, path, sizeof path),
        .desk = p->desk,
        .judged = p->judged,
        .judged_ctx = p->judged_ctx,
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
        .capture_all = c->log_har != NULL,
        .notice = notice,
        .urgent = urgent,
        .ctx = p,
    };
    process_make_room(&options.limits, c->workers);
    p->server = server_start(&options, err);
    return p->server ? 0 : -1;
}

int proxy_start(struct proxy *p, struct err *err)
{
    p->started = config_hold(p->config);
    p->desk = passport_desk_new();
    if (!p->desk) {
        return err_set(err, ERR_MEMORY, "no memory for what is known of tokens");
    }
    return start_observer(p, err) != 0 || start_server(p, err) != 0 ? -1 : 0;
}

/* What is left of drain_ms, of which `since` is the beginning. */
static int patience(const struct proxy *p, int64_t since)
{
    int64_t left = p->config->timeouts.drain_ms - (clock_mono_us() - since) / 1000;
    return left < OBSERVER_PATIENCE_MS ? OBSERVER_PATIENCE_MS : (int)left;
}

/* Takes down what has been started, last part first. */
bool proxy_stop(struct proxy *p, struct proxy_end *end)
{
    int64_t since = clock_mono_us();
    bool served = p->server != NULL;
    *end = (struct proxy_end){0};
    if (p->server) {
        end->cut_off = server_stop(p->server, p->config->timeouts.drain_ms);
    }
    if (p->observer) {
        observer_finish(p->observer, patience(p, since));
        observer_counts(p->observer, &end->counts);
        observer_stop(p->observer);
    }
    passport_desk_free(p->desk);
    ca_free(p->ca);
    config_drop(p->config);
    config_drop(p->started);
    return served;
}

static const char *plural(uint64_t count)
{
    return count == 1 ? "" : "s";
}

void proxy_say_losses(const struct observer_counts *counts)
{
    if (counts->lost_success || counts->lost_failing || counts->lost_bodies || counts->lost_lines) {
        say("lost, under pressure or because a log could not be written: %" PRIu64
            " successful exchange%s, %" PRIu64 " failing, %" PRIu64 " body capture%s, %" PRIu64
            " log line%s",
            counts->lost_success, plural(counts->lost_success), counts->lost_failing,
            counts->lost_bodies, plural(counts->lost_bodies), counts->lost_lines,
            plural(counts->lost_lines));
    }
}
