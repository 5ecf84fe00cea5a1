#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "why401/base/str.h"
#include "why401/exchange/json_read.h"
#include "why401/observe/redact.h"
#include "why401/observe/text.h"

#define REASON_SHOWN 200
#define PATH_SHOWN   160

/* The end of a path says more than its beginning, and the error has to hold the reason too. */
static const char *tail(const char *path)
{
    size_t len = strlen(path);
    return len > PATH_SHOWN ? path + len - PATH_SHOWN : path;
}

/* What the descriptor stands for is one plain file that only its owner or group can change. */
static int check_file(int fd, const char *path, size_t *size, struct err *err)
{
    struct stat st;
    if (fstat(fd, &st) != 0) {
        return err_set(err, ERR_CONFIG, "%s: cannot be read: %s", tail(path), strerror(errno));
    }
    if (!S_ISREG(st.st_mode)) {
        return err_set(err, ERR_CONFIG, "%s: found %s; expected a regular file", tail(path),
                       S_ISDIR(st.st_mode) ? "a folder" : "something else than a file");
    }
    if (st.st_mode & S_IWOTH) {
        return err_set(err, ERR_CONFIG,
                       "%s: everybody on this machine may write to it, and so could send your "
                       "tokens to a host of their own; run: chmod o-w on it",
                       tail(path));
    }
    if (st.st_size > CONFIG_FILE_MOST) {
        return err_set(err, ERR_CONFIG, "%s: found %lld bytes; expected at most %d", tail(path),
                       (long long)st.st_size, CONFIG_FILE_MOST);
    }
    *size = (size_t)st.st_size;
    return 0;
}

/* Reads `size` bytes, or fewer when the file became shorter meanwhile. */
static char *read_bytes(int fd, const char *path, size_t *size, struct err *err)
{
    char *bytes = malloc(*size + 1);
    size_t len = 0;
    ssize_t n = 0;
    if (!bytes) {
        err_set(err, ERR_MEMORY, "no memory for the %zu bytes of %s", *size, tail(path));
        return NULL;
    }
    while (len < *size &&
           ((n = read(fd, bytes + len, *size - len)) > 0 || (n < 0 && errno == EINTR))) {
        len += n > 0 ? (size_t)n : 0;
    }
    if (n < 0) {
        err_set(err, ERR_CONFIG, "%s: cannot be read: %s", tail(path), strerror(errno));
        free(bytes);
        return NULL;
    }
    *size = len;
    return bytes;
}

/* jansson's reason quotes the bytes near the fault, which may be anything. */
static int syntax_error(const char *path, const json_error_t *error, struct err *err)
{
    struct str redacted;
    struct str reason;
    str_init(&redacted, sizeof error->text * 2);
    str_init(&reason, sizeof error->text * 8);
    redact_text(&redacted, span_of(error->text));
    text_escape(&reason, str_span(&redacted), REASON_SHOWN);
    bool twice = json_error_code(error) == json_error_duplicate_key;
    err_set(err, ERR_CONFIG,
            twice ? "%s: line %d, column %d: found %s; expected each key once"
                  : "%s: line %d, column %d: found no valid JSON (%s); expected a config",
            tail(path), error->line, error->column, str_cstr(&reason));
    str_release(&redacted);
    str_release(&reason);
    return -1;
}

static json_t *parse(const char *bytes, size_t size, const char *path, struct err *err)
{
    json_error_t error;
    json_t *value = json_read(span(bytes, size), JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
    if (!value && !error.text[0]) {
        err_set(err, ERR_MEMORY, "%s: no memory for reading it", tail(path));
    } else if (!value) {
        syntax_error(path, &error, err);
    }
    return value;
}

json_t *file_read(const char *path, bool *missing, struct err *err)
{
    /* Without O_NONBLOCK the open of a named pipe would wait for somebody to write. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) {
        if (missing && errno == ENOENT) {
            *missing = true;
        } else {
            err_set(err, ERR_CONFIG, "%s: cannot be opened: %s", tail(path), strerror(errno));
        }
        return NULL;
    }
    size_t size = 0;
    json_t *value = NULL;
    if (check_file(fd, path, &size, err) == 0) {
        char *bytes = read_bytes(fd, path, &size, err);
        value = bytes ? parse(bytes, size, path, err) : NULL;
        free(bytes);
    }
    close(fd);
    return value;
}
