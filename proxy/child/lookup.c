#include "lookup.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "why401/base/span.h"

#define SYSTEM_PATH "/usr/local/bin:/usr/bin:/bin" /* without PATH, as most shells have it */

static int check(const char *path)
{
    struct stat st;
    if (stat(path, &st) != 0) {
        return errno == EACCES ? EACCES : ENOENT;
    }
    if (S_ISDIR(st.st_mode)) {
        return EISDIR;
    }
    return access(path, X_OK) == 0 ? 0 : EACCES;
}

int lookup_command(const char *command, const char *search_path, char path[PATH_MAX])
{
    struct span rest = span_of(search_path ? search_path : SYSTEM_PATH), folder;
    int found = ENOENT;
    if (strchr(command, '/')) {
        snprintf(path, PATH_MAX, "%s", command);
        return strlen(command) < PATH_MAX ? check(path) : ENOENT;
    }
    while (command[0] && span_cut(&rest, ':', &folder)) {
        folder = folder.len ? folder : SPAN("."); /* an empty part of PATH is the current folder */
        int len = snprintf(path, PATH_MAX, "%.*s/%s", SPAN_ARG(folder), command);
        int now = len < PATH_MAX ? check(path) : ENOENT;
        if (now == 0) {
            return 0;
        }
        found = now == EACCES ? EACCES : found;
    }
    return found;
}
