/* Inspectors of a finished exchange: what only a body, an answer or the calls before it can tell.
 * They run in the observer's thread, before the ledger is asked and the rules are matched. */
#ifndef WHY401_INSPECT_FINISHED_H
#define WHY401_INSPECT_FINISHED_H

#include "why401/inspect/inspect.h"

/* What these inspectors remember for the life of the process, and never write anywhere: raw tokens
 * that passed (to verify signatures made with them; bounded, wiped when freed) and how many calls
 * each token made lately. One thread. */
struct inspect_memory;
struct inspect_memory *inspect_memory_new(void);
void inspect_memory_free(struct inspect_memory *m);

/* Runs all of them on x. Cheap for a success that none of them is about. The findings are listed in
 * proxy/inspect/README.md. */
void inspect_finished(struct exchange *x, struct inspect_memory *m);

#endif
