#include "options.h"

#include <string.h>

#include "why401/config/nearest.h"

#define ROWS_MOST 40

/* The part of a flag before '=', or all of it. */
static struct span name_of(const char *argument)
{
    return span(argument, strcspn(argument, "="));
}

static const struct option_row *find(const struct option_row *rows, size_t count, struct span name)
{
    for (size_t i = 0; i < count; i++) {
        if (span_eq(span_of(rows[i].name), name)) {
            return &rows[i];
        }
    }
    return NULL;
}

static bool is_flag(const char *argument)
{
    return argument[0] == '-' && argument[1] != '\0';
}

/* An argument that is no flag goes to the row without dashes, once. */
static int take_word(const char *command, const struct option_row *rows, size_t count,
                     const char **taken, const char *word, struct err *err)
{
    for (size_t i = 0; i < count; i++) {
        if (rows[i].name[0] == '-') {
            continue;
        }
        if (*taken) {
            return err_set(err, ERR_USAGE, "%s takes one %s; it has \"%.40s\" and \"%.40s\"",
                           command, rows[i].name, *taken, word);
        }
        *taken = *rows[i].value = word;
        return 0;
    }
    return err_set(err, ERR_USAGE,
                   "%s takes flags only; it does not know what to do with \"%.40s\"", command,
                   word);
}

/* The value of a flag is not repeated: it may be a secret that went to the wrong place. */
static int unknown_flag(const char *command, const struct option_row *rows, size_t count,
                        struct span name, struct err *err)
{
    const char *names[ROWS_MOST + 1] = {"--help"};
    for (size_t i = 0; i < count && i < ROWS_MOST; i++) {
        names[i + 1] = rows[i].name;
    }
    const char *near = nearest_word(name, names, count + 1);
    struct span shown = span_first(name, 40);
    if (near) {
        return err_set(err, ERR_USAGE, "%s has no flag %.*s; did you mean %s?", command,
                       SPAN_ARG(shown), near);
    }
    return err_set(err, ERR_USAGE, "%s has no flag %.*s; 'why401 %s --help' lists those it has",
                   command, SPAN_ARG(shown), command);
}

/* Takes the flag at argv[*i] and its value, which may be the next argument. */
static int take(const struct option_row *row, int argc, char **argv, int *i, struct err *err)
{
    const char *equals = strchr(argv[*i], '=');
    if (!row->argument) {
        *row->on = true;
        return equals ? err_set(err, ERR_USAGE, "%s takes no value", row->name) : 0;
    }
    if (equals) {
        *row->value = equals + 1;
        return 0;
    }
    const char *next = *i + 1 < argc ? argv[*i + 1] : NULL;
    if (!next || strncmp(next, "--", 2) == 0) {
        return err_set(err, ERR_USAGE, "%s needs a value: %s %s", row->name, row->name,
                       row->argument);
    }
    *row->value = next;
    ++*i;
    return 0;
}

enum options_said options_read(const char *command, const struct option_row *rows, size_t count,
                               int argc, char **argv, struct err *err)
{
    for (int i = 0; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
            return OPTIONS_HELP;
        }
    }
    const char *word = NULL;
    for (int i = 0; i < argc; i++) {
        const struct option_row *row = find(rows, count, name_of(argv[i]));
        int result = !is_flag(argv[i]) ? take_word(command, rows, count, &word, argv[i], err)
                     : row             ? take(row, argc, argv, &i, err)
                                       : unknown_flag(command, rows, count, name_of(argv[i]), err);
        if (result != 0) {
            return OPTIONS_BAD;
        }
    }
    return OPTIONS_READ;
}
