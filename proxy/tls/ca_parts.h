/* What the files of the CA know of each other, and leaf.c of them. */
#ifndef WHY401_TLS_CA_PARTS_H
#define WHY401_TLS_CA_PARTS_H

#include <openssl/x509v3.h>
#include <time.h>

#include "why401/tls/ca.h"

#define CA_DAYS     730 /* certs/README.md says why */
#define DAY_SECONDS 86400

#define CA_TICKET_KEYS 80 /* bytes that SSL_CTX_set_tlsext_ticket_keys takes */

/* Immutable once it has been opened or made, so threads share it without a lock. */
struct ca {
    X509 *root;
    X509 *intermediate;
    EVP_PKEY *key;           /* the intermediate's */
    STACK_OF(X509) * chain;  /* what goes behind a leaf: the intermediate */
    NAME_CONSTRAINTS *names; /* the intermediate's constraints, read back from it */
    time_t expires;          /* the earlier notAfter of the two */
    char *path;              /* of the root certificate; NULL: ephemeral */
    char *pem;               /* the root */
    size_t pem_len;          /* bytes of it */
    /* Of session tickets, so that any worker resumes any other worker's sessions. */
    unsigned char ticket_keys[CA_TICKET_KEYS];
};

/* Fills root, intermediate and key of an empty *ca; the root's key is gone when it returns. */
int ca_make(struct ca *ca, time_t now, struct err *err);

/* Derives the rest from root, intermediate and key, after checking that they belong together, are
 * constrained and valid at `now`. `where` names them in messages. */
int ca_complete(struct ca *ca, const char *where, time_t now, struct err *err);

/* ca_store.c: reads a CA folder; 1: there is none. */
int ca_load(struct ca *ca, const char *dir, struct err *err);

/* Writes ca as folder dir, all of it or nothing. 1: there is one already. */
int ca_save(const struct ca *ca, const char *dir, struct err *err);

#endif
