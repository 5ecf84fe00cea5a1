/* A verdict to try things with: a pack of rules, exchanges in the words of the domain, and a folder
 * for files. */
#ifndef TESTS_VERDICT_COURT_H
#define TESTS_VERDICT_COURT_H

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "testing.h"
#include "why401/verdict/reports.h"

/* 2026-11-24T09:15:03.123Z */
#define COURT_TIME 1795511703123

#define NO_TOKEN "token-tokens-erc20-access#401-unauthorized-no-access-token"
#define CANARY   "v2x5555555555555555555555555555555555555555555555555555555555555555"

struct court {
    struct rulepack *pack;
    struct verdict *v;
    struct err err;
    uint64_t id; /* of the last exchange */
    struct str out;
    char dir[32];
    char path[64]; /* of a file in dir */
};

/* With the rules of --fail-on; NULL: none. */
static inline void court_open(struct court *c, const char *fail_on)
{
    *c = (struct court){.dir = "/tmp/why401-verdict-XXXXXX"};
    assert_non_null(mkdtemp(c->dir));
    snprintf(c->path, sizeof c->path, "%s/file", c->dir);
    str_init(&c->out, 1 << 20);
    c->pack = rulepack_builtin(&c->err);
    assert_non_null(c->pack);
    c->v = verdict_new(&(struct verdict_options){.fail_on = fail_on, .rules = c->pack}, &c->err);
    if (!c->v) {
        fail_msg("%s", c->err.text);
    }
}

/* The same with other options, for the same folder. */
static inline struct verdict *court_again(struct court *c, struct verdict_options options)
{
    verdict_free(c->v);
    options.rules = c->pack;
    c->id = 0;
    c->v = verdict_new(&options, &c->err);
    return c->v;
}

static inline void court_close(struct court *c)
{
    verdict_free(c->v);
    str_release(&c->out);
    rulepack_drop(c->pack);
    unlink(c->path);
    assert_int_equal(rmdir(c->dir), 0); /* nothing is left beside a file */
}

static inline struct judged court_call(struct court *c, const char *method, const char *target,
                                       int status)
{
    return (struct judged){.id = ++c->id,
                           .started_ms = COURT_TIME,
                           .duration_us = 84000,
                           .method = span_of(method),
                           .target = span_of(target),
                           .scheme = SPAN("https"),
                           .host = SPAN("app.bitgo-test.com"),
                           .port = 443,
                           .status = status,
                           .maker = MAKER_UPSTREAM,
                           .fingerprint = ""};
}

static inline void court_take(struct court *c, const char *method, const char *target, int status)
{
    struct judged j = court_call(c, method, target, status);
    verdict_take(c->v, &j);
}

/* A failing call that the scenario explains. */
static inline void court_explained(struct court *c, const char *target, const char *scenario,
                                   const char *evidence, int status)
{
    struct judged j = court_call(c, "GET", target, status);
    struct explanation e = {.rule = rulepack_find(c->pack, span_of(scenario)),
                            .confidence = CONFIDENCE_CERTAIN,
                            .evidence = {span_of(evidence)},
                            .evidence_count = 1};
    assert_non_null(e.rule);
    j.explanations = &e;
    j.explanation_count = 1;
    verdict_take(c->v, &j);
}

static inline void court_finding(struct court *c, const char *target, const char *id,
                                 enum severity severity)
{
    struct judged j = court_call(c, "GET", target, 200);
    struct finding f = {.id = id, .severity = severity, .evidence = SPAN("Something was seen.")};
    j.findings = &f;
    j.finding_count = 1;
    verdict_take(c->v, &j);
}

static inline void court_end(struct court *c)
{
    verdict_end(c->v, &(struct verdict_run){.command = "pytest",
                                            .started_ms = COURT_TIME - 2500,
                                            .ended_ms = COURT_TIME});
}

/* The observer lost so many. */
static inline void court_end_with_losses(struct court *c, uint64_t failing, uint64_t success)
{
    verdict_end(c->v, &(struct verdict_run){.lost_failing = failing,
                                            .lost_success = success,
                                            .started_ms = COURT_TIME - 2500,
                                            .ended_ms = COURT_TIME});
}

static inline void court_write(struct court *c, const char *text)
{
    FILE *f = fopen(c->path, "w");
    assert_non_null(f);
    assert_true(fputs(text, f) >= 0);
    assert_int_equal(fclose(f), 0);
}

/* The file's text in c->out. */
static inline const char *court_read(struct court *c)
{
    char bytes[4096];
    FILE *f = fopen(c->path, "r");
    assert_non_null(f);
    str_clear(&c->out);
    for (size_t n; (n = fread(bytes, 1, sizeof bytes, f)) > 0;) {
        str_add(&c->out, span(bytes, n));
    }
    assert_int_equal(fclose(f), 0);
    return str_cstr(&c->out);
}

static inline size_t occurrences(const char *text, const char *needle)
{
    size_t count = 0;
    for (; (text = strstr(text, needle)); text += strlen(needle)) {
        count++;
    }
    return count;
}

#define assert_has(text, part)                                                                     \
    do {                                                                                           \
        if (!strstr(text, part)) {                                                                 \
            fail_msg("lacks: %s\nin: %s", part, text);                                             \
        }                                                                                          \
    } while (0)
#define assert_lacks(text, part)                                                                   \
    do {                                                                                           \
        if (strstr(text, part)) {                                                                  \
            fail_msg("has: %s\nin: %s", part, text);                                               \
        }                                                                                          \
    } while (0)

#endif
