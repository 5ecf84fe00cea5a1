#include "files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "why401/base/file.h"

#define PATH_SIZE 4096

static int read_open(int fd, const char *path, struct str *text, struct err *err)
{
    int reason = file_read_rest(fd, text);
    if (text->failed) {
        return err_set(err, ERR_INPUT, "%s: the file: found too many bytes, expected at most %zu",
                       path, text->limit);
    }
    return reason == 0 ? 0
                       : err_set(err, ERR_FILE, "%s: cannot read it: %s", path, strerror(reason));
}

/* O_NONBLOCK keeps a FIFO from making us wait for its writer. */
int file_whole(const char *path, struct str *text, struct err *err)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0) {
        return err_set(err, ERR_FILE, "%s: cannot open it: %s", path, strerror(errno));
    }
    int rc = fstat(fd, &st) == 0 && S_ISREG(st.st_mode)
                 ? read_open(fd, path, text, err)
                 : err_set(err, ERR_FILE, "%s: it is no regular file", path);
    close(fd);
    return rc;
}

static int is_json(const struct dirent *entry)
{
    struct span name = span_of(entry->d_name);
    return name.ptr[0] != '.' && span_ends(name, SPAN(".json"));
}

static int take_entry(const char *dir, const char *name, file_take *take, void *ctx,
                      struct err *err)
{
    char path[PATH_SIZE];
    bool slash = span_ends(span_of(dir), SPAN("/"));
    int len = snprintf(path, sizeof path, "%s%s%s", dir, slash ? "" : "/", name);
    if (len < 0 || (size_t)len >= sizeof path) {
        return err_set(err, ERR_FILE, "%s: the path of a file in it is too long", dir);
    }
    return take(ctx, path, err);
}

int folder_each(const char *dir, size_t most, file_take *take, void *ctx, struct err *err)
{
    struct dirent **entries = NULL;
    int count = scandir(dir, &entries, is_json, alphasort);
    int rc = 0;
    if (count < 0) {
        return err_set(err, ERR_FILE, "%s: cannot read this folder: %s", dir, strerror(errno));
    }
    if (count == 0 || (size_t)count > most) {
        rc = err_set(err, ERR_INPUT, "%s: found %d files *.json, expected 1 to %zu", dir, count,
                     most);
    }
    for (int i = 0; i < count; i++) {
        rc = rc == 0 ? take_entry(dir, entries[i]->d_name, take, ctx, err) : rc;
        free(entries[i]);
    }
    free(entries);
    return rc;
}
