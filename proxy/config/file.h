/* The configuration file as JSON. */
#ifndef WHY401_CONFIG_FILE_H
#define WHY401_CONFIG_FILE_H

#include <jansson.h>
#include <stdbool.h>

#include "why401/base/err.h"

#define CONFIG_FILE_MOST 1048576 /* bytes */

/* Reads and parses the file at `path`. NULL with *err: unreadable, not a regular file, writable for
 * everybody, over CONFIG_FILE_MOST, not JSON (with line and column), or with a key twice. With
 * `missing` a file that is not there sets *missing instead of *err. The caller drops the value. */
json_t *file_read(const char *path, bool *missing, struct err *err);

#endif
