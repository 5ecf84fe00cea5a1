/* The request target (RFC 9112 §3.2) for those who judge it. What is forwarded is always the target
 * as it came; these functions only read it. */
#ifndef WHY401_HTTP_TARGET_H
#define WHY401_HTTP_TARGET_H

#include "why401/base/span.h"
#include "why401/base/str.h"

enum target_form { TARGET_ORIGIN, TARGET_ABSOLUTE, TARGET_AUTHORITY, TARGET_ASTERISK, TARGET_BAD };

struct target {
    enum target_form form;
    struct span scheme;    /* absolute form: "http" or "https", as written */
    struct span authority; /* absolute and authority form: host[:port] */
    struct span path;      /* from its first '/', without the query; empty if there is none */
    struct span query;     /* behind '?', without it */
    struct span local;     /* path and query as they came: what origin form would be */
};

/* Splits a target. No unescaping. */
struct target target_split(struct span target);

/* Takes host[:port] apart; without a port it is `default_port`. *host has no brackets, and no dot
 * for the root of the DNS at its end. False when that is no name of labels of letters, digits, '-'
 * and '_', and no address either, or the port is not one from 1 to 65535. */
bool authority_split(struct span authority, uint16_t default_port, struct span *host,
                     uint16_t *port);

/* Takes the next name=value pair of a query or form body. Returns false at the end. Both spans are
 * still escaped. */
bool query_next(struct span *rest, struct span *name, struct span *value);

/* Appends s to out with %XX (and, with form, '+') decoded; a broken escape is appended as it is. */
void percent_decode(struct str *out, struct span s, bool form);

#endif
