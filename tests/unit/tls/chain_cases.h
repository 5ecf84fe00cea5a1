/* Certificates that are wrong by themselves: names, times, extensions, keys, signatures. The kinds
 * are those of x509-limbo, BetterTLS, NIST's PKITS and badssl.com; the certificates are our own. */
#ifndef TESTS_TLS_CHAIN_CASES_H
#define TESTS_TLS_CHAIN_CASES_H

#include "chain_run.h"

static inline void put_raw_name(X509 *x, int type, const char *bytes, int len)
{
    int at = X509_get_ext_by_NID(x, NID_subject_alt_name, -1);
    GENERAL_NAMES *names = X509_get_ext_d2i(x, NID_subject_alt_name, NULL, NULL);
    X509_EXTENSION_free(at >= 0 ? X509_delete_ext(x, at) : NULL);
    names = names ? names : GENERAL_NAMES_new();
    if (len >= 0) {
        ASN1_STRING *value = type == GEN_IPADD ? ASN1_OCTET_STRING_new() : ASN1_IA5STRING_new();
        GENERAL_NAME *name = GENERAL_NAME_new();
        ASN1_STRING_set(value, bytes, len);
        GENERAL_NAME_set0_value(name, type, value);
        sk_GENERAL_NAME_push(names, name);
    }
    X509_add1_ext_i2d(x, NID_subject_alt_name, names, 0, 0);
    GENERAL_NAMES_free(names);
}

static inline void nul_in_name(X509 *x)
{
    put_raw_name(x, GEN_DNS, "app.example.com\0.evil.example", 29);
}

static inline void nul_at_end(X509 *x)
{
    put_raw_name(x, GEN_DNS, "app.example.com", 16);
}

static inline void nul_beside_name(X509 *x)
{
    put_raw_name(x, GEN_DNS, "evil.example\0.com", 17);
}

static inline void no_names_listed(X509 *x)
{
    put_raw_name(x, GEN_DNS, "", -1);
}

static inline void an_empty_name(X509 *x)
{
    put_raw_name(x, GEN_DNS, "", 0);
}

static inline void a_raw_emoji(X509 *x)
{
    put_raw_name(x, GEN_DNS, "\xf0\x9f\x98\x9c.example.com", 16);
}

static inline void an_address_of_five_bytes(X509 *x)
{
    put_raw_name(x, GEN_IPADD, "\xc0\x00\x02\x07\x00", 5);
}

static inline void a_network_for_an_address(X509 *x)
{
    put_raw_name(x, GEN_IPADD, "\xc0\x00\x02\x07\xff\xff\xff\xff", 8);
}

static inline void a_name_with_blanks(X509 *x)
{
    put_raw_name(x, GEN_DNS, " app.example.com ", 17);
}

#define NO(...)                                                                                    \
    {                                                                                              \
        __VA_ARGS__                                                                                \
    }
#define YES(...)                                                                                   \
    {                                                                                              \
        .good = true, __VA_ARGS__                                                                  \
    }
#define ALT(text) .leaf = {.cn = "", .org = "Example", .alt = text}

static const struct chain_case name_cases[] = {
    YES(.what = "the right name"),
    YES(.what = "the right name in capitals", ALT("DNS:APP.Example.COM")),
    YES(.what = "a host in capitals", .host = "App.EXAMPLE.com", ALT("DNS:app.example.com")),
    YES(.what = "one of many names", ALT("DNS:a.example.com,DNS:app.example.com,IP:192.0.2.1")),
    YES(.what = "a wildcard for one label", ALT("DNS:*.example.com")),
    YES(.what = "a name in punycode", .host = "xn--caf-dma.example.com",
        ALT("DNS:xn--caf-dma.example.com")),
    YES(.what = "a wildcard for a name in punycode", .host = "xn--caf-dma.example.com",
        ALT("DNS:*.example.com")),
    YES(.what = "an address", .host = "192.0.2.7", ALT("IP:192.0.2.7")),
    YES(.what = "an address of IPv6", .host = "2001:db8::1", ALT("IP:2001:db8:0:0:0:0:0:1")),
    YES(.what = "critical names beside an empty subject",
        .leaf = {.cn = "", .alt = "critical,DNS:app.example.com"}),
    YES(.what = "a host with a dot at its end", .host = "app.example.com."),
    NO(.what = "another name", ALT("DNS:other.example.com")),
    NO(.what = "another domain", ALT("DNS:app.example.org")),
    NO(.what = "the domain above", ALT("DNS:example.com")),
    NO(.what = "a name below", ALT("DNS:x.app.example.com")),
    NO(.what = "the name as a prefix", ALT("DNS:app.example.com.evil.example")),
    NO(.what = "the name as a suffix", ALT("DNS:evilapp.example.com")),
    NO(.what = "a common name and no list", .leaf = {.alt = ""}),
    NO(.what = "a common name and another list", .leaf = {.alt = "DNS:other.example.com"}),
    NO(.what = "the common name alone, in a list of addresses", .leaf = {.alt = "IP:192.0.2.7"}),
    NO(.what = "a common name that is not listed", .leaf = {.cn = "evil.example"}),
    NO(.what = "a list without a name", .leaf = {.alt = "", .before = no_names_listed}),
    NO(.what = "an empty name", .leaf = {.cn = "", .org = "x", .alt = "", .before = an_empty_name}),
    NO(.what = "an empty name beside the right one", .leaf = {.before = an_empty_name}),
    NO(.what = "a wildcard for the top", .host = "example.com", ALT("DNS:*.com")),
    NO(.what = "a wildcard for the top beside the right name",
       ALT("DNS:*.com,DNS:app.example.com")),
    NO(.what = "a wildcard alone", ALT("DNS:*")),
    NO(.what = "a wildcard alone beside the right name", ALT("DNS:*,DNS:app.example.com")),
    NO(.what = "a wildcard for part of a label", ALT("DNS:a*.example.com")),
    NO(.what = "a wildcard for the end of a label", ALT("DNS:*p.example.com")),
    NO(.what = "a wildcard inside a label", ALT("DNS:a*p.example.com")),
    NO(.what = "part of a label beside the right name",
       ALT("DNS:a*.example.com,DNS:app.example.com")),
    NO(.what = "two wildcards", ALT("DNS:*.*.com")),
    NO(.what = "two wildcards in one label", ALT("DNS:**.example.com")),
    NO(.what = "a wildcard in the second label", ALT("DNS:app.*.com")),
    NO(.what = "a wildcard in the last label", ALT("DNS:app.example.*")),
    NO(.what = "a wildcard for two labels", .host = "a.app.example.com", ALT("DNS:*.example.com")),
    NO(.what = "a wildcard for the bare domain", .host = "example.com", ALT("DNS:*.example.com")),
    NO(.what = "a wildcard in punycode", .host = "xn--caf-dma.example.com",
       ALT("DNS:xn--*.example.com")),
    NO(.what = "a name in raw Unicode", .leaf = {.before = a_raw_emoji}),
    NO(.what = "a NUL behind the right name", .leaf = {.alt = "", .before = nul_in_name}),
    NO(.what = "a NUL at the right name's end", .leaf = {.alt = "", .before = nul_at_end}),
    NO(.what = "a NUL in another name", .leaf = {.before = nul_beside_name}),
    NO(.what = "a NUL in another name, a root of one's own", .own = true,
       .leaf = {.before = nul_beside_name}),
    NO(.what = "blanks around the name", .leaf = {.alt = "", .before = a_name_with_blanks}),
    NO(.what = "a dot at the name's end", ALT("DNS:app.example.com.")),
    NO(.what = "a dot in front of the name", ALT("DNS:.example.com")),
    NO(.what = "a dot in front of a second name", ALT("DNS:.example.com,DNS:app.example.com")),
    NO(.what = "two dots in a name", ALT("DNS:app..example.com")),
    NO(.what = "a URL for a name", ALT("DNS:https://app.example.com")),
    NO(.what = "the name as a URI", ALT("URI:https://app.example.com/")),
    NO(.what = "the name as a mail address", ALT("email:x@app.example.com")),
    NO(.what = "an address as a DNS name", .host = "192.0.2.7", ALT("DNS:192.0.2.7")),
    NO(.what = "an address as a wildcard", .host = "192.0.2.7", ALT("DNS:*.0.2.7")),
    NO(.what = "an address as the common name", .host = "192.0.2.7",
       .leaf = {.cn = "192.0.2.7", .alt = "DNS:app.example.com"}),
    NO(.what = "another address", .host = "192.0.2.7", ALT("IP:192.0.2.8")),
    NO(.what = "the address of IPv4 inside one of IPv6", .host = "192.0.2.7",
       ALT("IP:::ffff:192.0.2.7")),
    NO(.what = "an address of five bytes", .host = "192.0.2.7",
       .leaf = {.cn = "", .org = "x", .alt = "", .before = an_address_of_five_bytes}),
    NO(.what = "a network for an address", .host = "192.0.2.7",
       .leaf = {.cn = "", .org = "x", .alt = "", .before = a_network_for_an_address}),
    NO(.what = "critical names beside a subject", .leaf = {.alt = "critical,DNS:app.example.com"}),
    NO(.what = "names that are not critical beside an empty subject", .leaf = {.cn = ""}),
};

static inline void generalized_early(X509 *x)
{
    ASN1_TIME *soon = ASN1_GENERALIZEDTIME_adj(NULL, time(NULL), 30, 0);
    X509_set1_notAfter(x, soon);
    ASN1_TIME_free(soon);
}

static inline void no_end(X509 *x)
{
    ASN1_TIME_set_string(X509_getm_notAfter(x), "99991231235959Z");
}

static inline void ended_a_second_ago(X509 *x)
{
    X509_gmtime_adj(X509_getm_notAfter(x), -1);
}

static inline void begins_in_a_minute(X509 *x)
{
    X509_gmtime_adj(X509_getm_notBefore(x), 60);
}

static const struct chain_case time_cases[] = {
    YES(.what = "an end beyond 2050", .leaf = {.before = no_end}),
    YES(.what = "an old root", .root = {.from_days = -7000}),
    NO(.what = "an expired leaf", .leaf = {.from_days = -40, .until_days = -10}),
    NO(.what = "an expired intermediate", .middle = {.from_days = -40, .until_days = -10}),
    NO(.what = "an expired root", .root = {.from_days = -40, .until_days = -10}),
    NO(.what = "an expired root of one's own", .own = true,
       .root = {.from_days = -40, .until_days = -10}),
    NO(.what = "a leaf that ended a second ago", .leaf = {.before = ended_a_second_ago}),
    NO(.what = "a leaf that begins in a minute", .leaf = {.before = begins_in_a_minute}),
    NO(.what = "a leaf of tomorrow", .leaf = {.from_days = 2}),
    NO(.what = "an intermediate of tomorrow", .middle = {.from_days = 2}),
    NO(.what = "a root of tomorrow", .root = {.from_days = 2}),
    NO(.what = "an end before the beginning", .leaf = {.from_days = 5, .until_days = 3}),
    NO(.what = "a GeneralizedTime before 2050", .leaf = {.before = generalized_early}),
};

static inline void unknown_extension(X509 *x)
{
    chain_extend(x, x, "1.2.3.4.5", "critical,DER:0500");
}

static inline void a_second_list(X509 *x)
{
    chain_extend(x, x, "subjectAltName", "DNS:evil.example");
}

static inline void a_second_unknown(X509 *x)
{
    chain_extend(x, x, "1.2.3.4.5", "DER:0500");
    chain_extend(x, x, "1.2.3.4.5", "DER:0101FF");
}

static inline void a_second_basic(X509 *x)
{
    chain_extend(x, x, "basicConstraints", "critical,CA:TRUE");
}

static inline void no_issuer_name(X509 *x)
{
    X509_NAME *nobody = X509_NAME_new();
    X509_set_issuer_name(x, nobody);
    X509_NAME_free(nobody);
}

static inline void other_issuer_name(X509 *x)
{
    X509_NAME *name = X509_NAME_new();
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"Muddle", -1, -1,
                               0);
    X509_set_issuer_name(x, name);
    X509_NAME_free(name);
}

static const struct chain_case extension_cases[] = {
    YES(.what = "a place to ask for issuers",
        .leaf = {.more = {"authorityInfoAccess=OCSP;URI:http://ocsp.example.com/"}}),
    NO(.what = "a place to ask for issuers that does not parse",
       .leaf = {.more = {"authorityInfoAccess=DER:3003020105"}}),
    YES(.what = "an unknown extension that is not critical",
        .leaf = {.more = {"1.2.3.4.5=DER:0500"}}),
    YES(.what = "a leaf without basicConstraints", .leaf = {.basic = ""}),
    YES(.what = "a leaf without keyUsage", .leaf = {.usage = ""}),
    YES(.what = "a leaf for clients and servers", .leaf = {.purpose = "clientAuth,serverAuth"}),
    YES(.what = "a leaf without a key identifier of its own", .leaf = {.ski = ""}),
    YES(.what = "an intermediate for servers", .middle = {.purpose = "serverAuth,clientAuth"}),
    YES(.what = "a path of the length allowed", .root = {.basic = "critical,CA:TRUE,pathlen:1"},
        .middle = {.basic = "critical,CA:TRUE,pathlen:0"}),
    YES(.what = "a root without identifiers, of version 1", .root = {.version = 1}),
    YES(.what = "a root whose basicConstraints are not critical", .root = {.basic = "CA:TRUE"}),
    YES(.what = "a root without key identifiers", .root = {.ski = "", .aki = ""}),
    YES(.what = "a root with serial number 0", .root = {.serial = "0"}),
    YES(.what = "a root without keyUsage", .root = {.usage = ""}),
    YES(.what = "identifiers missing under a root of one's own", .own = true,
        .leaf = {.cn = "home", .ski = "", .aki = "", .purpose = "", .basic = "", .usage = ""},
        .middle = {.basic = "CA:TRUE", .usage = "", .ski = "", .aki = ""}),
    YES(.what = "a serial number of 20 octets",
        .leaf = {.serial = "7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF"}),
    NO(.what = "an unknown critical extension in the leaf", .leaf = {.before = unknown_extension}),
    NO(.what = "an unknown critical extension in the intermediate",
       .middle = {.before = unknown_extension}),
    NO(.what = "a certificate that was not to be one (CT poison)",
       .leaf = {.more = {"1.3.6.1.4.1.11129.2.4.3=critical,DER:0500"}}),
    NO(.what = "two lists of names", .leaf = {.key = "RSA 2048", .before = a_second_list}),
    NO(.what = "an unknown extension twice", .leaf = {.before = a_second_unknown}),
    NO(.what = "an unknown extension twice, a root of one's own", .own = true,
       .leaf = {.before = a_second_unknown}),
    NO(.what = "basicConstraints twice", .middle = {.before = a_second_basic}),
    NO(.what = "a leaf that is a CA", .leaf = {.basic = "critical,CA:TRUE"}),
    NO(.what = "a leaf that is a CA, a root of one's own", .own = true,
       .leaf = {.basic = "critical,CA:TRUE"}),
    NO(.what = "a leaf that may sign certificates",
       .leaf = {.usage = "critical,digitalSignature,keyCertSign"}),
    NO(.what = "a leaf with a path length", .leaf = {.basic = "critical,CA:FALSE,pathlen:0"}),
    NO(.what = "a leaf for clients", .leaf = {.purpose = "clientAuth"}),
    NO(.what = "a leaf for mail", .leaf = {.purpose = "emailProtection"}),
    NO(.what = "a leaf for OCSP", .leaf = {.purpose = "OCSPSigning"}),
    NO(.what = "a leaf for servers of the 1990s that may use strong keys (SGC)",
       .leaf = {.purpose = "msSGC"}),
    NO(.what = "a leaf for those servers, a root of one's own", .own = true,
       .leaf = {.purpose = "nsSGC,clientAuth"}),
    NO(.what = "an intermediate for those servers", .middle = {.purpose = "msSGC"}),
    NO(.what = "a leaf for anything", .leaf = {.purpose = "anyExtendedKeyUsage"}),
    NO(.what = "a leaf for servers and anything",
       .leaf = {.purpose = "serverAuth,anyExtendedKeyUsage"}),
    NO(.what = "a leaf for no purpose told", .leaf = {.purpose = ""}),
    NO(.what = "a purpose marked as critical", .leaf = {.purpose = "critical,serverAuth"}),
    NO(.what = "a leaf that may only agree on keys", .by_tls = true,
       .leaf = {.usage = "critical,keyAgreement"}),
    NO(.what = "a leaf that may only encipher keys", .by_tls = true,
       .leaf = {.usage = "critical,keyEncipherment"}),
    NO(.what = "an RSA leaf that may only encipher keys",
       .leaf = {.key = "RSA 2048", .usage = "critical,keyEncipherment"}),
    NO(.what = "an intermediate for clients", .middle = {.purpose = "clientAuth"}),
    NO(.what = "an intermediate for signed code", .middle = {.purpose = "codeSigning"}),
    NO(.what = "an intermediate without basicConstraints", .middle = {.basic = ""}),
    NO(.what = "an intermediate without basicConstraints, a root of one's own", .own = true,
       .middle = {.basic = ""}),
    NO(.what = "an intermediate that is no CA", .middle = {.basic = "critical,CA:FALSE"}),
    NO(.what = "an intermediate whose basicConstraints are not critical",
       .middle = {.basic = "CA:TRUE"}),
    NO(.what = "an intermediate that may not sign", .middle = {.usage = "critical,cRLSign"}),
    NO(.what = "an intermediate without keyUsage", .middle = {.usage = ""}),
    NO(.what = "an intermediate without a name", .middle = {.cn = ""}),
    NO(.what = "an intermediate of version 1", .middle = {.version = 1}),
    NO(.what = "an intermediate of version 1, a root of one's own", .own = true,
       .middle = {.version = 1}),
    NO(.what = "a leaf of version 1", .leaf = {.version = 1}),
    NO(.what = "a path longer than the root allows",
       .root = {.basic = "critical,CA:TRUE,pathlen:0"}),
    NO(.what = "a leaf without an issuer", .leaf = {.before = no_issuer_name}),
    NO(.what = "a leaf with the wrong issuer and the right key",
       .leaf = {.before = other_issuer_name}),
    NO(.what = "the leaf's issuer key not identified", .leaf = {.aki = ""}),
    NO(.what = "the intermediate's issuer key not identified", .middle = {.aki = ""}),
    NO(.what = "the issuer identified by name and number only", .leaf = {.aki = "issuer"}),
    NO(.what = "another issuer key identified", .leaf = {.aki = "wrong"}),
    NO(.what = "another issuer key identified by the intermediate", .middle = {.aki = "wrong"}),
    NO(.what = "an issuer key's identifier marked as critical", .leaf = {.aki = "critical"}),
    NO(.what = "an intermediate without a key identifier", .middle = {.ski = ""}),
    NO(.what = "a key identifier marked as critical", .middle = {.ski = "critical,hash"}),
    NO(.what = "serial number 0", .leaf = {.serial = "0"}),
    NO(.what = "a negative serial number", .leaf = {.serial = "-5"}),
    NO(.what = "a serial number of 21 octets",
       .leaf = {.serial = "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF"}),
    NO(.what = "serial number 0 of the intermediate", .middle = {.serial = "0"}),
    NO(.what = "name constraints in a leaf",
       .leaf = {.constraints = "critical,permitted;DNS:example.com"}),
    NO(.what = "a critical place to ask for issuers",
       .leaf = {.more = {"authorityInfoAccess=critical,OCSP;URI:http://ocsp.example.com/"}}),
};

/* x with its encoding changed: `to` over the last byte of the nth place where `from` stands. */
static inline X509 *patch(X509 *x, const char *from, size_t len, int nth, char to)
{
    unsigned char *der = NULL;
    int size = i2d_X509(x, &der);
    unsigned char *at = der;
    for (int i = 0; i < nth; i++) {
        at = memmem(at, (size_t)(der + size - at), from, len);
        assert_non_null(at);
        at += len;
    }
    at[-1] = (unsigned char)to;
    const unsigned char *parsed = der;
    X509 *patched = d2i_X509(NULL, &parsed, size);
    assert_non_null(patched);
    OPENSSL_free(der);
    X509_free(x);
    return patched;
}

static inline X509 *flip_signature(X509 *x)
{
    const ASN1_BIT_STRING *signature;
    X509_get0_signature(&signature, NULL, x);
    char bytes[64];
    size_t len = (size_t)signature->length;
    assert_true(len > sizeof bytes);
    memcpy(bytes, signature->data + len - sizeof bytes, sizeof bytes);
    return patch(x, bytes, sizeof bytes, 1, (char)(bytes[63] ^ 1));
}

/* What was signed changes behind the signature's back. */
static inline X509 *rename_after(X509 *x)
{
    return patch(x, "app.example.con", 15, 1, 'm');
}

static const char ecdsa_with_sha256[] = "\x2a\x86\x48\xce\x3d\x04\x03\x02";

static inline X509 *inner_algorithm_differs(X509 *x)
{
    return patch(x, ecdsa_with_sha256, 8, 1, 3);
}

static inline X509 *outer_algorithm_differs(X509 *x)
{
    return patch(x, ecdsa_with_sha256, 8, 2, 3);
}

static const struct chain_case crypto_cases[] = {
    YES(.what = "RSA of 2048 bits", .leaf = {.key = "RSA 2048"}, .middle = {.key = "RSA 2048"}),
    YES(.what = "P-384", .leaf = {.key = "P-384"}, .middle = {.key = "P-384", .digest = "SHA384"}),
    YES(.what = "an intermediate with P-521", .middle = {.key = "P-521"}),
    YES(.what = "Ed25519", .leaf = {.key = "ED25519"}, .middle = {.key = "ED25519"}),
    YES(.what = "a leaf signed with SHA-512", .leaf = {.digest = "SHA512"}),
    YES(.what = "a root signed with SHA-1", .root = {.digest = "SHA1"}),
    NO(.what = "a leaf of RSA, 1024 bits", .leaf = {.key = "RSA 1024"}),
    NO(.what = "a leaf of RSA, 2040 bits", .leaf = {.key = "RSA 2040"}),
    NO(.what = "a leaf of RSA, 2052 bits", .leaf = {.key = "RSA 2052"}),
    NO(.what = "an intermediate of RSA, 1024 bits", .middle = {.key = "RSA 1024"}),
    NO(.what = "an intermediate of RSA, 2052 bits", .middle = {.key = "RSA 2052"}),
    NO(.what = "a root of RSA, 1024 bits", .root = {.key = "RSA 1024"}),
    NO(.what = "a root of RSA, 2052 bits", .root = {.key = "RSA 2052"}),
    NO(.what = "a root with secp256k1", .root = {.key = "secp256k1"}),
    NO(.what = "a leaf with P-192", .by_tls = true, .leaf = {.key = "P-192"}),
    NO(.what = "an intermediate with P-192", .middle = {.key = "P-192"}),
    NO(.what = "a root with P-192", .root = {.key = "P-192"}),
    NO(.what = "an intermediate with P-224", .middle = {.key = "P-224"}),
    NO(.what = "an intermediate with secp256k1", .middle = {.key = "secp256k1"}),
    NO(.what = "an intermediate with a Brainpool curve", .middle = {.key = "brainpoolP256r1"}),
    NO(.what = "an intermediate with DSA", .middle = {.key = "DSA"}),
    NO(.what = "an intermediate with DSA, a root of one's own", .own = true,
       .middle = {.key = "DSA"}),
    NO(.what = "a root with DSA", .root = {.key = "DSA"}),
    NO(.what = "a leaf signed with SHA-1", .leaf = {.digest = "SHA1"}),
    NO(.what = "a leaf signed with SHA-1, RSA", .leaf = {.digest = "SHA1"},
       .middle = {.key = "RSA 2048"}),
    NO(.what = "a leaf signed with MD5", .leaf = {.digest = "MD5"}, .middle = {.key = "RSA 2048"}),
    NO(.what = "a leaf signed with SHA-224", .leaf = {.digest = "SHA224"}),
    NO(.what = "a leaf signed with SHA3-256", .leaf = {.digest = "SHA3-256"}),
    NO(.what = "an intermediate signed with SHA-1", .middle = {.digest = "SHA1"}),
    NO(.what = "an intermediate signed with SHA-1, a root of one's own", .own = true,
       .middle = {.digest = "SHA1"}),
    NO(.what = "an altered signature", .leaf = {.after = flip_signature}),
    NO(.what = "an altered signature of the intermediate", .middle = {.after = flip_signature}),
    NO(.what = "a name altered behind the signature",
       .leaf = {.cn = "", .org = "x", .alt = "DNS:app.example.con", .after = rename_after}),
    NO(.what = "another algorithm inside the signature",
       .leaf = {.after = inner_algorithm_differs}),
    NO(.what = "another algorithm outside the signature",
       .leaf = {.after = outer_algorithm_differs}),
};

#endif
