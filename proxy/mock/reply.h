/* A response of the mock while it is being made, and how it is written and signed. Private. */
#ifndef MOCK_REPLY_H
#define MOCK_REPLY_H

#include "account.h"
#include "why401/exchange/exchange.h"

#define REPLY_ID_SIZE   65
#define REPLY_BODY_MOST ((size_t)1 << 20)

struct reply {
    int status;
    const char *type;  /* Content-Type; NULL: it is among `fields` */
    struct str fields; /* further field lines, each with CRLF */
    struct str body;
    bool auth_required; /* X-Auth-Required: true, as BitGo says when a token is no good */
    int retry_after;    /* seconds; 0: not said */
    char request_id[REPLY_ID_SIZE]; /* the client's Request-ID, or one made up */
};

/* A 200 with an empty body and its request id. */
void reply_init(struct reply *r, const struct http_head *request);
void reply_release(struct reply *r);

/* A JSON body of this text. */
void reply_json(struct reply *r, int status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* An error in the platform's shape: error, name, requestId, context (BitGo's OpenAPI,
 * PlatformError). `more` is further members, such as ",\"needsOTP\":true", or "". */
void reply_error(struct reply *r, int status, const char *name, const char *error,
                 const char *more);

/* A field of an answer that was written down elsewhere. False, and nothing added, where the mock
 * writes that field itself or it belongs to one connection (reply_writes), and where name or value
 * cannot stand in a head. */
bool reply_field(struct reply *r, struct span name, struct span value);

/* The mock writes the field of that name itself: Date, Request-ID, what signs, what frames the body
 * and what belongs to one connection. */
bool reply_writes(struct span name);

/* An answer that passed once, or stands in an example, given again: status, fields and body. */
void reply_again(struct reply *r, const struct message *answer);

/* Appends the whole response. A 2xx to a caller in the SDK's form is signed over
 * `timestamp|path?query|status|body`, in version 3 with `METHOD|` before it. */
void reply_write(const struct reply *r, const struct http_head *request,
                 const struct caller *caller, struct str *out);

#endif
