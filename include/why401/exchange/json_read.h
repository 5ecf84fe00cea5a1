/* Reading JSON, for all of the program: jansson's loader, made safe for a lack of memory. Any
 * thread. */
#ifndef WHY401_EXCHANGE_JSON_READ_H
#define WHY401_EXCHANGE_JSON_READ_H

#include <jansson.h>

#include "why401/base/span.h"

/* As json_loadb. NULL with an empty error->text and the code
 * json_error_out_of_memory where memory ran out; `error` may be NULL. */
json_t *json_read(struct span text, size_t flags, json_error_t *error);

#endif
