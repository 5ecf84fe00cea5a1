/* A record: what the sinks may say about an exchange, redacted. It is the one door between an
 * exchange and an output, so a sink cannot forget to redact. Private; observer thread. */
#ifndef OBSERVE_RECORD_H
#define OBSERVE_RECORD_H

#include "clean.h"
#include "secrets.h"
#include "why401/explain/explain.h"
#include "why401/observe/judged.h"

#define EXPLANATIONS_MOST 8
#define BODY_SHOWN        4096 /* bytes of a failing answer's body */

struct record {
    struct exchange *x; /* of it, sinks use what is no peer's text */
    bool failing;       /* 4xx or 5xx: what follows the explanations is filled then */
    struct str target;  /* redacted */
    struct str method;  /* redacted */
    size_t explanation_count;
    struct explanation explanations[EXPLANATIONS_MOST]; /* evidence redacted, best first */
    bool html;                                          /* the answer is an HTML page */
    struct str error;                                   /* what the server says, redacted */
    struct str name;                                    /* its stable name for it, redacted */
    struct str request_id;                              /* redacted */
    struct str body;                                    /* decoded, redacted, at most BODY_SHOWN */
    bool body_cut;                                      /* the body had more */
    const char *left_out;                               /* why there is no body; NULL: there is */
    struct str trouble;                                 /* text of x->error, redacted */
    struct str scratch;                                 /* for record_field and notices */
    struct secrets secrets;                             /* of x */
    struct clean_texts clean;                           /* of all records before this one */
};

/* Releasing a record ends it. */
void record_init(struct record *r);
void record_release(struct record *r);

/* Makes r the record of x, which has no answer to read. */
void record_success(struct record *r, struct exchange *x);

/* Makes r the record of a failing x; the explanations are in r already. Rewrites the evidence of
 * findings and explanations. */
void record_failure(struct record *r, struct exchange *x, const struct answer *a);

/* Ends the record, before its exchange is freed: what was known of its secrets is wiped. Until then
 * all redaction in this thread hides them. */
void record_end(struct record *r);

/* What others than the sinks may see of it: valid until r is the record of another exchange. */
struct judged record_judged(const struct record *r);

/* The redacted value of a header field, valid until the next call. */
struct span record_field(struct record *r, const struct http_field *field);

#endif
