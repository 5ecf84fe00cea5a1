/* The check opens the file and closes it again before SQLite opens it, because closing a descriptor
 * drops all locks that the process holds on that file. SQLite then opens the resolved path and
 * refuses links itself. */
#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "why401/ledger/ledger.h"

/* Makes a folder and those above it; one that is there stays as it is. */
static int make_folder(char *folder)
{
    for (char *slash = strchr(folder + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        int made = mkdir(folder, 0700);
        *slash = '/';
        if (made != 0 && errno != EEXIST) {
            return -1;
        }
    }
    return mkdir(folder, 0700) == 0 || errno == EEXIST ? 0 : -1;
}

static int check_file(const char *real, bool make, struct err *err)
{
    struct stat info;
    int fd = open(real, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | (make ? O_CREAT : 0), 0600);
    if (fd < 0) {
        return err_set(err, ERR_LEDGER, "the ledger %s cannot be opened: %s", real,
                       errno == ELOOP ? "it is a symbolic link" : strerror(errno));
    }
    const char *why = fstat(fd, &info) != 0      ? strerror(errno)
                      : !S_ISREG(info.st_mode)   ? "it is no regular file"
                      : info.st_uid != geteuid() ? "it belongs to another user"
                                                 : NULL;
    close(fd);
    return why ? err_set(err, ERR_LEDGER, "the ledger %s cannot be used: %s", real, why) : 0;
}

/* SQLite keeps two more files beside the ledger and trusts what is in them. */
static int check_folder(const char *folder, struct err *err)
{
    struct stat info;
    if (stat(folder, &info) != 0) {
        return err_set(err, ERR_LEDGER, "the folder %s of the ledger: %s", folder, strerror(errno));
    }
    if (info.st_mode & S_IWOTH) {
        return err_set(
            err, ERR_LEDGER,
            "the folder %s of the ledger: everybody on this machine may write to it; name "
            "a file in a folder of your own",
            folder);
    }
    if (info.st_uid != geteuid() && info.st_uid != 0) {
        return err_set(err, ERR_LEDGER, "the folder %s of the ledger belongs to another user",
                       folder);
    }
    return 0;
}

int ledger_file_prepare(const char *path, bool make, char real[PATH_MAX], struct err *err)
{
    char folder[PATH_MAX];
    char name[PATH_MAX];
    if (strlen(path) >= PATH_MAX) {
        return err_set(err, ERR_LEDGER, "the path of the ledger is too long");
    }
    strcpy(folder, path);
    strcpy(name, path);
    char *above = dirname(folder);
    if (make && make_folder(above) != 0) {
        return err_set(err, ERR_LEDGER, "the folder %s of the ledger cannot be made: %s", above,
                       strerror(errno));
    }
    char *resolved = realpath(above, NULL);
    if (!resolved) {
        return err_set(err, ERR_LEDGER, "the folder of the ledger %s: %s", path, strerror(errno));
    }
    if (check_folder(resolved, err) != 0) {
        free(resolved);
        return -1;
    }
    int n = snprintf(real, PATH_MAX, "%s/%s", strcmp(resolved, "/") == 0 ? "" : resolved,
                     basename(name));
    free(resolved);
    if (n >= PATH_MAX) {
        return err_set(err, ERR_LEDGER, "the path of the ledger is too long");
    }
    return check_file(real, make, err);
}
