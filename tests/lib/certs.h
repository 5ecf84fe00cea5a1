/* Certificates for tests, made while the test runs: a root, servers under it, and the wrong ones.
 * Also a temporary folder to write them to. Everything asserts; nothing returns an error. */
#ifndef TESTS_LIB_CERTS_H
#define TESTS_LIB_CERTS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <ftw.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct test_cert {
    X509 *x;
    EVP_PKEY *key;
};

/* What to make; a zero means the usual thing. */
struct test_spec {
    const char *name; /* CN of the subject */
    const char *alt;  /* subjectAltName as OpenSSL's config writes it: "DNS:a,IP:::1" */
    const struct test_cert *issuer; /* NULL: signed by itself */
    bool ca;                        /* may sign others */
    const char *purpose; /* extendedKeyUsage; NULL: serverAuth for a leaf, none for a CA */
    long from_days;      /* from today; 0: yesterday */
    long until_days;     /* from today; 0: in 30 days */
};

static inline void test_cert_extend(X509 *x, X509 *issuer, int nid, const char *value)
{
    X509V3_CTX ctx;
    X509V3_set_ctx(&ctx, issuer, x, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
    assert_non_null(extension);
    assert_int_equal(X509_add_ext(x, extension, -1), 1);
    X509_EXTENSION_free(extension);
}

static inline struct test_cert test_cert_make(struct test_spec spec)
{
    static long serial = 1;
    struct test_cert made = {X509_new(), EVP_EC_gen("P-256")};
    X509 *issuer = spec.issuer ? spec.issuer->x : made.x;
    EVP_PKEY *issuer_key = spec.issuer ? spec.issuer->key : made.key;
    assert_non_null(made.x);
    assert_non_null(made.key);
    X509_set_version(made.x, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(made.x), serial++);
    X509_gmtime_adj(X509_getm_notBefore(made.x), (spec.from_days ? spec.from_days : -1) * 86400);
    X509_gmtime_adj(X509_getm_notAfter(made.x), (spec.until_days ? spec.until_days : 30) * 86400);
    X509_set_pubkey(made.x, made.key);
    assert_int_equal(X509_NAME_add_entry_by_NID(X509_get_subject_name(made.x), NID_commonName,
                                                MBSTRING_UTF8, (const unsigned char *)spec.name, -1,
                                                -1, 0),
                     1);
    X509_set_issuer_name(made.x, X509_get_subject_name(issuer));
    test_cert_extend(made.x, issuer, NID_basic_constraints,
                     spec.ca ? "critical,CA:TRUE" : "critical,CA:FALSE");
    if (spec.purpose || !spec.ca) {
        test_cert_extend(made.x, issuer, NID_ext_key_usage,
                         spec.purpose ? spec.purpose : "serverAuth");
    }
    if (spec.alt) {
        test_cert_extend(made.x, issuer, NID_subject_alt_name, spec.alt);
    }
    assert_true(X509_sign(made.x, issuer_key, EVP_sha256()) > 0);
    return made;
}

static inline void test_cert_free(struct test_cert *cert)
{
    X509_free(cert->x);
    EVP_PKEY_free(cert->key);
    *cert = (struct test_cert){0};
}

/* A fresh folder; the caller frees the path after test_folder_remove. */
static inline char *test_folder(void)
{
    char *path = strdup("/tmp/why401-test-XXXXXX");
    assert_non_null(path);
    assert_non_null(mkdtemp(path));
    return path;
}

static inline int test_folder_visit(const char *path, const struct stat *st, int type,
                                    struct FTW *walk)
{
    (void)st, (void)type, (void)walk;
    return remove(path);
}

/* Removes the folder with everything in it and frees its path. */
static inline void test_folder_remove(char *path)
{
    nftw(path, test_folder_visit, 8, FTW_DEPTH | FTW_PHYS);
    free(path);
}

/* "folder/name", one of four static buffers. */
static inline const char *test_path(const char *folder, const char *name)
{
    static char paths[4][512];
    static unsigned next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

/* Writes the certificates one behind the other, and the key of the first where key is not NULL. */
static inline void test_cert_write(const char *chain, const char *key,
                                   const struct test_cert *const *certs, size_t count)
{
    FILE *file = fopen(chain, "w");
    assert_non_null(file);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(PEM_write_X509(file, certs[i]->x), 1);
    }
    fclose(file);
    if (key) {
        file = fopen(key, "w");
        assert_non_null(file);
        assert_int_equal(PEM_write_PrivateKey(file, certs[0]->key, NULL, NULL, 0, NULL, NULL), 1);
        fclose(file);
    }
}

#endif
