/* The place of the ledger's file, made safe before SQLite opens it. */
#ifndef WHY401_LEDGER_FILE_H
#define WHY401_LEDGER_FILE_H

#include <limits.h>
#include <stdbool.h>

#include "why401/base/err.h"

/* Makes the folder (0700) and the file (0600) where they are missing and `make` says so; refuses a
 * symbolic link, and what is no file of ours. `real` becomes its path without links in it. Returns
 * 0, or -1 with ERR_LEDGER. */
int ledger_file_prepare(const char *path, bool make, char real[PATH_MAX], struct err *err);

#endif
