/* A small blocking HTTPS client for the demo: one connection a call, one request, one response. It
 * trusts the roots of its context only, and gives up when a call takes too long. */
#ifndef WHY401_CLI_CLIENT_H
#define WHY401_CLI_CLIENT_H

#include "why401/base/str.h"
#include "why401/http/head.h"
#include "why401/tls/context.h"

struct client {
    uint16_t port;               /* on 127.0.0.1 */
    const char *host;            /* what the certificate has to name */
    struct tls_context *context; /* tls_context_connecting; not owned */
    int patience_ms;             /* for a whole call */
};

struct reply {
    int status;
    struct str body;
};

/* Sends `request`, a whole HTTP/1.1 request with method `method`, and reads the response. Returns
 * 0, or -1 with *err. The caller releases reply->body either way. */
int client_call(const struct client *c, struct span method, struct span request,
                struct reply *reply, struct err *err);

#endif
