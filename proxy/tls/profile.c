/* The rules of the profile: that the extensions are of their types, then the certificate's members
 * in their order: version, serial number, dates, names, extensions. They are asked of certificates
 * that OpenSSL and strict.c think well of, so what they find is an oddity and no known attack: the
 * first one is told. */
#include "profile.h"

#include <openssl/obj_mac.h>
#include <string.h>

#include "constraints.h"
#include "name.h"

#define SERIAL_MOST 20 /* octets, RFC 5280 §4.1.2.2 */

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
    bool good = above && above->keyid && (leaf || has_extension(x, NID_subject_key_identifier));
    AUTHORITY_KEYID_free(above);
    return good ? NULL : "the certificate does not identify its issuer's key or its own";
}

static bool is_critical(X509 *x, int nid)
{
    int at = X509_get_ext_by_NID(x, nid, -1);
    return at >= 0 && X509_EXTENSION_get_critical(X509_get_ext(x, at));
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
        bad = bad || (has_extension(x, always[i]) && !is_critical(x, always[i]));
    }
    bool no_subject = X509_NAME_entry_count(X509_get_subject_name(x)) == 0;
    bad = bad || (leaf ? is_critical(x, NID_subject_alt_name) != no_subject
                       : !is_critical(x, NID_basic_constraints));
    return bad ? "the certificate has the wrong extensions marked as critical" : NULL;
}

/* RFC 5280 §4.2.1.3, §4.2.1.10; BR 7.1.2.7.10: each extension where it belongs. */
static const char *uses_are_stated(X509 *x, bool leaf)
{
    bool good = leaf
                    ? has_extension(x, NID_ext_key_usage) && !has_extension(x, NID_name_constraints)
                    : has_extension(x, NID_key_usage);
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

cert_rule *const profile_rules[] = {
    extensions_parse,
    version_is_three,
    serial_is_positive,
    times_are_of_the_right_type,
    signers_have_names,
    keys_are_identified,
    critical_is_what_must_be,
    uses_are_stated,
    names_are_well_formed,
    common_name_is_listed,
    NULL,
};
