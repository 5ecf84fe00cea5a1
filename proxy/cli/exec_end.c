/* The end of a run: what passed is judged, people and CI servers get their reports, and the exit
 * code follows. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "exec.h"
#include "page_for.h"
#include "say.h"
#include "why401/base/clock.h"
#include "why401/verdict/reports.h"

#define REPORT_MOST  (4u << 20)
#define EXIT_VERDICT 3 /* the run failed by the rules of --fail-on */

static bool in_github(void)
{
    const char *value = getenv("GITHUB_ACTIONS");
    return value && strcmp(value, "true") == 0;
}

/* Whether the text is whole and was taken whole; a part of it is printed all the same. */
static bool print(FILE *to, const struct str *text)
{
    return fputs(str_cstr(text), to) >= 0 && fflush(to) == 0 && !text->failed;
}

void exec_before(void)
{
    struct str out;
    if (in_github()) {
        str_init(&out, REPORT_MOST);
        verdict_github_masks(environ, &out);
        if (!print(stdout, &out)) {
            say("GitHub could not be told what to mask, so mind what the log of this run shows");
        }
        if (out.ptr) {
            explicit_bzero(out.ptr, out.cap);
        }
        str_release(&out);
    }
}

static void write_github(const struct verdict *v)
{
    struct str out;
    struct err err;
    const char *summary = getenv("GITHUB_STEP_SUMMARY");
    str_init(&out, REPORT_MOST);
    verdict_github_annotations(v, &out);
    if (!print(stdout, &out)) {
        say("the annotations could not be written whole");
    }
    str_release(&out);
    if (summary && *summary && verdict_github_step_summary(v, summary, &err) != 0) {
        say("%s", err.text);
    }
}

/* A report that cannot be written fails the run: CI would show an older one, or none. */
static bool write_reports(const struct exec *e)
{
    struct err err;
    bool failed = false;
    if (e->flags.junit && verdict_write_junit(e->verdict, e->flags.junit, &err) != 0) {
        (void)say_error(&err);
        failed = true;
    }
    if (e->flags.accept && verdict_write_baseline(e->verdict, e->flags.accept, &err) != 0) {
        (void)say_error(&err);
        failed = true;
    }
    if (in_github()) {
        write_github(e->verdict);
    }
    return !failed;
}

static void summarise(const struct exec *e, const struct proxy_end *end)
{
    struct str out;
    struct render page = page_for(STDERR_FILENO);
    str_init(&out, REPORT_MOST);
    verdict_summary(e->verdict, &page, &out);
    (void)print(stderr, &out); /* what was not taken there cannot be said there */
    str_release(&out);
    proxy_say_losses(&end->counts);
}

int exec_end(struct exec *e, const struct proxy_end *end, int status)
{
    const struct verdict_run run = {
        .command = e->flags.command[0],
        .tunnels = atomic_load(&e->proxy.passed),
        .lost_success = end->counts.lost_success,
        .lost_failing = end->counts.lost_failing,
        .started_ms = e->started_ms,
        .ended_ms = clock_wall_ms(),
    };
    /* A command that was not run, or that a signal ended, has told what is the matter. */
    bool ended_itself = status < CHILD_CANNOT_RUN - 1;
    verdict_end(e->verdict, &run);
    if (!ended_itself && end->counts.exchanges == 0) {
        return status;
    }
    summarise(e, end);
    bool written = write_reports(e);
    if (ended_itself && verdict_failed(e->verdict)) {
        return EXIT_VERDICT;
    }
    return status == 0 && !written ? ENDED_BADLY : status;
}
