/* What is judged: an exchange and its answer, with the things that conditions and evidence ask for
 * read once. Lives while one exchange is explained. */
#ifndef WHY401_EXPLAIN_SUBJECT_H
#define WHY401_EXPLAIN_SUBJECT_H

#include "why401/explain/explain.h"

/* Of a peer's text, what is matched. */
#define SUBJECT_TEXT_MOST 65536

#define SUBJECT_TEXTS 6

struct subject {
    const struct exchange *x;
    const struct answer *answer;
    struct span texts[SUBJECT_TEXTS]; /* where the answer says in words what is wrong */
    size_t text_count;
    struct span names[SUBJECT_TEXTS]; /* and where it says so by a stable code */
    size_t name_count;
    struct span body; /* the answer's whole text, as far as it is matched */
    struct str path;  /* of the request, unescaped, without its query */
    struct str coin;  /* the coin in it, unescaped; empty when there is none */
    json_t *sent;     /* the request's body as JSON, NULL when it is none */
    bool sent_was_read;
};

void subject_init(struct subject *s, const struct exchange *x, const struct answer *answer);
void subject_release(struct subject *s);

/* The request is known: an answer alone can be explained, too, but says nothing about what was
 * sent. */
bool subject_has_request(const struct subject *s);

/* The request's body as JSON, or NULL. Read when it is first asked for. */
const json_t *subject_sent(struct subject *s);

#endif
