/* What commands that print rules share: how wide a page is, and which rules there are. */
#ifndef WHY401_CLI_PAGE_FOR_H
#define WHY401_CLI_PAGE_FOR_H

#include "why401/observe/render.h"

/* Width and colours for text that goes to the descriptor. */
struct render page_for(int fd);

/* The built-in rules and those of a folder; NULL or "": none. NULL with *err. The caller drops the
 * pack. */
struct rulepack *rules_of(const char *dir, struct err *err);

#endif
