/* why401 rules: whether rules are well-formed, and whether their examples come out as they say.
 * Nothing is started and nothing but the files is read. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "commands.h"
#include "options.h"
#include "rules_table.h"
#include "say.h"
#include "why401/config/nearest.h"

struct tally {
    struct rules_table *table; /* NULL: none was asked for */
    size_t examples;
    size_t failed;
};

static struct rulepack *load(const char *path, struct err *err)
{
    struct stat st;
    struct rulepack *pack = rulepack_builtin(err);
    if (!pack || !path) {
        return pack;
    }
    bool folder = stat(path, &st) == 0 && S_ISDIR(st.st_mode);
    int rc = folder ? rulepack_add_dir(pack, path, err) : rulepack_add_file(pack, path, err);
    if (rc == 0 && rulepack_given(pack) == 0) {
        rc = err_set(err, ERR_USAGE, "%s: found no rule in this folder, expected files *.json",
                     path);
    }
    if (rc != 0) {
        rulepack_drop(pack);
        return NULL;
    }
    return pack;
}

static int done(bool well)
{
    return printed_all() && well ? ENDED_WELL : ENDED_BADLY;
}

static int check(struct rulepack *pack)
{
    size_t examples = 0;
    for (size_t i = 0; i < rulepack_size(pack); i++) {
        examples += rule_example_count(rulepack_at(pack, i));
    }
    printf("%zu rules", rulepack_size(pack));
    if (rulepack_given(pack)) {
        printf(" (%zu of your own)", rulepack_given(pack));
    }
    printf(" with %zu examples: all well-formed\n", examples);
    return done(true);
}

static void take_result(void *ctx, const struct example_result *r)
{
    struct tally *tally = ctx;
    tally->examples++;
    if (tally->table) {
        rules_table_add(tally->table, r);
    }
    if (!r->passed) {
        tally->failed++;
        printf("%s: examples[%zu] \"%s\": expected %s, but %s\n", rule_file(r->rule), r->index,
               r->example->name,
               r->example->expect ? confidence_name(r->example->expect) : "no match", r->came);
    }
}

static int test(struct rulepack *pack, bool with_table)
{
    struct err err;
    struct tally tally = {.table = with_table ? rules_table_new(pack) : NULL};
    if (with_table && !tally.table) {
        err_set(&err, ERR_MEMORY, "no memory for the table");
        return say_error(&err);
    }
    int rc = examples_run(pack, take_result, &tally, &err);
    if (rc == 0 && tally.table) {
        rules_table_print(tally.table);
    }
    rules_table_free(tally.table);
    if (rc != 0) {
        return say_error(&err);
    }
    printf("%zu rules, %zu examples: %zu failed\n", rulepack_size(pack), tally.examples,
           tally.failed);
    return done(tally.failed == 0);
}

static int unknown_command(const char *name)
{
    static const char *const names[] = {"check", "test"};
    const char *near = nearest_word(span_of(name), names, 2);
    say("rules has no command \"%.40s\"; %s%s", name, near ? "did you mean " : "there are ",
        near ? near : "check and test");
    return ENDED_UNUSED;
}

int command_rules(int argc, char **argv)
{
    bool table = false;
    bool testing = argc > 0 && strcmp(argv[0], "test") == 0;
    bool known = testing || (argc > 0 && strcmp(argv[0], "check") == 0);
    const char *path = NULL;
    const struct option_row rows[] = {
        {"PATH", "PATH", &path, NULL},
        {"--table", NULL, NULL, &table}, /* the last: only test has it */
    };
    struct err err;
    if (argc > 0 && !known && argv[0][0] != '-') {
        return unknown_command(argv[0]);
    }
    argc -= known;
    argv += known;
    switch (options_read("rules", rows, testing ? 2 : 1, argc, argv, &err)) {
    case OPTIONS_HELP:
        return print_whole(help_rules);
    case OPTIONS_BAD:
        return say_error(&err);
    case OPTIONS_READ:
        break;
    }
    if (!known) {
        say("rules needs to know what to do: why401 rules check or why401 rules test");
        return ENDED_UNUSED;
    }
    struct rulepack *pack = load(path, &err);
    if (!pack) {
        return say_error(&err);
    }
    int code = testing ? test(pack, table) : check(pack);
    rulepack_drop(pack);
    return code;
}
