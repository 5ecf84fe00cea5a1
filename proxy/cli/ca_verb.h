/* What the verbs of `why401 ca` share: each reads its flags, finds the CA and does one thing. */
#ifndef WHY401_CLI_CA_VERB_H
#define WHY401_CLI_CA_VERB_H

#include <limits.h>
#include <stdbool.h>

#include "options.h"
#include "why401/tls/ca.h"

/* Each gets the arguments behind its name and returns the program's exit code. */
int ca_show(int argc, char **argv);
int ca_path(int argc, char **argv);
int ca_env(int argc, char **argv);
int ca_trust(int argc, char **argv);
int ca_untrust(int argc, char **argv);
int ca_renew(int argc, char **argv);

/* Where a verb works. */
struct ca_place {
    const char *config;    /* --config FILE, for the row CA_CONFIG_ROW */
    char folder[PATH_MAX]; /* of the CA, whether it exists or not */
};

#define CA_CONFIG_ROW(place)                                                                       \
    {                                                                                              \
        "--config", "FILE", &(place).config, NULL                                                  \
    }

/* Reads the flags of a verb, "ca show", and fills place->folder. False: the program ends with
 * *code; help has been printed, or a mistake has been said. */
bool ca_verb_read(const char *verb, const struct option_row *rows, size_t count, int argc,
                  char **argv, struct ca_place *place, int *code);

/* Asks the question on the terminal, y or n. False: nobody could be asked, or the answer was no;
 * that has been said, and *code is how the program ends. */
bool ca_confirm(const char *question, int *code);

/* "in 729 days", "in 5 h", "3 days ago". */
#define CA_WHEN_SIZE 48
const char *ca_when(int64_t ms, char text[CA_WHEN_SIZE]);

#endif
