/* Rule files on the disk: one, or those of a folder. Private. */
#ifndef WHY401_EXPLAIN_FOLDER_H
#define WHY401_EXPLAIN_FOLDER_H

#include "why401/base/err.h"
#include "why401/base/span.h"

/* Takes the text of one file; it is valid during the call. 0, or -1 with *err, which ends the
 * reading. */
typedef int rule_text(void *ctx, const char *path, struct span text, struct err *err);

/* Gives the text of one file. What is no regular file gives none and is no error. 0, or -1 with
 * *err. */
int folder_read_file(const char *path, rule_text *take, void *ctx, struct err *err);

/* Gives the *.json files of a folder and of the folders in it, in the order of their names; a
 * schema.json, which describes rules and is none, and hidden names are passed over. 0, or -1 with
 * *err. */
int folder_read(const char *dir, rule_text *take, void *ctx, struct err *err);

#endif
