/* Files that the mock is given. Private. */
#ifndef MOCK_FILES_H
#define MOCK_FILES_H

#include "why401/base/err.h"
#include "why401/base/str.h"

/* Appends the whole of a regular file to `text`, whose limit is the most it may have. 0, or -1 with
 * ERR_FILE or ERR_INPUT. */
int file_whole(const char *path, struct str *text, struct err *err);

/* Takes one file of a folder. 0, or -1 with *err, which ends the reading. */
typedef int file_take(void *ctx, const char *path, struct err *err);

/* Gives the *.json of a folder in the order of their names; hidden ones and those of folders in it
 * are passed over. Refuses a folder without any, or with more than `most`. 0, or -1 with *err. */
int folder_each(const char *dir, size_t most, file_take *take, void *ctx, struct err *err);

#endif
