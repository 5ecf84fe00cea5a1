/* The step summary of GitHub Actions. Texts stand in cells of tables, and every character that
 * Markdown or HTML might obey is written as an entity, so that what a peer wrote is only text. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sentence.h"
#include "why401/base/file.h"

#define SUMMARY_MOST    (1u << 20)   /* GitHub's limit for the summary of a step */
#define RESERVE         (16u << 10)  /* for others that append, too */
#define MARKDOWN_MOST   (512u << 10) /* of what is written here */
#define CELL_MOST       4096
#define SCENARIOS_SHOWN 30
#define REASONS_SHOWN   50

static bool is_safe(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (unsigned char)c >= 0x80 || strchr(" ,;/()%=?", c);
}

static void add_text(struct str *out, struct span text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if ((unsigned char)c < ' ' || c == 0x7f) {
            str_add_c(out, ' ');
        } else if (is_safe(c)) {
            str_add_c(out, c);
        } else {
            str_addf(out, "&#%d;", c);
        }
    }
}

static void add_cell(struct str *out, struct str *text)
{
    str_add(out, SPAN("| "));
    add_text(out, str_span(text));
    str_add_c(out, ' ');
    str_clear(text);
}

static void add_scenarios(const struct verdict *v, struct str *out, struct str *cell)
{
    size_t order[SCENARIOS_MOST];
    size_t count = scenarios_first(v, order);
    if (count == 0) {
        return;
    }
    str_add(out, SPAN("| Failures | Problem | Sure | What to do first |\n|---:|---|---|---|\n"));
    for (size_t i = 0; i < count && i < SCENARIOS_SHOWN; i++) {
        const struct scenario *s = &v->scenarios[order[i]];
        str_addf(out, "| %" PRIu64 " ", s->count);
        str_add(cell, span_of(s->title));
        add_cell(out, cell);
        str_add(cell, span_of(confidence_name(s->surest)));
        add_cell(out, cell);
        str_add(cell, span_of(s->step));
        add_cell(out, cell);
        str_add(out, SPAN("|\n"));
    }
    if (count > SCENARIOS_SHOWN) {
        str_addf(out, "\nand %zu more\n", count - SCENARIOS_SHOWN);
    }
    str_add_c(out, '\n');
}

static void add_reason(struct str *out, const struct verdict_reason *r, struct str *cell)
{
    str_add(out, r->accepted ? SPAN("| accepted ") : SPAN("| **fails** "));
    str_add(cell, span_of(r->rule));
    add_cell(out, cell);
    sentence_call(cell, r);
    add_cell(out, cell);
    str_addf(out, "| %" PRIu64 " ", r->count);
    str_addf(cell, "%s%s%s", r->title, r->evidence[0] ? ": " : "", r->evidence);
    if (r->accepted || r->until[0]) {
        str_add(cell, SPAN(" ("));
        sentence_accepted(cell, r);
        str_add_c(cell, ')');
    }
    add_cell(out, cell);
    str_add(out, SPAN("|\n"));
}

static void add_reasons(const struct verdict *v, struct str *out, struct str *cell)
{
    if (v->reason_count == 0) {
        return;
    }
    str_add(out, SPAN("| | Rule | Call | Times | Reason |\n|---|---|---|---:|---|\n"));
    size_t shown = 0;
    for (int accepted = 0; accepted <= 1; accepted++) {
        for (size_t i = 0; i < v->reason_count; i++) {
            const struct verdict_reason *r = &v->reasons[i].shown;
            if (r->accepted == (accepted == 1) && shown < REASONS_SHOWN) {
                add_reason(out, r, cell);
                shown++;
            }
        }
    }
    uint64_t rest = v->reason_count - shown + v->reasons_more;
    if (rest) {
        str_addf(out, "\nand %" PRIu64 " more\n", rest);
    }
    str_add_c(out, '\n');
}

static void add_stale(const struct verdict *v, struct str *out, struct str *cell)
{
    size_t shown = 0;
    for (size_t i = 0; i < v->baseline.count && shown < REASONS_SHOWN; i++) {
        if (!v->baseline.list[i].matched) {
            if (shown++ == 0) {
                str_add(out,
                        SPAN("| Entries of the baseline that fit nothing any more |\n|---|\n"));
            }
            sentence_stale(cell, &v->baseline.list[i]);
            add_cell(out, cell);
            str_add(out, SPAN("|\n"));
        }
    }
}

void verdict_github_markdown(const struct verdict *v, struct str *out)
{
    struct str cell;
    str_init(&cell, CELL_MOST);
    uint64_t all = verdict_exchanges(v);
    str_addf(out, "## why401\n\n%" PRIu64 " exchange%s with BitGo, ", all, plural(all));
    sentence_failed(out, v);
    sentence_lost(out, v);
    str_add(out, SPAN(". Verdict: "));
    sentence_verdict(&cell, v);
    add_text(out, str_span(&cell));
    str_clear(&cell);
    str_add(out, SPAN(".\n\n"));
    add_scenarios(v, out, &cell);
    add_reasons(v, out, &cell);
    add_stale(v, out, &cell);
    str_release(&cell);
}

/* Opens the file and says how many bytes may be added. */
static int open_summary(const char *path, size_t *room, struct err *err)
{
    struct stat st;
    int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
    if (fd < 0 || fstat(fd, &st) != 0) {
        int error = errno;
        if (fd >= 0) {
            close(fd);
        }
        return err_set(err, ERR_SYSTEM, "%.300s: cannot be opened: %s", path, strerror(error));
    }
    size_t size = st.st_size > 0 ? (size_t)st.st_size : 0;
    *room = size + RESERVE < SUMMARY_MOST ? SUMMARY_MOST - RESERVE - size : 0;
    return fd;
}

int verdict_github_step_summary(const struct verdict *v, const char *path, struct err *err)
{
    static const char no_room[] = "\nwhy401: no room is left here for its summary.\n";
    size_t room = 0;
    struct str out;
    int fd = open_summary(path, &room, err);
    if (fd < 0) {
        return -1;
    }
    str_init(&out, MARKDOWN_MOST);
    verdict_github_markdown(v, &out);
    if (out.failed || out.len > room) {
        str_clear(&out);
        str_add(&out, room > sizeof no_room ? span_of(no_room) : span(NULL, 0));
    }
    int result = file_write(fd, str_span(&out));
    if (result != 0) {
        err_set(err, ERR_SYSTEM, "%.300s: cannot be written: %s", path, strerror(errno));
    }
    str_release(&out);
    if (close(fd) != 0 && result == 0) {
        result = err_set(err, ERR_SYSTEM, "%.300s: cannot be written: %s", path, strerror(errno));
    }
    return result;
}
