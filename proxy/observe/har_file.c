/* Writing a HAR that is valid whenever the program ends, killed or not. A HAR ends with brackets,
 * so an entry overwrites them; but the kernel may end a write between any two pages when the
 * process is killed, and then the brackets are gone. So nothing is ever written to the file that
 * has the user's name: there are two files with the same content, and a batch goes like this:
 *
 * 1. What the second file lacks, the batch before and this one, is written to it;
 * 2. the two exchange their names, which happens or does not;
 * 3. the other file is now the second one and lacks this batch.
 *
 * What can happen otherwise:
 * - the disk is full, or writing fails in another way: the second file is torn, nobody sees that,
 *   the batch is lost and counted, and the next one is written over it;
 * - the file was taken away, so names cannot be exchanged: the same;
 * - the program is killed: the file is whole, the second one stays until the next start. */
#include "har_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "har_entry.h"

#define HEAD                                                                                       \
    SPAN("{\"log\":{\"version\":\"1.2\",\"creator\":{\"name\":\"why401\",\"version\":"             \
         "\"" WHY401_VERSION "\"},\"pages\":[],\"entries\":[")
#define TAIL         SPAN("\n]}}\n")
#define TEXT_MOST    (1 << 24) /* bytes that may wait, with those that the second file lacks */
#define STORAGE_KEPT (1 << 20) /* bytes of storage that are kept when little waits */
#define BODY_MOST    (1 << 22) /* bytes of a body, whatever the config says */

static int cannot(struct err *err, const char *path, const char *why)
{
    return err_set(err, ERR_OUTPUT, "cannot write a HAR to %s: %s", path, why);
}

/* --- opening --- */

/* What is there may be replaced: nothing, or a regular file of ours that no why401 writes. */
static int check_old(const char *path, struct err *err)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    if (fd < 0) {
        return errno == ENOENT  ? 0
               : errno == ELOOP ? cannot(err, path, "it is a symbolic link; name the file itself")
                                : cannot(err, path, strerror(errno));
    }
    int rc = fstat(fd, &st) != 0      ? cannot(err, path, strerror(errno))
             : !S_ISREG(st.st_mode)   ? cannot(err, path, "it is not a regular file")
             : st.st_uid != geteuid() ? cannot(err, path, "it belongs to somebody else")
             : flock(fd, LOCK_EX | LOCK_NB) != 0
                 ? cannot(err, path, "another why401 writes it; give each a file of its own")
                 : 0;
    close(fd);
    return rc;
}

/* Writes all of s at `at`. Returns 0, or an errno. */
static int write_at(int fd, struct span s, off_t at)
{
    while (s.len) {
        ssize_t n = pwrite(fd, s.ptr, s.len, at);
        if (n > 0) {
            s = span_from(s, (size_t)n);
            at += n;
        } else if (n == 0 || errno != EINTR) {
            return n == 0 ? EIO : errno;
        }
    }
    return 0;
}

/* A file of the second name, new, private, and without entries. */
static int make(struct har_file *f, struct err *err)
{
    struct har_copy *c = &f->next;
    unlink(f->next_path); /* of a why401 that was killed */
    c->fd = open(f->next_path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (c->fd < 0) {
        return cannot(err, f->next_path, strerror(errno));
    }
    c->end = (off_t)HEAD.len;
    c->empty = true;
    flock(c->fd, LOCK_EX | LOCK_NB); /* for check_old; nobody else has this file */
    int failed = write_at(c->fd, HEAD, 0);
    failed = failed ? failed : write_at(c->fd, TAIL, c->end);
    return failed ? cannot(err, f->next_path, strerror(failed)) : 0;
}

/* Where the file system knows no exchange of names, three steps do it, each of which leaves a whole
 * file under the user's name. Returns 0, or an errno. */
static int exchange_by_links(const struct har_file *f)
{
    struct str spare;
    str_init(&spare, 8192);
    str_addf(&spare, "%s~", f->next_path);
    unlink(str_cstr(&spare));
    int failed =
        link(f->path, str_cstr(&spare)) != 0 || rename(f->next_path, f->path) != 0 ? errno : 0;
    if (failed) {
        unlink(str_cstr(&spare));
    } else {
        /* Should it fail, the next batch misses the name and says so. */
        (void)rename(str_cstr(&spare), f->next_path);
    }
    str_release(&spare);
    return failed;
}

static int exchange_names(const struct har_file *f)
{
    if (renameat2(AT_FDCWD, f->next_path, AT_FDCWD, f->path, RENAME_EXCHANGE) == 0) {
        return 0;
    }
    return errno == EINVAL || errno == ENOSYS ? exchange_by_links(f) : errno;
}

static void swap(struct har_file *f)
{
    struct har_copy before = f->named;
    f->named = f->next;
    f->next = before;
}

/* Both files, and a first exchange to see that it can be done here. */
static int make_both(struct har_file *f, struct err *err)
{
    if (check_old(f->path, err) != 0 || make(f, err) != 0) {
        return -1;
    }
    if (rename(f->next_path, f->path) != 0) {
        int failed = errno;
        unlink(f->next_path);
        return cannot(err, f->path, strerror(failed));
    }
    swap(f);
    if (make(f, err) != 0) {
        return -1;
    }
    int failed = exchange_names(f);
    if (failed) {
        return err_set(err, ERR_SYSTEM,
                       "cannot write a HAR to %s: this file system cannot exchange two files (%s); "
                       "name a file on a local disk",
                       f->path, strerror(failed));
    }
    swap(f);
    return 0;
}

static int keep_paths(struct har_file *f, const char *path, struct err *err)
{
    struct str next;
    str_init(&next, 8192);
    str_addf(&next, "%s.why401", path);
    f->path = span_dup(span_of(path));
    f->next_path = next.failed ? NULL : span_dup(str_span(&next));
    str_release(&next);
    if (!f->path || !f->next_path) {
        err_set(err, ERR_MEMORY, "no memory for the HAR's name");
        return -1;
    }
    return 0;
}

int har_file_open(struct har_file *f, const char *path, size_t decoded_bytes, struct err *err)
{
    *f = (struct har_file){.named.fd = -1, .next.fd = -1};
    str_init(&f->text, TEXT_MOST);
    f->body_most = decoded_bytes < BODY_MOST ? decoded_bytes : BODY_MOST;
    if (!path) {
        return 0;
    }
    if (strcmp(path, "-") == 0) {
        return err_set(err, ERR_SYSTEM,
                       "a HAR cannot be written to standard output, because it is rewritten while "
                       "it grows; name a file");
    }
    if (keep_paths(f, path, err) != 0 || make_both(f, err) != 0) {
        har_file_close(f);
        return -1;
    }
    return 0;
}

void har_file_close(struct har_file *f)
{
    if (f->named.fd >= 0) {
        close(f->named.fd);
    }
    if (f->next_path && f->next.fd >= 0) {
        unlink(f->next_path);
        close(f->next.fd);
    }
    str_release(&f->text);
    free(f->path);
    free(f->next_path);
    *f = (struct har_file){.named.fd = -1, .next.fd = -1};
}

/* --- writing --- */

/* Appends an entry. Returns false, the text as it was, when there was no room for it. */
static bool add(struct har_file *f, struct record *r, size_t body_most)
{
    size_t before = f->text.len;
    str_add(&f->text, SPAN(",\n"));
    har_entry(&f->text, r, body_most);
    if (!f->text.failed) {
        return true;
    }
    f->text.len = before;
    f->text.failed = false;
    return false;
}

uint64_t har_file_add(struct har_file *f, struct record *r)
{
    if (f->named.fd < 0) {
        return 0;
    }
    /* Without its bodies an entry nearly always has room. */
    if (!add(f, r, f->body_most) && !add(f, r, 0)) {
        return 1;
    }
    f->waiting++;
    return 0;
}

/* Brings the second file up to date. Returns 0, or an errno. */
static int write_next(struct har_file *f)
{
    struct har_copy *c = &f->next;
    size_t len = f->text.len;
    str_add(&f->text, TAIL);
    if (f->text.failed) {
        f->text.failed = false;
        return ENOMEM;
    }
    struct span all = span_from(str_span(&f->text), c->empty ? 1 : 0); /* no comma at first */
    int failed = write_at(c->fd, all, c->end);
    f->text.len = len;
    if (!failed && c->longer && ftruncate(c->fd, c->end + (off_t)all.len) != 0) {
        failed = errno;
    }
    c->end += (off_t)(all.len - TAIL.len);
    c->empty = false;
    c->longer = false;
    return failed;
}

/* Forgets the first `len` bytes of the text. */
static void forget(struct har_file *f, size_t len)
{
    struct span rest = span_from(str_span(&f->text), len);
    struct str kept;
    if (f->text.cap > STORAGE_KEPT && rest.len < STORAGE_KEPT) {
        str_init(&kept, TEXT_MOST);
        str_add(&kept, rest);
        if (!kept.failed) {
            str_release(&f->text);
            f->text = kept;
            return;
        }
    }
    memmove(f->text.ptr, rest.ptr, rest.len);
    f->text.len = rest.len;
}

/* Returns 0, or an errno; what the second file has beyond its end does not count then. */
static int write_batch(struct har_file *f)
{
    struct har_copy before = f->next;
    int failed = write_next(f);
    failed = failed ? failed : exchange_names(f);
    if (failed) {
        f->next = before;
        f->next.longer = true;
        f->text.len = f->written;
        return failed;
    }
    swap(f);
    forget(f, f->written);
    f->written = f->text.len;
    return 0;
}

uint64_t har_file_flush(struct har_file *f, struct str *news)
{
    if (har_file_waits(f) == 0) {
        return 0;
    }
    int failed = write_batch(f);
    uint64_t lost = failed ? f->waiting : 0;
    f->waiting = 0;
    f->lost += lost;
    if (failed && !f->failing) {
        f->failing = true;
        str_addf(news, "cannot write the HAR %s: %s; entries are lost until it works again",
                 f->path, strerror(failed));
    } else if (!failed && f->failing) {
        f->failing = false;
        str_addf(news, "the HAR %s is written again; %llu entries were lost", f->path,
                 (unsigned long long)f->lost);
        f->lost = 0;
    }
    return lost;
}
