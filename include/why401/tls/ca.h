/* The local CA (design, decision 6): a root whose key was thrown away after it had signed, one
 * intermediate with a key, both P-256 and both constrained to the names of this header; leaves of
 * 45 days at most, for those names only, in memory only. */
#ifndef WHY401_TLS_CA_H
#define WHY401_TLS_CA_H

#include <stdbool.h>

#include "why401/base/err.h"
#include "why401/base/span.h"

struct ca;

/* Opens the CA in folder `dir` (NULL: $XDG_DATA_HOME/why401 or ~/.local/share/why401), creating it
 * on the first call: dir 0700, ca.pem 0644 (the root, for clients to trust), intermediate.pem 0644,
 * intermediate-key.pem 0600. Written to a temporary folder and renamed, so two processes that start
 * together end with one CA. Refused with ERR_CA: a key that others can read or that somebody else
 * owns, a symlink, certificates that do not belong together or are not constrained, expired ones
 * (the text says how to renew). Immutable once open: threads share it without a lock. The
 * constraints hold localhost, the loopback networks, bitgo.com, bitgo-test.com and their
 * subdomains, and bitgo-dev.com and bitgo-staging.com. */
struct ca *ca_open(const char *dir, struct err *err);

/* The same without creating anything: 0 with *ca; 1 where there is no CA; -1. */
int ca_look(const char *dir, struct ca **ca, struct err *err);

/* Puts a new CA, with new keys, in the place of the one in `dir`, at once: whoever looks, and
 * whenever this is killed, finds the old CA or the new one. The old one need not be usable. Its
 * root stays beside the new one as ca-previous.pem, for people to find where it was trusted; its
 * key is removed. Bundles in the folder (bundle*.pem) get the new root, other files stay. Who has
 * the old CA open keeps it. Where there is none one is made. -1 with ERR_CA: the folder is
 * somebody else's or a link, another rotation is under way, or the file system cannot exchange two
 * folders. */
int ca_rotate(const char *dir, struct err *err);

/* A CA that lives in memory only, its root kept for ca_root_pem. For the demo and the tests. */
struct ca *ca_ephemeral(struct err *err);

void ca_free(struct ca *ca);

/* Path of the root certificate file; NULL for an ephemeral CA. Owned by ca. */
const char *ca_root_path(const struct ca *ca);

/* The root in PEM. Owned by ca. */
struct span ca_root_pem(const struct ca *ca);

/* Where ca_open(NULL) would look, whether it exists or not, into path. */
int ca_default_dir(char *path, size_t size, struct err *err);

/* The CA may sign for this DNS name or textual IP address. */
bool ca_permits(const struct ca *ca, struct span name);

#endif
