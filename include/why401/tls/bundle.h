/* Files of root certificates for clients that take one file instead of their own roots: the roots
 * that they had, and ours behind them. Blocking; any thread. */
#ifndef WHY401_TLS_BUNDLE_H
#define WHY401_TLS_BUNDLE_H

#include "why401/base/err.h"
#include "why401/base/span.h"

#define BUNDLE_MOST (4 << 20) /* bytes of the file that a bundle starts from */

/* The file that holds the system's root certificates in PEM, NULL where none of the usual places
 * has one. Valid for ever. */
const char *bundle_system_roots(void);

/* Writes the certificates of base_file (NULL: the system's roots) and then ca_pem to path, mode
 * 0644, by way of a new file beside it that is renamed, so that a reader sees the old file or the
 * new one and a failure changes nothing. base_file may be a bundle that was written here, even the
 * one at path: the root of ours at its end is replaced then. Only certificates are copied, so
 * neither comments nor a private key that somebody put into base_file. Returns 0, or -1 with
 * ERR_SYSTEM: there is no such file, it is no regular file, it is larger than BUNDLE_MOST or holds
 * no certificate. With ERR_OUTPUT: path cannot be written. */
int bundle_write(const char *path, const char *base_file, struct span ca_pem, struct err *err);

#endif
