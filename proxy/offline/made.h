/* Making exchanges out of what a file tells about them. Private. Everything is copied into the
 * exchange, within its bounds; what has no room is left out. */
#ifndef OFFLINE_MADE_H
#define OFFLINE_MADE_H

#include "why401/offline/input.h"

/* Whether there is no room for one more exchange: the others are left out then, which in->cut
 * says. */
bool made_full(struct input *in);

/* A new exchange at the end of in; NULL with ERR_MEMORY. It counts as whole and as answered
 * upstream. */
struct exchange *made_new(struct input *in, struct err *err);

/* When it began, in ms since 1970 (0: not known), and how long it took (0: not known). */
void made_when(struct exchange *x, int64_t started_ms, double took_us);

/* The request line. The target may be an absolute URL, which tells scheme and host too; otherwise
 * the scheme is x's, or https. */
void made_request(struct exchange *x, struct span method, struct span target);

/* "host:port" as in a Host field. What cannot be a host is left out, and so are user and password.
 */
void made_authority(struct exchange *x, struct span authority);

/* A field of one of the two heads. Content-Encoding is left out: bodies in files are decoded. */
void made_field(struct exchange *x, struct http_head *head, struct span name, struct span value);

void made_body(struct message *message, struct span bytes);

/* The status when the input has none: a guess from the answer's text, which a finding admits. */
void made_assume_status(struct exchange *x);

/* When all has been read: without a status nobody answered, and a time that the input does not tell
 * is what Auth-Timestamp or Date says. */
void made_finish(struct exchange *x);

/* RFC 3339, or HTTP's date (RFC 9110 §5.6.7, the first form). Milliseconds since 1970; 0 for
 * anything else. */
int64_t made_time_read(struct span text);

#endif
