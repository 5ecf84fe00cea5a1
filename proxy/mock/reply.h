/* A response of the mock while it is being made, and how it is written and signed. Private. */
#ifndef MOCK_REPLY_H
#define MOCK_REPLY_H

#include "account.h"

#define REPLY_ID_SIZE 65

struct reply {
    int status;
    const char *type; /* Content-Type */
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

/* Appends the whole response. A 2xx to a caller in the SDK's form is signed over
 * `timestamp|path?query|status|body`, in version 3 with `METHOD|` before it. */
void reply_write(const struct reply *r, const struct http_head *request,
                 const struct caller *caller, struct str *out);

#endif
