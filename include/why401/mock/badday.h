/* The calls of an integrator's bad day, for the demo: each fails, or works, as the real one would.
 */
#ifndef WHY401_MOCK_BADDAY_H
#define WHY401_MOCK_BADDAY_H

#include "why401/base/str.h"

struct badday_call {
    const char *says; /* what the person tries, one sentence */
    const char *method;
    const char *path;
    const char
        *bearer; /* NULL: no Authorization field; "@N": the mock's token number N; else as it is */
    const char *fields;   /* further field lines, each with CRLF; "" for none */
    const char *body;     /* JSON; "" for none */
    int status;           /* what BitGo answers */
    const char *scenario; /* the scenario that explains it; NULL: it works */
};

size_t badday_size(void);
const struct badday_call *badday_at(size_t i);

/* Appends the call as an HTTP/1.1 request that ends its connection. */
void badday_write(const struct badday_call *call, struct str *out);

#endif
