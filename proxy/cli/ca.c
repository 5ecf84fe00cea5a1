/* why401 ca path: the file that clients have to trust. */
#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "options.h"
#include "process.h"
#include "say.h"
#include "why401/config/config.h"
#include "why401/tls/ca.h"

static int print_path(const struct config_flags *flags)
{
    struct err err;
    struct config *config = config_load(flags, &err);
    if (!config) {
        return say_error(&err);
    }
    struct ca *ca = ca_open(config->ca_dir, &err);
    config_drop(config);
    if (!ca) {
        return say_error(&err);
    }
    bool written = printf("%s\n", ca_root_path(ca)) > 0 && fflush(stdout) == 0;
    ca_free(ca);
    return written ? ENDED_WELL : ENDED_BADLY;
}

int command_ca(int argc, char **argv)
{
    struct config_flags flags = {0};
    const struct option_row rows[] = {{"--config", "FILE", &flags.config, NULL}};
    struct err err;
    bool path = argc > 0 && strcmp(argv[0], "path") == 0;
    if (argc > 0 && !path && argv[0][0] != '-') {
        say("ca has no command \"%.40s\"; did you mean path?", argv[0]);
        return ENDED_UNUSED;
    }
    switch (options_read("ca", rows, 1, argc - path, argv + path, &err)) {
    case OPTIONS_HELP:
        return fputs(help_ca, stdout) >= 0 ? ENDED_WELL : ENDED_BADLY;
    case OPTIONS_BAD:
        return say_error(&err);
    case OPTIONS_READ:
        break;
    }
    if (!path) {
        say("ca needs to know what to do: why401 ca path");
        return ENDED_UNUSED;
    }
    process_protect(); /* making a CA has its keys in memory */
    return print_path(&flags);
}
