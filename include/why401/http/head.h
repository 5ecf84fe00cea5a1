/* The head of an HTTP/1.1 message (RFC 9112 §2), read from one contiguous span of bytes. Nothing is
 * copied: every span points into those bytes. A head that this header's functions accept has been
 * judged twice, by llhttp and by our own strict grammar, and its framing is unambiguous. */
#ifndef WHY401_HTTP_HEAD_H
#define WHY401_HTTP_HEAD_H

#include "why401/base/arena.h"
#include "why401/base/err.h"
#include "why401/base/span.h"

struct http_field {
    struct span name;  /* as it came, case kept */
    struct span value; /* without the white space around it */
    struct span line;  /* the whole field line as it came, without CRLF */
};

/* How the body's end is found (RFC 9112 §6). */
enum http_framing {
    HTTP_NO_BODY,     /* the message ends with its head */
    HTTP_LENGTH,      /* content_length bytes */
    HTTP_CHUNKED,     /* chunks, then trailers */
    HTTP_UNTIL_CLOSE, /* responses only: all bytes until the peer closes */
    HTTP_TUNNEL,      /* 101 to an Upgrade, 2xx to CONNECT: no longer HTTP */
};

#define HTTP_FIELDS_MOST 1024

struct http_head {
    /* request */
    struct span method; /* a token, for example GET */
    struct span target; /* the request target as it came */
    /* response */
    int status;         /* 100-999 */
    struct span reason; /* may be empty */
    /* both */
    int minor;                 /* 1 for HTTP/1.1, 0 for HTTP/1.0 */
    struct http_field *fields; /* in the order of the wire; storage belongs to the reader */
    size_t field_count;
    enum http_framing framing;
    uint64_t content_length; /* for HTTP_LENGTH */
    bool close;              /* the sender ends the connection after this message */
    bool keep_alive_1_0;     /* an HTTP/1.0 sender asked for keep-alive */
    bool upgrade;            /* Connection names Upgrade and there is an Upgrade field */
    bool expect_continue;    /* Expect: 100-continue */
};

struct http_limits {
    size_t head_bytes;         /* whole head */
    size_t request_line_bytes; /* requests only; 0: as head_bytes */
    size_t fields;             /* at most HTTP_FIELDS_MOST */
};

/* Looks for the end of a head in `bytes`, of which the first *scanned held none before. Returns the
 * head's length with its final empty line, or 0 while it is incomplete; *scanned is moved on. */
size_t http_head_end(struct span bytes, size_t *scanned);

/* Reads a complete request head (from http_head_end). `head->fields` must point to storage for
 * limits->fields entries. Returns 0, or -1 with err->code one of ERR_BAD_REQUEST, ERR_TARGET,
 * ERR_TRANSFER_CODING, ERR_VERSION, ERR_URI_TOO_LONG, ERR_HEAD_TOO_LARGE. Sources:
 * RFC 9112 §2-§7. */
int http_read_request(struct span bytes, const struct http_limits *limits, struct http_head *head,
                      struct err *err);

/* The same for a response to `method`; the code is ERR_UPSTREAM_RESPONSE. A HEAD request's
 * response, 1xx, 204 and 304 have no body whatever their fields say (RFC 9112 §6.3). */
int http_read_response(struct span bytes, const struct http_limits *limits, struct span method,
                       struct http_head *head, struct err *err);

/* The first field of that name (ASCII case folded), or NULL. */
const struct http_field *http_field(const struct http_head *head, struct span name);

/* The value of that field, empty when it is absent. */
struct span http_value(const struct http_head *head, struct span name);

/* How many fields have that name. */
size_t http_field_count(const struct http_head *head, struct span name);

/* One element of a comma-separated field value equals `element`, case folded (RFC 9110 §5.6.1). */
bool http_list_has(struct span value, struct span element);

#endif
