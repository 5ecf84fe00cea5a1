/* The building blocks of the certificates that why401 makes: P-256, SHA-256, X.509 v3, every
 * extension built from values and none from text, so that no name can smuggle in a second one. */
#ifndef WHY401_TLS_CERT_H
#define WHY401_TLS_CERT_H

#include <openssl/x509v3.h>
#include <time.h>

#include "why401/base/ip.h"
#include "why401/base/span.h"

/* Bits of keyUsage, RFC 5280 §4.2.1.3. */
enum cert_usage {
    CERT_DIGITAL_SIGNATURE = 1 << 0,
    CERT_KEY_CERT_SIGN = 1 << 5,
    CERT_CRL_SIGN = 1 << 6,
};

/* A new P-256 key pair; the caller frees it. NULL: the library refused. */
EVP_PKEY *cert_key(void);

/* An unsigned certificate for the public half of key, with a random serial number and a subject key
 * identifier. common_name may be NULL. The caller frees it; NULL: the library refused. */
X509 *cert_new(EVP_PKEY *key, const char *organization, const char *common_name, time_t from,
               time_t until);

/* Each adds one extension and returns false when the library refused. */
bool cert_add_ca(X509 *x, long path_length); /* critical; path_length below 0: not a CA */
bool cert_add_usage(X509 *x, unsigned usage);
bool cert_add_server_auth(X509 *x);
bool cert_add_names(X509 *x, GENERAL_NAMES *names);
bool cert_add_constraints(X509 *x, NAME_CONSTRAINTS *constraints); /* critical */

/* Appends a name; false when memory is out. An IP address with a prefix below its width is written
 * as address and mask, the form that constraints want. */
bool cert_push_dns(GENERAL_NAMES *names, struct span name);
bool cert_push_ip(GENERAL_NAMES *names, struct ip ip);
bool cert_permit_dns(NAME_CONSTRAINTS *constraints, const char *domain);
bool cert_permit_block(NAME_CONSTRAINTS *constraints, const char *block);

/* Names the issuer (x itself when self-signed) and signs. False when the library refused. */
bool cert_sign(X509 *x, X509 *issuer, EVP_PKEY *issuer_key);

/* Seconds since 1970 of a certificate's time; 0 when it cannot be read. */
time_t cert_time(const ASN1_TIME *when);

/* A pem_password_cb that knows none: an encrypted key must not make the library ask on the
 * terminal. */
int cert_no_password(char *text, int size, int writing, void *ctx);

#endif
