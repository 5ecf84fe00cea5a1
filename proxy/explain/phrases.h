/* The signals and hints of all rules, for finding them in a text of a person's words. */
#ifndef WHY401_EXPLAIN_PHRASES_H
#define WHY401_EXPLAIN_PHRASES_H

#include "rule.h"

struct phrase;

struct phrasebook {
    struct phrase *phrases;
    size_t count;
    size_t room;
    uint32_t *words; /* the hashes of all phrases' words, one phrase behind the other */
    size_t word_count;
    size_t word_room;
    unsigned *heads; /* first phrase of each bucket of first words, counted from 1; 0 for none */
};

/* 0, or -1 when memory is out. */
int phrasebook_init(struct phrasebook *book, struct rule *const *rules, size_t count);
void phrasebook_release(struct phrasebook *book);

/* Visits each phrase that stands in the text, once: the rule's place in the pack, what of the text
 * it is, and its weight. A hint has no weight of its own without a signal of the same rule. */
typedef void phrase_visit(size_t rule, struct span where, int weight, bool signal, void *ctx);
int phrasebook_each(const struct phrasebook *book, struct span text, phrase_visit *visit,
                    void *ctx);

#endif
