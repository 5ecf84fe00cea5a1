/* why401: picks the command; see the file of each command's name. */
#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "say.h"
#include "why401/config/nearest.h"

static const struct command {
    const char *name;
    const char *help;
    int (*run)(int argc, char **argv);
} commands[] = {
    {"run", help_run, command_run},
    {"exec", help_exec, command_exec},
    {"mock", help_mock, command_mock},
    {"demo", help_demo, command_demo},
    {"report", help_report, command_report},
    {"tokens", help_tokens, command_tokens},
    {"ca", help_ca, command_ca},
    {"rules", help_rules, command_rules},
    {"explain", help_explain, command_explain},
    {"scenarios", help_scenarios, command_scenarios},
};

#define COMMAND_COUNT (sizeof commands / sizeof commands[0])

static const struct command *find(const char *name)
{
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        if (strcmp(commands[i].name, name) == 0) {
            return &commands[i];
        }
    }
    return NULL;
}

static int unknown(const char *name)
{
    const char *names[COMMAND_COUNT + 1] = {"help"};
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        names[i + 1] = commands[i].name;
    }
    const char *near = nearest_word(span_of(name), names, COMMAND_COUNT + 1);
    if (near) {
        say("there is no command \"%.40s\"; did you mean %s?", name, near);
    } else {
        say("there is no command \"%.40s\"; 'why401 --help' lists those there are", name);
    }
    return ENDED_UNUSED;
}

static bool is(const char *argument, const char *word, const char *other)
{
    return strcmp(argument, word) == 0 || strcmp(argument, other) == 0;
}

/* Help that was asked for is the command's result, so it fails when it cannot be written. */
static int help(int argc, char **argv)
{
    if (argc == 0 || is(argv[0], "--help", "-h") || strcmp(argv[0], "help") == 0) {
        return print_whole(help_overview);
    }
    const struct command *command = find(argv[0]);
    return command ? print_whole(command->help) : unknown(argv[0]);
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        (void)fputs(help_overview, stderr);
        return ENDED_UNUSED;
    }
    if (is(argv[1], "--help", "-h") || strcmp(argv[1], "help") == 0) {
        return help(argc - 2, argv + 2);
    }
    if (is(argv[1], "--version", "version")) {
        return print_whole("why401 " WHY401_VERSION "\n");
    }
    const struct command *command = find(argv[1]);
    return command ? command->run(argc - 2, argv + 2) : unknown(argv[1]);
}
