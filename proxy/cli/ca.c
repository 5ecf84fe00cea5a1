/* why401 ca: picks the verb, and has what the verbs share; each verb has a file of its name. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ca_verb.h"
#include "commands.h"
#include "process.h"
#include "say.h"
#include "why401/base/clock.h"
#include "why401/config/config.h"
#include "why401/config/nearest.h"

static const struct verb {
    const char *name;
    int (*run)(int argc, char **argv);
} verbs[] = {
    {"show", ca_show},   {"path", ca_path},       {"env", ca_env},
    {"trust", ca_trust}, {"untrust", ca_untrust}, {"rotate", ca_renew},
};

#define VERB_COUNT (sizeof verbs / sizeof verbs[0])

static int print_help(void)
{
    return print_whole(help_ca);
}

static int find_folder(struct ca_place *place, struct err *err)
{
    struct config_flags flags = {.config = place->config};
    struct config *config = config_load(&flags, err);
    if (!config) {
        return -1;
    }
    int result = 0;
    if (!config->ca_dir) {
        result = ca_default_dir(place->folder, sizeof place->folder, err);
    } else if (snprintf(place->folder, sizeof place->folder, "%s", config->ca_dir) >=
               (int)sizeof place->folder) {
        result = err_set(err, ERR_CA, "the path of the CA is longer than %d bytes", PATH_MAX);
    }
    config_drop(config);
    size_t len = strlen(place->folder);
    while (len > 1 && place->folder[len - 1] == '/') {
        place->folder[--len] = '\0';
    }
    return result;
}

bool ca_verb_read(const char *verb, const struct option_row *rows, size_t count, int argc,
                  char **argv, struct ca_place *place, int *code)
{
    struct err err;
    switch (options_read(verb, rows, count, argc, argv, &err)) {
    case OPTIONS_HELP:
        *code = print_help();
        return false;
    case OPTIONS_BAD:
        *code = say_error(&err);
        return false;
    case OPTIONS_READ:
        break;
    }
    if (find_folder(place, &err) != 0) {
        *code = say_error(&err);
        return false;
    }
    return true;
}

bool ca_confirm(const char *question, int *code)
{
    char answer[16] = "";
    if (!isatty(STDIN_FILENO)) {
        say("standard input is no terminal, so there is nobody to ask; --yes says yes beforehand");
        *code = ENDED_UNUSED;
        return false;
    }
    fprintf(stderr, "%s [y/N] ", question);
    if (!fgets(answer, sizeof answer, stdin) || (answer[0] != 'y' && answer[0] != 'Y')) {
        say("nothing was changed");
        *code = ENDED_BADLY;
        return false;
    }
    return true;
}

const char *ca_when(int64_t ms, char text[CA_WHEN_SIZE])
{
    int64_t left = ms - clock_wall_ms();
    int64_t hours = (left < 0 ? -left : left) / 3600000;
    bool days = hours >= 48;
    snprintf(text, CA_WHEN_SIZE, left < 0 ? "%" PRId64 " %s ago" : "in %" PRId64 " %s",
             days ? hours / 24 : hours, days ? "days" : "h");
    return text;
}

int ca_path(int argc, char **argv)
{
    struct ca_place place = {0};
    const struct option_row rows[] = {CA_CONFIG_ROW(place)};
    struct err err;
    int code;
    if (!ca_verb_read("ca path", rows, 1, argc, argv, &place, &code)) {
        return code;
    }
    struct ca *ca = ca_open(place.folder, &err);
    if (!ca) {
        return say_error(&err);
    }
    printf("%s\n", ca_root_path(ca));
    ca_free(ca);
    return printed_all() ? ENDED_WELL : ENDED_BADLY;
}

static int unknown(const char *name)
{
    const char *names[VERB_COUNT];
    for (size_t i = 0; i < VERB_COUNT; i++) {
        names[i] = verbs[i].name;
    }
    const char *near = nearest_word(span_of(name), names, VERB_COUNT);
    if (near) {
        say("ca has no command \"%.40s\"; did you mean %s?", name, near);
    } else {
        say("ca has no command \"%.40s\"; 'why401 ca --help' lists those it has", name);
    }
    return ENDED_UNUSED;
}

int command_ca(int argc, char **argv)
{
    if (argc == 0) {
        say("ca needs to know what to do: show, path, env, trust, untrust or rotate");
        return ENDED_UNUSED;
    }
    if (strcmp(argv[0], "--help") == 0 || strcmp(argv[0], "-h") == 0) {
        return print_help();
    }
    process_protect(); /* opening or making a CA has a key in memory */
    for (size_t i = 0; i < VERB_COUNT; i++) {
        if (strcmp(argv[0], verbs[i].name) == 0) {
            return verbs[i].run(argc - 1, argv + 1);
        }
    }
    return unknown(argv[0]);
}
