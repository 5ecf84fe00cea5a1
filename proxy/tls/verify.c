/* Who the peer is. The expected name is given to OpenSSL before the handshake, so that a
 * certificate for another name fails it, on every TLS version, before a byte of ours is sent. There
 * is no switch.
 *
 * path.c looks for a chain, strict.c judges it, staple.c asks whether it was revoked; here a
 * refusal is put into words. X509_V_FLAG_X509_STRICT stays off: it refuses roots without key
 * identifiers or with a basicConstraints extension that is not critical, which many companies'
 * TLS-inspecting proxies have. strict.c has those of its rules that matter, and more. */
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdlib.h>

#include "engine_parts.h"
#include "name.h"
#include "why401/base/ip.h"
#include "why401/base/str.h"

/* Names come from subjectAltName only (RFC 9525 §6.3), and `f*.example.com` matches nothing. */
#define HOST_FLAGS (X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT)

#define NAMES_SHOWN   8
#define NAMES_BYTES   250
#define SUBJECT_SHOWN 120

bool verify_expect_host(struct tls *t)
{
    struct ip ip;
    struct span host = span_of(t->host);
    X509_VERIFY_PARAM *param = SSL_get0_param(t->ssl);
    X509_VERIFY_PARAM_set_hostflags(param, HOST_FLAGS);
    if (ip_parse(host, &ip)) {
        return X509_VERIFY_PARAM_set1_ip(param, ip.bytes, ip.family == 4 ? 4 : 16) == 1;
    }
    /* An empty name, above all, would switch the check off in OpenSSL. */
    if (!name_is_host(host)) {
        char shown[64];
        tls_blame(t, ERR_UPSTREAM_TLS, "\"%s\" is not a host name",
                  name_show(host, shown, sizeof shown));
        return false;
    }
    return SSL_set1_host(t->ssl, t->host) == 1 && SSL_set_tlsext_host_name(t->ssl, t->host) == 1;
}

bool verify_again(const struct tls *t, X509 *peer)
{
    struct ip ip;
    if (!peer || X509_cmp_current_time(X509_get0_notAfter(peer)) <= 0) {
        return false;
    }
    if (ip_parse(span_of(t->host), &ip)) {
        return X509_check_ip(peer, ip.bytes, ip.family == 4 ? 4 : 16, 0) == 1;
    }
    return X509_check_host(peer, t->host, 0, HOST_FLAGS, NULL) == 1;
}

/* A distinguished name with everything odd in it escaped, cut at SUBJECT_SHOWN bytes. */
static void add_name(struct str *to, const X509_NAME *name)
{
    BIO *memory = BIO_new(BIO_s_mem());
    char *text = NULL;
    long len = 0;
    if (memory && X509_NAME_print_ex(memory, name, 0, XN_FLAG_RFC2253) >= 0) {
        len = BIO_get_mem_data(memory, &text);
    }
    if (len > 0) {
        str_add(to, span_first(span(text, (size_t)len), SUBJECT_SHOWN));
        str_add(to, len > SUBJECT_SHOWN ? SPAN("...") : SPAN(""));
    } else {
        str_add(to, SPAN("(empty)"));
    }
    BIO_free(memory);
}

static void add_time(struct str *to, const ASN1_TIME *when)
{
    struct tm utc;
    char text[32];
    bool written = ASN1_TIME_to_tm(when, &utc) == 1 &&
                   strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S UTC", &utc) > 0;
    str_add(to, written ? span_of(text) : SPAN("unreadable"));
}

#define ALT_NAME_SIZE 80

/* One subjectAltName as text; NULL for a kind that names no host. */
static const char *show_alt_name(const GENERAL_NAME *name, char text[ALT_NAME_SIZE])
{
    int type;
    const ASN1_STRING *value = GENERAL_NAME_get0_value(name, &type);
    if (type != GEN_DNS && type != GEN_IPADD) {
        return NULL;
    }
    struct span bytes =
        span((const char *)ASN1_STRING_get0_data(value), (size_t)ASN1_STRING_length(value));
    if (type == GEN_DNS) {
        return name_show(bytes, text, ALT_NAME_SIZE);
    }
    if (bytes.len != 4 && bytes.len != 16) {
        return NULL;
    }
    struct ip ip = {.family = bytes.len == 4 ? 4 : 6};
    memcpy(ip.bytes, bytes.ptr, bytes.len);
    return ip_text(ip, text);
}

/* The names that the certificate does have, the first few of them. */
static void add_alt_names(struct str *to, const X509 *x)
{
    GENERAL_NAMES *names = X509_get_ext_d2i(x, NID_subject_alt_name, NULL, NULL);
    int count = names ? sk_GENERAL_NAME_num(names) : 0;
    int shown = 0;
    for (int i = 0; i < count && shown < NAMES_SHOWN && to->len < NAMES_BYTES; i++) {
        char text[ALT_NAME_SIZE];
        const char *name = show_alt_name(sk_GENERAL_NAME_value(names, i), text);
        if (name) {
            str_addf(to, shown ? ", %s" : "%s", name);
            shown++;
        }
    }
    if (shown == 0) {
        str_add(to, SPAN("no host"));
    } else if (shown < count) {
        str_addf(to, " and %d more", count - shown);
    }
    GENERAL_NAMES_free(names);
}

/* What is wrong, for the errors that people meet. False for the others. */
static bool add_known(struct str *to, int error, const X509 *x)
{
    switch (error) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
        str_add(to, SPAN("the certificate has expired (notAfter "));
        add_time(to, X509_get0_notAfter(x));
        break;
    case X509_V_ERR_CERT_NOT_YET_VALID:
        str_add(to, SPAN("the certificate is not valid yet; is this machine's clock right? "
                         "(notBefore "));
        add_time(to, X509_get0_notBefore(x));
        break;
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
        str_add(to, SPAN("the certificate is for another name (it names "));
        add_alt_names(to, x);
        break;
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
        str_add(to, SPAN("no trusted root for the certificate's issuer (issuer "));
        add_name(to, X509_get_issuer_name(x));
        break;
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
        str_add(to, SPAN("the root of the certificate is not trusted (root "));
        add_name(to, X509_get_subject_name(x));
        return true;
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
        str_add(to, SPAN("the certificate is signed by itself and not trusted ("));
        break;
    case X509_V_ERR_INVALID_PURPOSE:
        str_add(to, SPAN("the certificate may not be used for a TLS server ("));
        break;
    case X509_V_ERR_NO_EXPLICIT_POLICY:
        str_add(to, SPAN("the certificate lacks a policy that a CA above it requires ("));
        break;
    default:
        return false;
    }
    return true;
}

/* "reason (detail, subject CN=...)" for the certificate at fault. */
static void add_fault(struct str *to, const char *objection, int error, const X509 *x)
{
    if (objection) {
        str_addf(to, "%s (", objection);
    } else if (!x || !add_known(to, error, x)) {
        str_addf(to, "%s (", X509_verify_cert_error_string(error));
    }
    if (x && error != X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN) {
        str_add(to, span_ends(str_span(to), SPAN("(")) ? SPAN("subject ") : SPAN(", subject "));
        add_name(to, X509_get_subject_name(x));
    }
    str_add_c(to, ')');
}

static void blame(struct tls *t, const char *objection, int error, const X509 *x)
{
    struct str text;
    str_init(&text, 2UL * ERR_TEXT_SIZE);
    add_fault(&text, objection, error, x);
    tls_blame(t, ERR_UPSTREAM_VERIFY, "%s: %s", t->host, str_cstr(&text));
    str_release(&text);
}

void verify_blame(struct tls *t, X509_STORE_CTX *store, const char *objection)
{
    /* What is wrong with a chain as a whole is told of its leaf. */
    const X509 *x = X509_STORE_CTX_get_current_cert(store);
    blame(t, objection, X509_STORE_CTX_get_error(store), x ? x : X509_STORE_CTX_get0_cert(store));
}

void verify_object(struct tls *t, const char *objection, const X509 *x)
{
    blame(t, objection, X509_V_ERR_CERT_REJECTED, x);
}

void verify_forget(struct tls *t)
{
    free(t->err);
    t->err = NULL;
}
