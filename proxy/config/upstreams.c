/* "upstreams": hosts beside the main one that are inspected too, in the same process. What the
 * layers said becomes two lists in the end: where exchanges may go, and where they come in. BitGo's
 * production and test hosts are always among the first, so that a client that names them by CONNECT
 * is understood whatever "env" says. */
#include <stdio.h>

#include "reader.h"
#include "upstream_url.h"
#include "why401/config/listen.h"

#define UPSTREAMS_MOST 32

static int no_memory(struct err *err)
{
    return err_set(err, ERR_MEMORY, "no memory for the upstreams of the config");
}

/* "192.0.2.1", "192.0.2.1:8443", "[::1]:8443" */
static bool split_resolve(struct span text, struct ip *ip, uint16_t *port)
{
    struct span rest;
    struct span address;
    uint64_t number;
    *port = 0;
    if (ip_parse(text, ip)) {
        return true;
    }
    bool brackets = text.len && text.ptr[0] == '[';
    rest = brackets ? span_from(text, 1) : text;
    if (!span_cut(&rest, brackets ? ']' : ':', &address) || !ip_parse(address, ip) ||
        brackets != (ip->family == 6) || (brackets && !span_starts(rest, SPAN(":")))) {
        return false;
    }
    if (!span_u64(brackets ? span_from(rest, 1) : rest, &number) || number == 0 ||
        number > UINT16_MAX) {
        return false;
    }
    *port = (uint16_t)number;
    return true;
}

int read_resolve(struct upstream_address *upstream, struct arena *arena, const struct place *at,
                 const char *text, struct err *err)
{
    struct ip ip;
    char address[IP_TEXT_SIZE];
    if (!split_resolve(span_of(text), &ip, &upstream->resolve_port)) {
        return place_bad_text(at, text, err,
                              "expected an IPv4 or IPv6 address, to be used instead of DNS; a port "
                              "may follow, as in 127.0.0.1:8443 or [::1]:8443");
    }
    upstream->resolve = arena_copy(arena, span_of(ip_text(ip, address))).ptr;
    return upstream->resolve ? 0 : no_memory(err);
}

/* One of "upstreams" while it is read. */
struct other {
    struct upstream_address *upstream;
    struct server_door *door; /* host NULL: it has none of its own */
};

static int read_member(struct config *c, struct other *other, const struct place *at,
                       json_t *object, const char *key,
                       int (*take)(struct config *c, struct other *other, const struct place *at,
                                   const char *text, struct err *err),
                       struct err *err)
{
    const char *text;
    struct place inner = place_key(at, key);
    json_t *value = json_object_get(object, key);
    if (!value) {
        return 0;
    }
    return read_text(&inner, value, &text, err) != 0 ? -1 : take(c, other, &inner, text, err);
}

static int take_resolve(struct config *c, struct other *other, const struct place *at,
                        const char *text, struct err *err)
{
    return read_resolve(other->upstream, &c->arena, at, text, err);
}

static int take_env(struct config *c, struct other *other, const struct place *at, const char *text,
                    struct err *err)
{
    return upstream_from_text(other->upstream, &c->arena, at, text, err);
}

static int take_ca(struct config *c, struct other *other, const struct place *at, const char *text,
                   struct err *err)
{
    return read_path(c, at, text, &other->upstream->ca_path, err);
}

static int take_listen(struct config *c, struct other *other, const struct place *at,
                       const char *text, struct err *err)
{
    struct listen_address address;
    const char *why;
    if (!listen_parse(span_of(text), &address, &why)) {
        return place_bad_text(at, text, err, "%s", why);
    }
    other->door->host = arena_copy(&c->arena, span_of(address.host)).ptr;
    other->door->port = address.port;
    return other->door->host ? 0 : no_memory(err);
}

static int take_upstream(struct config *c, const struct place *at, json_t *value, struct err *err)
{
    static const char *const keys[] = {"env", "resolve", "ca", "listen"};
    struct other other = {&c->upstreams[c->upstream_count], &c->doors[c->upstream_count]};
    if (check_keys(at, value, keys, sizeof keys / sizeof *keys, err) != 0) {
        return -1;
    }
    if (!json_object_get(value, "env")) {
        return place_bad(at, "an object without \"env\"", err,
                         "expected {\"env\": \"prod\", \"test\" or a URL, …}");
    }
    c->upstream_count++;
    return read_member(c, &other, at, value, "resolve", take_resolve, err) != 0 ||
                   read_member(c, &other, at, value, "env", take_env, err) != 0 ||
                   read_member(c, &other, at, value, "ca", take_ca, err) != 0 ||
                   read_member(c, &other, at, value, "listen", take_listen, err) != 0
               ? -1
               : 0;
}

/* Room for the main upstream in front and for BitGo's two hosts behind. */
static int make_lists(struct config *c, size_t count, struct err *err)
{
    c->upstreams = arena_alloc(&c->arena, (count + 3) * sizeof *c->upstreams);
    c->doors = arena_alloc(&c->arena, (count + 1) * sizeof *c->doors);
    c->upstream_count = 1;
    return c->upstreams && c->doors ? 0 : no_memory(err);
}

int read_upstreams(struct config *c, const struct place *at, json_t *value, struct err *err)
{
    size_t count = json_array_size(value);
    if (count > UPSTREAMS_MOST) {
        return place_bad_value(at, value, err, "expected at most %d upstreams", UPSTREAMS_MOST);
    }
    if (make_lists(c, count, err) != 0) {
        return -1;
    }
    return read_array(c, at, value, take_upstream, "expected at least one {\"env\": …}", err);
}

static bool same_host(const struct upstream_address *a, const struct upstream_address *b)
{
    return a->port == b->port && strcmp(a->host, b->host) == 0;
}

static const struct upstream_address *find(const struct config *c, size_t count,
                                           const struct upstream_address *wanted)
{
    for (size_t i = 0; i < count; i++) {
        if (same_host(&c->upstreams[i], wanted)) {
            return &c->upstreams[i];
        }
    }
    return NULL;
}

/* A host that stands there twice could be reached in two ways, and nobody could tell which. */
static int check_different(const struct config *c, struct err *err)
{
    for (size_t i = 1; i < c->upstream_count; i++) {
        if (find(c, i, &c->upstreams[i])) {
            return err_set(err, ERR_CONFIG,
                           "%s: $.upstreams[%zu] is %s, which is an upstream already; expected "
                           "each host once",
                           c->file ? c->file : "config", i - 1, c->upstreams[i].authority);
        }
    }
    return 0;
}

static int add_known(struct config *c, const char *name, struct err *err)
{
    struct place nowhere = {.kind = PLACE_OUTSIDE, .name = "default"};
    struct upstream_address known = {.ca_path = c->upstream.ca_path};
    if (upstream_from_text(&known, &c->arena, &nowhere, name, err) != 0) {
        return -1;
    }
    if (!find(c, c->upstream_count, &known)) {
        c->upstreams[c->upstream_count++] = known;
    }
    return 0;
}

/* The doors are as many as there are addresses; each knows its upstream. */
static void join_doors(struct config *c, size_t others)
{
    c->doors[0] = (struct server_door){.host = c->listen_host, .port = c->listen_port};
    c->door_count = 1;
    for (size_t i = 1; i <= others; i++) {
        if (c->doors[i].host) {
            c->doors[c->door_count] = c->doors[i];
            c->doors[c->door_count++].upstream = i;
        }
    }
}

int join_upstreams(struct config *c, struct err *err)
{
    if (!c->upstreams && make_lists(c, 0, err) != 0) {
        return -1;
    }
    c->upstreams[0] = c->upstream;
    join_doors(c, c->upstream_count - 1);
    if (check_different(c, err) != 0) {
        return -1;
    }
    return add_known(c, "prod", err) != 0 || add_known(c, "test", err) != 0 ? -1 : 0;
}
