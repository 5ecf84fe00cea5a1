/* Recorded answers, given again. Private. */
#ifndef MOCK_REPLAY_H
#define MOCK_REPLAY_H

#include "routes.h"

struct replay;

/* An answer that was recorded. */
struct recorded {
    const struct exchange *exchange;
    bool bearer; /* its request had Authorization */
    bool played; /* it has been given again */
};

/* Reads a HAR. NULL with *err. */
struct replay *replay_read(const char *path, struct err *err);
void replay_free(struct replay *r);

size_t replay_size(const struct replay *r);
size_t replay_left_out(const struct replay *r);

/* What to give this call: of the answers that were recorded for its method and target, first for
 * requests that had a bearer or had none as this one, the first that was not given yet, else the
 * last. NULL: none was recorded. */
struct recorded *replay_find(struct replay *r, const struct call *c);

/* Gives it. */
void replay_answer(struct call *c, struct recorded *recorded);

#endif
