/* Texts in which redaction found nothing to hide, the last few. Evidence, header values, errors and
 * targets come again and again, and to compare with one that was seen costs far less than to search
 * it. A text with a secret is never kept. Private; one thread. */
#ifndef OBSERVE_CLEAN_H
#define OBSERVE_CLEAN_H

#include "why401/base/span.h"

#define CLEAN_SETS 32  /* a power of two */
#define CLEAN_WAYS 4   /* texts of one set */
#define CLEAN_MOST 240 /* bytes of a text and its kind; longer ones are not kept */

struct clean_text {
    size_t kind_len;
    size_t len;             /* of kind and text; 0: free */
    char bytes[CLEAN_MOST]; /* the kind, then the text */
};

/* Texts whose hashes begin alike. */
struct clean_set {
    size_t next; /* the place that is overwritten next */
    struct clean_text places[CLEAN_WAYS];
};

struct clean_texts {
    struct clean_set sets[CLEAN_SETS];
};

/* `kind` says how it was searched: texts of different kinds have nothing to do with each other. */
bool clean_knows(const struct clean_texts *c, struct span kind, struct span text);
void clean_keep(struct clean_texts *c, struct span kind, struct span text);

#endif
