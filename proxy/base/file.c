#include "why401/base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH_SHOWN 300

int file_write(int fd, struct span text)
{
    while (text.len) {
        ssize_t n = write(fd, text.ptr, text.len);
        if (n < 0 && errno != EINTR) {
            return -1;
        }
        text = span_from(text, n > 0 ? (size_t)n : 0);
    }
    return 0;
}

int file_read_rest(int fd, struct str *text)
{
    char part[16384];
    ssize_t n;
    while ((n = read(fd, part, sizeof part)) != 0) {
        if (n < 0 && errno != EINTR) {
            return errno;
        }
        str_add(text, span(part, n > 0 ? (size_t)n : 0));
        if (text->failed) {
            return (size_t)n > text->limit - text->len ? EFBIG : ENOMEM;
        }
    }
    return 0;
}

int file_add_to(const char *path, struct str *text)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    int reason = fd < 0 || fstat(fd, &st) != 0 ? errno
                 : S_ISDIR(st.st_mode)         ? EISDIR
                 : !S_ISREG(st.st_mode)        ? EINVAL
                                               : file_read_rest(fd, text);
    if (fd >= 0) {
        close(fd);
    }
    return reason;
}

static int trouble(const char *path, struct err *err)
{
    return err_set(err, ERR_OUTPUT, "%.*s: cannot be written: %s", PATH_SHOWN, path,
                   strerror(errno));
}

/* 0644: what is written so is for others to read, a report for the server of a CI, roots for a
 * client. */
static int fill(int fd, const char *path, const char *beside, const struct str *text,
                struct err *err)
{
    bool written = fchmod(fd, 0644) == 0 && file_write(fd, str_span(text)) == 0;
    int error = errno;
    if (close(fd) != 0 && written) {
        written = false;
        error = errno;
    }
    if (written && rename(beside, path) == 0) {
        return 0;
    }
    error = written ? errno : error;
    unlink(beside);
    errno = error;
    return trouble(path, err);
}

int file_replace(const char *path, const struct str *text, struct err *err)
{
    if (text->failed) {
        return err_set(err, ERR_MEMORY, "no memory for %.*s", PATH_SHOWN, path);
    }
    size_t size = strlen(path) + sizeof ".new-XXXXXX";
    char *beside = malloc(size);
    if (!beside) {
        return err_set(err, ERR_MEMORY, "no memory for %.*s", PATH_SHOWN, path);
    }
    snprintf(beside, size, "%s.new-XXXXXX", path);
    int fd = mkostemp(beside, O_CLOEXEC);
    int result = fd < 0 ? trouble(path, err) : fill(fd, path, beside, text, err);
    free(beside);
    return result;
}
