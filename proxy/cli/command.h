/* Other programs, run with the words they are given and never by a shell. */
#ifndef WHY401_CLI_COMMAND_H
#define WHY401_CLI_COMMAND_H

#include "why401/base/err.h"

/* One line on standard output, as a shell would take it. words ends with a NULL. */
void command_print(const char *const *words);

/* One line on standard error, for people: nothing in it is obeyed by a terminal. */
void command_show(const char *const *words);

/* Runs words[0], looked for in PATH, and waits for its end; it has our standard streams. 0, or -1
 * with the command and its exit code or signal in *err (ERR_SYSTEM). */
int command_run_words(const char *const *words, struct err *err);

#endif
