/* The CA's folder. Reading it trusts nothing: the folder is opened without following a link,
 * everything in it relative to that descriptor, and owner and mode are those of the opened file, so
 * there is no moment between check and use. Writing it happens in a folder beside it that is then
 * renamed: another process sees either no CA or a whole one, and of two that write at once the
 * second finds the name taken, throws its own away and uses the first one's. An empty folder is
 * replaced. */
#include "ca_parts.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cert.h"
#include "why401/base/file.h"

#define FILE_MOST 65536 /* bytes; ours have about 1000 */

/* Owner and permissions; `forbidden` are the mode bits that must not be set. */
static int check_access(const struct stat *st, const char *dir, const char *name, mode_t forbidden,
                        struct err *err)
{
    if (st->st_uid != geteuid()) {
        return err_set(err, ERR_CA,
                       "%s%s belongs to user %ld, not to the user who runs why401 (%ld). A CA that "
                       "somebody else can change is not used",
                       dir, name, (long)st->st_uid, (long)geteuid());
    }
    if (st->st_mode & forbidden) {
        return err_set(
            err, ERR_CA,
            "%s%s is open to other users (mode %04o). If nobody can have read or changed "
            "it, run: chmod %s '%s%s'",
            dir, name, (unsigned)(st->st_mode & 07777), forbidden == 077 ? "go-rwx" : "go-w", dir,
            name);
    }
    return 0;
}

static int system_error(struct err *err, const char *what, const char *dir, const char *name)
{
    return err_set(err, ERR_CA, "%s%s cannot be %s: %s", dir, name, what,
                   errno == ELOOP ? "it is a symbolic link" : strerror(errno));
}

/* Nothing is in it, so it is as good as none: the new folder takes its place. */
static bool is_empty(int folder)
{
    int again = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *entries = again < 0 ? NULL : fdopendir(again);
    if (!entries) {
        return false;
    }
    size_t count = 0;
    while (count <= 2 && readdir(entries)) {
        count++; /* "." and ".." among them */
    }
    closedir(entries);
    return count <= 2;
}

/* Opens the folder; -2 when there is none, or nothing in it. */
static int open_folder(const char *dir, struct err *err)
{
    int folder = open(dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (folder < 0) {
        struct stat st;
        if (errno == ENOENT) {
            return -2;
        }
        if (errno == ENOTDIR && lstat(dir, &st) == 0) {
            return err_set(err, ERR_CA, "%s is %s, not a folder. Move it away", dir,
                           S_ISLNK(st.st_mode) ? "a symbolic link" : "a file");
        }
        return system_error(err, "opened", dir, "");
    }
    struct stat st;
    bool empty = is_empty(folder);
    if (empty || fstat(folder, &st) != 0 || check_access(&st, dir, "", 077, err) != 0) {
        close(folder);
        return empty ? -2 : -1;
    }
    return folder;
}

/* The file's bytes, at most `size`, into text; their number, or -1. */
static ssize_t read_all(int file, char *text, size_t size)
{
    size_t len = 0;
    for (;;) {
        ssize_t n = read(file, text + len, size - len);
        if (n > 0) {
            len += (size_t)n;
        } else if (n == 0 || errno != EINTR) {
            return n == 0 ? (ssize_t)len : -1;
        }
        if (len == size) {
            errno = EFBIG;
            return -1;
        }
    }
}

/* Opens, checks and reads one file into text of FILE_MOST bytes. The number of bytes, or -1. */
static ssize_t read_file(int folder, const char *dir, const char *name, mode_t forbidden,
                         char *text, struct err *err)
{
    char shown[64];
    snprintf(shown, sizeof shown, "/%s", name);
    /* O_NONBLOCK: a FIFO of that name must not make us wait. */
    int file = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    if (file < 0) {
        return errno == ENOENT
                   ? err_set(err, ERR_CA,
                             "%s holds no complete CA: %s is missing. Move the folder away and "
                             "start why401 again to get a new one",
                             dir, name)
                   : system_error(err, "opened", dir, shown);
    }
    struct stat st;
    ssize_t len = -1;
    if (fstat(file, &st) != 0 || !S_ISREG(st.st_mode)) {
        err_set(err, ERR_CA, "%s%s is not a regular file", dir, shown);
    } else if (check_access(&st, dir, shown, forbidden, err) == 0) {
        len = read_all(file, text, FILE_MOST);
        if (len < 0) {
            system_error(err, "read", dir, shown);
        }
    }
    close(file);
    return len;
}

static int parse_certificate(X509 **x, const char *dir, const char *name, const char *text,
                             ssize_t len, struct err *err)
{
    BIO *memory = BIO_new_mem_buf(text, (int)len);
    *x = memory ? PEM_read_bio_X509(memory, NULL, cert_no_password, NULL) : NULL;
    BIO_free(memory);
    return *x ? 0 : err_set(err, ERR_CA, "%s/%s holds no certificate in PEM", dir, name);
}

static int parse_key(EVP_PKEY **key, const char *dir, const char *text, ssize_t len,
                     struct err *err)
{
    BIO *memory = BIO_new_mem_buf(text, (int)len);
    *key = memory ? PEM_read_bio_PrivateKey(memory, NULL, cert_no_password, NULL) : NULL;
    BIO_free(memory);
    return *key ? 0 : err_set(err, ERR_CA, "%s/%s holds no private key in PEM", dir, CA_KEY_FILE);
}

static int load_files(struct ca *ca, int folder, const char *dir, char *text, struct err *err)
{
    ssize_t len = read_file(folder, dir, CA_ROOT_FILE, 022, text, err);
    if (len < 0 || parse_certificate(&ca->root, dir, CA_ROOT_FILE, text, len, err) != 0) {
        return -1;
    }
    len = read_file(folder, dir, CA_INTERMEDIATE_FILE, 022, text, err);
    if (len < 0 ||
        parse_certificate(&ca->intermediate, dir, CA_INTERMEDIATE_FILE, text, len, err) != 0) {
        return -1;
    }
    len = read_file(folder, dir, CA_KEY_FILE, 077, text, err);
    return len < 0 ? -1 : parse_key(&ca->key, dir, text, len, err);
}

/* The folder at dir is another one than the one that is open: it was replaced in between. */
static bool was_replaced(int folder, const char *dir)
{
    struct stat opened;
    struct stat now;
    return fstat(folder, &opened) == 0 && lstat(dir, &now) == 0 && opened.st_ino != now.st_ino;
}

/* 2: `why401 ca rotate` took the folder away while it was being read. */
static int load_once(struct ca *ca, const char *dir, struct err *err)
{
    int folder = open_folder(dir, err);
    if (folder < 0) {
        return folder == -2 ? 1 : -1;
    }
    char *text = malloc(FILE_MOST);
    int result = text ? load_files(ca, folder, dir, text, err)
                      : err_set(err, ERR_MEMORY, "no memory for the files of the CA");
    if (text) {
        OPENSSL_cleanse(text, FILE_MOST); /* the key was in it */
    }
    free(text);
    if (result != 0 && was_replaced(folder, dir)) {
        result = 2;
    }
    close(folder);
    ERR_clear_error();
    return result;
}

int ca_load(struct ca *ca, const char *dir, struct err *err)
{
    struct err why = {0};
    int result = load_once(ca, dir, &why);
    for (int again = 0; result == 2 && again < 10; again++) {
        X509_free(ca->root);
        X509_free(ca->intermediate);
        EVP_PKEY_free(ca->key);
        *ca = (struct ca){0};
        result = load_once(ca, dir, &why);
    }
    if (result == 2 || result < 0) {
        return err_set(err, why.code, "%s", why.text);
    }
    return result;
}

/* Makes every missing folder above dir, open to the user only whatever the umask is. */
static int make_parents(const char *dir, struct err *err)
{
    char path[PATH_MAX];
    if (snprintf(path, sizeof path, "%s", dir) >= (int)sizeof path) {
        return err_set(err, ERR_CA, "the path of the CA is longer than %d bytes", PATH_MAX);
    }
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        bool made = mkdir(path, 0700) == 0;
        if (made ? chmod(path, 0700) != 0 : errno != EEXIST) {
            return system_error(err, "created", path, "");
        }
        *slash = '/';
    }
    return 0;
}

/* Writes one file of the new folder; the mode is set on the descriptor, past the umask. */
static int write_file(int folder, const char *name, mode_t mode, BIO *content)
{
    char *text = NULL;
    long len = BIO_get_mem_data(content, &text);
    int file = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (file < 0) {
        return -1;
    }
    bool written = file_write(file, span(text, (size_t)len)) == 0;
    int result = written && fchmod(file, mode) == 0 && fsync(file) == 0 ? 0 : -1;
    return close(file) == 0 ? result : -1;
}

int ca_write_certificate(int folder, const char *name, X509 *x)
{
    BIO *memory = BIO_new(BIO_s_mem());
    int result =
        memory && PEM_write_bio_X509(memory, x) ? write_file(folder, name, 0644, memory) : -1;
    BIO_free(memory);
    return result;
}

static int write_key(int folder, EVP_PKEY *key)
{
    BIO *memory = BIO_new(BIO_s_secmem()); /* wiped when freed */
    int result = memory && PEM_write_bio_PrivateKey(memory, key, NULL, NULL, 0, NULL, NULL)
                     ? write_file(folder, CA_KEY_FILE, 0600, memory)
                     : -1;
    BIO_free(memory);
    return result;
}

static void remove_folder(const char *dir)
{
    static const char *const names[] = {CA_ROOT_FILE, CA_INTERMEDIATE_FILE, CA_KEY_FILE};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char path[PATH_MAX];
        if (snprintf(path, sizeof path, "%s/%s", dir, names[i]) < (int)sizeof path) {
            unlink(path);
        }
    }
    rmdir(dir);
}

int ca_fill_folder(const struct ca *ca, const char *dir)
{
    int folder = open(dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (folder < 0) {
        return -1;
    }
    int result =
        fchmod(folder, 0700) == 0 && ca_write_certificate(folder, CA_ROOT_FILE, ca->root) == 0 &&
                ca_write_certificate(folder, CA_INTERMEDIATE_FILE, ca->intermediate) == 0 &&
                write_key(folder, ca->key) == 0 && fsync(folder) == 0
            ? 0
            : -1;
    close(folder);
    return result;
}

int ca_save(const struct ca *ca, const char *dir, struct err *err)
{
    char fresh[PATH_MAX];
    if (make_parents(dir, err) != 0) {
        return -1;
    }
    if (snprintf(fresh, sizeof fresh, "%s.new-XXXXXX", dir) >= (int)sizeof fresh) {
        return err_set(err, ERR_CA, "the path of the CA is longer than %d bytes", PATH_MAX);
    }
    if (!mkdtemp(fresh)) {
        return system_error(err, "created", dir, "");
    }
    if (ca_fill_folder(ca, fresh) == 0 && rename(fresh, dir) == 0) {
        return 0;
    }
    int reason = errno;
    remove_folder(fresh);
    if (reason == EEXIST || reason == ENOTEMPTY) {
        return 1;
    }
    if (reason == EBUSY) {
        return err_set(
            err, ERR_CA,
            "%s is where a file system is mounted, and cannot be replaced by the new CA's "
            "folder. Name a folder in it instead",
            dir);
    }
    errno = reason;
    return system_error(err, "created", dir, "");
}
