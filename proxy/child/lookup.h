/* Finding a command as shells do. */
#ifndef CHILD_LOOKUP_H
#define CHILD_LOOKUP_H

#include <limits.h>

/* Writes the file that `command` means to path: itself when there is a slash in it, else the first
 * executable file of that name in the folders of search_path (NULL: those of the system). Returns
 * 0, or ENOENT when there is none, or EACCES when there is one that may not be executed, or EISDIR.
 */
int lookup_command(const char *command, const char *search_path, char path[PATH_MAX]);

#endif
