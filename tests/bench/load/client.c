/* A client of the load generator.
 *
 * The happy path: client_ask() opens a connection if there is none (TCP, then CONNECT through a
 * proxy where a tunnel is wanted, then TLS), writes the request, and each event from epoll brings
 * it further: the head is collected, the body counted, the crowd told. A client whose answers say
 * "Connection: close", or that is to use a new connection each time, then waits for the peer's end,
 * so that nobody sees a reset.
 *
 * It fails, and says why, when the connection cannot be made or verified, when the peer ends it
 * before the answer is complete, and when an answer has no Content-Length: nothing here sends one.
 */
#include "client.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <sys/epoll.h>
#include <sys/socket.h>

enum progress { GOES_ON, WAITS, FAILED };

static char scratch[65536]; /* bodies are read and forgotten */

void client_close(struct client *c)
{
    if (c->ssl) {
        SSL_free(c->ssl);
        c->ssl = NULL;
    }
    if (c->state != CLIENT_CLOSED) {
        close(c->fd);
        c->state = CLIENT_CLOSED;
    }
}

static void fail(struct client *c, const char *why)
{
    enum client_state was = c->state;
    client_close(c);
    if (was == CLIENT_RESTING) {
        return; /* it stays in the queue, and will open a new connection */
    }
    if (was != CLIENT_PARTING) {
        crowd_answered(c->crowd, c, why, 0);
    }
    crowd_rests(c->crowd, c);
}

/* Says what an unsuccessful call of OpenSSL means. */
static enum progress tls_progress(struct client *c, int result)
{
    switch (SSL_get_error(c->ssl, result)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
        return WAITS;
    default:
        return FAILED;
    }
}

static const char *tls_problem(const char *otherwise)
{
    const char *reason = ERR_reason_error_string(ERR_peek_error());
    return reason ? reason : otherwise;
}

static bool open_socket(struct client *c)
{
    const struct target *t = crowd_target(c->crowd);
    struct sockaddr_in where = {.sin_family = AF_INET, .sin_port = htons(t->port)};
    where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    struct epoll_event want = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data.ptr = c};
    int yes = 1;
    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (c->fd < 0) {
        return false;
    }
    c->state = CLIENT_CONNECTING;
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    return (connect(c->fd, (struct sockaddr *)&where, sizeof where) == 0 || errno == EINPROGRESS) &&
           epoll_ctl(crowd_epoll(c->crowd), EPOLL_CTL_ADD, c->fd, &want) == 0;
}

static bool start_tls(struct client *c)
{
    const struct target *t = crowd_target(c->crowd);
    c->ssl = SSL_new(t->tls);
    if (!c->ssl || !SSL_set_fd(c->ssl, c->fd) || !SSL_set_tlsext_host_name(c->ssl, t->name) ||
        !SSL_set1_host(c->ssl, t->name)) {
        return false;
    }
    if (t->session) {
        SSL_set_session(c->ssl, t->session);
    }
    SSL_set_connect_state(c->ssl);
    c->state = CLIENT_SHAKING;
    return true;
}

static enum progress connected(struct client *c)
{
    const struct target *t = crowd_target(c->crowd);
    struct tcp_info info;
    socklen_t size = sizeof info;
    if (getsockopt(c->fd, IPPROTO_TCP, TCP_INFO, &info, &size) != 0 ||
        info.tcpi_state == TCP_CLOSE) {
        return FAILED;
    }
    if (info.tcpi_state != TCP_ESTABLISHED) {
        return WAITS;
    }
    if (!t->tunnel) {
        return start_tls(c) ? GOES_ON : FAILED;
    }
    char ask[600];
    int length =
        snprintf(ask, sizeof ask, "CONNECT %s HTTP/1.1\r\nHost: %s\r\n\r\n", t->tunnel, t->tunnel);
    c->state = CLIENT_TUNNELLING;
    return send(c->fd, ask, (size_t)length, MSG_NOSIGNAL) == length ? WAITS : FAILED;
}

/* Collects the head of an answer; what read() brought is in c->head behind head_length. Returns the
 * end of the head or NULL. */
static char *end_of_head(struct client *c, size_t came)
{
    size_t from = c->head_length < 3 ? 0 : c->head_length - 3;
    c->head_length += came;
    char *end = memmem(c->head + from, c->head_length - from, "\r\n\r\n", 4);
    return end ? end + 4 : NULL;
}

static enum progress tunnelled(struct client *c)
{
    ssize_t came = recv(c->fd, c->head + c->head_length, sizeof c->head - c->head_length, 0);
    if (came <= 0) {
        return came < 0 && errno == EAGAIN ? WAITS : FAILED;
    }
    if (!end_of_head(c, (size_t)came)) {
        return WAITS;
    }
    if (strncmp(c->head, "HTTP/1.1 200", 12) != 0 && strncmp(c->head, "HTTP/1.0 200", 12) != 0) {
        return FAILED;
    }
    return start_tls(c) ? GOES_ON : FAILED;
}

static enum progress shaken(struct client *c)
{
    int result = SSL_do_handshake(c->ssl);
    if (result != 1) {
        return tls_progress(c, result);
    }
    crowd_opened(c->crowd, SSL_session_reused(c->ssl));
    c->state = CLIENT_WRITING;
    c->written = 0;
    return GOES_ON;
}

/* The answer cannot have begun when the request is not complete, so the event that it causes is
 * still to come: nothing is read here. */
static enum progress write_request(struct client *c)
{
    const struct target *t = crowd_target(c->crowd);
    while (c->written < t->request_length) {
        size_t done = 0;
        int result =
            SSL_write_ex(c->ssl, t->request + c->written, t->request_length - c->written, &done);
        if (result != 1) {
            return tls_progress(c, result);
        }
        c->written += done;
    }
    c->state = CLIENT_READING;
    c->head_length = 0;
    c->status = 0;
    return WAITS;
}

/* Finds a field in a complete head, which ends in a zero byte. */
static const char *field(const char *head, const char *name)
{
    size_t length = strlen(name);
    for (const char *line = strchr(head, '\n'); line; line = strchr(line, '\n')) {
        line++;
        if (strncasecmp(line, name, length) == 0 && line[length] == ':') {
            return line + length + 1 + strspn(line + length + 1, " ");
        }
    }
    return NULL;
}

static bool read_head(struct client *c, char *end)
{
    size_t early = (size_t)(c->head + c->head_length - end);
    end[-1] = '\0';
    const char *length = field(c->head, "Content-Length");
    const char *connection = field(c->head, "Connection");
    if (strncmp(c->head, "HTTP/1.1 ", 9) != 0 || !length) {
        return false;
    }
    c->status = atoi(c->head + 9);
    c->closing = connection && strncasecmp(connection, "close", 5) == 0;
    c->body_left = strtoull(length, NULL, 10);
    if (early > c->body_left) {
        return false;
    }
    c->body_left -= early;
    c->written = (size_t)c->body_left + early; /* now the size of the body */
    return true;
}

static enum progress answered(struct client *c)
{
    crowd_answered(c->crowd, c, NULL, c->written);
    if (crowd_target(c->crowd)->fresh || c->closing) {
        SSL_shutdown(c->ssl);
        c->state = CLIENT_PARTING;
        return GOES_ON;
    }
    c->state = CLIENT_RESTING;
    crowd_rests(c->crowd, c);
    return WAITS;
}

static enum progress read_answer(struct client *c)
{
    for (;;) {
        bool in_head = c->status == 0;
        size_t came = 0;
        int result = in_head ? SSL_read_ex(c->ssl, c->head + c->head_length,
                                           sizeof c->head - c->head_length, &came)
                             : SSL_read_ex(c->ssl, scratch, sizeof scratch, &came);
        if (result != 1) {
            return tls_progress(c, result);
        }
        if (in_head) {
            char *end = end_of_head(c, came);
            if (end ? !read_head(c, end) : c->head_length == sizeof c->head) {
                return FAILED;
            }
        } else if (came <= c->body_left) {
            c->body_left -= came;
        } else {
            return FAILED;
        }
        if (c->status && c->body_left == 0) {
            return answered(c);
        }
    }
}

/* Waits for the peer's end, when nothing is asked any more. */
static enum progress await_end(struct client *c)
{
    size_t came;
    int result;
    while ((result = SSL_read_ex(c->ssl, scratch, sizeof scratch, &came)) == 1) {
        ;
    }
    return tls_progress(c, result);
}

static enum progress step(struct client *c)
{
    switch (c->state) {
    case CLIENT_CONNECTING:
        return connected(c);
    case CLIENT_TUNNELLING:
        return tunnelled(c);
    case CLIENT_SHAKING:
        return shaken(c);
    case CLIENT_WRITING:
        return write_request(c);
    case CLIENT_READING:
        return read_answer(c);
    case CLIENT_RESTING:
    case CLIENT_PARTING:
        return await_end(c);
    case CLIENT_CLOSED:
        break;
    }
    return WAITS;
}

static const char *what_failed(enum client_state state)
{
    switch (state) {
    case CLIENT_CONNECTING:
        return "connecting failed";
    case CLIENT_TUNNELLING:
        return "CONNECT was refused";
    case CLIENT_SHAKING:
        return "the TLS handshake failed";
    default:
        return "the connection ended before the answer was complete";
    }
}

void client_event(struct client *c)
{
    enum progress progress;
    ERR_clear_error();
    do {
        progress = step(c);
    } while (progress == GOES_ON);
    if (progress == FAILED) {
        fail(c, tls_problem(what_failed(c->state)));
    }
}

void client_ask(struct client *c, int64_t due)
{
    c->due = due;
    c->head_length = 0;
    c->written = 0;
    if (c->state == CLIENT_RESTING) {
        c->state = CLIENT_WRITING;
        client_event(c);
    } else if (!open_socket(c)) {
        fail(c, strerror(errno));
    }
}
