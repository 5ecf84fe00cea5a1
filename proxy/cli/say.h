/* What commands say to people on standard error, whether what they print arrived, and the exit
 * codes they end with. */
#ifndef WHY401_CLI_SAY_H
#define WHY401_CLI_SAY_H

#include <stdbool.h>

#include "why401/base/err.h"
#include "why401/base/str.h"

enum exit_code {
    ENDED_WELL = 0,
    ENDED_BADLY = 1,  /* something failed at run time */
    ENDED_UNUSED = 2, /* command line, config or input are wrong; nothing was started */
};

/* One line on standard error that begins with the program's name; a terminal gets as many as it
 * takes. It may quote the command line and files: what looks like a secret is left away, what a
 * terminal would obey is shown. Any thread. */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The same behind a label that ends with spaces. The label is said as it is: it may look like a
 * secret, as the mock's tokens do, and be none. */
void say_beside(const char *label, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The same with a command or a path behind the label, which is never broken: where it does not fit
 * beside the label it has a line of its own. */
void say_to_copy(const char *label, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Says what went wrong and what to do about it. Returns the exit code for it. */
int say_error(const struct err *err);

/* Whether all that was printed so far has left for standard output. Says so where it has not, as on
 * a full disk. */
bool printed_all(void);

/* Prints text as the whole of what a command has to say. Returns the exit code for it. */
int print_whole(const char *text);

/* Prints what was put together, which stays the caller's. Returns 0, or -1 where memory was out for
 * it; whether it has arrived is for printed_all. */
int print_add(const struct str *text, struct err *err);

/* The same as the whole of what a command has to say. Returns the exit code for it. */
int print_built(const struct str *text);

/* path as a shell takes it: as it is when it is plain, else in single quotes. Returns `out`, which
 * holds the path as it is too when the quotes do not fit. */
const char *shell_word(const char *path, char *out, int size);

#endif
