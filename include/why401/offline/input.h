/* What people have when they ask why: a response body, an SDK's error as Node prints it, a curl -v
 * transcript, a HAR, our own JSON lines, or a sentence. Each is recognised by what it looks like
 * and becomes exchanges, in the order of the input. */
#ifndef WHY401_OFFLINE_INPUT_H
#define WHY401_OFFLINE_INPUT_H

#include "why401/base/err.h"
#include "why401/exchange/exchange.h"

#define INPUT_MOST           (64u << 20) /* bytes of an input */
#define INPUT_EXCHANGES_MOST 20000       /* that are read of one */
#define INPUT_VALUES_MOST    3000000     /* of one JSON text, whose tree is far larger */

enum input_kind {
    INPUT_BODY,      /* a response body: JSON or an HTML page */
    INPUT_SDK_ERROR, /* an ApiResponseError, printed by Node or as JSON */
    INPUT_CURL,      /* what curl -v or curl -i wrote */
    INPUT_HAR,
    INPUT_LINES, /* our JSON lines */
    INPUT_TEXT,  /* words; the one exchange has them as its response's body */
};

struct input {
    enum input_kind kind;
    bool inspected; /* the exchanges hold the findings of the time they passed through the proxy */
    struct exchange **exchanges; /* owned, as is each of them that is not NULL */
    size_t count;
    size_t room;
    bool cut; /* there are more than INPUT_EXCHANGES_MOST, and only the first were read */
};

/* Reads `bytes`, of which nothing is kept. `name` is the file's, for errors. started_ms of an
 * exchange is 0 where the input does not tell the time. Returns 0, or -1 with ERR_INPUT, whose text
 * says the place, what was found and what is expected, or ERR_MEMORY. input_release in either case.
 */
int input_read(struct input *in, struct span bytes, const char *name, struct err *err);
void input_release(struct input *in);

const char *
input_kind_name(enum input_kind kind); /* "body", "sdk-error", "curl", "har", "lines", "text" */

#endif
