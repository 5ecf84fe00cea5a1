/* Servers whose certificate is good and whose TLS is not: old versions, weak signatures, ciphers
 * without a server's signature or without secrecy. And what the client itself must not do. */
#include "chain_run.h"
#include "strict.h"

#include <openssl/dh.h>
#include <openssl/param_build.h>

static struct chain chain;

/* What a server offers, and how the refusal reads; NULL: it is accepted. */
struct weak {
    const char *what;
    const char *refused;
    const char *key;     /* of the leaf; NULL: P-256 */
    const char *ciphers; /* of TLS 1.2 and older; NULL: all there are */
    const char *signatures;
    const char *groups;
    int least;
    int most;
    unsigned small_dh; /* bits */
};

#define NONE   "ended the TLS connection with the alert \"handshake failure\""
#define RSA_   .key = "RSA 2048"
#define TLS12_ .least = TLS1_2_VERSION, .most = TLS1_2_VERSION

static const struct weak servers[] = {
    {.what = "TLS 1.2", TLS12_},
    {.what = "TLS 1.3", .least = TLS1_3_VERSION},
    {.what = "TLS 1.0 to 1.3", .least = TLS1_VERSION},
    {.what = "TLS 1.0", .refused = "TLS", .least = TLS1_VERSION, .most = TLS1_VERSION},
    {.what = "TLS 1.1", .refused = "TLS", .least = TLS1_1_VERSION, .most = TLS1_1_VERSION},
    {.what = "TLS 1.0, RSA", .refused = "TLS", RSA_, .least = TLS1_VERSION, .most = TLS1_VERSION},
    {.what = "RSA with fresh keys", RSA_, TLS12_, .ciphers = "ECDHE-RSA-AES128-GCM-SHA256"},
    {.what = "an old cipher with fresh keys", RSA_, TLS12_, .ciphers = "ECDHE-RSA-AES128-SHA"},
    {.what = "RSA without fresh keys",
     .refused = NONE,
     RSA_,
     TLS12_,
     .ciphers = "AES128-GCM-SHA256"},
    {.what = "RSA without fresh keys, CBC", .refused = NONE, RSA_, TLS12_, .ciphers = "AES256-SHA"},
    {.what = "no encryption", .refused = NONE, TLS12_, .ciphers = "ECDHE-ECDSA-NULL-SHA"},
    {.what = "no encryption, RSA", .refused = NONE, RSA_, TLS12_, .ciphers = "NULL-SHA256"},
    {.what = "no certificate", .refused = NONE, TLS12_, .ciphers = "AECDH-AES128-SHA"},
    {.what = "no certificate, DH", .refused = NONE, TLS12_, .ciphers = "ADH-AES128-GCM-SHA256"},
    {.what = "Camellia", .refused = NONE, RSA_, TLS12_, .ciphers = "ECDHE-RSA-CAMELLIA128-SHA256"},
    {.what = "ARIA", .refused = NONE, RSA_, TLS12_, .ciphers = "ECDHE-ARIA128-GCM-SHA256"},
    {.what = "a handshake signed with SHA-1, ECDSA",
     .refused = "TLS",
     TLS12_,
     .signatures = "ECDSA+SHA1"},
    {.what = "a handshake signed with SHA-1, RSA",
     .refused = "TLS",
     RSA_,
     TLS12_,
     .signatures = "RSA+SHA1"},
    {.what = "a handshake signed with SHA-224",
     .refused = "TLS",
     RSA_,
     TLS12_,
     .signatures = "RSA+SHA224"},
    {.what = "DH of 1024 bits",
     .refused = "dh key too small",
     RSA_,
     TLS12_,
     .ciphers = "DHE-RSA-AES128-GCM-SHA256",
     .small_dh = 1024},
    {.what = "DH of 2048 bits",
     RSA_,
     TLS12_,
     .ciphers = "DHE-RSA-AES128-GCM-SHA256",
     .small_dh = 2048},
    {.what = "a weak curve",
     .refused = NONE,
     RSA_,
     TLS12_,
     .groups = "P-192",
     .ciphers = "ECDHE-RSA-AES128-GCM-SHA256"},
};

/* Groups that are standard for their size: making one takes minutes. */
static void use_dh(SSL_CTX *ssl, unsigned bits)
{
    BIGNUM *p = bits == 1024 ? BN_get_rfc2409_prime_1024(NULL) : BN_get_rfc3526_prime_2048(NULL);
    BIGNUM *g = BN_new();
    BN_set_word(g, 2);
    OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_FFC_P, p);
    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_FFC_G, g);
    OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(build);
    EVP_PKEY *group = NULL;
    EVP_PKEY_CTX *make = EVP_PKEY_CTX_new_from_name(NULL, "DH", NULL);
    assert_int_equal(EVP_PKEY_fromdata_init(make), 1);
    assert_int_equal(EVP_PKEY_fromdata(make, &group, EVP_PKEY_KEY_PARAMETERS, params), 1);
    assert_int_equal(SSL_CTX_set0_tmp_dh_pkey(ssl, group), 1);
    EVP_PKEY_CTX_free(make);
    OSSL_PARAM_free(params);
    OSSL_PARAM_BLD_free(build);
    BN_free(p);
    BN_free(g);
}

static void weaken(SSL_CTX *ssl, const struct weak *w)
{
    SSL_CTX_set_security_level(ssl, 0);
    SSL_CTX_set_min_proto_version(ssl, w->least);
    SSL_CTX_set_max_proto_version(ssl, w->most);
    assert_int_equal(SSL_CTX_set_cipher_list(ssl, w->ciphers ? w->ciphers : "ALL:COMPLEMENTOFALL"),
                     1);
    assert_true(!w->signatures || SSL_CTX_set1_sigalgs_list(ssl, w->signatures) == 1);
    assert_true(!w->groups || SSL_CTX_set1_groups_list(ssl, w->groups) == 1);
    if (w->small_dh) {
        use_dh(ssl, w->small_dh);
    }
}

static void serve(const struct weak *w)
{
    struct chain_case spec = {.what = w->what, .leaf = {.key = w->key}};
    chain_build(&chain, &spec);
    chain_install(&chain, false);
    weaken(chain_server->ssl, w);
}

static void weak_servers_are_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof servers / sizeof servers[0]; i++) {
        struct pair p;
        serve(&servers[i]);
        sessions_release(&chain_client->sessions);
        pair_open(&p, chain_client, APP, chain_server);
        pair_run(&p);
        print_message("%-42s %s\n", servers[i].what, tls_error(p.client.tls)->text);
        if (servers[i].refused) {
            assert_failed(p.client.tls, ERR_UPSTREAM_TLS, servers[i].refused);
            assert_failed(p.client.tls, ERR_UPSTREAM_TLS, APP);
            assert_int_equal(tls_write(p.client.tls, SPAN("secret")), -1);
        } else {
            assert_both_open(&p);
        }
        pair_close(&p);
        chain_free(&chain);
    }
}

static void no_compression_is_offered(void **state)
{
    (void)state;
    struct buf out;
    buf_init(&out, 65536);
    struct tls *t = tls_client(chain_client, span_of(APP), &out);
    tls_start(t);
    struct span hello = buf_peek(&out);
    /* Record header, message header, version, random; then three vectors. */
    size_t at = 5 + 4 + 2 + 32;
    at += 1 + (unsigned char)hello.ptr[at];
    at += 2 + (size_t)((unsigned char)hello.ptr[at] << 8 | (unsigned char)hello.ptr[at + 1]);
    assert_int_equal(hello.ptr[at], 1);
    assert_int_equal(hello.ptr[at + 1], 0);
    tls_free(t);
    buf_release(&out);
}

static void nothing_is_sent_early(void **state)
{
    (void)state;
    serve(&(struct weak){.what = "early data", .least = TLS1_3_VERSION});
    SSL_CTX_set_max_early_data(chain_server->ssl, 16384);
    sessions_release(&chain_client->sessions);
    for (int i = 0; i < 2; i++) {
        struct pair p;
        pair_open(&p, chain_client, APP, chain_server);
        assert_int_equal(tls_write(p.client.tls, SPAN("secret")), -1);
        pair_run(&p);
        assert_both_open(&p);
        assert_int_equal(tls_resumed(p.client.tls), i > 0);
        assert_int_equal(SSL_get_early_data_status(p.client.tls->ssl), SSL_EARLY_DATA_NOT_SENT);
        pair_close(&p);
    }
    chain_free(&chain);
}

/* A good leaf and intermediate below this root are good in the eyes of strict.c too. */
static void assert_good_above(X509 *root)
{
    int at;
    STACK_OF(X509) *path = sk_X509_new_null();
    sk_X509_push(path, chain.certs[LEAF].x);
    sk_X509_push(path, chain.certs[MIDDLE].x);
    sk_X509_push(path, root);
    assert_null(strict_objection(path, false, &at));
    sk_X509_free(path);
}

/* What is asked of every certificate must not cost one of the roots that this machine trusts. */
static void every_root_of_this_machine_stays_one(void **state)
{
    (void)state;
    FILE *file = fopen("/etc/ssl/certs/ca-certificates.crt", "r");
    int count = 0;
    struct chain_case usual = {.what = "the usual"};
    if (!file) {
        skip();
    }
    chain_build(&chain, &usual);
    for (X509 *root; (root = PEM_read_X509(file, NULL, NULL, NULL)); count++) {
        X509_STORE *store = X509_STORE_new();
        X509_STORE_CTX *check = X509_STORE_CTX_new();
        X509_STORE_add_cert(store, root);
        X509_STORE_CTX_init(check, store, root, NULL);
        X509_VERIFY_PARAM *param = X509_STORE_CTX_get0_param(check);
        X509_VERIFY_PARAM_set1(param, SSL_CTX_get0_param(chain_client->ssl));
        X509_VERIFY_PARAM_set_auth_level(param, SSL_CTX_get_security_level(chain_client->ssl));
        /* A root is no server: as such it is asked for by itself. */
        X509_VERIFY_PARAM_set_purpose(param, X509_PURPOSE_ANY);
        bool expired = X509_cmp_current_time(X509_get0_notAfter(root)) < 0;
        if (X509_verify_cert(check) != 1 && !expired) {
            print_error("%s\n", X509_verify_cert_error_string(X509_STORE_CTX_get_error(check)));
            X509_NAME_print_ex_fp(stderr, X509_get_subject_name(root), 0, XN_FLAG_RFC2253);
            fail();
        }
        assert_true(X509_check_purpose(root, X509_PURPOSE_SSL_SERVER, 1) > 0);
        assert_good_above(root);
        X509_STORE_CTX_free(check);
        X509_STORE_free(store);
        X509_free(root);
    }
    fclose(file);
    chain_free(&chain);
    ERR_clear_error();
    print_message("%d roots\n", count);
    assert_true(count > 50);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(weak_servers_are_refused),
        cmocka_unit_test(no_compression_is_offered),
        cmocka_unit_test(nothing_is_sent_early),
        cmocka_unit_test(every_root_of_this_machine_stays_one),
    };
    return cmocka_run_group_tests(tests, chain_set_up, chain_tear_down);
}
