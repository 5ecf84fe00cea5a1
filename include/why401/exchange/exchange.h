/* The exchange: one request and its response, the record that flows through the program. A worker
 * fills it; when both halves are over it is frozen and moved to the observer, which frees it. All
 * bytes it points to live in its arena, or in its two captures. */
#ifndef WHY401_EXCHANGE_EXCHANGE_H
#define WHY401_EXCHANGE_EXCHANGE_H

#include "why401/base/arena.h"
#include "why401/base/ip.h"
#include "why401/http/head.h"
#include "why401/http/target.h"

/* The first bytes of a body, kept for judgement. */
struct capture {
    char *data;     /* malloc, owned by the exchange; NULL when nothing was kept */
    size_t len;     /* bytes kept */
    size_t cap;     /* bytes of storage */
    bool truncated; /* the body had more than was kept */
};

struct message {
    struct http_head head; /* copied into the arena; fields NULL until it was read */
    uint64_t body_bytes;   /* of the body, framing not counted, that were forwarded */
    struct capture body;
    bool complete; /* the whole message was forwarded */
};

enum severity { SEVERITY_NOTE, SEVERITY_WARNING, SEVERITY_PROBLEM };

/* One fact that an inspector noticed. */
struct finding {
    const char *id; /* static, for example "bearer.missing" */
    enum severity severity;
    struct span evidence; /* one sentence for people, no secret in it; in the arena */
};

#define FINDINGS_MOST 32

/* What the request's bearer looks like. */
enum token_form {
    TOKEN_NONE,    /* no usable bearer */
    TOKEN_RAW,     /* v2x and 64 hex digits */
    TOKEN_LEGACY,  /* 40 hex digits */
    TOKEN_SDK,     /* the SHA-256 that the SDK sends, with BitGo-Auth-Version */
    TOKEN_ID,      /* 32 hex digits: a token id, as v4 sends */
    TOKEN_UNKNOWN, /* none of these */
};

#define FINGERPRINT_SIZE 17 /* 16 hex digits and NUL */

struct token {
    enum token_form form;
    char fingerprint[FINGERPRINT_SIZE]; /* "" for TOKEN_NONE, TOKEN_ID and what is short */
};

/* Where the source address came from (design, decision 8). */
enum source_kind { SOURCE_PEER, SOURCE_EGRESS_IP, SOURCE_FORWARDED_FOR, SOURCE_PROXY_PROTOCOL };

enum source_verdict { SOURCE_NO_LIST, SOURCE_ALLOWED, SOURCE_DENIED };

struct source {
    struct ip ip; /* the address that was judged */
    enum source_kind kind;
    enum source_verdict verdict;
};

/* Who made the response that the client got. */
enum maker { MAKER_NOBODY, MAKER_UPSTREAM, MAKER_PROXY };

enum outcome {
    OUTCOME_COMPLETE,       /* request and response were forwarded whole */
    OUTCOME_CLIENT_GONE,    /* the client closed or reset first */
    OUTCOME_UPSTREAM_BROKE, /* the upstream closed or reset amid the response */
    OUTCOME_REFUSED,        /* the proxy answered itself */
    OUTCOME_TUNNEL,         /* became a tunnel (101, CONNECT), which has ended */
};

struct exchange {
    struct arena arena;
    uint64_t id;         /* counts up within the process, from 1 */
    int64_t started_ms;  /* wall clock: the request head was complete */
    int64_t started_us;  /* monotonic, the same moment */
    int64_t sent_us;     /* the request head went upstream; 0: never */
    int64_t answered_us; /* the response head was complete; 0: never */
    int64_t finished_us; /* both halves were over */
    struct ip peer;      /* the client's address as the socket has it */
    struct ip forwarded; /* from PROXY protocol; family 0: none */
    bool tls;            /* the client spoke TLS to us */
    struct message request;
    struct target target; /* request.head.target, split */
    struct message response;
    enum maker maker;
    enum outcome outcome;
    struct err error; /* why the proxy answered itself, or what broke; ERR_NONE otherwise */
    /* upstream */
    struct span scheme;     /* "https" or "http" */
    struct span host;       /* host name of the upstream, without port */
    uint16_t port;          /* of the upstream */
    struct ip upstream_ip;  /* family 0: not connected */
    bool foreign;           /* goes to a host that is none of the upstreams: nobody looks at it */
    bool reused_connection; /* the upstream connection had served another exchange */
    bool sent_twice;        /* a GET or HEAD was sent again on a fresh connection */
    /* judged at the request head */
    struct token token;
    struct source source;
    size_t finding_count;
    struct finding findings[FINDINGS_MOST];
};

/* A fresh exchange whose arena is capped at arena_cap bytes; NULL when memory is out. */
struct exchange *exchange_new(uint64_t id, size_t arena_cap);

/* Wipes the captures and frees everything. */
void exchange_free(struct exchange *x);

/* Keeps as much of `bytes` as `limit` bytes in all allow. Never fails: what cannot be kept marks
 * the capture as truncated. */
void capture_add(struct capture *c, struct span bytes, size_t limit);

/* Notes a finding; the evidence is formatted into the arena. One over FINDINGS_MOST is dropped. */
void exchange_find(struct exchange *x, const char *id, enum severity severity, const char *format,
                   ...) __attribute__((format(printf, 4, 5)));

/* The finding of that id, or NULL. */
const struct finding *exchange_finding(const struct exchange *x, const char *id);

#endif
