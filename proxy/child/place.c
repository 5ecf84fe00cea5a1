/* Making the run directory. Everything is written once, before the child starts, and nothing is
 * changed afterwards. Whatever fails, the directory is removed again. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "jks.h"
#include "parent.h"
#include "place_parts.h"
#include "preload_cjs.h"
#include "prepend_php.h"
#include "why401/child/variables.h"
#include "why401/base/str.h"
#include "why401/tls/bundle.h"

#define WGETRC_MOST 65536     /* bytes of the user's own */
#define STORE_MOST  (8 << 20) /* bytes of truststore.jks */
#define BUNDLE_READ (5 << 20) /* bytes: BUNDLE_MOST and ours */

void place_path(const struct child_place *place, const char *name, char path[PATH_MAX])
{
    snprintf(path, PATH_MAX, "%s/%s", place->dir, name);
}

const char *child_place_dir(const struct child_place *place)
{
    return place->dir;
}

static int write_file(const struct child_place *place, const char *name, struct span text,
                      struct err *err)
{
    char path[PATH_MAX];
    place_path(place, name, path);
    int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    while (file >= 0 && text.len > 0) {
        ssize_t wrote = write(file, text.ptr, text.len);
        if (wrote < 0 && errno != EINTR) {
            break;
        }
        text = span_from(text, wrote > 0 ? (size_t)wrote : 0);
    }
    if (file < 0 || text.len > 0 || close(file) != 0) {
        int reason = errno;
        if (file >= 0 && text.len > 0) {
            close(file);
        }
        return err_set(err, ERR_SYSTEM, "%s cannot be written: %s", path, strerror(reason));
    }
    return 0;
}

/* Adds the whole file to out, whose limit is the most that it may have. Returns 0, or an errno. */
static int read_file(const char *path, struct str *out)
{
    char part[4096];
    ssize_t got;
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0) {
        return errno;
    }
    while ((got = read(file, part, sizeof part)) > 0 && !out->failed) {
        str_add(out, span(part, (size_t)got));
    }
    int reason = got < 0 ? errno : out->failed ? EFBIG : 0;
    close(file);
    return reason;
}

/* Options of Node, Java and PHP name files in it, in syntaxes that have little in common. */
static bool takes_any_syntax(const char *dir)
{
    if (dir[0] != '/' || strlen(dir) > PATH_MAX - 128) {
        return false;
    }
    for (; *dir; dir++) {
        if (strchr(":;\"'\\", *dir) || (unsigned char)*dir < ' ') {
            return false;
        }
    }
    return true;
}

static bool make_in(struct child_place *place, const char *parent_dir)
{
    if (!parent_dir || !takes_any_syntax(parent_dir)) {
        return false;
    }
    snprintf(place->dir, sizeof place->dir, "%s/why401-XXXXXX", parent_dir);
    return mkdtemp(place->dir) && lstat(place->dir, &place->made) == 0;
}

static int make_dir(struct child_place *place, char *const *parent, struct err *err)
{
    if (make_in(place, parent_value(parent, "XDG_RUNTIME_DIR")) ||
        make_in(place, parent_value(parent, "TMPDIR")) || make_in(place, "/tmp")) {
        return 0;
    }
    return err_set(err, ERR_SYSTEM,
                   "no folder for temporary files: neither $XDG_RUNTIME_DIR nor $TMPDIR nor /tmp "
                   "lets one be made (%s)",
                   strerror(errno));
}

static bool same_base(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

const char *place_base(char *const *parent, const char *variable)
{
    const char *own = parent_value(parent, variable);
    return own ? own : parent_value(parent, "SSL_CERT_FILE");
}

/* The number of the bundle that starts with that file; place->count when there is none yet. */
static size_t bundle_number(const struct child_place *place, const char *base)
{
    size_t at = 0;
    while (at < place->count && !same_base(place->bundles[at].base, base)) {
        at++;
    }
    return at;
}

static void bundle_path(const struct child_place *place, size_t number, char path[PATH_MAX])
{
    char name[32] = "bundle.pem";
    if (number > 0) {
        snprintf(name, sizeof name, "bundle-%zu.pem", number + 1);
    }
    place_path(place, name, path);
}

void place_bundle(const struct child_place *place, const char *base, char path[PATH_MAX])
{
    bundle_path(place, bundle_number(place, base), path);
}

static int make_bundle(struct child_place *place, const char *variable, const char *base,
                       struct span ca_pem, struct err *err)
{
    char path[PATH_MAX];
    struct err why;
    size_t number = bundle_number(place, base);
    if (number < place->count) {
        return 0;
    }
    if (number == BUNDLES_MOST) {
        return err_set(err, ERR_SYSTEM, "more than %d files of certificates", BUNDLES_MOST);
    }
    bundle_path(place, number, path);
    if (bundle_write(path, base, ca_pem, &why) != 0) {
        return base ? err_set(err, why.code, "%s: %s", variable, why.text)
                    : err_set(err, why.code, "%s", why.text);
    }
    place->bundles[number].base = base ? span_dup(span_of(base)) : NULL;
    place->count++;
    if (base && !place->bundles[number].base) {
        return err_set(err, ERR_MEMORY, "out of memory");
    }
    return 0;
}

/* The first is the one for clients whose variable is none of ours: bundle.pem. */
static int make_bundles(struct child_place *place, const struct child_place_options *options,
                        struct err *err)
{
    const char *first = parent_value(options->parent, "SSL_CERT_FILE");
    if (make_bundle(place, "SSL_CERT_FILE", first, options->ca_pem, err) != 0) {
        return -1;
    }
    for (size_t i = 0; i < variables_count; i++) {
        const char *name = variables[i].name, *own = parent_value(options->parent, name);
        bool needs = own && (variables[i].kind == VARIABLE_CA_ADDED ||
                             variables[i].kind == VARIABLE_CA_REPLACED);
        if (needs && make_bundle(place, name, own, options->ca_pem, err) != 0) {
            return -1;
        }
    }
    return 0;
}

static int make_store(const struct child_place *place, struct err *err)
{
    char path[PATH_MAX];
    struct str pem, store;
    str_init(&pem, BUNDLE_READ);
    str_init(&store, STORE_MOST);
    bundle_path(place, 0, path);
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
    str_init(&ini, 4 * PATH_MAX);
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
        text.limit += 2 * PATH_MAX;
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

static int fill(struct child_place *place, const struct child_place_options *options,
                struct err *err)
{
    struct span preload = span((const char *)preload_cjs, preload_cjs_size);
    if (write_file(place, "ca.pem", options->ca_pem, err) != 0 ||
        write_file(place, "preload.cjs", preload, err) != 0 ||
        make_bundles(place, options, err) != 0 || make_store(place, err) != 0 ||
        make_php(place, err) != 0 || make_wgetrc(place, options, err) != 0) {
        return -1;
    }
    return 0;
}

static void place_free(struct child_place *place)
{
    for (size_t i = 0; i < place->count; i++) {
        free(place->bundles[i].base);
    }
    free(place);
}

struct child_place *child_place_make(const struct child_place_options *options, struct err *err)
{
    struct child_place *place = calloc(1, sizeof *place);
    if (!place) {
        err_set(err, ERR_MEMORY, "out of memory");
        return NULL;
    }
    if (make_dir(place, options->parent, err) != 0) {
        place_free(place);
        return NULL;
    }
    if (fill(place, options, err) != 0) {
        child_place_remove(place);
        return NULL;
    }
    return place;
}

void child_place_remove(struct child_place *place)
{
    if (place) {
        place_clear(place);
        place_free(place);
    }
}
