#include "ledger_file.h"

#include <unistd.h>

#include "why401/base/home.h"

const char *ledger_file(const struct config *c, char *path, size_t size)
{
    if (c->no_ledger) {
        return NULL;
    }
    if (c->ledger) {
        return c->ledger;
    }
    return home_path(HOME_STATE, "ledger.db", path, size) ? path : NULL;
}

bool ledger_has_no_place(const struct config *c)
{
    char path[LEDGER_PATH_SIZE];
    return !c->no_ledger && !ledger_file(c, path, sizeof path);
}

struct ledger *ledger_file_read(const struct config *c, struct err *err)
{
    char buffer[LEDGER_PATH_SIZE];
    const char *path = ledger_file(c, buffer, sizeof buffer);
    if (!path) {
        err_set(err, ERR_LEDGER_READ, "there is no ledger to read: %s",
                c->no_ledger ? "the config says that it is kept in memory only"
                             : "this user has no home directory for it");
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
