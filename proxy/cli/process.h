/* What a command asks of the operating system for its process: limits, protection, signals. */
#ifndef WHY401_CLI_PROCESS_H
#define WHY401_CLI_PROCESS_H

#include "why401/core/options.h"

/* Tokens are in memory: no core dumps, and no other process of the user may look into this one. */
void process_protect(void);

/* Memory that exchanges give back stays with the process, up to a few MiB: for those that serve. */
void process_keep_memory(void);

/* Blocks the signals that signals_wait waits for, in this thread and those it starts; ignores
 * SIGPIPE. To be called before any thread is started. */
void signals_block(void);

/* Waits for SIGINT, SIGTERM, SIGHUP or SIGUSR1 and returns it. */
int signals_wait(void);

/* From now on SIGINT or SIGTERM ends the process at once with 128 + its number, after `last`, if
 * there is one, which has to be safe in a signal handler. */
void signals_end_at_once(void (*last)(void));

/* Raises the limit of open files as far as `workers` workers with *limits need it. Where the system
 * does not allow so many, lowers the connection limits to what there is room for and warns. */
void process_make_room(struct limits *limits, unsigned workers);

#endif
