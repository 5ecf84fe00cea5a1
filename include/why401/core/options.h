/* What a flow and the upstream pool may take: limits in bytes and counts, timeouts in ms. Starting
 * values as the macro lists below; each is a config key of that name. */
#ifndef WHY401_CORE_OPTIONS_H
#define WHY401_CORE_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "why401/net/dial.h"

/* X(key, default, least, most, meaning) */
#define LIMITS_LIST(X)                                                                             \
    X(request_head_bytes, 65536, 1024, 1048576, "whole request head; more is answered 431")        \
    X(request_line_bytes, 16384, 256, 1048576, "request line; more is answered 414")               \
    X(response_head_bytes, 262144, 1024, 1048576, "whole response head; more is answered 502")     \
    X(header_fields, 128, 8, 1024, "fields in one head; more is answered 431 or 502")              \
    X(trailer_bytes, 16384, 256, 1048576, "trailer section of a chunked body")                     \
    X(connections, 10000, 1, 1000000, "client connections at a time; the next is answered 503")    \
    X(upstream_connections, 1024, 1, 1000000, "upstream connections at a time, of one worker")     \
    X(upstream_idle_connections, 64, 0, 100000, "idle upstream connections kept, of one worker")   \
    X(buffer_bytes, 65536, 4096, 16777216, "flow-control buffer of one direction")                 \
    X(capture_bytes, 262144, 0, 16777216, "of one body, kept for judgement")                       \
    X(decoded_bytes, 1048576, 1024, 67108864, "of one captured body after decompression")          \
    X(queue_length, 8192, 16, 1000000, "finished exchanges that may wait for the observer")        \
    X(queue_bytes, 268435456, 16777216, 17179869184, "memory of all that waits for the observer")

#define TIMEOUTS_LIST(X)                                                                           \
    X(tls_handshake_ms, 10000, 100, 600000, "TLS handshake, client or upstream")                   \
    X(request_head_ms, 30000, 100, 3600000, "whole request head, from its first byte; 408")        \
    X(body_idle_ms, 60000, 100, 3600000, "a body during which no byte moves, either way; 408")     \
    X(client_idle_ms, 75000, 100, 86400000, "a client connection between two requests")            \
    X(tunnel_idle_ms, 3600000, 1000, 86400000, "a tunnel (WebSocket) in which no byte moves")      \
    X(connect_ms, 10000, 100, 600000, "connecting to the upstream, all addresses; 504")            \
    X(response_head_ms, 320000, 100, 3600000, "response head, from the end of the request; 504")   \
    X(upstream_idle_ms, 30000, 0, 3600000, "an idle upstream connection is kept")                  \
    X(drain_ms, 30000, 0, 3600000,                                                                 \
      "running exchanges may finish, what they wrote be delivered, and what waits for the logs "   \
      "be written, after SIGTERM")

/* Where requests go. The strings belong to whoever owns the struct. */
struct upstream_address {
    const char *host; /* "app.bitgo.com"; what the certificate must name */
    uint16_t port;    /* 443 */
    bool tls;         /* https */
    const char
        *authority;      /* for the Host field: the host, with the port unless it is the default */
    const char *resolve; /* an address to connect to instead of what DNS says; NULL: DNS */
    uint16_t resolve_port; /* … and its port; 0: the same port */
    const char *ca_path;   /* extra roots, a PEM file; NULL: none */
};

/* An address that a server listens on. */
struct server_door {
    const char *host; /* "127.0.0.1" */
    uint16_t port;    /* 0: the kernel chooses, server_port tells */
    size_t upstream;  /* index of the one that requests in origin form go to */
};

/* Which hosts beside the upstreams a forward proxy lets its clients reach. Those that it does it
 * passes on blindly: never decrypted, never judged. */
enum tunnel_policy {
    TUNNEL_PUBLIC, /* those with a public address, so nobody reaches this machine or its network */
    TUNNEL_ALL,
    TUNNEL_NONE,
};

/* The proxy through which this network reaches the internet. The strings belong to whoever owns the
 * struct. */
struct network_proxy {
    struct via via;
    const char *except; /* NO_PROXY: hosts that are reached directly; NULL: none */
};

struct limits {
#define X(key, default_value, least, most, meaning) size_t key;
    LIMITS_LIST(X)
#undef X
};

struct timeouts {
#define X(key, default_value, least, most, meaning) uint32_t key;
    TIMEOUTS_LIST(X)
#undef X
};

#endif
