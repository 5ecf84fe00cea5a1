#include "ledger_file.h"

#include <unistd.h>

const char *ledger_file(const struct config *c, char *path, size_t size)
{
    if (c->no_ledger) {
        return NULL;
    }
    if (c->ledger) {
        return c->ledger;
    }
    return ledger_default_path(path, size) ? path : NULL;
}

struct ledger *ledger_file_read(const struct config *c, struct err *err)
{
    char buffer[LEDGER_PATH_SIZE];
    const char *path = ledger_file(c, buffer, sizeof buffer);
    if (!path) {
        err_set(err, ERR_LEDGER_READ, "there is no ledger to read: it is kept in memory only");
        return NULL;
    }
    if (access(path, F_OK) != 0) {
        err_set(err, ERR_LEDGER_READ,
                "%s: there is no ledger yet; 'why401 run' makes it as traffic passes", path);
        return NULL;
    }
    struct ledger *ledger = ledger_open_readonly(path, err);
    if (!ledger && err->code == ERR_LEDGER) {
        err->code = ERR_LEDGER_READ; /* who only reads cannot go without one */
    }
    return ledger;
}
