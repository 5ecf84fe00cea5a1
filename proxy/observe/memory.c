#include "memory.h"

#include "json_line.h"
#include "why401/base/clock.h"

#define COMMIT_EVERY_US 1000000
#define LINE_MOST       (1 << 18) /* bytes of a kept line */

static void issue_passports(struct memory *m)
{
    struct passports *p = m->desk ? ledger_passports(m->ledger) : NULL;
    if (p) {
        passport_desk_put(m->desk, p);
    }
}

int memory_open(struct memory *m, const struct observer_options *options, struct err *err)
{
    *m = (struct memory){.desk = options->desk, .committed_us = clock_mono_us()};
    str_init(&m->line, LINE_MOST);
    m->finished = inspect_memory_new();
    if (!m->finished) {
        return err_set(err, ERR_MEMORY, "no memory for what passes");
    }
    m->ledger = ledger_open(options->ledger_path, err);
    if (!m->ledger) {
        inspect_memory_free(m->finished);
        return -1;
    }
    issue_passports(m);
    return 0;
}

void memory_close(struct memory *m)
{
    ledger_close(m->ledger);
    inspect_memory_free(m->finished);
    str_release(&m->line);
}

void memory_recall(struct memory *m, struct exchange *x)
{
    inspect_finished(x, m->finished);
    ledger_recall(m->ledger, x);
}

void memory_learn(struct memory *m, const struct exchange *x)
{
    ledger_learn(m->ledger, x);
    m->waits = true;
    if (ledger_changed(m->ledger)) {
        m->facts = m->stale = true;
    }
}

void memory_keep(struct memory *m, struct record *r, struct span line)
{
    if (line.len == 0) {
        str_clear(&m->line);
        json_line(&m->line, r);
        line = m->line.failed ? span(NULL, 0) : str_span(&m->line);
    }
    if (line.len && line.len <= LINE_MOST) {
        ledger_keep(m->ledger, r->x, line);
    }
}

/* Once when it begins to fail, and once when it goes again. */
static void tell(struct memory *m, bool failed, const struct err *err, struct str *news)
{
    if (failed && !m->failing) {
        str_addf(news, "%s; the proxy goes on, and what was learned of tokens waits in memory",
                 err->text);
    } else if (!failed && m->failing) {
        str_add(news, SPAN("the ledger can be written again"));
    }
    m->failing = failed;
}

bool memory_commit(struct memory *m, bool last, struct str *news)
{
    struct err err = {0};
    int64_t now = clock_mono_us();
    if (m->stale) {
        issue_passports(m);
        m->stale = false;
    }
    bool due = now - m->committed_us >= COMMIT_EVERY_US;
    if (!m->waits || !(last || due || (m->facts && !m->failing))) {
        return m->waits;
    }
    bool failed = ledger_commit(m->ledger, &err) != 0;
    tell(m, failed, &err, news);
    m->committed_us = now;
    m->waits = failed;
    m->facts = false;
    return m->waits;
}
