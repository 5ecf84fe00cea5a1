/* The sink for people: one line for each exchange, a block under a failing one, notices between
 * them. Private; observer thread. */
#ifndef OBSERVE_TERMINAL_H
#define OBSERVE_TERMINAL_H

#include <time.h>

#include "outlet.h"
#include "page.h"
#include "record.h"
#include "repeats.h"
#include "why401/observe/observer.h"

struct terminal {
    struct outlet outlet;
    struct page page; /* writes into outlet.text */
    struct repeats repeats;
    bool is_tty;              /* has a width to ask for */
    bool quiet;               /* only failing exchanges and notices */
    bool verbose;             /* all findings, header fields, and each block */
    time_t second;            /* the moment that `clock` shows */
    char clock[REPEATS_TIME]; /* HH:MM:SS.mmm, local */
};

void terminal_init(struct terminal *t, const struct observer_options *options);
void terminal_release(struct terminal *t);

void terminal_exchange(struct terminal *t, struct record *r);
void terminal_notice(struct terminal *t, int64_t wall_ms, struct span text);

/* The block under a failing exchange; in block.c. `t->page` is ready. */
void block_failure(struct page *p, struct record *r);

/* One line in its place: the exchange of that time, above, has the same. */
void block_repeated(struct page *p, const struct record *r, const char *time);

/* The same where there are explanations but no exchange (r->x is NULL); in block.c. */
void block_text(struct page *p, const struct record *r);

/* Everything that a rule tells people; in block.c. */
void block_rule(struct page *p, const struct rule *rule);

/* Lines for findings of at least that severity; in block.c. */
void block_findings(struct page *p, const struct record *r, enum severity least);

/* All header fields of both messages; in block.c. */
void block_fields(struct page *p, struct record *r);

#endif
