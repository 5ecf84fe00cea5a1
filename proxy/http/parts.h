/* The parts of a head as llhttp finds them: method, target, reason, and each field's name and
 * value. They are not to be trusted before head.c has proven them. Private. */
#ifndef HTTP_PARTS_H
#define HTTP_PARTS_H

#include "why401/http/head.h"

/* Fill in the parts of an empty head, which point into bytes; at most most_fields fields, for which
 * head->fields has room. Return NULL when llhttp read a whole head, else what it did not like, a
 * constant text; then the head has the parts before that. *too_many_fields says that it stopped
 * because there were more. */
const char *parts_of_request(struct span bytes, struct http_head *head, size_t most_fields,
                             bool *too_many_fields);
const char *parts_of_response(struct span bytes, struct http_head *head, size_t most_fields,
                              bool *too_many_fields);

#endif
