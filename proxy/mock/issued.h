/* The token that the mock has made on request: what was asked for, and what became of it. It lives
 * as long as its duration says, works from the addresses of its ipRestrict (the mock sees everybody
 * on loopback) and spends its first limit with each transaction. Private. */
#ifndef MOCK_ISSUED_H
#define MOCK_ISSUED_H

#include <jansson.h>

#include "why401/base/span.h"

#define ISSUED_ID "0f1e2d3c4b5a69788796a5b4c3d2e1f1"

struct issued {
    json_t *asked;      /* the request that made it; NULL: none has been made */
    int64_t created_ms; /* wall clock */
    int64_t expires_ms; /* 0: never */
    bool deleted;
    double limit; /* txValueLimit of its first spending limit; 0: none */
    double spent;
};

#define ISSUED_SPENDS 1000 /* by each transaction */

void issued_release(struct issued *i);

/* Makes the token, in place of the one before, `days` ago. Returns false when the body is no JSON
 * object. */
bool issued_make(struct issued *i, struct span body, uint64_t days);

/* What BitGo says to a call with it, or NULL when it is good. */
const char *issued_complaint(const struct issued *i);

/* Counts a transaction. */
void issued_spend(struct issued *i);

/* The token as creation, session and list show it, without the token itself. The caller's
 * reference. */
json_t *issued_json(const struct issued *i);

#endif
