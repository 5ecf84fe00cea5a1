/* Removing the run directory, with whatever the child left in it. Every name is taken relative to a
 * folder that is open and was no link when it was opened, so nothing outside can be meant, whatever
 * the child does meanwhile. What cannot be removed stays. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "place_parts.h"

#define FOLDER     (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
#define DEPTH_MOST 100 /* folders in folders; each holds a descriptor */

static void empty(int folder, int depth);

static void remove_entry(int folder, const char *name, int depth)
{
    if (unlinkat(folder, name, 0) == 0 || (errno != EISDIR && errno != EPERM)) {
        return;
    }
    int inner = openat(folder, name, FOLDER);
    if (inner >= 0 && depth < DEPTH_MOST) {
        empty(inner, depth + 1);
    } else if (inner >= 0) {
        close(inner);
    }
    unlinkat(folder, name, AT_REMOVEDIR);
}

/* Takes the descriptor over. */
static void empty(int folder, int depth)
{
    const struct dirent *entry;
    DIR *list = fdopendir(folder);
    if (!list) {
        close(folder);
        return;
    }
    while ((entry = readdir(list))) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
            remove_entry(dirfd(list), entry->d_name, depth);
        }
    }
    closedir(list);
}

void place_clear(const struct child_place *place)
{
    struct stat now;
    int folder = open(place->dir, FOLDER);
    if (folder < 0) {
        return;
    }
    if (fstat(folder, &now) != 0 || now.st_dev != place->made.st_dev ||
        now.st_ino != place->made.st_ino) {
        close(folder);
        return;
    }
    empty(folder, 0);
    rmdir(place->dir);
}
