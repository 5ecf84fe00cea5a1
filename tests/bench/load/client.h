/* One HTTP/1.1 client on TLS for the load generator: connects, asks, reads the answer, asks again.
 *
 * A client belongs to a crowd, which owns it and is told when an answer is complete or has failed.
 * Everything runs in one thread on one epoll descriptor; times are CLOCK_MONOTONIC nanoseconds. */
#ifndef BENCH_CLIENT_H
#define BENCH_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/ssl.h>

enum client_state {
    CLIENT_CLOSED,     /* has no connection */
    CLIENT_CONNECTING, /* TCP */
    CLIENT_TUNNELLING, /* waits for the answer to CONNECT */
    CLIENT_SHAKING,    /* TLS handshake */
    CLIENT_WRITING,
    CLIENT_READING,
    CLIENT_RESTING, /* connected, with nothing to do */
    CLIENT_PARTING, /* answered; waits for the peer's end */
};

struct crowd;

struct client {
    struct crowd *crowd;
    enum client_state state;
    int fd;
    SSL *ssl;
    int64_t due;         /* when its request was to be sent */
    size_t written;      /* of the request */
    size_t head_length;  /* of what is in head */
    uint64_t body_left;  /* to be read, once the head is complete */
    int status;          /* 0 until the head is complete */
    bool closing;        /* the peer said that it closes after this answer */
    struct client *next; /* in the queue of those at rest */
    char head[4096];
};

/* What all clients share. Set up by the caller, who keeps everything it points to. */
struct target {
    const char *name;   /* of the certificate, and for SNI */
    uint16_t port;      /* on 127.0.0.1 */
    const char *tunnel; /* HOST:PORT to ask the proxy at `port` for, or NULL */
    SSL_CTX *tls;
    SSL_SESSION *session; /* to resume, or NULL; held here */
    const char *request;
    size_t request_length;
    bool fresh;  /* a new connection for each request */
    bool resume; /* sessions are kept and resumed */
};

/* What a crowd provides. */
const struct target *crowd_target(const struct crowd *crowd);
int crowd_epoll(const struct crowd *crowd);
/* The client has its whole answer (why == NULL) or will get none. `bytes` is the size of the
 * answer's body. It may not be asked again before crowd_rests(). */
void crowd_answered(struct crowd *crowd, struct client *c, const char *why, uint64_t bytes);
/* The client is at rest or closed and can be asked again. */
void crowd_rests(struct crowd *crowd, struct client *c);
void crowd_opened(struct crowd *crowd, bool resumed);

/* Makes the client, which is closed or resting, send the request. */
void client_ask(struct client *c, int64_t due);
/* Reacts to what epoll said about the client. */
void client_event(struct client *c);
/* Closes the connection at once. */
void client_close(struct client *c);

#endif
