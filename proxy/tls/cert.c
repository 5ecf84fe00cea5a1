/* Certificates from values. A caller takes a key, makes a bare certificate, adds its extensions and
 * signs it; each step can only fail for want of memory or because the library refuses, and then the
 * caller frees what it has. */
#include "cert.h"

#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/sha.h>

EVP_PKEY *cert_key(void)
{
    return EVP_EC_gen("P-256");
}

/* 159 random bits: positive and at most 20 octets, as RFC 5280 §4.1.2.2 asks for. */
static bool set_serial(X509 *x)
{
    BIGNUM *number = BN_new();
    bool done = number && BN_rand(number, 159, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) &&
                BN_to_ASN1_INTEGER(number, X509_get_serialNumber(x));
    BN_free(number);
    return done;
}

static bool set_subject(X509 *x, const char *organization, const char *common_name)
{
    X509_NAME *subject = X509_get_subject_name(x);
    return X509_NAME_add_entry_by_NID(subject, NID_organizationName, MBSTRING_ASC,
                                      (const unsigned char *)organization, -1, -1, 0) &&
           (!common_name ||
            X509_NAME_add_entry_by_NID(subject, NID_commonName, MBSTRING_ASC,
                                       (const unsigned char *)common_name, -1, -1, 0));
}

/* The first 160 bits of SHA-256 over the public key: method 1 of RFC 7093 §2. */
static bool add_key_id(X509 *x)
{
    unsigned char digest[SHA256_DIGEST_LENGTH];
    ASN1_OCTET_STRING *id = ASN1_OCTET_STRING_new();
    bool done = id && X509_pubkey_digest(x, EVP_sha256(), digest, NULL) &&
                ASN1_OCTET_STRING_set(id, digest, 20) &&
                X509_add1_ext_i2d(x, NID_subject_key_identifier, id, 0, X509V3_ADD_DEFAULT) == 1;
    ASN1_OCTET_STRING_free(id);
    return done;
}

X509 *cert_new(EVP_PKEY *key, const char *organization, const char *common_name, time_t from,
               time_t until)
{
    X509 *x = X509_new();
    if (x && X509_set_version(x, X509_VERSION_3) && set_serial(x) &&
        ASN1_TIME_set(X509_getm_notBefore(x), from) &&
        ASN1_TIME_set(X509_getm_notAfter(x), until) && X509_set_pubkey(x, key) &&
        set_subject(x, organization, common_name) && add_key_id(x)) {
        return x;
    }
    X509_free(x);
    return NULL;
}

bool cert_add_ca(X509 *x, long path_length)
{
    BASIC_CONSTRAINTS *value = BASIC_CONSTRAINTS_new();
    bool done = value != NULL;
    if (done && path_length >= 0) {
        value->ca = 0xff;
        value->pathlen = ASN1_INTEGER_new();
        done = value->pathlen && ASN1_INTEGER_set(value->pathlen, path_length);
    }
    done = done && X509_add1_ext_i2d(x, NID_basic_constraints, value, 1, X509V3_ADD_DEFAULT) == 1;
    BASIC_CONSTRAINTS_free(value);
    return done;
}

bool cert_add_usage(X509 *x, unsigned usage)
{
    ASN1_BIT_STRING *bits = ASN1_BIT_STRING_new();
    bool done = bits != NULL;
    for (int bit = 0; done && bit < 9; bit++) {
        done = !(usage & 1U << bit) || ASN1_BIT_STRING_set_bit(bits, bit, 1);
    }
    done = done && X509_add1_ext_i2d(x, NID_key_usage, bits, 1, X509V3_ADD_DEFAULT) == 1;
    ASN1_BIT_STRING_free(bits);
    return done;
}

bool cert_add_server_auth(X509 *x)
{
    EXTENDED_KEY_USAGE *purposes = EXTENDED_KEY_USAGE_new();
    bool done = purposes && sk_ASN1_OBJECT_push(purposes, OBJ_nid2obj(NID_server_auth)) > 0 &&
                X509_add1_ext_i2d(x, NID_ext_key_usage, purposes, 0, X509V3_ADD_DEFAULT) == 1;
    EXTENDED_KEY_USAGE_free(purposes);
    return done;
}

bool cert_add_names(X509 *x, GENERAL_NAMES *names)
{
    return X509_add1_ext_i2d(x, NID_subject_alt_name, names, 0, X509V3_ADD_DEFAULT) == 1;
}

bool cert_add_constraints(X509 *x, NAME_CONSTRAINTS *constraints)
{
    return X509_add1_ext_i2d(x, NID_name_constraints, constraints, 1, X509V3_ADD_DEFAULT) == 1;
}

/* A name of `type` over a copy of the bytes; NULL when memory is out. */
static GENERAL_NAME *general_name(int type, int string_type, const void *bytes, size_t len)
{
    GENERAL_NAME *name = GENERAL_NAME_new();
    ASN1_STRING *text = ASN1_STRING_type_new(string_type);
    if (name && text && ASN1_STRING_set(text, bytes, (int)len)) {
        GENERAL_NAME_set0_value(name, type, text);
        return name;
    }
    ASN1_STRING_free(text);
    GENERAL_NAME_free(name);
    return NULL;
}

static bool push(GENERAL_NAMES *names, GENERAL_NAME *name)
{
    if (name && sk_GENERAL_NAME_push(names, name) > 0) {
        return true;
    }
    GENERAL_NAME_free(name);
    return false;
}

bool cert_push_dns(GENERAL_NAMES *names, struct span name)
{
    return push(names, general_name(GEN_DNS, V_ASN1_IA5STRING, name.ptr, name.len));
}

bool cert_push_ip(GENERAL_NAMES *names, struct ip ip)
{
    return push(names,
                general_name(GEN_IPADD, V_ASN1_OCTET_STRING, ip.bytes, ip.family == 4 ? 4 : 16));
}

/* Takes base over. */
static bool permit(NAME_CONSTRAINTS *constraints, GENERAL_NAME *base)
{
    if (!constraints->permittedSubtrees) {
        constraints->permittedSubtrees = sk_GENERAL_SUBTREE_new_null();
    }
    GENERAL_SUBTREE *subtree = GENERAL_SUBTREE_new();
    if (!base || !subtree || !constraints->permittedSubtrees) {
        GENERAL_NAME_free(base);
        GENERAL_SUBTREE_free(subtree);
        return false;
    }
    GENERAL_NAME_free(subtree->base);
    subtree->base = base;
    if (sk_GENERAL_SUBTREE_push(constraints->permittedSubtrees, subtree) > 0) {
        return true;
    }
    GENERAL_SUBTREE_free(subtree);
    return false;
}

bool cert_permit_dns(NAME_CONSTRAINTS *constraints, const char *domain)
{
    return permit(constraints, general_name(GEN_DNS, V_ASN1_IA5STRING, domain, strlen(domain)));
}

bool cert_permit_block(NAME_CONSTRAINTS *constraints, const char *block)
{
    struct cidr cidr;
    const char *why;
    if (!cidr_parse(span_of(block), &cidr, &why)) {
        return false;
    }
    unsigned char bytes[32] = {0};
    size_t width = cidr.ip.family == 4 ? 4 : 16;
    memcpy(bytes, cidr.ip.bytes, width);
    for (size_t bit = 0; bit < cidr.prefix; bit++) {
        bytes[width + bit / 8] |= (unsigned char)(0x80 >> bit % 8);
    }
    return permit(constraints, general_name(GEN_IPADD, V_ASN1_OCTET_STRING, bytes, 2 * width));
}

static bool add_authority_id(X509 *x, X509 *issuer)
{
    const ASN1_OCTET_STRING *id = X509_get0_subject_key_id(issuer);
    AUTHORITY_KEYID *authority = AUTHORITY_KEYID_new();
    bool done = id && authority;
    if (done) {
        authority->keyid = ASN1_OCTET_STRING_dup(id);
        done = authority->keyid && X509_add1_ext_i2d(x, NID_authority_key_identifier, authority, 0,
                                                     X509V3_ADD_DEFAULT) == 1;
    }
    AUTHORITY_KEYID_free(authority);
    return done;
}

bool cert_sign(X509 *x, X509 *issuer, EVP_PKEY *issuer_key)
{
    /* X509_get0_subject_key_id of an unsigned certificate would cache its extensions before the
     * last one is in, so a root carries no authority key identifier; RFC 5280 §4.2.1.1 allows that.
     */
    return (x == issuer || add_authority_id(x, issuer)) &&
           X509_set_issuer_name(x, X509_get_subject_name(issuer)) &&
           X509_sign(x, issuer_key, EVP_sha256()) > 0;
}

time_t cert_time(const ASN1_TIME *when)
{
    struct tm utc;
    return ASN1_TIME_to_tm(when, &utc) == 1 ? timegm(&utc) : 0;
}

int cert_no_password(char *text, int size, int writing, void *ctx)
{
    (void)text, (void)size, (void)writing, (void)ctx;
    return -1;
}
