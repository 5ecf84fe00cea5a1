/* Which file the ledger is, for the commands that write and read it. */
#ifndef WHY401_CLI_LEDGER_FILE_H
#define WHY401_CLI_LEDGER_FILE_H

#include "why401/config/config.h"
#include "why401/ledger/ledger.h"

#define LEDGER_PATH_SIZE 4096

/* The ledger's file as the config has it, or the default one, $XDG_STATE_HOME/why401/ledger.db or
 * ~/.local/state/why401/ledger.db, written into path. NULL: in memory only, since the config says
 * so, or since there is no place for it (ledger_has_no_place). */
const char *ledger_file(const struct config *c, char *path, size_t size);

/* The user has no home, and the config names no file. */
bool ledger_has_no_place(const struct config *c);

/* Opens the ledger of that config for reading. NULL with *err, which says what to do where there is
 * none yet. */
struct ledger *ledger_file_read(const struct config *c, struct err *err);

#endif
