/* Making the run directory, and the bundles in it. Everything is written once, before the child
 * starts, and nothing is changed afterwards. Whatever fails, the directory is removed again. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "parent.h"
#include "place_parts.h"
#include "why401/child/variables.h"
#include "why401/tls/bundle.h"

void place_path(const struct child_place *place, const char *name, char path[PATH_MAX])
{
    snprintf(path, PATH_MAX, "%s/%s", place->dir, name);
}

const char *child_place_dir(const struct child_place *place)
{
    return place->dir;
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

/* Nobody else can take a folder away from there and put one of theirs in its place, with a preload
 * of theirs in it. */
static bool is_safe(const char *dir)
{
    struct stat st;
    return stat(dir, &st) == 0 && (st.st_uid == geteuid() || st.st_uid == 0) &&
           (!(st.st_mode & (S_IWGRP | S_IWOTH)) || st.st_mode & S_ISVTX);
}

static bool make_in(struct child_place *place, const char *parent_dir)
{
    snprintf(place->dir, sizeof place->dir, "%s/why401-XXXXXX", parent_dir);
    return mkdtemp(place->dir) && lstat(place->dir, &place->made) == 0;
}

/* In the first of them that is safe. Where none is, as in a container whose only folder to write to
 * is everybody's, in the first. */
static int make_dir(struct child_place *place, char *const *parent, struct err *err)
{
    const char *const dirs[] = {parent_value(parent, "XDG_RUNTIME_DIR"),
                                parent_value(parent, "TMPDIR"), "/tmp"};
    for (int safe = 1; safe >= 0; safe--) {
        for (size_t i = 0; i < sizeof dirs / sizeof *dirs; i++) {
            if (dirs[i] && takes_any_syntax(dirs[i]) && is_safe(dirs[i]) == (safe == 1) &&
                make_in(place, dirs[i])) {
                return 0;
            }
        }
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
    if (make_bundles(place, options, err) != 0 || place_write_files(place, options, err) != 0) {
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
