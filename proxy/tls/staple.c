/* OCSP stapling (RFC 6066 §8): the server brings its CA's word, a few days old at most, that its
 * certificate is not revoked. Every connection asks for it, which costs 9 bytes of ClientHello, one
 * to two KB of answer from servers that do it, and one more signature to verify; resumed sessions
 * bring none. Nobody else is asked: no OCSP responder learns where the proxy connects, and none can
 * hold a connection up.
 *
 * What comes must be good. Revoked, unknown, damaged, out of date, or signed by somebody who may
 * not: refused, as Firefox does. What does not come is missed only where the certificate says "must
 * staple" (RFC 7633). Otherwise a thief of a revoked key leaves it away, and this proves nothing:
 * short lives of certificates are what helps then. */
#include "staple.h"

#include <openssl/ocsp.h>
#include <openssl/x509v3.h>
#include <stdlib.h>

#include "engine_parts.h"
#include "name.h"

#define STATUS_REQUEST 5                 /* the TLS extension, as a feature in a certificate */
#define CLOCK_SLOP     (24L * 3600)      /* seconds by which clocks differ, as in Firefox */
#define AGE_MOST       (10L * 24 * 3600) /* seconds, BR 4.9.10 */

static bool must_staple(X509 *x)
{
    TLS_FEATURE *features = X509_get_ext_d2i(x, NID_tlsfeature, NULL, NULL);
    bool must = false;
    for (int i = 0; i < sk_ASN1_INTEGER_num(features); i++) {
        must = must || ASN1_INTEGER_get(sk_ASN1_INTEGER_value(features, i)) == STATUS_REQUEST;
    }
    TLS_FEATURE_free(features);
    return must;
}

/* Whether `single` is about x. The responder chose the digest by which it names it. */
static bool is_about(OCSP_SINGLERESP *single, const X509 *x, const X509 *issuer)
{
    const OCSP_CERTID *id = OCSP_SINGLERESP_get0_id(single);
    ASN1_OBJECT *digest = NULL;
    /* The function takes what it does not change as not const. */
    OCSP_CERTID *copy = OCSP_CERTID_dup(id);
    OCSP_id_get0_info(NULL, &digest, NULL, NULL, copy);
    const EVP_MD *md = digest ? EVP_get_digestbyobj(digest) : NULL;
    OCSP_CERTID *wanted = md ? OCSP_cert_to_id(md, x, issuer) : NULL;
    bool same = wanted && OCSP_id_cmp(id, wanted) == 0;
    OCSP_CERTID_free(wanted);
    OCSP_CERTID_free(copy);
    return same;
}

/* What one answer about our certificate says; NULL: that it is good, and still. */
static const char *judge_single(OCSP_SINGLERESP *single)
{
    int reason;
    ASN1_GENERALIZEDTIME *revoked, *from, *until;
    int status = OCSP_single_get0_status(single, &reason, &revoked, &from, &until);
    if (status == V_OCSP_CERTSTATUS_REVOKED) {
        return "its CA has revoked the certificate";
    }
    if (status != V_OCSP_CERTSTATUS_GOOD) {
        return "its CA does not know the certificate";
    }
    /* Without an end of its own an answer is good for as long as a CA may let one be. */
    return OCSP_check_validity(from, until, CLOCK_SLOP, until ? -1 : AGE_MOST) == 1
               ? NULL
               : "the server's proof that the certificate is not revoked is out of date";
}

/* A revocation counts even among answers that say otherwise. */
static const char *judge_singles(OCSP_BASICRESP *basic, const X509 *x, const X509 *issuer)
{
    const char *objection =
        "the server's proof that its certificate is not revoked is about another";
    bool found = false;
    for (int i = 0; i < OCSP_resp_count(basic); i++) {
        OCSP_SINGLERESP *single = OCSP_resp_get0(basic, i);
        if (is_about(single, x, issuer)) {
            const char *fault = judge_single(single);
            objection = found && !fault ? objection : fault;
            found = true;
        }
    }
    return objection;
}

static const char *judge(SSL *ssl, const unsigned char *bytes, long len)
{
    STACK_OF(X509) *chain = SSL_get0_verified_chain(ssl);
    X509_STORE *roots = SSL_CTX_get_cert_store(SSL_get_SSL_CTX(ssl));
    const X509 *x = sk_X509_value(chain, 0);
    /* A root that the user trusts for a server is its own issuer. */
    const X509 *issuer = sk_X509_value(chain, sk_X509_num(chain) > 1 ? 1 : 0);
    OCSP_RESPONSE *response = d2i_OCSP_RESPONSE(NULL, &bytes, len);
    OCSP_BASICRESP *basic = response ? OCSP_response_get1_basic(response) : NULL;
    const char *objection = "the server's proof that its certificate is not revoked is damaged";
    if (basic) {
        objection = OCSP_basic_verify(basic, chain, roots, OCSP_NOEXPLICIT) == 1
                        ? judge_singles(basic, x, issuer)
                        : "the server's proof that its certificate is not revoked is not by its CA";
    }
    OCSP_BASICRESP_free(basic);
    OCSP_RESPONSE_free(response);
    return objection;
}

int staple_check(SSL *ssl, void *arg)
{
    (void)arg;
    const unsigned char *bytes;
    struct tls *t = SSL_get_app_data(ssl);
    X509 *x = SSL_get0_peer_certificate(ssl);
    long len = SSL_get_tlsext_status_ocsp_resp(ssl, &bytes);
    if (SSL_session_reused(ssl)) {
        return 1; /* no certificate came, so none came with it */
    }
    const char *objection = bytes && len > 0 ? judge(ssl, bytes, len)
                            : must_staple(x)
                                ? "the server has to prove that its certificate is not "
                                  "revoked, and did not"
                                : NULL;
    if (objection) {
        verify_object(t, objection, x);
    }
    return !objection;
}
