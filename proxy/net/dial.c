/* Dialling. The happy path: resolve the name, start an attempt to the first address, and the first
 * attempt that connects gives its socket to the connection; TLS follows where asked for.
 *
 * The other ends: the name does not resolve; every attempt fails (the last reason is told); the
 * connect deadline passes; the holder lets go. In each the dial cancels what runs and frees itself
 * when libuv has returned the last request and handle. */
#include "why401/net/dial.h"

#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>

#include "conn_impl.h"

#define ATTEMPTS_MOST   8
#define NEXT_ATTEMPT_MS 250

struct attempt {
    struct dial *dial;
    uv_tcp_t *tcp; /* owned until it connects */
    uv_connect_t connect;
};

struct dial {
    struct conn *conn; /* NULL once it was connected, has failed or let go */
    struct worker *worker;
    struct dial_options options;
    char *host; /* owned copies of the options' strings */
    char *resolve;
    uv_getaddrinfo_t lookup;
    struct addrinfo *addresses; /* owned, from the resolver */
    struct addrinfo *next;      /* the address to try next */
    struct attempt attempts[ATTEMPTS_MOST];
    size_t started;        /* attempts that were made */
    size_t running;        /* of them, not decided yet */
    size_t pending;        /* requests and handles that libuv holds */
    int last_error;        /* of the last attempt that failed */
    struct deadline step;  /* the next attempt */
    struct deadline limit; /* connect_ms */
};

static void start_attempts(struct dial *d);

static void free_if_done(struct dial *d)
{
    if (d->conn || d->pending) {
        return;
    }
    deadline_clear(&d->step);
    deadline_clear(&d->limit);
    uv_freeaddrinfo(d->addresses);
    free(d->host);
    free(d->resolve);
    free(d);
}

static void on_tcp_closed(uv_handle_t *handle)
{
    struct dial *d = handle->data;
    free(handle);
    d->pending--;
    free_if_done(d);
}

/* Closes the sockets that did not win. */
static void close_losers(struct dial *d)
{
    for (size_t i = 0; i < d->started; i++) {
        uv_tcp_t *tcp = d->attempts[i].tcp;
        if (tcp) {
            d->attempts[i].tcp = NULL;
            tcp->data = d;
            d->pending++;
            uv_close((uv_handle_t *)tcp, on_tcp_closed);
        }
    }
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
    close_losers(d);
    uv_cancel((uv_req_t *)&d->lookup);
    return c;
}

void dial_cancel(struct dial *d)
{
    let_go(d);
    free_if_done(d);
}

static void fail(struct dial *d, enum err_code code, const char *reason)
{
    struct conn *c = let_go(d);
    if (code == ERR_DNS) {
        conn_fail(c, code, "the name %s could not be resolved: %s", d->host, reason);
    } else {
        conn_fail(c, code, "%s port %u could not be reached: %s", d->host, d->options.port, reason);
    }
    free_if_done(d);
    conn_notify(c);
}

static void on_limit(void *ctx)
{
    fail(ctx, ERR_CONNECT_TIMEOUT, "no address answered in time");
}

static void succeed(struct dial *d, struct attempt *winner)
{
    uv_tcp_t *tcp = winner->tcp;
    struct sockaddr_storage peer;
    int len = sizeof peer;
    winner->tcp = NULL;
    struct conn *c = let_go(d);
    if (uv_tcp_getpeername(tcp, (struct sockaddr *)&peer, &len) == 0) {
        c->info.peer = ip_from_sockaddr((struct sockaddr *)&peer);
    }
    struct tls_context *context = d->options.tls;
    if (context) {
        struct tls *tls = tls_client(context, span_of(d->host), &c->out);
        if (tls) {
            conn_secure(c, tls, d->options.handshake_ms);
        } else {
            conn_fail(c, ERR_MEMORY, "no memory for a TLS connection");
        }
    } else {
        c->state = STREAM_OPEN;
    }
    conn_adopt(c, tcp);
    free_if_done(d);
    conn_notify(c);
}

static void on_connected(uv_connect_t *req, int status)
{
    struct attempt *attempt = req->data;
    struct dial *d = attempt->dial;
    struct worker *w = d->worker;
    d->pending--;
    d->running--;
    if (!d->conn) {
        free_if_done(d);
    } else if (status == 0) {
        succeed(d, attempt);
    } else {
        d->last_error = status;
        start_attempts(d);
    }
    worker_settle(w);
}

/* One attempt to the next address; false when it could not even start. */
static bool start_one(struct dial *d)
{
    struct attempt *attempt = &d->attempts[d->started];
    struct addrinfo *address = d->next;
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } to;
    d->next = address->ai_next;
    memcpy(&to, address->ai_addr,
           address->ai_addrlen < sizeof to ? address->ai_addrlen : sizeof to);
    to.v4.sin_port = htons(d->options.port); /* the same place in sockaddr_in6 */
    *attempt = (struct attempt){.dial = d, .tcp = malloc(sizeof *attempt->tcp)};
    if (!attempt->tcp || uv_tcp_init(&d->worker->loop, attempt->tcp) != 0) {
        free(attempt->tcp);
        attempt->tcp = NULL;
        d->last_error = UV_ENOMEM;
        return false;
    }
    d->started++;
    attempt->connect.data = attempt;
    d->last_error = uv_tcp_connect(&attempt->connect, attempt->tcp, &to.any, on_connected);
    if (d->last_error != 0) {
        return false;
    }
    d->pending++;
    d->running++;
    return true;
}

static void on_step(void *ctx)
{
    start_attempts(ctx);
}

/* Starts the next attempt and the clock for the one after it; fails when none is left. */
static void start_attempts(struct dial *d)
{
    deadline_clear(&d->step);
    while (d->next && d->started < ATTEMPTS_MOST) {
        if (start_one(d)) {
            deadline_set(&d->step, NEXT_ATTEMPT_MS);
            return;
        }
    }
    if (d->running == 0) {
        fail(d, ERR_CONNECT, uv_strerror(d->last_error));
    }
}

static void on_resolved(uv_getaddrinfo_t *req, int status, struct addrinfo *addresses)
{
    struct dial *d = req->data;
    struct worker *w = d->worker;
    d->pending--;
    d->addresses = d->next = addresses;
    if (!d->conn) {
        free_if_done(d);
    } else if (status != 0) {
        fail(d, ERR_DNS, uv_strerror(status));
    } else {
        start_attempts(d);
    }
    worker_settle(w);
}

static struct dial *dial_new(struct worker *w, struct conn *c, const struct dial_options *options)
{
    struct dial *d = calloc(1, sizeof *d);
    if (!d) {
        return NULL;
    }
    d->worker = w;
    d->options = *options;
    d->host = span_dup(span_of(options->host));
    d->resolve = options->resolve ? span_dup(span_of(options->resolve)) : NULL;
    d->lookup.data = d;
    deadline_init(&d->step, w, on_step, d);
    deadline_init(&d->limit, w, on_limit, d);
    if (!d->host || (options->resolve && !d->resolve)) {
        free_if_done(d);
        return NULL;
    }
    d->conn = c;
    c->dial = d;
    return d;
}

struct stream *dial(struct worker *w, const struct dial_options *options)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = 0};
    struct conn *c = conn_new(w, options->buffer_bytes, options->head_bytes);
    struct dial *d = c ? dial_new(w, c, options) : NULL;
    if (!d) {
        if (c) {
            conn_shut(c);
        }
        return NULL;
    }
    struct ip literal;
    const char *name = d->resolve ? d->resolve : d->host;
    if (ip_parse(span_of(name), &literal)) {
        hints.ai_flags = AI_NUMERICHOST;
    }
    deadline_set(&d->limit, options->connect_ms);
    if (uv_getaddrinfo(&w->loop, &d->lookup, on_resolved, name, NULL, &hints) != 0) {
        d->conn = NULL;
        c->dial = NULL;
        free_if_done(d);
        conn_shut(c);
        return NULL;
    }
    d->pending++;
    return &c->stream;
}
