/* The files of a place that are not bundles: for Java, PHP and wget, and what is copied out of the
 * program. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "jks.h"
#include "parent.h"
#include "place_parts.h"
#include "preload_cjs.h"
#include "prepend_php.h"
#include "why401/base/file.h"
#include "why401/base/str.h"

#define WGETRC_MOST 65536     /* bytes of the user's own */
#define STORE_MOST  (8 << 20) /* bytes of truststore.jks */
#define BUNDLE_READ (5 << 20) /* bytes of a bundle: BUNDLE_MOST and ours */

static int write_file(const struct child_place *place, const char *name, struct span text,
                      struct err *err)
{
    char path[PATH_MAX];
    place_path(place, name, path);
    int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    bool written = file >= 0 && file_write(file, text) == 0;
    if (!written || close(file) != 0) {
        int reason = errno;
        if (file >= 0 && !written) {
            close(file);
        }
        return err_set(err, ERR_SYSTEM, "%s cannot be written: %s", path, strerror(reason));
    }
    return 0;
}

/* Adds the whole file to out, whose limit is the most that it may have. Returns 0, or an errno. */
static int read_file(const char *path, struct str *out)
{
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0) {
        return errno;
    }
    int reason = file_read_rest(file, out);
    close(file);
    return reason;
}

static int make_store(const struct child_place *place, struct err *err)
{
    char path[PATH_MAX];
    struct str pem, store;
    str_init(&pem, BUNDLE_READ);
    str_init(&store, STORE_MOST);
    place_path(place, "bundle.pem", path);
    int reason = read_file(path, &pem), result;
    if (reason != 0) {
        result = err_set(err, ERR_SYSTEM, "%s cannot be read: %s", path, strerror(reason));
    } else if (jks_write(&store, str_span(&pem)) != 0) {
        result = err_set(err, ERR_SYSTEM, "%s does not fit into a trust store for Java", path);
    } else {
        result = write_file(place, "truststore.jks", str_span(&store), err);
    }
    str_release(&pem);
    str_release(&store);
    return result;
}

static int make_php(const struct child_place *place, struct err *err)
{
    char path[PATH_MAX];
    struct str ini;
    place_path(place, "php", path);
    if (mkdir(path, 0700) != 0) {
        return err_set(err, ERR_SYSTEM, "%s cannot be made: %s", path, strerror(errno));
    }
    str_init(&ini, (size_t)4 * PATH_MAX);
    str_addf(&ini,
             "curl.cainfo = \"%s/bundle.pem\"\n"
             "openssl.cafile = \"%s/bundle.pem\"\n"
             "auto_prepend_file = \"%s/php/prepend.php\"\n",
             place->dir, place->dir, place->dir);
    int result = write_file(place, "php/why401.ini", str_span(&ini), err);
    str_release(&ini);
    return result != 0 ? -1
                       : write_file(place, "php/prepend.php",
                                    span((const char *)prepend_php, prepend_php_size), err);
}

/* wget reads one file, and the last line about something counts. The user's own ~/.wgetrc need not
 * exist; one that $WGETRC names has to, as wget itself wants it. */
static int add_own_wgetrc(struct str *out, char *const *parent, struct err *err)
{
    char path[PATH_MAX];
    const char *own = parent_value(parent, "WGETRC"), *home = parent_value(parent, "HOME");
    if (!own && !home) {
        return 0;
    }
    int len = own ? snprintf(path, sizeof path, "%s", own)
                  : snprintf(path, sizeof path, "%s/.wgetrc", home);
    int reason = len < (int)sizeof path ? read_file(path, out) : ENAMETOOLONG;
    if (reason != 0 && !(reason == ENOENT && !own)) {
        return err_set(err, ERR_SYSTEM, "%s: %.256s cannot be read: %s",
                       own ? "WGETRC" : "wget's settings", path, strerror(reason));
    }
    return 0;
}

static int make_wgetrc(const struct child_place *place, const struct child_place_options *options,
                       struct err *err)
{
    struct str text;
    str_init(&text, WGETRC_MOST);
    int result = add_own_wgetrc(&text, options->parent, err);
    if (result == 0) {
        text.limit += (size_t)2 * PATH_MAX;
        str_addf(&text,
                 "\nca_certificate = %s/bundle.pem\nuse_proxy = on\n"
                 "http_proxy = http://127.0.0.1:%u\nhttps_proxy = http://127.0.0.1:%u\n",
                 place->dir, options->port, options->port);
        result = text.failed ? err_set(err, ERR_MEMORY, "out of memory")
                             : write_file(place, "wgetrc", str_span(&text), err);
    }
    str_release(&text);
    return result;
}

int place_write_files(const struct child_place *place, const struct child_place_options *options,
                      struct err *err)
{
    struct span preload = span((const char *)preload_cjs, preload_cjs_size);
    if (write_file(place, "ca.pem", options->ca_pem, err) != 0 ||
        write_file(place, "preload.cjs", preload, err) != 0 || make_store(place, err) != 0 ||
        make_php(place, err) != 0 || make_wgetrc(place, options, err) != 0) {
        return -1;
    }
    return 0;
}
