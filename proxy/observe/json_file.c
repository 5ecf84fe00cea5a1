#include "json_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "json_line.h"

static const char *why_not(int error)
{
    return error == ELOOP ? "it is a symbolic link; name the file itself, or - for standard output"
           : error == ENXIO ? "it is a named pipe that nobody reads; start its reader first"
                            : strerror(error);
}

/* A named pipe without a reader would make us wait, deaf to every signal; once there is one, writes
 * may wait for it. */
static int open_path(const char *path, struct err *err)
{
    int fd = open(
        path, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0600);
    if (fd < 0 || fcntl(fd, F_SETFL, O_APPEND) != 0) {
        err_set(err, ERR_OUTPUT, "cannot write JSON lines to %s: %s", path, why_not(errno));
        if (fd >= 0) {
            close(fd);
        }
        return -1;
    }
    return fd;
}

/* A regular file is ours alone: somebody else's would be theirs to read, and one that everybody may
 * write to would hold lines that nobody logged. A pipe or a terminal is whoever's it is. */
static int check(int fd, const char *path, struct err *err)
{
    struct stat st;
    const char *why = fstat(fd, &st) != 0      ? strerror(errno)
                      : !S_ISREG(st.st_mode)   ? NULL
                      : st.st_uid != geteuid() ? "it belongs to somebody else"
                      : st.st_mode & S_IWOTH   ? "everybody on this machine may write to it; run: "
                                                 "chmod o-w on it"
                                               : NULL;
    return why ? err_set(err, ERR_OUTPUT, "cannot write JSON lines to %s: %s", path, why) : 0;
}

static int open_checked(const char *path, struct err *err)
{
    int fd = open_path(path, err);
    if (fd >= 0 && check(fd, path, err) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

int json_file_open(struct json_file *f, const char *path, struct err *err)
{
    *f = (struct json_file){0};
    outlet_init(&f->outlet, -1);
    if (!path) {
        return 0;
    }
    if (strcmp(path, "-") == 0) {
        f->outlet.fd = STDOUT_FILENO;
        return 0;
    }
    f->path = span_dup(span_of(path));
    if (!f->path) {
        return err_set(err, ERR_MEMORY, "no memory for the JSON lines' file name");
    }
    f->outlet.fd = open_checked(path, err);
    if (f->outlet.fd < 0) {
        json_file_close(f);
        return -1;
    }
    return 0;
}

void json_file_close(struct json_file *f)
{
    if (f->path && f->outlet.fd >= 0) {
        close(f->outlet.fd);
    }
    outlet_release(&f->outlet);
    free(f->path);
    *f = (struct json_file){.outlet.fd = -1};
}

int json_file_reopen(struct json_file *f, struct err *err)
{
    if (!f->path) {
        return 0;
    }
    int fd = open_checked(f->path, err);
    if (fd < 0) {
        return -1;
    }
    close(f->outlet.fd);
    f->outlet.fd = fd;
    f->outlet.torn = false;
    return 0;
}

uint64_t json_file_add(struct json_file *f, struct record *r, struct span *line)
{
    *line = span(NULL, 0);
    if (f->outlet.fd < 0) {
        return 0;
    }
    struct str *text = &f->outlet.text;
    size_t before = text->len;
    json_line(text, r);
    if (!text->failed) {
        *line = span_from(str_span(text), before);
        return 0;
    }
    /* No memory, or longer than any line should be: the lines before it are still good. */
    text->len = before;
    text->failed = false;
    return 1;
}

/* The name by which people know the sink. */
static const char *label(const struct json_file *f)
{
    return f->path ? f->path : "standard output";
}

uint64_t json_file_flush(struct json_file *f, struct str *news)
{
    if (f->outlet.fd < 0 || f->outlet.text.len == 0) {
        return 0;
    }
    uint64_t lost = outlet_flush(&f->outlet);
    f->lost += lost;
    if (f->outlet.error && !f->failing) {
        f->failing = true;
        str_addf(news, "cannot write JSON lines to %s: %s; lines are lost until it works again",
                 label(f), strerror(f->outlet.error));
    } else if (!f->outlet.error && f->failing) {
        str_addf(news, "JSON lines are written to %s again; %llu were lost", label(f),
                 (unsigned long long)f->lost);
        f->failing = false;
        f->lost = 0;
    }
    return lost;
}
