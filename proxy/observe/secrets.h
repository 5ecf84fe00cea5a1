/* The secrets that an exchange shows itself: what its request called by the name of a secret is one
 * wherever else it stands, and whatever it looks like. A server that does not know a token likes to
 * say which. Private; each thread knows those of one exchange at a time. */
#ifndef OBSERVE_SECRETS_H
#define OBSERVE_SECRETS_H

#include "view.h"
#include "why401/exchange/exchange.h"

#define SECRETS_MOST 12
#define SECRET_LEAST 8 /* bytes; what is shorter is a word */
#define SECRET_COPY                                                                                \
    256 /* bytes that are kept of one that is not found in the exchange as it is                   \
         */

struct secret {
    struct span text; /* in the exchange, or in `copies` */
    size_t least; /* so much of its beginning is hidden at the end of a text, which may be cut */
    bool goes_on; /* this is its beginning only */
    bool word;    /* it is hidden only where it stands as a word, and as a whole */
};

struct secrets {
    size_t count;
    size_t copied; /* bytes of `copies` */
    struct secret list[SECRETS_MOST];
    char copies[SECRETS_MOST * SECRET_COPY];
};

/* Finds those of x: its credentials, and of a failing one also what its fields, its query and its
 * body name as secret. From now on secrets_mark hides them, in this thread, until secrets_forget,
 * which must come before the exchange is freed. */
void secrets_learn(struct secrets *s, const struct exchange *x, bool failing);
void secrets_forget(struct secrets *s);

/* For secrets_learn: takes one that lives as long as the exchange, or a copy of one that does not;
 * and has this thread know them. */
void secrets_add(struct secrets *s, struct span text);
void secrets_copy(struct secrets *s, struct span text);

/* The same of a value that only its name makes a secret. What could as well be an ordinary word is
 * none, so that the answer "password error" to "password" stays readable. */
void secrets_copy_named(struct secrets *s, struct span name, struct span text);
void secrets_know(const struct secrets *s);

/* Marks in a view every one that this thread knows. */
void secrets_mark(const struct view *v);

/* One of them may stand in the text, as it is or with its escapes undone. */
bool secrets_may_be_in(struct span text);

#endif
