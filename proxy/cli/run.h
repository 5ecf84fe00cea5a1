/* What the files of 'why401 run' know of each other. Main thread only. */
#ifndef WHY401_CLI_RUN_H
#define WHY401_CLI_RUN_H

#include "proxy.h"

/* SIGHUP: reads config and rules again and puts them in force, or keeps the old ones; says which.
 */
void reload(struct proxy *p);

/* Says what a person needs to know to use the proxy. */
void greet(const struct proxy *p);

#endif
