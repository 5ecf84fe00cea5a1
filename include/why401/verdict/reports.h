/* What a verdict is written as: for people at the end of a run, as JUnit XML, as commands and step
 * summary of GitHub Actions, as a baseline file. All after verdict_end. What peers wrote is escaped
 * for each format. */
#ifndef WHY401_VERDICT_REPORTS_H
#define WHY401_VERDICT_REPORTS_H

#include "why401/observe/render.h"
#include "why401/verdict/verdict.h"

/* The summary for people: exchanges, failures by scenario, findings, what to fix first, the
 * verdict's reasons; or, when no call to BitGo came, why that may be. Appends whole lines. */
void verdict_summary(const struct verdict *v, const struct render *how, struct str *out);

/* Why no call to BitGo may have come through the proxy and what to do, for a command such as
 * "pytest"; NULL: any. Part of the summary. */
void verdict_no_traffic(const char *command, const struct render *how, struct str *out);

/* One test case for each method and path, one failure for each reason. Mode 0644; the file is
 * replaced at once when all of it is written. Returns 0, or -1 with ERR_OUTPUT or ERR_MEMORY. */
int verdict_write_junit(const struct verdict *v, const char *path, struct err *err);

/* A baseline that accepts all present reasons; entries that accept one already keep their words. As
 * verdict_write_junit. */
int verdict_write_baseline(const struct verdict *v, const char *path, struct err *err);

/* ::add-mask:: for each value of an environment that is a secret of BitGo's by its name, and for
 * tokens in other values. The one output of this program with secrets in it: for GitHub's runner,
 * which swallows these lines, so only where GITHUB_ACTIONS is "true", on standard output, before
 * the command starts. */
void verdict_github_masks(char *const *environment, struct str *out);

/* ::error and ::warning commands for standard output; at most ten, as GitHub shows no more. */
void verdict_github_annotations(const struct verdict *v, struct str *out);

/* Markdown. */
void verdict_github_markdown(const struct verdict *v, struct str *out);

/* The same, appended to the file of GITHUB_STEP_SUMMARY as far as GitHub's 1 MiB leave room.
 * Returns 0, or -1 with ERR_SYSTEM or ERR_MEMORY. */
int verdict_github_step_summary(const struct verdict *v, const char *path, struct err *err);

#endif
