/* The mock's routes. Private. */
#ifndef MOCK_ROUTES_H
#define MOCK_ROUTES_H

#include "issued.h"
#include "reply.h"

/* One request on its way to an answer. */
struct call {
    const struct http_head *request;
    struct span path; /* of the target, without query */
    struct span body;
    const struct caller *caller;
    struct reply *reply;
    struct issued *issued; /* the token that has been made */
};

struct route {
    const char *method; /* "GET" serves HEAD too */
    const char *path;   /* segments; * is any one, ** at the end any rest */
    bool open;          /* needs no token */
    void (*answer)(struct call *c);
};

/* A path fits a pattern segment by segment; * and {name} are any one that is not empty, ** any
 * rest.
 */
bool path_fits(struct span path, struct span pattern);

/* The first route that fits, or NULL. */
const struct route *route_find(const struct call *c);

#endif
