/* The mock as an origin: a server with it answers every request as mock_answer says. One worker
 * only. */
#ifndef WHY401_MOCK_ORIGIN_H
#define WHY401_MOCK_ORIGIN_H

#include "why401/core/origin.h"

/* NULL with *err when memory is out. The caller frees it after the server has stopped. */
struct origin *mock_origin_new(struct err *err);
void mock_origin_free(struct origin *o);

#endif
