/* OpenSSL proves that a chain of signatures leads to a trusted root; it lets pass much that RFC
 * 5280 and the CA/Browser Forum's Baseline Requirements (BR) forbid. X509_V_FLAG_X509_STRICT
 * refuses some of that, and roots of companies that do no harm with it. So the rules are written
 * out, and each certificate is asked two lists of them:
 *
 * `always`, here: what an attacker could use, or what makes the meaning of a certificate doubtful.
 *
 * profile.c: what every public CA must observe. A certificate that does not, under a root of the
 * system's, was not made by the CA it claims, or by mistake. It does not hold under a root that the
 * user named in the config: home-made certificates rarely have every identifier, and whoever names
 * a root means it.
 *
 * A trust anchor is trusted for its name, key and validity (RFC 5280 §6.1.1 d). Its key is looked
 * at here, the rest by OpenSSL, which also keeps to its name constraints; nothing else is asked of
 * it, so that old roots stay good. */
#include "strict.h"

#include <openssl/obj_mac.h>
#include <string.h>

#include "constraints.h"
#include "profile.h"

/* RFC 5280 §4.2: "A certificate MUST NOT include more than one instance". */
static const char *extensions_are_single(X509 *x, bool leaf)
{
    (void)leaf;
    for (int i = 0; i < X509_get_ext_count(x); i++) {
        const ASN1_OBJECT *kind = X509_EXTENSION_get_object(X509_get_ext(x, i));
        if (X509_get_ext_by_OBJ(x, kind, i) >= 0) {
            return "the certificate has an extension twice";
        }
    }
    return NULL;
}

/* RFC 5280 §4.2.1.9: who signs others says so, and in version 3. */
static const char *signer_says_so(X509 *x, bool leaf)
{
    if (leaf) {
        return NULL;
    }
    BASIC_CONSTRAINTS *basic = X509_get_ext_d2i(x, NID_basic_constraints, NULL, NULL);
    bool ca = basic && basic->ca;
    BASIC_CONSTRAINTS_free(basic);
    return ca && X509_get_version(x) == X509_VERSION_3
               ? NULL
               : "the certificate signs others and is no CA's";
}

/* BR 7.1.2.7: a server shows a certificate that signs nothing. */
static const char *leaf_signs_nothing(X509 *x, bool leaf)
{
    BASIC_CONSTRAINTS *basic = leaf ? X509_get_ext_d2i(x, NID_basic_constraints, NULL, NULL) : NULL;
    bool bad = basic && (basic->ca || basic->pathlen);
    BASIC_CONSTRAINTS_free(basic);
    if (leaf && has_extension(x, NID_key_usage) &&
        (X509_get_key_usage(x) & (KU_KEY_CERT_SIGN | KU_CRL_SIGN))) {
        bad = true;
    }
    return bad ? "the server's own certificate is a CA's" : NULL;
}

/* RFC 5280 §4.2.1.3: every cipher that we offer has the server sign. */
static const char *leaf_may_sign_handshakes(X509 *x, bool leaf)
{
    return leaf && has_extension(x, NID_key_usage) &&
                   !(X509_get_key_usage(x) & KU_DIGITAL_SIGNATURE)
               ? "the certificate's key may not sign handshakes"
               : NULL;
}

/* RFC 5280 §4.2.1.12. OpenSSL also takes the purposes of the 1990s by which a server was allowed
 * strong keys (SGC), and which no CA has reason to hand out any more. */
static const char *purpose_is_a_server(X509 *x, bool leaf)
{
    (void)leaf;
    EXTENDED_KEY_USAGE *uses = X509_get_ext_d2i(x, NID_ext_key_usage, NULL, NULL);
    bool good = !has_extension(x, NID_ext_key_usage);
    for (int i = 0; i < sk_ASN1_OBJECT_num(uses); i++) {
        good = good || OBJ_obj2nid(sk_ASN1_OBJECT_value(uses, i)) == NID_server_auth;
    }
    EXTENDED_KEY_USAGE_free(uses);
    return good ? NULL : "the certificate may not be used for a TLS server";
}

/* BR 7.1.3.2: the algorithms that have no known weakness. The anchor's kind of key is seen here
 * too, in the signature below it. */
static const char *signature_is_strong(X509 *x, bool leaf)
{
    (void)leaf;
    int digest, key, bits;
    uint32_t flags;
    if (!X509_get_signature_info(x, &digest, &key, &bits, &flags)) {
        return "the certificate's signature is of an unknown kind";
    }
    if (key == NID_ED25519 || key == NID_ED448) {
        return NULL;
    }
    bool strong = digest == NID_sha256 || digest == NID_sha384 || digest == NID_sha512;
    bool known =
        key == NID_rsaEncryption || key == NID_rsassaPss || key == NID_X9_62_id_ecPublicKey;
    return strong && known ? NULL : "the certificate's signature is of a kind no longer used";
}

/* BR 6.1.5, 6.1.6: whole octets of modulus, an exponent that is odd and no shortcut. */
static bool is_good_rsa(const EVP_PKEY *key)
{
    BIGNUM *e = NULL;
    bool good = EVP_PKEY_get_bits(key) >= 2048 && EVP_PKEY_get_bits(key) % 8 == 0 &&
                EVP_PKEY_get_bn_param(key, "e", &e) == 1 && BN_is_odd(e) && !BN_is_one(e);
    BN_free(e);
    return good;
}

static bool is_good_curve(const EVP_PKEY *key)
{
    char group[32] = "";
    EVP_PKEY_get_group_name(key, group, sizeof group, NULL);
    int nid = OBJ_txt2nid(group);
    return nid == NID_X9_62_prime256v1 || nid == NID_secp384r1 || nid == NID_secp521r1;
}

static const char *key_is_strong(X509 *x, bool leaf)
{
    (void)leaf;
    const EVP_PKEY *key = X509_get0_pubkey(x);
    int kind = key ? EVP_PKEY_get_base_id(key) : EVP_PKEY_NONE;
    bool good = kind == EVP_PKEY_RSA || kind == EVP_PKEY_RSA_PSS ? is_good_rsa(key)
                : kind == EVP_PKEY_EC                            ? is_good_curve(key)
                                      : kind == EVP_PKEY_ED25519 || kind == EVP_PKEY_ED448;
    return good ? NULL : "the certificate's key is weak or of a kind no longer used";
}

/* RFC 5280 §4.2.1.6: a name with a NUL is read differently by every program. */
static const char *names_are_whole(X509 *x, bool leaf)
{
    (void)leaf;
    GENERAL_NAMES *names = X509_get_ext_d2i(x, NID_subject_alt_name, NULL, NULL);
    bool bad = has_extension(x, NID_subject_alt_name) && sk_GENERAL_NAME_num(names) < 1;
    for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
        int type;
        const ASN1_STRING *value = GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(names, i), &type);
        if (type == GEN_DNS || type == GEN_EMAIL || type == GEN_URI) {
            bad = bad || ASN1_STRING_length(value) == 0 ||
                  memchr(ASN1_STRING_get0_data(value), '\0', (size_t)ASN1_STRING_length(value));
        }
    }
    GENERAL_NAMES_free(names);
    return bad ? "the certificate's list of names is empty or damaged" : NULL;
}

/* RFC 5280 §4.2.1.10 and RFC 4632: constraints that constrain nothing or cannot be read. */
static const char *constraints_are_readable(X509 *x, bool leaf)
{
    (void)leaf;
    return constraints_readable(x) ? NULL : "the certificate's name constraints cannot be read";
}

static cert_rule *const always[] = {
    extensions_are_single,
    signer_says_so,
    leaf_signs_nothing,
    leaf_may_sign_handshakes,
    purpose_is_a_server,
    signature_is_strong,
    key_is_strong,
    names_are_whole,
    constraints_are_readable,
    NULL,
};

static const char *first_objection(cert_rule *const *rules, X509 *x, bool leaf)
{
    const char *objection = NULL;
    for (; *rules && !objection; rules++) {
        objection = (*rules)(x, leaf);
    }
    return objection;
}

const char *strict_objection(const STACK_OF(X509) * chain, bool own, int *at)
{
    int count = sk_X509_num(chain);
    const char *objection = NULL;
    /* A leaf that is an anchor itself: the user's own is meant, one of the system's is a CA. */
    *at = 0;
    if (count == 1) {
        return own ? NULL : "the server shows a root certificate as its own";
    }
    for (int i = 0; i < count - 1 && !objection; i++) {
        X509 *x = sk_X509_value(chain, i);
        *at = i;
        objection = first_objection(always, x, i == 0);
        if (!objection && !own) {
            objection = first_objection(profile_rules, x, i == 0);
        }
    }
    if (!objection) {
        *at = count - 1;
        objection = key_is_strong(sk_X509_value(chain, count - 1), false);
    }
    if (!objection && constraints_exclude_wildcards(chain)) {
        *at = 0;
        objection = "the certificate's wildcard covers a name that its CA may not sign for";
    }
    return objection;
}
