/* Dialling. The happy path: resolve the name (of the host, or of the proxy of the network that
 * leads there), start an attempt to the first address, and the first attempt that connects gives
 * its socket to the connection; TLS follows where asked for, or first the request for a tunnel
 * (via.c).
 *
 * The other ends: the name does not resolve, or to addresses only that are out of bounds; every
 * attempt fails (the last reason is told); descriptors or memory run out, which is no news of name
 * or host; the other end is ourselves; the connect deadline passes; the holder lets go. In each the
 * dial cancels what runs and frees itself when libuv has returned the last request and handle. */
#include "why401/net/dial.h"

#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>

#include "bounds.h"
#include "conn_impl.h"
#include "lookup.h"
#include "race.h"
#include "shortage.h"
#include "via.h"

struct dial {
    struct conn *conn; /* NULL once it was connected, has failed or let go */
    struct worker *worker;
    struct dial_options options; /* its strings are not ours: only those below are */
    char *host;                  /* owned: who is to be reached */
    char *name;                  /* owned: what is resolved for that */
    uint16_t port;               /* of what is resolved */
    struct via_request *via;     /* owned; NULL: directly */
    struct lookup *lookup;       /* owned while it is under way */
    bool resolved;               /* the resolver has answered */
    struct addrinfo *addresses;  /* owned, from the resolver */
    struct race race;            /* between the addresses */
    struct deadline step;        /* to ask for the lookup again */
    struct deadline limit;       /* connect_ms */
};

static void free_if_done(struct dial *d)
{
    if (d->conn || !race_is_gone(&d->race)) {
        return;
    }
    deadline_clear(&d->step);
    deadline_clear(&d->limit);
    if (d->addresses) {
        freeaddrinfo(d->addresses);
    }
    via_request_free(d->via);
    free(d->host);
    free(d->name);
    free(d);
}

/* Lets go of the connection: it is connected, failed, or its holder is gone. */
static struct conn *let_go(struct dial *d)
{
    struct conn *c = d->conn;
    d->conn = NULL;
    if (c) {
        c->dial = NULL;
    }
    deadline_clear(&d->step);
    deadline_clear(&d->limit);
    race_cancel(&d->race);
    if (d->lookup) {
        lookup_cancel(d->lookup);
        d->lookup = NULL;
    }
    return c;
}

void dial_cancel(struct dial *d)
{
    let_go(d);
    free_if_done(d);
}

static void fail(struct dial *d, const struct err *err)
{
    struct conn *c = let_go(d);
    conn_fail(c, err->code, "%s", err->text);
    free_if_done(d);
    conn_notify(c);
}

/* What is connected to, for a message: "the proxy " or nothing goes before its name. */
static const char *kind(const struct dial *d)
{
    return d->via ? "the proxy " : "";
}

/* What a failure means: that something ran out here, or what it says of the other end. */
static enum err_code code_of(int failure, enum err_code otherwise)
{
    enum err_code shortage = shortage_code(failure);
    return shortage == ERR_NONE ? otherwise : shortage;
}

static void fail_to_resolve(struct dial *d, int failure, const char *reason)
{
    struct err err;
    err_set(&err, code_of(failure, d->via ? ERR_UPSTREAM_PROXY : ERR_DNS),
            "the name %s%s could not be resolved: %s", d->via ? "of the proxy " : "",
            d->via ? d->name : d->host, reason);
    fail(d, &err);
}

static void fail_to_connect(struct dial *d, enum err_code code, const char *reason)
{
    struct err err;
    err_set(&err, code, "%s%s port %u could not be reached: %s", kind(d),
            d->via ? d->name : d->host, d->port, reason);
    fail(d, &err);
}

static void on_limit(void *ctx)
{
    struct dial *d = ctx;
    if (d->resolved) {
        fail_to_connect(d, ERR_CONNECT_TIMEOUT, "no address answered in time");
    } else {
        fail_to_resolve(d, 0, "no name server answered in time");
    }
}

/* What is connected is out of bounds; -1 with *err. */
static int judge_ends(const struct dial *d, const struct ends *ends, struct err *err)
{
    if (bounds_is_ourselves(&d->options, ends)) {
        return err_set(err, ERR_LOOP, "%s%s port %u is where this proxy itself listens", kind(d),
                       d->via ? d->name : d->host, d->port);
    }
    if (d->options.public_only && !d->via && bounds_is_this_machine(ends)) {
        return err_set(err, ERR_TUNNEL_REFUSED, "%s is an address of this machine", d->host);
    }
    return 0;
}

static void on_won(void *ctx)
{
    struct dial *d = ctx;
    struct ends ends = bounds_ends(race_winner(&d->race));
    struct err err;
    if (judge_ends(d, &ends, &err) != 0) {
        fail(d, &err);
        return;
    }
    uv_tcp_t *tcp = race_take(&d->race);
    uint64_t now = worker_now(d->worker);
    uint64_t left = d->limit.due > now ? d->limit.due - now : 0;
    struct conn *c = let_go(d);
    c->info.peer = ends.peer;
    conn_adopt(c, tcp);
    if (d->via) {
        via_ask(c, d->via, left);
        d->via = NULL;
    } else {
        conn_reach(c, d->options.tls, span_of(d->host), d->options.handshake_ms);
    }
    free_if_done(d);
    conn_touch(c);
    conn_notify(c);
}

static void on_lost(void *ctx)
{
    struct dial *d = ctx;
    char text[SHORTAGE_TEXT_SIZE];
    struct ip skipped;
    struct err err;
    int why = race_why(&d->race, &skipped);
    if (why == 0) {
        bounds_refuse(&err, d->host, skipped);
        fail(d, &err);
    } else {
        fail_to_connect(d, code_of(why, d->via ? ERR_UPSTREAM_PROXY : ERR_CONNECT),
                        shortage_reason(why, text));
    }
}

static void on_gone(void *ctx)
{
    free_if_done(ctx);
}

static void on_resolved(void *ctx, const struct lookup_answer *answer)
{
    struct dial *d = ctx;
    struct worker *w = d->worker;
    d->lookup = NULL;
    d->resolved = true;
    d->addresses = answer->found;
    if (!d->addresses) {
        fail_to_resolve(d, answer->shortage, answer->reason);
    } else {
        /* A proxy may well be private. */
        race_start(&d->race, d->addresses, d->port, d->options.public_only && !d->via);
    }
    worker_settle(w);
}

/* The first step of a dial that may go nowhere. */
static void on_refused(void *ctx)
{
    struct dial *d = ctx;
    struct err err = *via_request_refusal(d->via);
    fail(d, &err);
}

/* What is resolved: the proxy, the address that was given instead of the host, or the host. */
static bool set_target(struct dial *d, const struct dial_options *options)
{
    const struct via *via = options->via;
    const char *name = via ? via->host : options->resolve ? options->resolve : options->host;
    d->port = via ? via->port : options->port;
    d->host = span_dup(span_of(options->host));
    d->name = span_dup(span_of(name));
    d->via = via ? via_request_new(d->worker, options) : NULL;
    return d->host && d->name && (d->via || !via);
}

static const struct race_events race_events = {on_won, on_lost, on_gone};

static void ask_again(void *ctx);

static struct dial *dial_new(struct worker *w, struct conn *c, const struct dial_options *options)
{
    struct dial *d = calloc(1, sizeof *d);
    if (!d) {
        return NULL;
    }
    d->worker = w;
    d->options = *options;
    race_init(&d->race, w, &race_events, d);
    deadline_init(&d->step, w, ask_again, d);
    deadline_init(&d->limit, w, on_limit, d);
    if (!set_target(d, options)) {
        free_if_done(d);
        return NULL;
    }
    d->conn = c;
    c->dial = d;
    return d;
}

/* Has the name resolved, or tries again in a moment. Returns 0, or libuv's error. */
static int start_lookup(struct dial *d)
{
    const struct lookup_question question = {
        .name = d->name,
        .yields = d->options.yields,
        .done = on_resolved,
        .ctx = d,
    };
    int rc = lookup_start(&d->lookup, &d->worker->loop, &question);
    if (rc == UV_EBUSY) {
        deadline_set(&d->step, LOOKUP_AGAIN_MS);
        return 0;
    }
    return rc;
}

static void ask_again(void *ctx)
{
    struct dial *d = ctx;
    int rc = start_lookup(d);
    if (rc != 0) {
        fail_to_resolve(d, rc, uv_strerror(rc));
    }
}

struct stream *dial(struct worker *w, const struct dial_options *options)
{
    struct conn *c = conn_new(w, options->buffer_bytes, options->head_bytes);
    struct dial *d = c ? dial_new(w, c, options) : NULL;
    if (!d) {
        if (c) {
            conn_shut(c);
        }
        return NULL;
    }
    c->dialled = true;
    if (d->via && via_request_refusal(d->via)->code != ERR_NONE) {
        deadline_init(&d->step, w, on_refused, d);
        deadline_set(&d->step, 0);
        return &c->stream;
    }
    deadline_set(&d->limit, options->connect_ms);
    if (start_lookup(d) != 0) {
        d->conn = NULL;
        c->dial = NULL;
        free_if_done(d);
        conn_shut(c);
        return NULL;
    }
    return &c->stream;
}
