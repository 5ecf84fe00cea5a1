/* A new CA in the place of the old one. It is written to a folder beside it, "….rotating", which
 * then changes places with the old one in a single step of the file system; what is left in the
 * other folder after that is the old CA, and is removed. A kill before that step leaves the old CA
 * and a folder that nobody reads, a kill after it the new CA and the rest of the old one; the next
 * rotation sweeps both away.
 *
 * Two rotations at once: each locks the folder that it is about to replace, and the one that it
 * puts there, until it is done, so the second is refused rather than mixed into the first. */
#include "ca_parts.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cert.h"
#include "why401/base/clock.h"
#include "why401/tls/bundle.h"

struct rotation {
    const char *dir;      /* the CA's place */
    char fresh[PATH_MAX]; /* where the new one is made; the old one once they changed places */
    int old_folder;       /* open and locked, or -1 */
    int new_folder;       /* open and locked, or -1 */
};

typedef int visit_fn(const struct rotation *r, const char *name, struct err *err);

static int failed(const char *what, const char *where, struct err *err)
{
    return err_set(err, ERR_CA, "%s cannot be %s: %s", where, what, strerror(errno));
}

static bool is_bundle(const char *name)
{
    return span_starts(span_of(name), SPAN("bundle")) && span_ends(span_of(name), SPAN(".pem"));
}

static bool is_of_ca(const char *name)
{
    return strcmp(name, CA_ROOT_FILE) == 0 || strcmp(name, CA_INTERMEDIATE_FILE) == 0 ||
           strcmp(name, CA_KEY_FILE) == 0 || strcmp(name, CA_PREVIOUS_FILE) == 0;
}

/* Calls visit for each entry of the folder at path, until one fails. */
static int each_entry(const struct rotation *r, const char *path, visit_fn *visit, struct err *err)
{
    DIR *listing = opendir(path);
    if (!listing) {
        return failed("read", path, err);
    }
    int result = 0;
    const struct dirent *entry;
    while (result == 0 && (entry = readdir(listing)) != NULL) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
            result = visit(r, entry->d_name, err);
        }
    }
    closedir(listing);
    return result;
}

/* Opens and locks the folder at path, which has to be the user's own. */
static int lock(const char *path, struct err *err)
{
    struct stat opened;
    struct stat now;
    int folder = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (folder < 0 || fstat(folder, &opened) != 0) {
        failed("opened as a folder", path, err);
    } else if (opened.st_uid != geteuid()) {
        err_set(err, ERR_CA, "%s belongs to user %ld, not to the user who runs why401 (%ld)", path,
                (long)opened.st_uid, (long)geteuid());
    } else if (flock(folder, LOCK_EX | LOCK_NB) != 0 || lstat(path, &now) != 0 ||
               now.st_ino != opened.st_ino) {
        err_set(err, ERR_CA, "%s is being rotated by another why401", path);
    } else {
        return folder;
    }
    if (folder >= 0) {
        close(folder);
    }
    return -1;
}

/* After the exchange: what is the old CA's goes, what is not ours moves to the new folder. */
static int discard(const struct rotation *r, const char *name, struct err *err)
{
    char from[PATH_MAX];
    char to[PATH_MAX];
    if (snprintf(from, sizeof from, "%s/%s", r->fresh, name) >= (int)sizeof from ||
        snprintf(to, sizeof to, "%s/%s", r->dir, name) >= (int)sizeof to) {
        return err_set(err, ERR_CA, "a path in %s is longer than %d bytes", r->dir, PATH_MAX);
    }
    bool half = strstr(name, ".pem.new-") != NULL; /* a bundle that was being written */
    bool kept = !half && !is_of_ca(name) && access(to, F_OK) != 0;
    return (kept ? rename(from, to) : unlink(from)) == 0 ? 0 : failed("removed", from, err);
}

static int sweep(const struct rotation *r, struct err *err)
{
    int result = each_entry(r, r->fresh, discard, err);
    return result == 0 && rmdir(r->fresh) != 0 ? failed("removed", r->fresh, err) : result;
}

/* Keeps the old root for people to find where it was trusted; one that cannot be read is no loss.
 */
static int keep_previous(const struct rotation *r)
{
    int file = openat(r->old_folder, CA_ROOT_FILE, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    FILE *stream = file >= 0 ? fdopen(file, "r") : NULL;
    X509 *x = stream ? PEM_read_X509(stream, NULL, cert_no_password, NULL) : NULL;
    int result = x ? ca_write_certificate(r->new_folder, CA_PREVIOUS_FILE, x) : 0;
    X509_free(x);
    if (stream) {
        (void)fclose(stream); /* it was only read */
    } else if (file >= 0) {
        close(file);
    }
    return result;
}

/* Shells may have variables that name a bundle, so it must exist and hold the new root. */
static int refresh_bundle(const struct rotation *r, const char *name, struct err *err)
{
    char from[PATH_MAX];
    char to[PATH_MAX];
    if (!is_bundle(name) ||
        snprintf(from, sizeof from, "%s/%s", r->dir, name) >= (int)sizeof from ||
        snprintf(to, sizeof to, "%s/%s", r->fresh, name) >= (int)sizeof to) {
        return 0;
    }
    struct ca *ca;
    if (ca_look(r->fresh, &ca, err) != 0) {
        return -1;
    }
    bundle_write(to, from, ca_root_pem(ca), NULL); /* one that is broken already stays behind */
    ca_free(ca);
    return 0;
}

static int make_fresh(struct rotation *r, struct err *err)
{
    struct ca *ca = calloc(1, sizeof *ca);
    if (!ca) {
        return err_set(err, ERR_MEMORY, "no memory for a CA");
    }
    int result = ca_make(ca, (time_t)(clock_wall_ms() / 1000), err);
    if (result == 0 && (mkdir(r->fresh, 0700) != 0 || chmod(r->fresh, 0700) != 0)) {
        result = failed("created", r->fresh, err);
    }
    if (result == 0) {
        r->new_folder = lock(r->fresh, err);
        result = r->new_folder < 0 ? -1 : 0;
    }
    if (result == 0 && ca_fill_folder(ca, r->fresh) != 0) {
        result = failed("written", r->fresh, err);
    }
    ca_free(ca);
    if (result == 0 && keep_previous(r) != 0) {
        result = failed("written", r->fresh, err);
    }
    return result == 0 ? each_entry(r, r->dir, refresh_bundle, err) : result;
}

static int exchange(const struct rotation *r, struct err *err)
{
    if (renameat2(AT_FDCWD, r->fresh, AT_FDCWD, r->dir, RENAME_EXCHANGE) == 0) {
        return 0;
    }
    if (errno == EINVAL || errno == ENOSYS || errno == EXDEV || errno == EOPNOTSUPP) {
        return err_set(err, ERR_CA,
                       "the file system of %s cannot exchange two folders in one step, so nothing "
                       "was changed. Stop why401 and remove the folder: the next start makes a new "
                       "CA",
                       r->dir);
    }
    return failed("replaced", r->dir, err);
}

/* Removes what a rotation left that was killed; what is not ours alone is not touched. */
static int sweep_leftover(const struct rotation *r, struct err *err)
{
    if (access(r->fresh, F_OK) != 0) {
        return 0;
    }
    int folder = lock(r->fresh, err);
    if (folder < 0) {
        return -1;
    }
    int result = sweep(r, err);
    close(folder);
    return result;
}

/* With the old folder locked. A new folder that did not get into its place is thrown away; an old
 * one that cannot be is an error too, because there is a key in it. */
static int replace(struct rotation *r, struct err *err)
{
    if (sweep_leftover(r, err) != 0) {
        return -1;
    }
    if (make_fresh(r, err) == 0 && exchange(r, err) == 0) {
        return sweep(r, err);
    }
    if (r->new_folder >= 0) {
        sweep(r, NULL);
    }
    return -1;
}

int ca_rotate(const char *dir, struct err *err)
{
    char path[PATH_MAX];
    struct rotation r = {.dir = path, .old_folder = -1, .new_folder = -1};
    if (ca_folder_path(dir, path, err) != 0) {
        return -1;
    }
    if (access(path, F_OK) != 0 && errno == ENOENT) {
        struct ca *ca = ca_open(path, err);
        ca_free(ca);
        return ca ? 0 : -1;
    }
    if (snprintf(r.fresh, sizeof r.fresh, "%s.rotating", path) >= (int)sizeof r.fresh) {
        return err_set(err, ERR_CA, "the path of the CA is longer than %d bytes", PATH_MAX);
    }
    r.old_folder = lock(path, err);
    if (r.old_folder < 0) {
        return -1;
    }
    int result = replace(&r, err);
    close(r.old_folder);
    if (r.new_folder >= 0) {
        close(r.new_folder);
    }
    return result;
}
