/* What BitGo's paths say: patterns, the coin's place, routes of BitGo Express. */
#ifndef WHY401_ROUTES_H
#define WHY401_ROUTES_H

#include "why401/inspect/inspect.h"

struct route_pattern {
    struct span method;
    struct span path; /* such as /api/v2/{coin}/wallet/{id}/sendcoins */
};

struct express_route {
    struct route_pattern route;
    enum severity severity; /* of calling it on the platform's host */
};

/* The request is a POST or the like that changes nothing: it logs in, or it calculates. */
bool route_changes_nothing(struct span method, struct span path);

/* The request is a GET that changes something: it ends its token. */
bool route_changes_by_reading(struct span method, struct span path);

/* The route that only BitGo Express serves and that this request calls, or NULL. */
const struct express_route *express_route_of(struct span method, struct span path);

#endif
