/* Accepting. The happy path: a connection arrives, becomes a conn in its opening and is handed
 * over. When as many live as are allowed, accepting pauses: the kernel keeps the rest in its
 * backlog, and the next connection that goes away lets us accept again. When the system refuses,
 * because descriptors have run out, it pauses too, and tries again now and then. That is told,
 * since those who wait see nothing but silence; and it is over once everybody is in and it has not
 * happened again for a while, so that a descriptor that comes and goes makes no flood of news.
 *
 * The socket is polled and not given to uv_listen, because libuv, when descriptors have run out,
 * accepts what waits and closes it at once. */
#include "why401/net/listener.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "opening.h"
#include "shortage.h"

#define BACKLOG 1024

/* Pause after accept failed (descriptors ran out), in ms. */
#define RETRY_MS 100

/* Without another refusal for so long, it is no longer held up, in ms. */
#define CALM_MS 3000

/* Connections that are accepted in a row before others have their turn. */
#define ROW_MOST 64

struct listener {
    struct worker *worker;
    uv_poll_t poll; /* of fd; stopped while accepting pauses */
    int fd;         /* owned; the bound socket */
    struct listener_options options;
    struct deadline retry; /* accept again after a pause */
    struct deadline calm;  /* runs while held up and everybody is in; then that is over */
    bool held_up;          /* the system refuses, which was told */
    size_t live;           /* streams handed out that are not freed yet */
    bool stopped;          /* listener_stop was called */
    bool poll_closed;      /* its handle is closed */
};

static int try_bind(int fd, const struct addrinfo *address)
{
    int on = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (address->ai_family == AF_INET6) {
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    }
    return bind(fd, address->ai_addr, address->ai_addrlen);
}

static uint16_t port_of(int fd)
{
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } bound = {.v6 = {0}};
    socklen_t len = sizeof bound;
    if (getsockname(fd, &bound.any, &len) != 0) {
        return 0;
    }
    return ntohs(bound.any.sa_family == AF_INET6 ? bound.v6.sin6_port : bound.v4.sin_port);
}

/* A bound socket, or -1 with errno. */
static int bind_one(const struct addrinfo *address, bool shared)
{
    int on = 1;
    int fd = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) {
        return -1;
    }
    if (shared && setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) != 0) {
        close(fd);
        return -1;
    }
    if (try_bind(fd, address) != 0) {
        int failure = errno;
        close(fd);
        errno = failure;
        return -1;
    }
    return fd;
}

int listener_bind(const char *host, uint16_t *port, bool shared, struct err *err)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
    struct addrinfo *found;
    char service[8];
    snprintf(service, sizeof service, "%u", *port);
    int rc = getaddrinfo(host, service, &hints, &found);
    if (rc != 0) {
        return err_set(err, ERR_SYSTEM, "cannot listen on %s: %s", host, gai_strerror(rc));
    }
    int fd = bind_one(found, shared);
    int failure = errno;
    freeaddrinfo(found);
    if (fd < 0) {
        return err_set(
            err, ERR_SYSTEM, "cannot listen on %s port %u: %s%s", host, *port, strerror(failure),
            failure == EADDRINUSE      ? "; another program has it: stop that, or choose another "
                                         "port with --listen ADDR:PORT (0 lets the system choose)"
            : failure == EACCES        ? "; ports below 1024 need root: choose a higher one"
            : failure == EADDRNOTAVAIL ? "; no interface of this machine has that address"
                                       : "");
    }
    *port = port_of(fd);
    return fd;
}

static void free_if_done(struct listener *l)
{
    if (l->stopped && l->poll_closed && l->live == 0) {
        free(l);
    }
}

static void on_stream_freed(void *ctx)
{
    struct listener *l = ctx;
    bool was_full = l->live >= l->options.most;
    l->live--;
    if (was_full && !l->stopped) {
        deadline_set(&l->retry, 0);
    }
    free_if_done(l);
}

static void on_unwanted_closed(uv_handle_t *handle)
{
    free(handle);
}

/* Makes a conn of an accepted socket and hands it over. */
static void hand_over(struct listener *l, uv_tcp_t *tcp)
{
    struct sockaddr_storage peer;
    int len = sizeof peer;
    struct conn *c = conn_new(l->worker, l->options.buffer_bytes, l->options.head_bytes);
    if (!c || uv_tcp_getpeername(tcp, (struct sockaddr *)&peer, &len) != 0 ||
        opening_begin(c, l->options.tls, span(NULL, 0), l->options.proxy_protocol,
                      l->options.handshake_ms) != 0) {
        if (c) {
            conn_shut(c);
        }
        uv_close((uv_handle_t *)tcp, on_unwanted_closed);
        return;
    }
    c->info.peer = ip_from_sockaddr((struct sockaddr *)&peer);
    c->on_freed = on_stream_freed;
    c->freed_ctx = l;
    l->live++;
    conn_adopt(c, tcp);
    l->options.accepted(l->options.ctx, &c->stream);
}

/* Makes a handle of an accepted socket and hands it over; without memory the socket is closed. */
static void take(struct listener *l, int fd)
{
    uv_tcp_t *tcp = malloc(sizeof *tcp);
    if (!tcp || uv_tcp_init(&l->worker->loop, tcp) != 0) {
        free(tcp);
        close(fd);
        return;
    }
    if (uv_tcp_open(tcp, fd) != 0) {
        close(fd);
        uv_close((uv_handle_t *)tcp, on_unwanted_closed);
        return;
    }
    hand_over(l, tcp);
}

static void tell(const struct listener *l, const struct err *why)
{
    if (l->options.held_up) {
        l->options.held_up(l->options.ctx, why);
    }
}

/* The system refuses to accept: nothing is accepted until the retry. */
static void note_hold_up(struct listener *l, int failure)
{
    uv_poll_stop(&l->poll);
    deadline_set(&l->retry, RETRY_MS);
    deadline_clear(&l->calm);
    if (!l->held_up) {
        char text[SHORTAGE_TEXT_SIZE];
        bool descriptors = shortage_code(failure) == ERR_DESCRIPTORS;
        struct err why;
        l->held_up = true;
        err_set(&why, descriptors ? ERR_DESCRIPTORS : ERR_SYSTEM,
                "new connections have to wait: %s", shortage_reason(failure, text));
        tell(l, &why);
    }
}

/* Nobody waits any more. */
static void note_all_in(struct listener *l)
{
    if (l->held_up && list_empty(&l->calm.node)) {
        deadline_set(&l->calm, CALM_MS);
    }
}

static void on_calm(void *ctx)
{
    struct listener *l = ctx;
    l->held_up = false;
    tell(l, NULL);
}

static bool is_passing(int failure)
{
    return failure == EINTR || failure == ECONNABORTED || failure == EPROTO;
}

/* Accepts who waits, at most a row of them; the rest is there still when the loop comes by. */
static void accept_row(struct listener *l)
{
    for (int i = 0; i < ROW_MOST && !l->stopped; i++) {
        if (l->live >= l->options.most) {
            uv_poll_stop(&l->poll); /* until a stream is freed */
            return;
        }
        int fd = accept4(l->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd >= 0) {
            take(l, fd);
        } else if (errno == EAGAIN) {
            note_all_in(l);
            return;
        } else if (!is_passing(errno)) {
            note_hold_up(l, uv_translate_sys_error(errno));
            return;
        }
    }
}

static void on_readable(uv_poll_t *poll, int status, int events)
{
    struct listener *l = poll->data;
    (void)status; /* accept says it better */
    (void)events;
    accept_row(l);
    worker_settle(l->worker);
}

/* Tries at once, since without descriptors that there are some again shows only in trying. */
static void on_retry(void *ctx)
{
    struct listener *l = ctx;
    if (!l->stopped) {
        uv_poll_start(&l->poll, UV_READABLE, on_readable);
        accept_row(l);
    }
}

struct listener *listener_start(struct worker *w, int fd, const struct listener_options *options,
                                struct err *err)
{
    struct listener *l = calloc(1, sizeof *l);
    if (!l) {
        close(fd);
        err_set(err, ERR_MEMORY, "no memory for a listener");
        return NULL;
    }
    l->worker = w;
    l->fd = fd;
    l->options = *options;
    deadline_init(&l->retry, w, on_retry, l);
    deadline_init(&l->calm, w, on_calm, l);
    int rc = uv_poll_init(&w->loop, &l->poll, fd);
    if (rc != 0) {
        err_set(err, ERR_SYSTEM, "cannot listen: %s", uv_strerror(rc));
        close(fd);
        free(l);
        return NULL;
    }
    l->poll.data = l;
    if (listen(fd, BACKLOG) != 0 || (rc = uv_poll_start(&l->poll, UV_READABLE, on_readable)) != 0) {
        err_set(err, ERR_SYSTEM, "cannot listen: %s", rc ? uv_strerror(rc) : strerror(errno));
        listener_stop(l);
        return NULL;
    }
    return l;
}

static void on_poll_closed(uv_handle_t *handle)
{
    struct listener *l = handle->data;
    l->poll_closed = true;
    free_if_done(l);
}

void listener_stop(struct listener *l)
{
    if (!l->stopped) {
        l->stopped = true;
        deadline_clear(&l->retry);
        deadline_clear(&l->calm);
        uv_close((uv_handle_t *)&l->poll, on_poll_closed);
        close(l->fd); /* uv_close has taken it out of the loop's poll already */
    }
}
