/* The three kinds of context. What they share: TLS 1.2 and 1.3 only, security level 2, no
 * renegotiation, record buffers given back between records: an idle connection holds none. */
#include "context_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ca_parts.h"
#include "cert.h"
#include "engine_parts.h"
#include "reason.h"
#include "roots.h"
#include "staple.h"

/* AES-128 first: it is as safe as anything here for as long as these connections matter, and the
 * cheapest on every machine with AES instructions. */
static const char tls13_ciphers[] =
    "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256";
static const char tls12_server_ciphers[] = "ECDHE+AESGCM+AES128:ECDHE+AESGCM:ECDHE+CHACHA20";

/* Of an upstream, older ones too, as long as the keys are fresh for each connection: a copy of the
 * traffic is no use to who gets the server's key later. The server signs in all of them. */
static const char tls12_client_ciphers[] =
    "ECDHE+AESGCM:ECDHE+CHACHA20:DHE+AESGCM:DHE+CHACHA20:ECDHE+AES:!aNULL";

/* By which an upstream may prove that it has its key: what the library would offer, less SHA-224.
 */
static const char client_signatures[] =
    "ECDSA+SHA256:ECDSA+SHA384:ECDSA+SHA512:ed25519:ed448:RSA-PSS+SHA256:RSA-PSS+SHA384:"
    "RSA-PSS+SHA512:rsa_pss_pss_sha256:rsa_pss_pss_sha384:rsa_pss_pss_sha512:RSA+SHA256:RSA+SHA384:"
    "RSA+SHA512";

#define SESSION_SECONDS 7200

/* Certificates between a server's and a root. Public CAs have one or two. */
#define BETWEEN_MOST 8

struct tls_context *context_hold(struct tls_context *context)
{
    context->refs++;
    return context;
}

void tls_context_free(struct tls_context *context)
{
    if (!context || --context->refs > 0) {
        return;
    }
    sessions_release(&context->sessions);
    leaves_release(&context->leaves);
    sk_X509_pop_free(context->own_roots, X509_free);
    SSL_CTX_free(context->ssl);
    BIO_meth_free(context->bio);
    free(context);
}

/* A peer that asks for new keys without end is counted here and cut off by the engine. */
static void count_key_updates(int sent, int version, int type, const void *message, size_t len,
                              SSL *ssl, void *arg)
{
    (void)version, (void)arg;
    struct tls *t = SSL_get_app_data(ssl);
    if (!sent && type == SSL3_RT_HANDSHAKE && len > 0 && t &&
        *(const unsigned char *)message == SSL3_MT_KEY_UPDATE) {
        t->key_updates++;
    }
}

/* A private upstream may want P-384; nobody needs it of us. */
static bool set_groups(SSL_CTX *ssl, bool connecting)
{
    int groups[] = {NID_X25519, NID_X9_62_prime256v1, NID_secp384r1};
    return SSL_CTX_set1_groups(ssl, groups, connecting ? 3 : 2) == 1;
}

static bool set_up(SSL_CTX *ssl, bool connecting)
{
    SSL_CTX_set_security_level(ssl, 2);
    SSL_CTX_set_options(ssl,
                        SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CLEANSE_PLAINTEXT);
    SSL_CTX_set_read_ahead(ssl, 0); /* the engine counts on it */
    SSL_CTX_set_msg_callback(ssl, count_key_updates);
    return SSL_CTX_set_min_proto_version(ssl, TLS1_2_VERSION) == 1 &&
           SSL_CTX_set_ciphersuites(ssl, tls13_ciphers) == 1 && set_groups(ssl, connecting);
}

static struct tls_context *context_new(const SSL_METHOD *method, bool connecting, struct err *err)
{
    struct tls_context *context = calloc(1, sizeof *context);
    if (!context) {
        err_set(err, ERR_MEMORY, "no memory for TLS settings");
        return NULL;
    }
    context->refs = 1;
    sessions_init(&context->sessions);
    leaves_init(&context->leaves);
    ERR_clear_error();
    context->bio = bio_method_new();
    context->ssl = SSL_CTX_new(method);
    if (context->bio && context->ssl && set_up(context->ssl, connecting)) {
        return context;
    }
    err_set(err, ERR_TLS, "TLS could not be set up: %s", openssl_reason());
    tls_context_free(context);
    return NULL;
}

/* What every server here does: its own order of ciphers, one ticket, no cache beside it. */
static struct tls_context *server_new(struct err *err)
{
    static const unsigned char id[] = "why401";
    struct tls_context *context = context_new(TLS_server_method(), false, err);
    if (!context) {
        return NULL;
    }
    SSL_CTX_set_options(context->ssl, SSL_OP_CIPHER_SERVER_PREFERENCE);
    SSL_CTX_set_session_cache_mode(context->ssl, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_timeout(context->ssl, SESSION_SECONDS);
    SSL_CTX_set_alpn_select_cb(context->ssl, alpn_choose, NULL);
    if (SSL_CTX_set_num_tickets(context->ssl, 1) == 1 &&
        SSL_CTX_set_session_id_context(context->ssl, id, sizeof id - 1) == 1 &&
        SSL_CTX_set_cipher_list(context->ssl, tls12_server_ciphers) == 1) {
        return context;
    }
    err_set(err, ERR_TLS, "TLS could not be set up: %s", openssl_reason());
    tls_context_free(context);
    return NULL;
}

struct tls_context *tls_context_accepting(struct ca *ca, struct err *err)
{
    struct tls_context *context = server_new(err);
    if (!context) {
        return NULL;
    }
    context->ca = ca;
    SSL_CTX_set_tlsext_servername_callback(context->ssl, sni_check);
    SSL_CTX_set_tlsext_servername_arg(context->ssl, context);
    SSL_CTX_set_cert_cb(context->ssl, sni_choose_leaf, context);
    unsigned char keys[CA_TICKET_KEYS];
    memcpy(keys, ca->ticket_keys, sizeof keys);
    long done = SSL_CTX_set_tlsext_ticket_keys(context->ssl, keys, sizeof keys);
    OPENSSL_cleanse(keys, sizeof keys);
    if (done != 1) {
        err_set(err, ERR_TLS, "TLS could not be set up: %s", openssl_reason());
        tls_context_free(context);
        return NULL;
    }
    return context;
}

/* A regular file, so that nobody waits for one who writes into a pipe. Whoever can write to roots
 * can add one by which they are any upstream. */
static int check_file(const char *path, struct err *err)
{
    struct stat st = {0};
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    int reason = file < 0 || fstat(file, &st) != 0 ? errno : 0;
    if (file >= 0) {
        close(file);
    }
    if (reason != 0) {
        return err_set(err, ERR_FILE, "%s cannot be read: %s", path, strerror(reason));
    }
    if (!S_ISREG(st.st_mode)) {
        return err_set(err, ERR_FILE, "%s is no regular file", path);
    }
    return st.st_mode & S_IWOTH
               ? err_set(err, ERR_FILE,
                         "%s: everybody on this machine may write to it, and so could pass for "
                         "any server; run: chmod o-w on it",
                         path)
               : 0;
}

static int use_files(SSL_CTX *ssl, const char *chain_pem, const char *key_pem, struct err *err)
{
    if (check_file(chain_pem, err) != 0 || check_file(key_pem, err) != 0) {
        return -1;
    }
    SSL_CTX_set_default_passwd_cb(ssl, cert_no_password);
    if (SSL_CTX_use_certificate_chain_file(ssl, chain_pem) != 1) {
        return err_set(err, ERR_TLS, "%s holds no usable certificate chain in PEM: %s", chain_pem,
                       openssl_reason());
    }
    if (SSL_CTX_use_PrivateKey_file(ssl, key_pem, SSL_FILETYPE_PEM) != 1 ||
        SSL_CTX_check_private_key(ssl) != 1) {
        return err_set(err, ERR_TLS, "%s is not the private key of %s: %s", key_pem, chain_pem,
                       openssl_reason());
    }
    return 0;
}

struct tls_context *tls_context_serving(const char *chain_pem, const char *key_pem, struct err *err)
{
    struct tls_context *context = server_new(err);
    if (context && use_files(context->ssl, chain_pem, key_pem, err) != 0) {
        tls_context_free(context);
        context = NULL;
    }
    ERR_clear_error();
    return context;
}

/* OpenSSL hands every new session over; it is kept only if its handshake verified the host. */
static int keep_session(SSL *ssl, SSL_SESSION *session)
{
    struct tls *t = SSL_get_app_data(ssl);
    return SSL_get_verify_result(ssl) == X509_V_OK &&
           sessions_put(&t->context->sessions, t->host, session);
}

/* A variable wins over what OpenSSL was built with; several folders are parted by colons. */
void tls_root_places(void (*visit)(void *ctx, const char *path), void *ctx)
{
    const char *folders = secure_getenv(X509_get_default_cert_dir_env());
    const char *file = secure_getenv(X509_get_default_cert_file_env());
    char *copy = strdup(folders ? folders : X509_get_default_cert_dir());
    char *rest = copy;
    for (char *one; (one = strsep(&rest, ":"));) {
        visit(ctx, one);
    }
    free(copy);
    visit(ctx, file ? file : X509_get_default_cert_file());
}

/* Trusts each certificate in the file, and remembers them: strict.c asks less of what they signed.
 * Returns how many there are. */
static int add_own_roots(struct tls_context *context, const char *path)
{
    int count = 0;
    BIO *file = BIO_new_file(path, "r");
    context->own_roots = sk_X509_new_null();
    for (X509 *x; file && context->own_roots && (x = PEM_read_bio_X509_AUX(file, NULL, NULL, NULL));
         count++) {
        if (X509_STORE_add_cert(SSL_CTX_get_cert_store(context->ssl), x) != 1 ||
            sk_X509_push(context->own_roots, x) < 1) {
            X509_free(x);
            count = 0;
            break;
        }
    }
    BIO_free(file);
    /* It ends where no further certificate begins. Anything else is one that does not parse. */
    return ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE ? count : 0;
}

static int load_roots(struct tls_context *context, const char *extra_roots, struct err *err)
{
    if (roots_of_system(context->ssl, err) != 0) {
        return -1;
    }
    if (!extra_roots) {
        return 0;
    }
    if (check_file(extra_roots, err) != 0) {
        return -1;
    }
    ERR_clear_error();
    return add_own_roots(context, extra_roots) > 0
               ? 0
               : err_set(err, ERR_INPUT, "%s holds no usable certificate in PEM: %s", extra_roots,
                         openssl_reason());
}

/* What OpenSSL is to look at in a chain. Where a CA requires policies there have to be some; which
 * ones is nothing to us (RFC 5280 §6.1.1 c: any-policy; left alone, OpenSSL means none). */
static bool set_chain_rules(SSL_CTX *ssl)
{
    X509_VERIFY_PARAM *param = SSL_CTX_get0_param(ssl);
    X509_VERIFY_PARAM_set_depth(param, BETWEEN_MOST);
    return X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_POLICY_CHECK) == 1 &&
           X509_VERIFY_PARAM_add0_policy(param, OBJ_nid2obj(NID_any_policy)) == 1 &&
           SSL_CTX_set_purpose(ssl, X509_PURPOSE_SSL_SERVER) == 1;
}

/* What is asked of an upstream's TLS. */
static bool set_offer(SSL_CTX *ssl)
{
    static const unsigned char protocols[] = "\x08http/1.1";
    return SSL_CTX_set_tlsext_status_type(ssl, TLSEXT_STATUSTYPE_ocsp) == 1 &&
           SSL_CTX_set_tlsext_status_cb(ssl, staple_check) == 1 &&
           SSL_CTX_set_cipher_list(ssl, tls12_client_ciphers) == 1 &&
           SSL_CTX_set1_sigalgs_list(ssl, client_signatures) == 1 &&
           SSL_CTX_set_alpn_protos(ssl, protocols, sizeof protocols - 1) == 0;
}

struct tls_context *tls_context_connecting(const char *extra_roots, struct err *err)
{
    struct tls_context *context = context_new(TLS_client_method(), true, err);
    if (!context) {
        return NULL;
    }
    SSL_CTX *ssl = context->ssl;
    SSL_CTX_set_verify(ssl, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_cert_verify_callback(ssl, path_verify, NULL);
    SSL_CTX_set_session_cache_mode(ssl, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(ssl, keep_session);
    int done = load_roots(context, extra_roots, err);
    if (done == 0 && !(set_chain_rules(ssl) && set_offer(ssl))) {
        done = err_set(err, ERR_TLS, "TLS could not be set up: %s", openssl_reason());
    }
    ERR_clear_error();
    if (done != 0) {
        tls_context_free(context);
        return NULL;
    }
    return context;
}
