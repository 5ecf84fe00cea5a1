/* Stapled OCSP responses, good and bad, and servers that bring none. */
#include "chain_run.h"

#include <openssl/ocsp.h>

static unsigned char *stapled; /* what the server brings; NULL: nothing */
static int stapled_len;

static int bring(SSL *ssl, void *arg)
{
    (void)arg;
    if (!stapled) {
        return SSL_TLSEXT_ERR_NOACK;
    }
    unsigned char *copy = OPENSSL_memdup(stapled, (size_t)stapled_len);
    SSL_set_tlsext_status_ocsp_resp(ssl, copy, stapled_len);
    return SSL_TLSEXT_ERR_OK;
}

enum signer { BY_ISSUER, BY_DELEGATE, BY_LEAF, BY_STRANGER, BY_ROOT, BY_NO_PURPOSE, BY_EXPIRED };

/* One case: the response, how it is signed, and the certificate. Hours are from now. */
struct staple {
    const char *what;
    const char *refused; /* part of the text; NULL: accepted */
    int status;
    int from_hours;
    int until_hours; /* 0: says no end */
    enum signer signer;
    const char *digest; /* of the certificate's id; NULL: SHA1, as everybody does */
    bool about_other;
    bool altered;
    bool must;       /* the certificate says must-staple */
    bool none;       /* nothing is brought */
    int unusable;    /* an OCSP_RESPONSE_STATUS without content */
    const char *raw; /* these bytes are brought */
};

#define OUT_OF_DATE "proof that the certificate is not revoked is out of date"
#define NOT_BY_CA   "proof that its certificate is not revoked is not by its CA"

static const struct staple staples[] = {
    {.what = "good",
     .refused = NULL,
     .status = V_OCSP_CERTSTATUS_GOOD,
     .from_hours = -1,
     .until_hours = 100},
    {.what = "good, must",
     .refused = NULL,
     .status = V_OCSP_CERTSTATUS_GOOD,
     .from_hours = -1,
     .until_hours = 100,
     .must = true},
    {.what = "good, by SHA-256",
     .refused = NULL,
     .status = V_OCSP_CERTSTATUS_GOOD,
     .from_hours = -1,
     .until_hours = 100,
     .digest = "SHA256"},
    {.what = "good, by a delegate",
     .refused = NULL,
     .status = V_OCSP_CERTSTATUS_GOOD,
     .from_hours = -1,
     .until_hours = 100,
     .signer = BY_DELEGATE},
    {.what = "good, a clock that is 3 hours late",
     .refused = NULL,
     .status = V_OCSP_CERTSTATUS_GOOD,
     .from_hours = 3,
     .until_hours = 100},
    {.what = "good, no end, fresh",
     .refused = NULL,
     .status = V_OCSP_CERTSTATUS_GOOD,
     .from_hours = -1,
     .until_hours = 0},
    {.what = "none", .refused = NULL, .none = true},
    {.what = "none, must",
     .refused = "has to prove that its certificate is not revoked, and did not",
     .none = true,
     .must = true},
    {.what = "revoked",
     .refused = "its CA has revoked the certificate",
     .status = V_OCSP_CERTSTATUS_REVOKED,
     .from_hours = -1,
     .until_hours = 100},
    {.what = "revoked, by a delegate",
     .refused = "its CA has revoked",
     .status = V_OCSP_CERTSTATUS_REVOKED,
     .from_hours = -1,
     .until_hours = 100,
     .signer = BY_DELEGATE},
    {.what = "revoked, out of date",
     .refused = "its CA has revoked",
     .status = V_OCSP_CERTSTATUS_REVOKED,
     .from_hours = -400,
     .until_hours = -300},
    {.what = "unknown",
     .refused = "its CA does not know the certificate",
     .status = V_OCSP_CERTSTATUS_UNKNOWN,
     .from_hours = -1,
     .until_hours = 100},
    {.what = "expired",
     .refused = OUT_OF_DATE,
     .status = V_OCSP_CERTSTATUS_GOOD,
     .from_hours = -400,
     .until_hours = -300},
    {.what = "from the future",
     .refused = OUT_OF_DATE,
     .status = V_OCSP_CERTSTATUS_GOOD,
     .from_hours = 48,
     .until_hours = 100},
    {.what = "no end, old",
     .refused = OUT_OF_DATE,
     .status = V_OCSP_CERTSTATUS_GOOD,
     .from_hours = -24 * 20,
     .until_hours = 0},
    {.what = "about another certificate",
     .refused = "is about another",
     .status = V_OCSP_CERTSTATUS_GOOD,
     .from_hours = -1,
     .until_hours = 100,
     .about_other = true},
    {.what = "by the leaf itself",
     .refused = NOT_BY_CA,
     .status = V_OCSP_CERTSTATUS_GOOD,
     .from_hours = -1,
     .until_hours = 100,
     .signer = BY_LEAF},
    {.what = "by a stranger",
     .refused = NOT_BY_CA,
     .status = V_OCSP_CERTSTATUS_GOOD,
     .from_hours = -1,
     .until_hours = 100,
     .signer = BY_STRANGER},
    {.what = "by the root, which did not sign the certificate",
     .refused = NOT_BY_CA,
     .status = V_OCSP_CERTSTATUS_GOOD,
     .from_hours = -1,
     .until_hours = 100,
     .signer = BY_ROOT},
    {.what = "by a delegate without the purpose",
     .refused = NOT_BY_CA,
     .status = V_OCSP_CERTSTATUS_GOOD,
     .from_hours = -1,
     .until_hours = 100,
     .signer = BY_NO_PURPOSE},
    {.what = "by an expired delegate",
     .refused = NOT_BY_CA,
     .status = V_OCSP_CERTSTATUS_GOOD,
     .from_hours = -1,
     .until_hours = 100,
     .signer = BY_EXPIRED},
    {.what = "altered",
     .refused = NOT_BY_CA,
     .status = V_OCSP_CERTSTATUS_GOOD,
     .from_hours = -1,
     .until_hours = 100,
     .altered = true},
    {.what = "try later", .refused = "is damaged", .unusable = OCSP_RESPONSE_STATUS_TRYLATER},
    {.what = "unauthorized",
     .refused = "is damaged",
     .unusable = OCSP_RESPONSE_STATUS_UNAUTHORIZED},
    {.what = "no response at all", .refused = "is damaged", .raw = "not a response"},
};

static ASN1_TIME *in_hours(int hours)
{
    return ASN1_GENERALIZEDTIME_adj(NULL, time(NULL), 0, hours * 3600L);
}

static const struct test_cert *signer_of(struct chain *c, enum signer signer)
{
    struct make m = {.cn = "Responder",
                     .basic = "critical,CA:FALSE",
                     .purpose = "OCSPSigning",
                     .usage = "critical,digitalSignature",
                     .from_days = -40};
    switch (signer) {
    case BY_ISSUER:
        return &c->certs[MIDDLE];
    case BY_LEAF:
        return &c->certs[LEAF];
    case BY_ROOT:
        return &c->certs[ROOT];
    case BY_STRANGER:
        return chain_add(c, m, SPARE, NULL);
    case BY_NO_PURPOSE:
        m.purpose = "serverAuth";
        break;
    case BY_EXPIRED:
        m.until_days = -10;
        break;
    case BY_DELEGATE:
        break;
    }
    return chain_add(c, m, SPARE, &c->certs[MIDDLE]);
}

static void make_response(struct chain *c, const struct staple *s)
{
    OCSP_BASICRESP *basic = OCSP_BASICRESP_new();
    const struct test_cert *signer = signer_of(c, s->signer);
    const struct test_cert *about =
        s->about_other ? chain_add(c, (struct make){0}, LEAF, &c->certs[MIDDLE]) : &c->certs[LEAF];
    OCSP_CERTID *id = OCSP_cert_to_id(EVP_get_digestbyname(s->digest ? s->digest : "SHA1"),
                                      about->x, c->certs[MIDDLE].x);
    ASN1_TIME *from = in_hours(s->from_hours);
    ASN1_TIME *until = s->until_hours ? in_hours(s->until_hours) : NULL;
    ASN1_TIME *revoked = s->status == V_OCSP_CERTSTATUS_REVOKED ? in_hours(-500) : NULL;
    assert_non_null(OCSP_basic_add1_status(basic, id, s->status, OCSP_REVOKED_STATUS_KEYCOMPROMISE,
                                           revoked, from, until));
    assert_int_equal(OCSP_basic_sign(basic, signer->x, signer->key, EVP_sha256(), NULL, 0), 1);
    OCSP_RESPONSE *response = OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, basic);
    stapled_len = i2d_OCSP_RESPONSE(response, &stapled);
    OCSP_RESPONSE_free(response);
    OCSP_BASICRESP_free(basic);
    OCSP_CERTID_free(id);
    ASN1_TIME_free(from);
    ASN1_TIME_free(until);
    ASN1_TIME_free(revoked);
    if (s->altered) {
        /* A day in one of the dates, which the signature covers. */
        unsigned char *zulu = memchr(stapled, 'Z', (size_t)stapled_len);
        zulu[-1] = zulu[-1] == '0' ? '1' : '0';
    }
}

static void make_staple(struct chain *c, const struct staple *s)
{
    stapled = NULL;
    if (s->raw) {
        stapled_len = (int)strlen(s->raw);
        stapled = OPENSSL_memdup(s->raw, (size_t)stapled_len);
    } else if (s->unusable) {
        OCSP_RESPONSE *response = OCSP_response_create(s->unusable, NULL);
        stapled_len = i2d_OCSP_RESPONSE(response, &stapled);
        OCSP_RESPONSE_free(response);
    } else if (!s->none) {
        make_response(c, s);
    }
}

static void connect_and_check(const struct staple *s, int version)
{
    struct pair p;
    only_version(chain_client, version);
    sessions_release(&chain_client->sessions);
    pair_open(&p, chain_client, APP, chain_server);
    pair_run(&p);
    print_message("%-50s TLS 1.%d %s\n", s->what, version - TLS1_VERSION,
                  s->refused ? "refused" : "accepted");
    if (s->refused) {
        assert_failed(p.client.tls, ERR_UPSTREAM_VERIFY, s->refused);
        assert_failed(p.client.tls, ERR_UPSTREAM_VERIFY, APP ": ");
        assert_failed(p.client.tls, ERR_UPSTREAM_VERIFY, "subject CN=" APP);
        assert_int_equal(chain_client->sessions.count, 0);
    } else {
        assert_both_open(&p);
        pair_close(&p);
        pair_open(&p, chain_client, APP, chain_server);
        pair_run(&p);
        assert_both_open(&p);
        assert_true(tls_resumed(p.client.tls));
    }
    pair_close(&p);
}

static void what_is_stapled_must_be_good(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof staples / sizeof staples[0]; i++) {
        const struct staple *s = &staples[i];
        struct chain c;
        struct chain_case spec = {.what = s->what};
        spec.leaf.more[0] = s->must ? "tlsfeature=status_request" : NULL;
        chain_build(&c, &spec);
        chain_install(&c, false);
        make_staple(&c, s);
        SSL_CTX_set_tlsext_status_cb(chain_server->ssl, bring);
        connect_and_check(s, TLS1_2_VERSION);
        connect_and_check(s, TLS1_3_VERSION);
        OPENSSL_free(stapled);
        chain_free(&c);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_is_stapled_must_be_good)};
    return cmocka_run_group_tests(tests, chain_set_up, chain_tear_down);
}
