/* Reloading: everything new is made first; only when all of it is right is it put in force, part by
 * part. What the server and the observer were started with and cannot change is compared and said.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "process.h"
#include "run.h"
#include "say.h"
#include "why401/base/str.h"

static bool differ(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) != 0 : a != b;
}

static void add(struct str *list, bool changed, const char *name)
{
    if (changed) {
        str_addf(list, "%s%s", list->len ? ", " : "", name);
    }
}

static bool upstreams_differ(const struct config *old, const struct config *new)
{
    bool differs = old->upstream_count != new->upstream_count || old->door_count != new->door_count;
    for (size_t i = 1; !differs && i < old->upstream_count; i++) {
        const struct upstream_address *a = &old->upstreams[i];
        const struct upstream_address *b = &new->upstreams[i];
        differs = differ(a->authority, b->authority) || a->tls != b->tls ||
                  differ(a->resolve, b->resolve) || a->resolve_port != b->resolve_port ||
                  differ(a->ca_path, b->ca_path);
    }
    for (size_t i = 1; !differs && i < old->door_count; i++) {
        differs = differ(old->doors[i].host, new->doors[i].host) ||
                  old->doors[i].port != new->doors[i].port;
    }
    return differs;
}

static bool proxies_differ(const struct network_proxy *a, const struct network_proxy *b)
{
    return differ(a->via.host, b->via.host) || a->via.port != b->via.port ||
           differ(a->via.authorization, b->via.authorization) || differ(a->except, b->except);
}

/* Names what the new config wants otherwise than it was started with. */
static void say_what_needs_a_restart(const struct config *old, const struct config *new)
{
    struct str list;
    str_init(&list, 512);
    add(&list,
        differ(old->upstream.authority, new->upstream.authority) ||
            old->upstream.tls != new->upstream.tls,
        "env");
    add(&list,
        differ(old->upstream.resolve, new->upstream.resolve) ||
            old->upstream.resolve_port != new->upstream.resolve_port ||
            differ(old->upstream.ca_path, new->upstream.ca_path),
        "upstream");
    add(&list, upstreams_differ(old, new), "upstreams");
    add(&list, old->tunnel != new->tunnel, "tunnel");
    add(&list, proxies_differ(&old->proxy, &new->proxy), "upstream_proxy");
    add(&list, differ(old->listen_host, new->listen_host) || old->listen_port != new->listen_port,
        "listen");
    add(&list, old->listen_proxy_protocol != new->listen_proxy_protocol, "proxy_protocol");
    add(&list, old->workers != new->workers, "workers");
    add(&list,
        differ(old->log_json, new->log_json) || differ(old->log_har, new->log_har) ||
            old->quiet != new->quiet || old->verbose != new->verbose,
        "log");
    add(&list, differ(old->ledger, new->ledger) || old->no_ledger != new->no_ledger, "ledger");
    add(&list, differ(old->ca_dir, new->ca_dir), "ca_dir");
    add(&list, old->limits.queue_length != new->limits.queue_length, "limits.queue_length");
    add(&list, old->limits.queue_bytes != new->limits.queue_bytes, "limits.queue_bytes");
    add(&list, old->limits.decoded_bytes != new->limits.decoded_bytes, "limits.decoded_bytes");
    if (list.len) {
        say("stays as it was until the next start: %s", str_cstr(&list));
    }
    str_release(&list);
}

/* Puts config and rules in force. The old config is dropped only once no worker uses it any more.
 */
static void put_in_force(struct proxy *p, struct config *config, struct rulepack *rules)
{
    struct inspect_options inspect = config->inspect;
    struct limits limits = config->limits;
    inspect.desk = p->desk;
    /* It belongs to the environment, which stays. */
    inspect.refuse_production = p->started->inspect.refuse_production;
    process_make_room(&limits, p->started->workers);
    observer_set_rules(p->observer, rules);
    server_set_options(p->server, &limits, &config->timeouts);
    server_set_inspect(p->server, &inspect);
    config_drop(p->config);
    p->config = config;
}

void reload(struct proxy *p)
{
    struct err err;
    struct config *config = config_load(&p->flags, &err);
    struct rulepack *rules = config ? load_rules(config, &err) : NULL;
    observer_reopen(p->observer);
    if (!rules) {
        config_drop(config);
        say("not reloaded, the old config and rules stay in force: %s%s", err.text,
            p->confined.files && strstr(err.text, strerror(EACCES))
                ? "; files in folders that were not named at the start are out of reach until the "
                  "next one"
                : "");
        return;
    }
    put_in_force(p, config, rules);
    say("config and rules were read again; %zu scenarios are known", rulepack_size(rules));
    say_what_needs_a_restart(p->started, config);
    rulepack_drop(rules);
}
