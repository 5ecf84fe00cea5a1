/* The flags of a command as a table, and the command line read against it. */
#ifndef WHY401_CLI_OPTIONS_H
#define WHY401_CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "why401/base/err.h"

struct option_row {
    const char *name;     /* "--listen"; "FILE", without dashes: the one argument that is no flag */
    const char *argument; /* what its value is, "ADDR:PORT"; NULL: a switch, it takes none */
    const char **value;   /* where the value goes; with `argument` */
    bool *on;             /* set to true; without `argument` */
};

enum options_said {
    OPTIONS_READ, /* everything was understood */
    OPTIONS_HELP, /* --help or -h was there */
    OPTIONS_BAD,  /* *err says what was not understood */
};

/* Reads the arguments of `command`, "--flag value" and "--flag=value" alike; a flag that comes
 * twice has its last value. Values point into argv. "-" is no flag; without a row for such an
 * argument, or with a second one, it is a mistake. */
enum options_said options_read(const char *command, const struct option_row *rows, size_t count,
                               int argc, char **argv, struct err *err);

#endif
