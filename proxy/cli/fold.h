/* Text for people, broken between words where a terminal shows it. A pipe and a file get whole
 * lines, so that scripts find in them what they look for. */
#ifndef WHY401_CLI_FOLD_H
#define WHY401_CLI_FOLD_H

#include <stdio.h>

#include "why401/base/str.h"

/* Columns for lines that go to the descriptor; no end of them where it is no terminal. */
size_t fold_width(int fd);

/* Adds text, whose first line begins in `column`, as those that follow do. A word stays whole
 * however long it is, and so does what stands in single quotes: URLs, paths and commands are there
 * to be copied. The text has been escaped. */
void fold(struct str *out, struct span text, size_t column, size_t width);

/* Prints a text and ends the line, in which the text begins in `column`. */
void fold_print(FILE *to, size_t column, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
