/* The answers that the proxy gives by itself, in BitGo's own error shape, so that an SDK shows them
 * as it shows any other (BitGo's OpenAPI, PlatformError: error, name, requestId, context). Private.
 */
#ifndef CORE_ANSWER_H
#define CORE_ANSWER_H

#include "why401/base/str.h"
#include "why401/exchange/exchange.h"

/* Appends the whole response for `why` to out, and makes it x's response: head, and as much of the
 * body as `capture` allows. Returns 0, or -1 when memory is out. */
int answer_write(struct str *out, struct exchange *x, const struct err *why, bool close,
                 size_t capture);

#endif
