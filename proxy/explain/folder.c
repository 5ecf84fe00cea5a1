#include "folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "rule.h"
#include "why401/base/file.h"

#define PATH_SIZE 4096
#define DEEPEST   1 /* folders in the folder are read, folders in those are not */

/* Reads an open file of at most RULE_BYTES_MOST bytes. */
static int read_open(int fd, const char *path, size_t size, struct str *text, struct err *err)
{
    if (size > RULE_BYTES_MOST) {
        return err_set(err, ERR_RULE, "%s: the file: found %zu bytes, expected at most %d", path,
                       size, RULE_BYTES_MOST);
    }
    int reason = file_read_rest(fd, text);
    if (text->failed && reason == EFBIG) {
        return err_set(err, ERR_RULE, "%s: the file: found too many bytes, expected at most %d",
                       path, RULE_BYTES_MOST);
    }
    if (text->failed) {
        return err_set(err, ERR_MEMORY, "%s: no memory for its bytes", path);
    }
    return reason == 0 ? 0
                       : err_set(err, ERR_FILE, "%s: cannot read it: %s", path, strerror(reason));
}

/* Rules say what a person should do, so nobody else may put words in their mouth. */
static int check_mode(const struct stat *st, const char *path, struct err *err)
{
    return st->st_mode & S_IWOTH
               ? err_set(err, ERR_FILE,
                         "%s: everybody on this machine may write to it, and so could give advice "
                         "in its name; run: chmod o-w on it",
                         path)
               : 0;
}

/* O_NONBLOCK keeps a FIFO from making us wait for its writer. */
int folder_read_file(const char *path, rule_text *take, void *ctx, struct err *err)
{
    struct stat st;
    struct str text;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0 || fstat(fd, &st) != 0) {
        int error = errno;
        if (fd >= 0) {
            close(fd);
        }
        return err_set(err, ERR_FILE, "%s: cannot open it: %s", path, strerror(error));
    }
    int rc = check_mode(&st, path, err);
    str_init(&text, RULE_BYTES_MOST);
    if (rc == 0 && S_ISREG(st.st_mode)) {
        rc = read_open(fd, path, (size_t)st.st_size, &text, err);
        rc = rc == 0 ? take(ctx, path, str_span(&text), err) : rc;
    }
    str_release(&text);
    close(fd);
    return rc;
}

static bool is_folder(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static bool is_rule_file(struct span name)
{
    return name.len > 5 && span_ends(name, SPAN(".json")) && !span_eq(name, SPAN("schema.json"));
}

static int read_level(const char *dir, int depth, rule_text *take, void *ctx, struct err *err);

static int read_entry(const char *dir, const char *name, int depth, rule_text *take, void *ctx,
                      struct err *err)
{
    char path[PATH_SIZE];
    bool slash = span_ends(span_of(dir), SPAN("/"));
    int len = snprintf(path, sizeof path, "%s%s%s", dir, slash ? "" : "/", name);
    if (len < 0 || (size_t)len >= sizeof path) {
        return err_set(err, ERR_FILE, "%s: the path of a file in it is too long", dir);
    }
    if (is_folder(path)) {
        return depth < DEEPEST ? read_level(path, depth + 1, take, ctx, err) : 0;
    }
    return is_rule_file(span_of(name)) ? folder_read_file(path, take, ctx, err) : 0;
}

static int is_seen(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static int read_level(const char *dir, int depth, rule_text *take, void *ctx, struct err *err)
{
    struct dirent **entries = NULL;
    struct stat st;
    if (stat(dir, &st) == 0 && check_mode(&st, dir, err) != 0) {
        return -1;
    }
    int count = scandir(dir, &entries, is_seen, alphasort);
    if (count < 0) {
        return err_set(err, ERR_FILE, "%s: cannot read this folder: %s", dir, strerror(errno));
    }
    int rc = 0;
    for (int i = 0; i < count; i++) {
        rc = rc == 0 ? read_entry(dir, entries[i]->d_name, depth, take, ctx, err) : rc;
        free(entries[i]);
    }
    free(entries);
    return rc;
}

int folder_read(const char *dir, rule_text *take, void *ctx, struct err *err)
{
    return read_level(dir, 0, take, ctx, err);
}
