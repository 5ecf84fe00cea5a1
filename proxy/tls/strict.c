/* OpenSSL proves that a chain of signatures leads to a trusted root; it lets pass much that RFC
 * 5280 and the CA/Browser Forum's Baseline Requirements (BR) forbid. X509_V_FLAG_X509_STRICT
 * refuses some of that, and roots of companies that do no harm with it. So the rules are written
 * out here, in two tables.
 *
 * `always`: what an attacker could use, or what makes the meaning of a certificate doubtful.
 *
 * `profile`: what every public CA must observe. A certificate that does not, under a root of the
 * system's, was not made by the CA it claims, or by mistake. It does not hold under a root that the
 * user named in the config: home-made certificates rarely have every identifier, and whoever names
 * a root means it.
 *
 * A trust anchor is trusted for its name, key and validity (RFC 5280 §6.1.1 d). Its key is looked
 * at here, the rest by OpenSSL, which also keeps to its name constraints; nothing else is asked of
 * it, so that old roots stay good. */
#include "strict.h"

#include <openssl/obj_mac.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "constraints.h"
#include "name.h"

#define SERIAL_MOST 20 /* octets, RFC 5280 §4.1.2.2 */

/* One rule: NULL, or what is wrong with x. A leaf is what the server shows, and nothing else. */
typedef const char *rule(X509 *x, bool leaf);

static bool has(X509 *x, int nid)
{
    return X509_get_ext_by_NID(x, nid, -1) >= 0;
}

static bool is_critical(X509 *x, int nid)
{
    int at = X509_get_ext_by_NID(x, nid, -1);
    return at >= 0 && X509_EXTENSION_get_critical(X509_get_ext(x, at));
}

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
    if (leaf && has(x, NID_key_usage) &&
        (X509_get_key_usage(x) & (KU_KEY_CERT_SIGN | KU_CRL_SIGN))) {
        bad = true;
    }
    return bad ? "the server's own certificate is a CA's" : NULL;
}

/* RFC 5280 §4.2.1.3: every cipher that we offer has the server sign. */
static const char *leaf_may_sign_handshakes(X509 *x, bool leaf)
{
    return leaf && has(x, NID_key_usage) && !(X509_get_key_usage(x) & KU_DIGITAL_SIGNATURE)
               ? "the certificate's key may not sign handshakes"
               : NULL;
}

/* RFC 5280 §4.2.1.12. OpenSSL also takes the purposes of the 1990s by which a server was allowed
 * strong keys (SGC), and which no CA has reason to hand out any more. */
static const char *purpose_is_a_server(X509 *x, bool leaf)
{
    (void)leaf;
    EXTENDED_KEY_USAGE *uses = X509_get_ext_d2i(x, NID_ext_key_usage, NULL, NULL);
    bool good = !has(x, NID_ext_key_usage);
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
    bool bad = has(x, NID_subject_alt_name) && sk_GENERAL_NAME_num(names) < 1;
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

/* RFC 5280 §4.1.2.1, §4.1.2.8: version 3, no unique identifiers. */
static const char *version_is_three(X509 *x, bool leaf)
{
    (void)leaf;
    const ASN1_BIT_STRING *issuer = NULL;
    const ASN1_BIT_STRING *subject = NULL;
    X509_get0_uids(x, &issuer, &subject);
    return X509_get_version(x) == X509_VERSION_3 && !issuer && !subject
               ? NULL
               : "the certificate is not of X.509 version 3";
}

/* RFC 5280 §4.1.2.2. */
static const char *serial_is_positive(X509 *x, bool leaf)
{
    (void)leaf;
    const ASN1_INTEGER *serial = X509_get0_serialNumber(x);
    BIGNUM *number = ASN1_INTEGER_to_BN(serial, NULL);
    /* The highest bit is the sign: 159 bits of number fill 20 octets. */
    bool good = number && !BN_is_negative(number) && !BN_is_zero(number) &&
                BN_num_bits(number) < 8 * SERIAL_MOST;
    BN_free(number);
    return good ? NULL : "the certificate's serial number is zero, negative or too long";
}

static bool year_fits_type(const ASN1_TIME *when)
{
    struct tm utc;
    return ASN1_TIME_to_tm(when, &utc) == 1 &&
           (ASN1_STRING_type(when) == V_ASN1_UTCTIME) == (utc.tm_year < 150);
}

/* RFC 5280 §4.1.2.5: UTCTime through 2049, GeneralizedTime from then on. */
static const char *times_are_of_the_right_type(X509 *x, bool leaf)
{
    (void)leaf;
    return year_fits_type(X509_get0_notBefore(x)) && year_fits_type(X509_get0_notAfter(x))
               ? NULL
               : "the certificate writes its dates in the wrong type";
}

/* RFC 5280 §4.1.2.4, §4.1.2.6. */
static const char *signers_have_names(X509 *x, bool leaf)
{
    return X509_NAME_entry_count(X509_get_issuer_name(x)) == 0 ||
                   (!leaf && X509_NAME_entry_count(X509_get_subject_name(x)) == 0)
               ? "the certificate's issuer has no name"
               : NULL;
}

/* RFC 5280 §4.2.1.1, §4.2.1.2: which key signed, and which key this is. */
static const char *keys_are_identified(X509 *x, bool leaf)
{
    AUTHORITY_KEYID *above = X509_get_ext_d2i(x, NID_authority_key_identifier, NULL, NULL);
    bool good = above && above->keyid && (leaf || has(x, NID_subject_key_identifier));
    AUTHORITY_KEYID_free(above);
    return good ? NULL : "the certificate does not identify its issuer's key or its own";
}

/* The criticality that RFC 5280 §4.2 and BR 7.1.2 prescribe. */
static const char *critical_is_what_must_be(X509 *x, bool leaf)
{
    static const int never[] = {NID_authority_key_identifier, NID_subject_key_identifier,
                                NID_info_access, NID_ext_key_usage};
    static const int always[] = {NID_policy_constraints, NID_inhibit_any_policy};
    bool bad = false;
    for (size_t i = 0; i < sizeof never / sizeof never[0]; i++) {
        bad = bad || is_critical(x, never[i]);
    }
    for (size_t i = 0; i < sizeof always / sizeof always[0]; i++) {
        bad = bad || (has(x, always[i]) && !is_critical(x, always[i]));
    }
    bool no_subject = X509_NAME_entry_count(X509_get_subject_name(x)) == 0;
    bad = bad || (leaf ? is_critical(x, NID_subject_alt_name) != no_subject
                       : !is_critical(x, NID_basic_constraints));
    return bad ? "the certificate has the wrong extensions marked as critical" : NULL;
}

/* RFC 5280 §4.2.1.3, §4.2.1.10; BR 7.1.2.7.10: each extension where it belongs. */
static const char *uses_are_stated(X509 *x, bool leaf)
{
    bool good =
        leaf ? has(x, NID_ext_key_usage) && !has(x, NID_name_constraints) : has(x, NID_key_usage);
    bool any = false;
    EXTENDED_KEY_USAGE *uses = X509_get_ext_d2i(x, NID_ext_key_usage, NULL, NULL);
    for (int i = 0; leaf && i < sk_ASN1_OBJECT_num(uses); i++) {
        any = any || OBJ_obj2nid(sk_ASN1_OBJECT_value(uses, i)) == NID_anyExtendedKeyUsage;
    }
    EXTENDED_KEY_USAGE_free(uses);
    return good && !any ? NULL : "the certificate does not say what it is for";
}

/* A name in the preferred syntax (RFC 1034 §3.5), or a wildcard for one whole label (BR 7.1.2.7.12,
 * 3.2.2.6) of a domain that is not a top-level one. */
static bool is_good_dns(struct span name)
{
    bool wild = span_starts(name, SPAN("*."));
    struct span rest = wild ? span_from(name, 2) : name;
    return name_is_host(rest) && (!wild || memchr(rest.ptr, '.', rest.len));
}

static const char *names_are_well_formed(X509 *x, bool leaf)
{
    GENERAL_NAMES *names = leaf ? X509_get_ext_d2i(x, NID_subject_alt_name, NULL, NULL) : NULL;
    bool bad = false;
    for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
        int type;
        const ASN1_STRING *value = GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(names, i), &type);
        size_t len = type == GEN_DNS || type == GEN_IPADD ? (size_t)ASN1_STRING_length(value) : 0;
        if (type == GEN_DNS) {
            bad = bad || !is_good_dns(span((const char *)ASN1_STRING_get0_data(value), len));
        } else if (type == GEN_IPADD) {
            bad = bad || (len != 4 && len != 16);
        }
    }
    GENERAL_NAMES_free(names);
    return bad ? "the certificate lists a name that is none" : NULL;
}

static bool lists(const GENERAL_NAMES *names, struct span wanted)
{
    for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
        char text[IP_TEXT_SIZE];
        struct span name = constraints_name(sk_GENERAL_NAME_value(names, i), text);
        if (name.ptr && span_eq(name, wanted)) {
            return true;
        }
    }
    return false;
}

/* BR 7.1.4.3: a common name is one of the names in subjectAltName. */
static const char *common_name_is_listed(X509 *x, bool leaf)
{
    const X509_NAME *subject = X509_get_subject_name(x);
    GENERAL_NAMES *names = leaf ? X509_get_ext_d2i(x, NID_subject_alt_name, NULL, NULL) : NULL;
    bool bad = false;
    for (int at = -1;
         leaf && (at = X509_NAME_get_index_by_NID(subject, NID_commonName, at)) >= 0;) {
        unsigned char *utf8 = NULL;
        int len =
            ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)));
        bad = bad || len < 0 || !lists(names, span((const char *)utf8, (size_t)len));
        OPENSSL_free(utf8);
    }
    GENERAL_NAMES_free(names);
    return bad ? "the certificate's common name is not among its names" : NULL;
}

static rule *const always[] = {
    extensions_are_single,    signer_says_so,      leaf_signs_nothing, leaf_may_sign_handshakes,
    purpose_is_a_server,      signature_is_strong, key_is_strong,      names_are_whole,
    constraints_are_readable,
};

/* RFC 5280 §4.2: what is there has to be of its type. */
static const char *extensions_parse(X509 *x, bool leaf)
{
    (void)leaf;
    for (int i = 0; i < X509_get_ext_count(x); i++) {
        X509_EXTENSION *extension = X509_get_ext(x, i);
        const X509V3_EXT_METHOD *method = X509V3_EXT_get(extension);
        void *parsed = method ? X509V3_EXT_d2i(extension) : NULL;
        if (method && !parsed) {
            return "the certificate has an extension that does not parse";
        }
        if (method && method->it) {
            ASN1_item_free(parsed, ASN1_ITEM_ptr(method->it));
        } else if (method) {
            method->ext_free(parsed);
        }
    }
    return NULL;
}

static rule *const profile[] = {
    extensions_parse,         version_is_three,
    serial_is_positive,       times_are_of_the_right_type,
    signers_have_names,       keys_are_identified,
    critical_is_what_must_be, uses_are_stated,
    names_are_well_formed,    common_name_is_listed,
};

static const char *first_objection(rule *const *rules, size_t count, X509 *x, bool leaf)
{
    const char *objection = NULL;
    for (size_t i = 0; i < count && !objection; i++) {
        objection = rules[i](x, leaf);
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
        objection = first_objection(always, sizeof always / sizeof always[0], x, i == 0);
        if (!objection && !own) {
            objection = first_objection(profile, sizeof profile / sizeof profile[0], x, i == 0);
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
