/* A rule in memory: one scenario's file, checked and compiled. Immutable once it was read. */
#ifndef WHY401_EXPLAIN_RULE_H
#define WHY401_EXPLAIN_RULE_H

#include "condition.h"

struct rule_store; /* the memory of a rule */

struct conditions {
    struct condition *list;
    size_t count;
};

/* Templates of sentences, each list ending with NULL; NULL for none. */
struct evidence {
    const char *const *sent;     /* what was sent */
    const char *const *received; /* what came back */
};

/* Something that speaks for a match, or against it. */
struct weight {
    struct condition when;
    int by;          /* steps of confidence: 1 or -1 */
    const char *say; /* template of the sentence about it */
};

/* One way to recognise the scenario. */
struct match {
    const struct rule *rule;
    const struct rule
        *told; /* what is told when it holds: the rule, or its variant for this cause */
    enum confidence confidence;
    int specificity;        /* how much its conditions narrow the exchanges down */
    struct conditions all;  /* each holds */
    struct conditions any;  /* one holds, when there are some */
    struct conditions none; /* none holds */
    struct evidence evidence;
    struct weight *weights; /* weighed when it holds */
    size_t weight_count;
};

struct rule {
    const char *file; /* for messages */
    const char *id;
    const char *scenario; /* the title of the whole file; a variant has its own title beside it */
    const char *title;
    const char *meaning;
    const char *const *steps;
    const char *const *support_send;
    const char *const *support_ask;
    const char *const *links;
    const char *const *signals; /* phrases each of which is enough to think of the scenario */
    const char *const *hints;   /* words that strengthen a signal; NULL for none */
    struct evidence evidence;   /* shown for every match */
    struct match *matches;
    size_t match_count;
    const struct example *examples; /* as written; none in a variant */
    size_t example_count;
    struct rule_store *store; /* of this rule; NULL in a variant */
};

#define RULE_BYTES_MOST (1 << 20) /* of a rule's file */
#define RULE_TITLE_MOST 150       /* bytes */

/* Reads a rule from the text of a file. NULL with *err otherwise; freed with rule_free. */
struct rule *rule_read(const char *file, struct span text, struct err *err);
void rule_free(struct rule *r);

/* Reads the matches of a rule's file (match.c). 0, or -1 with the reader's error. */
int matches_read(struct rule *rule, const json_t *top, struct reader *r);

/* Reads the "evidence" of a rule or a match, if it has one (match.c). 0, or -1 with the reader's
 * error. */
int evidence_read(const json_t *object, struct evidence *evidence, struct reader *r);

/* Reads the examples of a rule's file (example.c). 0, or -1 with the reader's error. */
int examples_read(struct rule *rule, const json_t *top, struct reader *r);

/* Reads the "weigh" of a match (weigh.c). 0, or -1 with the reader's error. */
int weights_read(struct match *m, const json_t *match, struct reader *r);

bool match_holds(const struct match *m, struct subject *s);

/* The confidence of a match that holds, after weighing; 0 when too much speaks against it. */
enum confidence match_weighed(const struct match *m, struct subject *s);

#endif
