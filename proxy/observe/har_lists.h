/* The lists of a HAR's entry: header fields, cookies and parameters, each an object with a name and
 * a value, both redacted here. Private; observer thread. */
#ifndef OBSERVE_HAR_LISTS_H
#define OBSERVE_HAR_LISTS_H

#include "why401/base/str.h"
#include "why401/http/head.h"

#define HAR_TEXT_MOST (1 << 20) /* bytes of one redacted text */

struct har_lists {
    struct str *out;  /* the entry; the caller's */
    struct str name;  /* redacted, of the pair in hand */
    struct str value; /* the same */
};

void har_lists_init(struct har_lists *l, struct str *out);
void har_lists_release(struct har_lists *l);

/* Each appends one member: headers, cookies, queryString. */
void har_headers(struct har_lists *l, const struct http_head *head);
void har_request_cookies(struct har_lists *l, const struct http_head *head);
void har_response_cookies(struct har_lists *l, const struct http_head *head);
void har_query(struct har_lists *l, struct span target); /* which is redacted already */

/* The value of the first field of that name, redacted, valid until the next call; .ptr NULL: there
 * is none. */
struct span har_field(struct har_lists *l, const struct http_head *head, struct span name);

/* What an entry shows of a redacted text: all of it, or [redacted] when it was too long. */
struct span har_shown(const struct str *text);

#endif
