/* The inside of a place, for the files that make and read it. */
#ifndef CHILD_PLACE_PARTS_H
#define CHILD_PLACE_PARTS_H

#include <limits.h>
#include <sys/stat.h>

#include "why401/child/place.h"

#define BUNDLES_MOST 32 /* more than variables.c has rows that need one */

struct bundle {
    char *base; /* the parent's file before ours, owned; NULL: the system's roots */
};

struct child_place {
    char dir[PATH_MAX - 64]; /* room for the name of a file is left */
    struct stat made;        /* what the directory was when it was made */
    struct bundle bundles[BUNDLES_MOST];
    size_t count;
};

/* A file name in the place. Both fit into PATH_MAX. */
void place_path(const struct child_place *place, const char *name, char path[PATH_MAX]);

/* The file that the parent gives to clients that read this variable; NULL: the system's roots. */
const char *place_base(char *const *parent, const char *variable);

/* The path of the bundle that starts with that file. */
void place_bundle(const struct child_place *place, const char *base, char path[PATH_MAX]);

/* Writes every file but the bundles, of which bundle.pem has to be there. */
int place_write_files(const struct child_place *place, const struct child_place_options *options,
                      struct err *err);

/* Removes what is in the directory and it, as child_place_remove does; place stays. */
void place_clear(const struct child_place *place);

#endif
