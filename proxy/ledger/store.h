/* The ledger's file: SQL and nothing else. Table tokens has a row for each token, tallies one for
 * each tally, kept the newest failing exchanges. application_id tells our files from others,
 * user_version which program wrote it. */
#ifndef WHY401_LEDGER_STORE_H
#define WHY401_LEDGER_STORE_H

#include <sqlite3.h>

#include "table.h"
#include "why401/base/err.h"

#define STORE_VERSION 1
#define KEPT_MOST     1000

struct kept {
    uint64_t id; /* of the exchange */
    int64_t at_ms;
    char *line;
    size_t len;
};

/* `real` is from ledger_file_prepare; NULL: in memory. NULL with ERR_LEDGER. */
sqlite3 *store_open(const char *real, bool readonly, struct err *err);

/* Fills an empty table from the file. Returns 0, or -1 with ERR_LEDGER. */
int store_load(sqlite3 *db, struct table *table, struct err *err);

/* Writes what waits and the kept lines, in one transaction. Returns 0, or -1 with ERR_LEDGER; the
 * file is then as before. */
int store_write(sqlite3 *db, const struct table *table, const struct kept *kept, size_t kept_count,
                struct err *err);

/* The newest kept line of that exchange id; 0: of all. */
bool store_kept(sqlite3 *db, uint64_t id, struct str *out);

#endif
