/* Opening, committing and closing. Between two commits everything is in memory: the table of tokens
 * with a list of those that changed, and the failing exchanges to be kept. A commit that fails
 * leaves both as they are, so the next one tries again; both are bounded. */
#include "inside.h"

#include <stdlib.h>

#include "file.h"

#define KEPT_BYTES_MOST (16u << 20) /* of the lines that wait */

static struct ledger *open_ledger(const char *path, bool readonly, struct err *err)
{
    char real[PATH_MAX];
    if (path && ledger_file_prepare(path, !readonly, real, err) != 0) {
        return NULL;
    }
    struct ledger *l = calloc(1, sizeof *l);
    if (!l) {
        err_set(err, ERR_LEDGER, "out of memory");
        return NULL;
    }
    l->readonly = readonly;
    l->changed = true;
    l->db = store_open(path ? real : NULL, readonly, err);
    l->kept = calloc(KEPT_MOST, sizeof *l->kept);
    if (l->db && !l->kept) {
        err_set(err, ERR_LEDGER, "out of memory");
    }
    if (!l->db || !l->kept || store_load(l->db, &l->table, err) != 0) {
        l->readonly = true; /* nothing to commit */
        ledger_close(l);
        return NULL;
    }
    return l;
}

struct ledger *ledger_open(const char *path, struct err *err)
{
    return open_ledger(path, false, err);
}

int ledger_prepare(const char *path, struct err *err)
{
    char real[PATH_MAX];
    return ledger_file_prepare(path, true, real, err);
}

struct ledger *ledger_open_readonly(const char *path, struct err *err)
{
    return open_ledger(path, true, err);
}

static void drop_kept(struct ledger *l)
{
    for (size_t i = 0; i < l->kept_count; i++) {
        free(l->kept[i].line);
    }
    l->kept_count = l->kept_bytes = 0;
}

void ledger_close(struct ledger *l)
{
    if (l) {
        ledger_commit(l, NULL);
        drop_kept(l);
        free(l->kept);
        table_release(&l->table);
        sqlite3_close(l->db);
        free(l);
    }
}

int ledger_commit(struct ledger *l, struct err *err)
{
    bool waits = l->table.waiting || l->table.forgotten || l->kept_count;
    if (l->readonly || !waits) {
        return 0;
    }
    if (store_write(l->db, &l->table, l->kept, l->kept_count, err) != 0) {
        return -1;
    }
    table_written(&l->table);
    drop_kept(l);
    return 0;
}

static void drop_oldest_kept(struct ledger *l)
{
    l->kept_bytes -= l->kept[0].len;
    free(l->kept[0].line);
    l->kept_count--;
    memmove(l->kept, l->kept + 1, l->kept_count * sizeof *l->kept);
}

void ledger_keep(struct ledger *l, const struct exchange *x, struct span json_line)
{
    char *line = json_line.len <= KEPT_BYTES_MOST ? span_dup(json_line) : NULL;
    if (!line) {
        return;
    }
    while (l->kept_count == KEPT_MOST ||
           (l->kept_count && l->kept_bytes + json_line.len > KEPT_BYTES_MOST)) {
        drop_oldest_kept(l);
    }
    l->kept_bytes += json_line.len;
    l->kept[l->kept_count++] =
        (struct kept){.id = x->id, .at_ms = x->started_ms, .line = line, .len = json_line.len};
}

bool ledger_kept(struct ledger *l, uint64_t id, struct str *out)
{
    for (size_t i = l->kept_count; i > 0; i--) {
        const struct kept *kept = &l->kept[i - 1];
        if (id == 0 || kept->id == id) {
            str_add(out, span(kept->line, kept->len));
            return !out->failed;
        }
    }
    return store_kept(l->db, id, out);
}

bool ledger_changed(struct ledger *l)
{
    bool changed = l->changed;
    l->changed = false;
    return changed;
}
