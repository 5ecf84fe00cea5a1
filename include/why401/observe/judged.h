/* An exchange as the observer has judged it, for whoever counts, reports or decides. Everything in
 * it is redacted and may be written anywhere; nothing else of the exchange may. */
#ifndef WHY401_OBSERVE_JUDGED_H
#define WHY401_OBSERVE_JUDGED_H

#include "why401/explain/explain.h"

struct judged {
    uint64_t id;         /* of the exchange, from 1 */
    int64_t started_ms;  /* wall clock */
    int64_t duration_us; /* from the request head to the end of both halves */
    struct span method;
    struct span target; /* path and query, as it was sent */
    struct span scheme; /* of the upstream */
    struct span host;   /* of the upstream, without port */
    uint16_t port;
    bool foreign; /* it was meant for a host that is not BitGo's, and the proxy said no itself */
    int status;   /* of the answer; 0: the client got none */
    enum maker maker;
    enum outcome outcome;
    bool sent;               /* the request went upstream, or a part of it */
    enum err_code why;       /* why the proxy answered itself, or what broke; ERR_NONE otherwise */
    const char *fingerprint; /* of the token; "": none */
    const struct finding *findings;
    size_t finding_count;
    /* What follows is empty for an answer below 400. */
    const struct explanation *explanations; /* best first */
    size_t explanation_count;
    struct span error;      /* what the server says */
    struct span name;       /* its stable name for it */
    struct span request_id; /* for support */
    struct span trouble;    /* `why` in words */
};

#endif
