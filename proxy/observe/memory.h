/* What the observer remembers: the ledger, and what the inspectors of finished exchanges keep for
 * the life of the process. It speaks before an exchange is explained and learns from it; the
 * workers get what it knows as passports. Private; observer thread. */
#ifndef OBSERVE_MEMORY_H
#define OBSERVE_MEMORY_H

#include "record.h"
#include "why401/inspect/finished.h"
#include "why401/ledger/ledger.h"
#include "why401/observe/observer.h"

struct memory {
    struct inspect_memory *finished;
    struct ledger *ledger;
    struct passport_desk *desk; /* not owned; may be NULL */
    struct str line;            /* of a record that has no line yet */
    int64_t committed_us;       /* monotonic; the last commit */
    bool waits;                 /* something has been learned since */
    bool facts;                 /* … and it is a fact: it does not wait */
    bool stale;                 /* … that the passports on the desk do not have */
    bool failing;               /* people have been told that commits fail */
};

/* Opens the ledger and lays its passports on the desk. Returns 0, or -1 with *err. */
int memory_open(struct memory *m, const struct observer_options *options, struct err *err);
void memory_close(struct memory *m);

/* Notes in x what the inspectors of finished exchanges and the past say about it. */
void memory_recall(struct memory *m, struct exchange *x);

/* Learns from x; after memory_recall, which asks for what was before x. */
void memory_learn(struct memory *m, const struct exchange *x);

/* Keeps a failing exchange's record for 'why401 report': `line`, or where that is empty a line that
 * is made for it. */
void memory_keep(struct memory *m, struct record *r, struct span line);

/* Issues the passports anew where a fact was learned: after a batch, since all of them are copied.
 * Commits facts at once, counters once a second or when `last`. Appends to `news` what people
 * should be told. Returns true while something waits. */
bool memory_commit(struct memory *m, bool last, struct str *news);

#endif
