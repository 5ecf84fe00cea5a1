/* The run directory of `why401 exec`: the files that the child's variables name, so that whatever
 * it runs trusts our certificate besides what it trusted before. One thread. */
#ifndef WHY401_CHILD_PLACE_H
#define WHY401_CHILD_PLACE_H

#include "why401/base/err.h"
#include "why401/base/span.h"

struct child_place;

struct child_place_options {
    char *const *parent; /* the environment that why401 was called with, as environ */
    unsigned port;       /* of the proxy, on 127.0.0.1 */
    struct span ca_pem;  /* our root, in PEM */
};

/* Makes why401-XXXXXX, mode 0700, in $XDG_RUNTIME_DIR, $TMPDIR or /tmp, the first that takes it,
 * and in it: ca.pem           ours alone, for variables whose certificates are added to a client's
 * own bundle*.pem      for variables that replace a client's own: ours behind the file that the
 *                    parent's variable names, or its SSL_CERT_FILE, or the system's roots; one for
 *                    each such file
 *   truststore.jks   the certificates of bundle.pem for Java
 *   preload.cjs      for Node (what it does is written in it)
 *   php/             settings for PHP, and the file that it reads before each program
 *   wgetrc           the user's own, and after it our certificates and proxy
 * Nothing is left behind when it fails. NULL then: ERR_SYSTEM, with the variable and the file that
 * could not be read, where it is one of those. The user's wgetrc may hold a password, so every file
 * is readable by its owner only. */
struct child_place *child_place_make(const struct child_place_options *options, struct err *err);

/* Its path: absolute, without a quotation mark, a backslash or a colon, so that it can be written
 * into the options of Node, Java and PHP. Owned by place. */
const char *child_place_dir(const struct child_place *place);

/* Removes the directory with everything in it, also what the child left there, follows no symbolic
 * link, leaves a directory alone that somebody else has put into its place, and frees place, which
 * may be NULL. */
void child_place_remove(struct child_place *place);

#endif
