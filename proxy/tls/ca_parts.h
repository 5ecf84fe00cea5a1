/* What the files of the CA know of each other, and leaf.c of them. */
#ifndef WHY401_TLS_CA_PARTS_H
#define WHY401_TLS_CA_PARTS_H

#include <limits.h>
#include <openssl/x509v3.h>
#include <time.h>

#include "why401/tls/ca.h"

#define CA_DAYS     730 /* certs/README.md says why */
#define DAY_SECONDS 86400

/* The files of a CA's folder. */
#define CA_ROOT_FILE         "ca.pem"
#define CA_INTERMEDIATE_FILE "intermediate.pem"
#define CA_KEY_FILE          "intermediate-key.pem"
#define CA_PREVIOUS_FILE     "ca-previous.pem" /* the root before the last rotation */

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

/* Writes the files of ca into the folder dir, which is empty, and sets its mode. -1 with errno. */
int ca_fill_folder(const struct ca *ca, const char *dir);

/* Writes x as a new file of an open folder, mode 0644. -1 with errno. */
int ca_write_certificate(int folder, const char *name, X509 *x);

/* dir, or the default place, without slashes at its end, into path. */
int ca_folder_path(const char *dir, char path[PATH_MAX], struct err *err);

/* Writes ca as folder dir, all of it or nothing. 1: there is one already. */
int ca_save(const struct ca *ca, const char *dir, struct err *err);

#endif
