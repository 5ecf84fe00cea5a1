/* Which file the ledger is, for the commands that write and read it. */
#ifndef WHY401_CLI_LEDGER_FILE_H
#define WHY401_CLI_LEDGER_FILE_H

#include "why401/config/config.h"
#include "why401/ledger/ledger.h"

#define LEDGER_PATH_SIZE 4096

/* The ledger's file as the config has it, or the default one written into path; NULL: in memory
 * only. */
const char *ledger_file(const struct config *c, char *path, size_t size);

/* Opens the ledger of that config for reading. NULL with *err, which says what to do where there is
 * none yet. */
struct ledger *ledger_file_read(const struct config *c, struct err *err);

#endif
