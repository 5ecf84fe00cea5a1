/* Where a message ends, decided from its fields (RFC 9112 §6 and §9). Private. */
#ifndef HTTP_FRAMING_H
#define HTTP_FRAMING_H

#include "why401/http/head.h"

/* Fill framing, content_length, close, keep_alive_1_0, upgrade and expect_continue of a head whose
 * parts are proven. Return 0, or -1 with *err when two readers could understand the message in two
 * ways. */
int framing_of_request(struct http_head *head, struct err *err);
int framing_of_response(struct http_head *head, struct span method, struct err *err);

#endif
