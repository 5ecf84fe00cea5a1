/* Leaves: the certificates that clients see, minted by the local CA for one name each. */
#ifndef WHY401_TLS_LEAF_H
#define WHY401_TLS_LEAF_H

#include <openssl/x509.h>
#include <time.h>

#include "why401/base/list.h"
#include "why401/tls/ca.h"

#define LEAVES_MOST 64 /* names with a leaf at a time, of one context */
#define LEAF_DAYS   45 /* from notBefore, which lies a day back, to notAfter */

struct leaf {
    struct list node;
    X509 *cert;    /* owned */
    EVP_PKEY *key; /* owned; of this leaf alone */
    time_t renew;  /* from this second on a new one is minted */
    char name[];   /* lower case */
};

struct leaves {
    struct list recent; /* of struct leaf; the one used last at the end */
    size_t count;
    size_t minted; /* since the beginning */
};

void leaves_init(struct leaves *l);
void leaves_release(struct leaves *l);

/* The leaf for name, a DNS name that ca_permits, in any case; an empty one, and "localhost", give
 * the leaf for localhost, 127.0.0.1 and ::1. Minted when there is none or the one there is has
 * grown old. Owned by l, valid until the next call. NULL with *err. */
const struct leaf *leaves_get(struct leaves *l, const struct ca *ca, struct span name, time_t now,
                              struct err *err);

#endif
