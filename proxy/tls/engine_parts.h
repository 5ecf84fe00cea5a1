/* What the files of the engine know of a connection. */
#ifndef WHY401_TLS_ENGINE_PARTS_H
#define WHY401_TLS_ENGINE_PARTS_H

#include <openssl/ssl.h>

#include "why401/tls/engine.h"

#define RECORD_MOST 16384 /* plaintext bytes, RFC 8446 §5.1 */

struct tls {
    SSL *ssl;                    /* owned */
    struct tls_context *context; /* counted */
    struct buf *out;             /* the caller's: ciphertext for the wire */
    struct span in;              /* ciphertext that the BIO may read; empty outside tls_feed */
    size_t given;                /* bytes the BIO gave since the last record was done */
    uint64_t received;           /* bytes the BIO gave in all */
    struct err *err;             /* owned; NULL until something is wrong */
    size_t record;               /* plaintext bytes of a full record; set when open */
    size_t overhead;             /* bytes that a record adds; set when open */
    uint32_t key_updates;        /* asked for by the peer */
    enum tls_state state;
    bool server;
    bool owed;       /* the first byte of the next feed has been taken already */
    bool no_tls;     /* the peer's first byte was not one of TLS */
    bool end_wanted; /* tls_end was called */
    bool end_sent;   /* close_notify is in out */
    /* Lower case. Client side: whom it verifies. Server side: whom a client without SNI means; "":
     * this machine. */
    char host[];
};

/* Records why the connection is about to fail, unless a reason is known already: the first one is
 * the cause, those after it are consequences. */
void tls_blame(struct tls *t, enum err_code code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Makes OpenSSL's queue of errors empty, so that what is in it later is of the call that follows.
 */
void engine_clear_errors(void);

/* The connection has failed for the reason that is in OpenSSL's queue. */
void engine_fail(struct tls *t);

/* encrypt.c: the connection is open, so what a record costs is known, and an end that was wanted
 * before goes out. */
void encrypt_begin(struct tls *t);

/* Sends close_notify if it is wanted, was not sent, and may be. */
void encrypt_end(struct tls *t);

/* bio.c: the BIO between OpenSSL and the spans and buffers of an engine. A method belongs to a
 * context. */
BIO_METHOD *bio_method_new(void);
BIO *bio_new(const BIO_METHOD *method, struct tls *t);

/* verify.c: has t's handshake verify the peer's chain, and its name against t->host. False when the
 * library refuses; t->err says why. */
bool verify_expect_host(struct tls *t);

/* Still the certificate of t->host and not expired. */
bool verify_again(const struct tls *t, X509 *peer);

/* Notes what was wrong with which certificate: the objection of strict.c, else OpenSSL's. */
void verify_blame(struct tls *t, X509_STORE_CTX *store, const char *objection);

/* Notes an objection to x that is not OpenSSL's. */
void verify_object(struct tls *t, const char *objection, const X509 *x);

/* Takes back what was noted. */
void verify_forget(struct tls *t);

/* path.c, SSL_CTX_set_cert_verify_callback's: looks for a path to a root that is good in OpenSSL's
 * eyes and in those of strict.c. */
int path_verify(X509_STORE_CTX *asked, void *arg);

/* sni.c, callbacks of an accepting context. */
int sni_check(SSL *ssl, int *alert, void *arg);
int sni_choose_leaf(SSL *ssl, void *arg);
int alpn_choose(SSL *ssl, const unsigned char **out, unsigned char *out_len,
                const unsigned char *offered, unsigned offered_len, void *arg);

#endif
