/* The mock as an origin: a server with it answers every request as mock_answer says. One worker
 * only. */
#ifndef WHY401_MOCK_ORIGIN_H
#define WHY401_MOCK_ORIGIN_H

#include "why401/core/origin.h"
#include "why401/mock/answer.h"

/* NULL with *err, as mock_new. The caller frees it after the server has stopped. */
struct origin *mock_origin_new(const struct mock_options *options, struct err *err);
/* The mock behind it; belongs to it. */
struct mock *mock_of_origin(struct origin *o);

void mock_origin_free(struct origin *o);

#endif
