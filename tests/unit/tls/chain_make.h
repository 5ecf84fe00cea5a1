/* Certificates that may be wrong in any way, made from a description. Where the description says
 * nothing, the certificate is what a public CA would make. Everything asserts. */
#ifndef TESTS_TLS_CHAIN_MAKE_H
#define TESTS_TLS_CHAIN_MAKE_H

#include "pair.h"

#include <openssl/core_names.h>
#include <openssl/dsa.h>
#include <openssl/rsa.h>

enum role { ROOT, MIDDLE, LEAF, SPARE, ROLES };

/* A text of NULL is the usual thing for the role; "" leaves the extension or name out. */
struct make {
    const char *cn;
    const char *org;    /* an organization besides the common name; NULL: none */
    const char *key;    /* "P-256", "RSA 2048", "DSA", ... */
    const char *digest; /* of the issuer's signature */
    const char *serial; /* hexadecimal, may have a sign */
    const char *alt;    /* the extensions, as OpenSSL's config writes them */
    const char *basic;
    const char *usage;
    const char *purpose;
    const char *constraints;
    const char *ski;
    const char *aki;         /* also "wrong", "critical", "issuer" */
    const char *more[4];     /* "name=value" */
    void (*before)(X509 *x); /* before it is signed */
    X509 *(*after)(X509 *x); /* after; takes x and gives what takes its place */
    long from_days;
    long until_days;
    int version; /* 1 or 3; 0: 3 */
};

#define MOST 24

struct chain {
    struct test_cert certs[MOST]; /* owned: ROOT, MIDDLE and LEAF, then others */
    int count;
    X509 *sent[MOST]; /* behind the leaf */
    int sent_count;
    X509 *trusted[MOST];
    int trusted_count;
};

static inline EVP_PKEY *chain_new_key(const char *kind)
{
    if (strncmp(kind, "RSA ", 4) == 0) {
        return EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)strtoul(kind + 4, NULL, 10));
    }
    if (strcmp(kind, "DSA") == 0) {
        EVP_PKEY *params = NULL;
        EVP_PKEY *key = NULL;
        EVP_PKEY_CTX *make = EVP_PKEY_CTX_new_from_name(NULL, "DSA", NULL);
        assert_int_equal(EVP_PKEY_paramgen_init(make), 1);
        EVP_PKEY_CTX_set_dsa_paramgen_bits(make, 2048);
        assert_int_equal(EVP_PKEY_paramgen(make, &params), 1);
        EVP_PKEY_CTX_free(make);
        make = EVP_PKEY_CTX_new_from_pkey(NULL, params, NULL);
        assert_int_equal(EVP_PKEY_keygen_init(make), 1);
        assert_int_equal(EVP_PKEY_keygen(make, &key), 1);
        EVP_PKEY_CTX_free(make);
        EVP_PKEY_free(params);
        return key;
    }
    return strncmp(kind, "ED", 2) == 0 ? EVP_PKEY_Q_keygen(NULL, NULL, kind) : EVP_EC_gen(kind);
}

static struct {
    char kind[16];
    enum role role;
    EVP_PKEY *key;
} chain_keys[64];

/* Keys are made once for each role: what is wrong is never the key's value. */
static inline EVP_PKEY *chain_key(const char *kind, enum role role)
{
    size_t i = 0;
    kind = kind ? kind : "P-256";
    while (chain_keys[i].key && (chain_keys[i].role != role || strcmp(chain_keys[i].kind, kind))) {
        i++;
    }
    assert_true(i < sizeof chain_keys / sizeof chain_keys[0]);
    if (!chain_keys[i].key) {
        snprintf(chain_keys[i].kind, sizeof chain_keys[i].kind, "%s", kind);
        chain_keys[i].role = role;
        chain_keys[i].key = chain_new_key(kind);
        assert_non_null(chain_keys[i].key);
    }
    EVP_PKEY_up_ref(chain_keys[i].key);
    return chain_keys[i].key;
}

static inline void chain_keys_free(void)
{
    for (size_t i = 0; i < sizeof chain_keys / sizeof chain_keys[0]; i++) {
        EVP_PKEY_free(chain_keys[i].key);
        chain_keys[i].key = NULL;
    }
}

static inline void chain_extend(X509 *x, X509 *issuer, const char *name, const char *value)
{
    X509V3_CTX ctx;
    CONF *sections = NCONF_new(NULL); /* policies want some, and none is fine */
    X509V3_set_ctx(&ctx, issuer, x, NULL, NULL, 0);
    X509V3_set_nconf(&ctx, sections);
    X509_EXTENSION *extension = X509V3_EXT_nconf(sections, &ctx, name, value);
    NCONF_free(sections);
    if (!extension) {
        print_error("%s=%s cannot be made\n", name, value);
    }
    assert_non_null(extension);
    assert_int_equal(X509_add_ext(x, extension, -1), 1);
    X509_EXTENSION_free(extension);
}

static inline void chain_extend_or(X509 *x, const char *name, const char *value, const char *usual)
{
    value = value ? value : usual;
    if (*value) {
        chain_extend(x, x, name, value);
    }
}

static inline void chain_identify_issuer(X509 *x, EVP_PKEY *issuer_key, X509 *issuer,
                                         const char *how)
{
    unsigned char id[EVP_MAX_MD_SIZE];
    unsigned len = 0;
    if (how && !*how) {
        return;
    }
    if (how && strcmp(how, "issuer") == 0) {
        chain_extend(x, issuer, "authorityKeyIdentifier", "issuer:always");
        return;
    }
    X509 *holder = X509_new();
    X509_set_pubkey(holder, issuer_key);
    X509_pubkey_digest(holder, EVP_sha1(), id, &len);
    X509_free(holder);
    id[0] ^= how && strcmp(how, "wrong") == 0;
    AUTHORITY_KEYID *above = AUTHORITY_KEYID_new();
    above->keyid = ASN1_OCTET_STRING_new();
    ASN1_OCTET_STRING_set(above->keyid, id, (int)len);
    assert_int_equal(X509_add1_ext_i2d(x, NID_authority_key_identifier, above,
                                       how && strcmp(how, "critical") == 0, 0),
                     1);
    AUTHORITY_KEYID_free(above);
}

static inline void chain_set_names(X509 *x, X509 *issuer, const struct make *m, const char *usual)
{
    X509_NAME *subject = X509_get_subject_name(x);
    const char *cn = m->cn ? m->cn : usual;
    if (m->org) {
        X509_NAME_add_entry_by_NID(subject, NID_organizationName, MBSTRING_UTF8,
                                   (const unsigned char *)m->org, -1, -1, 0);
    }
    if (*cn) {
        X509_NAME_add_entry_by_NID(subject, NID_commonName, MBSTRING_UTF8,
                                   (const unsigned char *)cn, -1, -1, 0);
    }
    X509_set_issuer_name(x, X509_get_subject_name(issuer));
}

static inline void chain_set_fields(X509 *x, const struct make *m)
{
    static unsigned long next = 1000;
    BIGNUM *serial = NULL;
    char text[32];
    snprintf(text, sizeof text, "%lX", next++);
    BN_hex2bn(&serial, m->serial ? m->serial : text);
    BN_to_ASN1_INTEGER(serial, X509_get_serialNumber(x));
    BN_free(serial);
    X509_set_version(x, m->version == 1 ? X509_VERSION_1 : X509_VERSION_3);
    X509_gmtime_adj(X509_getm_notBefore(x), (m->from_days ? m->from_days : -1) * 86400);
    X509_gmtime_adj(X509_getm_notAfter(x), (m->until_days ? m->until_days : 30) * 86400);
}

/* issuer NULL: signed by itself. */
static inline struct test_cert chain_cert(const struct make *m, enum role role,
                                          const struct test_cert *issuer)
{
    static const char *const names[] = {"Root", "Middle", "app.example.com", "Spare"};
    struct test_cert made = {X509_new(), chain_key(m->key, role)};
    X509 *x = made.x;
    bool ca = role != LEAF;
    EVP_PKEY *issuer_key = issuer ? issuer->key : made.key;
    chain_set_fields(x, m);
    X509_set_pubkey(x, made.key);
    chain_set_names(x, issuer ? issuer->x : x, m, names[role]);
    if (m->version != 1) {
        chain_extend_or(x, "basicConstraints", m->basic,
                        ca ? "critical,CA:TRUE" : "critical,CA:FALSE");
        chain_extend_or(x, "keyUsage", m->usage,
                        ca ? "critical,keyCertSign,cRLSign" : "critical,digitalSignature");
        chain_extend_or(x, "extendedKeyUsage", m->purpose, ca ? "" : "serverAuth");
        chain_extend_or(x, "nameConstraints", m->constraints, "");
        chain_extend_or(x, "subjectKeyIdentifier", m->ski, "hash");
        chain_extend_or(x, "subjectAltName", m->alt, ca ? "" : "DNS:app.example.com");
        chain_identify_issuer(x, issuer_key, issuer ? issuer->x : x, m->aki);
    }
    for (size_t i = 0; i < 4 && m->more[i]; i++) {
        char name[80];
        const char *value = strchr(m->more[i], '=');
        snprintf(name, sizeof name, "%.*s", (int)(value - m->more[i]), m->more[i]);
        chain_extend(x, issuer ? issuer->x : x, name, value + 1);
    }
    if (m->before) {
        m->before(x);
    }
    bool pure = EVP_PKEY_get_base_id(issuer_key) == EVP_PKEY_ED25519;
    const EVP_MD *digest = EVP_get_digestbyname(m->digest ? m->digest : "SHA256");
    assert_true(X509_sign(x, issuer_key, pure ? NULL : digest) > 0);
    if (m->after) {
        made.x = m->after(x);
    }
    return made;
}

/* Makes one more certificate of the chain, neither sent nor trusted yet. */
static inline struct test_cert *chain_add(struct chain *c, struct make m, enum role role,
                                          const struct test_cert *issuer)
{
    assert_true(c->count < MOST);
    c->certs[c->count] = chain_cert(&m, role, issuer);
    return &c->certs[c->count++];
}

static inline void chain_send(struct chain *c, const struct test_cert *cert)
{
    assert_true(c->sent_count < MOST);
    c->sent[c->sent_count++] = cert->x;
}

static inline void chain_trust(struct chain *c, const struct test_cert *cert)
{
    assert_true(c->trusted_count < MOST);
    c->trusted[c->trusted_count++] = cert->x;
}

/* Another leaf under another issuer takes the place of the usual one. */
static inline void chain_releaf(struct chain *c, struct make m, const struct test_cert *issuer)
{
    test_cert_free(&c->certs[LEAF]);
    c->certs[LEAF] = chain_cert(&m, LEAF, issuer);
}

static inline void chain_free(struct chain *c)
{
    for (int i = 0; i < c->count; i++) {
        test_cert_free(&c->certs[i]);
    }
    *c = (struct chain){0};
}

#endif
