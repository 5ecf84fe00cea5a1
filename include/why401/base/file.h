/* Reading a file as a whole, writing one as a whole or not at all. */
#ifndef WHY401_BASE_FILE_H
#define WHY401_BASE_FILE_H

#include "why401/base/err.h"
#include "why401/base/str.h"

/* Writes the text beside `path`, as `path`.new-XXXXXX, mode 0644, and renames it there. Returns 0,
 * or -1 with ERR_MEMORY when the text is not whole, or ERR_OUTPUT; `path` is unchanged then. */
int file_replace(const char *path, const struct str *text, struct err *err);

/* Adds the rest of an open file to the text, whose limit is the most that it may have. Returns 0,
 * or an errno: EFBIG for one that is too long. */
int file_read_rest(int fd, struct str *text);

/* Adds the whole of a regular file to the text, whose limit is the most that it may have; what is
 * no regular file, a named pipe for instance, makes nobody wait. Returns 0, or an errno: EFBIG for
 * one that is too long. */
int file_add_to(const char *path, struct str *text);

/* All of the text to the descriptor. Returns 0, or -1 with errno. */
int file_write(int fd, struct span text);

#endif
