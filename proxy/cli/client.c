/* The happy path: connect, TLS handshake, write the request, read until the response is whole, say
 * close_notify, close. One deadline stands over all of it. Every way to fail ends in client_call,
 * which closes and frees: no connection, a certificate that does not hold, a broken or overlong
 * response, the deadline. */
#include "client.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "why401/base/buf.h"
#include "why401/base/clock.h"
#include "why401/http/body.h"
#include "why401/tls/engine.h"

#define OUT_MOST    262144
#define PLAIN_MOST  1048576
#define BODY_MOST   1048576
#define FIELDS_MOST 128
#define READ_SIZE   16384

struct call {
    int fd;           /* the socket, not blocking; -1: none */
    struct tls *tls;  /* NULL until connected */
    struct buf out;   /* ciphertext to send */
    struct buf plain; /* what the server said */
    int64_t until_us; /* the deadline */
    struct err *err;
};

static int wait_for(struct call *call, short events)
{
    struct pollfd poll_fd = {.fd = call->fd, .events = events};
    for (;;) {
        int64_t left = (call->until_us - clock_mono_us()) / 1000;
        int n = left > 0 ? poll(&poll_fd, 1, (int)left) : 0;
        if (n > 0) {
            return 0;
        }
        if (n == 0) {
            return err_set(call->err, ERR_CONNECT_TIMEOUT, "no answer in time");
        }
        if (errno != EINTR) {
            return err_set(call->err, ERR_SYSTEM, "poll: %s", strerror(errno));
        }
    }
}

static int dial(struct call *call, uint16_t port)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons(port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    int reason = 0;
    socklen_t len = sizeof reason;
    call->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (call->fd < 0) {
        return err_set(call->err, ERR_SYSTEM, "socket: %s", strerror(errno));
    }
    if (connect(call->fd, (const struct sockaddr *)(const void *)&address, sizeof address) == 0) {
        return 0;
    }
    reason = errno;
    if (reason == EINPROGRESS) {
        if (wait_for(call, POLLOUT) != 0) {
            return -1;
        }
        getsockopt(call->fd, SOL_SOCKET, SO_ERROR, &reason, &len);
    }
    return reason ? err_set(call->err, ERR_CONNECT, "connecting to 127.0.0.1:%u: %s", port,
                            strerror(reason))
                  : 0;
}

static int flush(struct call *call)
{
    while (buf_len(&call->out)) {
        struct span bytes = buf_peek(&call->out);
        ssize_t n = send(call->fd, bytes.ptr, bytes.len, MSG_NOSIGNAL);
        if (n > 0) {
            buf_consume(&call->out, (size_t)n);
        } else if (errno == EAGAIN) {
            if (wait_for(call, POLLOUT) != 0) {
                return -1;
            }
        } else if (errno != EINTR) {
            return err_set(call->err, ERR_CONNECT, "sending: %s", strerror(errno));
        }
    }
    return 0;
}

/* Gives what arrived to the TLS engine and sends what it answers. */
static int feed(struct call *call, struct span in)
{
    enum tls_state state = tls_feed(call->tls, &in, &call->plain);
    int flushed = flush(call);
    if (state == TLS_FAILED) {
        *call->err = *tls_error(call->tls);
        return -1;
    }
    if (in.len && state != TLS_CLOSED) {
        return err_set(call->err, ERR_UPSTREAM_RESPONSE, "the response is over %d bytes long",
                       PLAIN_MOST);
    }
    return flushed;
}

/* Waits for bytes and takes them. *ended: there will be no more. */
static int receive(struct call *call, bool *ended)
{
    char bytes[READ_SIZE];
    ssize_t n = recv(call->fd, bytes, sizeof bytes, 0);
    if (n > 0) {
        int result = feed(call, span(bytes, (size_t)n));
        *ended = tls_state(call->tls) == TLS_CLOSED;
        return result;
    }
    if (n == 0) {
        *ended = true;
        if (tls_eof(call->tls) == TLS_FAILED) {
            *call->err = *tls_error(call->tls);
            return -1;
        }
        return 0;
    }
    if (errno == EAGAIN || errno == EINTR) {
        return wait_for(call, POLLIN);
    }
    return err_set(call->err, ERR_CONNECT, "receiving: %s", strerror(errno));
}

static int handshake(struct call *call)
{
    bool ended = false;
    tls_start(call->tls);
    if (flush(call) != 0) {
        return -1;
    }
    while (tls_state(call->tls) == TLS_HANDSHAKE) {
        if (receive(call, &ended) != 0) {
            return -1;
        }
        if (ended) {
            return err_set(call->err, ERR_TLS, "the connection ended amid the TLS handshake");
        }
    }
    return 0;
}

static int send_request(struct call *call, struct span request)
{
    while (request.len) {
        struct span part = span_first(request, tls_room(call->tls));
        if (part.len == 0 || tls_write(call->tls, part) != 0) {
            return err_set(call->err, ERR_TLS, "the request could not be encrypted");
        }
        request = span_from(request, part.len);
        if (flush(call) != 0) {
            return -1;
        }
    }
    return 0;
}

/* Reads a final response's head, passing over interim ones (1xx). */
static int read_head(struct call *call, struct span method, struct http_head *head, bool *ended)
{
    static const struct http_limits limits = {.head_bytes = 65536, .fields = FIELDS_MOST};
    size_t scanned = 0;
    for (;;) {
        size_t len = http_head_end(buf_peek(&call->plain), &scanned);
        if (len) {
            struct span bytes = span_first(buf_peek(&call->plain), len);
            if (http_read_response(bytes, &limits, method, head, call->err) != 0) {
                return -1;
            }
            buf_consume(&call->plain, len);
            scanned = 0;
            if (head->status >= 200) {
                return 0;
            }
        } else if (*ended) {
            return err_set(call->err, ERR_UPSTREAM_CLOSED,
                           "the connection ended before the response");
        } else if (receive(call, ended) != 0) {
            return -1;
        }
    }
}

static int read_body(struct call *call, const struct http_head *head, struct str *out, bool *ended)
{
    struct http_body body;
    http_body_begin(&body, head, 16384);
    while (!http_body_done(&body)) {
        struct span data;
        size_t used;
        if (http_body_next(&body, buf_peek(&call->plain), PLAIN_MOST, &data, &used, call->err) !=
            0) {
            return -1;
        }
        str_add(out, data);
        buf_consume(&call->plain, used);
        if (used == 0 && !http_body_done(&body)) {
            if (*ended) {
                return http_body_eof(&body, call->err);
            }
            if (receive(call, ended) != 0) {
                return -1;
            }
        }
    }
    return out->failed ? err_set(call->err, ERR_MEMORY, "the response is too long") : 0;
}

static int converse(struct call *call, const struct client *c, struct span method,
                    struct span request, struct reply *reply)
{
    struct http_field fields[FIELDS_MOST];
    struct http_head head = {.fields = fields};
    bool ended = false;
    if (dial(call, c->port) != 0) {
        return -1;
    }
    call->tls = tls_client(c->context, span_of(c->host), &call->out);
    if (!call->tls) {
        return err_set(call->err, ERR_MEMORY, "no memory for a TLS connection");
    }
    if (handshake(call) != 0 || send_request(call, request) != 0 ||
        read_head(call, method, &head, &ended) != 0) {
        return -1;
    }
    reply->status = head.status;
    if (read_body(call, &head, &reply->body, &ended) != 0) {
        return -1;
    }
    tls_end(call->tls);
    return flush(call);
}

int client_call(const struct client *c, struct span method, struct span request,
                struct reply *reply, struct err *err)
{
    struct call call = {
        .fd = -1,
        .until_us = clock_mono_us() + (int64_t)c->patience_ms * 1000,
        .err = err,
    };
    buf_init(&call.out, OUT_MOST);
    buf_init(&call.plain, PLAIN_MOST);
    *reply = (struct reply){0};
    str_init(&reply->body, BODY_MOST);
    int result = converse(&call, c, method, request, reply);
    tls_free(call.tls);
    buf_release(&call.out);
    buf_release(&call.plain);
    if (call.fd >= 0) {
        close(call.fd);
    }
    return result;
}
