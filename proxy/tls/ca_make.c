/* How a CA comes into the world: two keys, a root that signs itself and the intermediate, and then
 * the root's key is freed, never having been outside this function. Nobody can make a second
 * intermediate, and the one there is can sign for the names below only.
 *
 * Both certificates carry the constraints: the root because most verifiers honour them there, the
 * intermediate because some (Java's among them) read nothing but name and key of a trust anchor.
 * They are critical, so a verifier that does not know them refuses rather than ignores. */
#include "ca_parts.h"

#include <inttypes.h>
#include <openssl/rand.h>
#include <stdio.h>

#include "cert.h"
#include "reason.h"

#define ORGANIZATION "why401"

static const char *const permitted_domains[] = {
    "localhost", "bitgo.com", "bitgo-test.com", "bitgo-dev.com", "bitgo-staging.com",
};

static const char *const permitted_blocks[] = {"127.0.0.0/8", "::1/128"};

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static NAME_CONSTRAINTS *constraints_new(void)
{
    NAME_CONSTRAINTS *constraints = NAME_CONSTRAINTS_new();
    bool done = constraints != NULL;
    for (size_t i = 0; done && i < COUNT(permitted_domains); i++) {
        done = cert_permit_dns(constraints, permitted_domains[i]);
    }
    for (size_t i = 0; done && i < COUNT(permitted_blocks); i++) {
        done = cert_permit_block(constraints, permitted_blocks[i]);
    }
    if (!done) {
        NAME_CONSTRAINTS_free(constraints);
        return NULL;
    }
    return constraints;
}

/* An unsigned CA certificate. notBefore lies two days back: leaves start a day back, and clocks of
 * containers and phones are not always right. */
static X509 *tier(EVP_PKEY *key, const char *common_name, long path_length,
                  NAME_CONSTRAINTS *constraints, time_t now)
{
    X509 *x = cert_new(key, ORGANIZATION, common_name, now - 2L * DAY_SECONDS,
                       now + (time_t)CA_DAYS * DAY_SECONDS);
    if (x && cert_add_ca(x, path_length) && cert_add_usage(x, CERT_KEY_CERT_SIGN | CERT_CRL_SIGN) &&
        cert_add_constraints(x, constraints)) {
        return x;
    }
    X509_free(x);
    return NULL;
}

/* Signs both with the root's key. The intermediate is for TLS servers only. */
static bool make_tiers(struct ca *ca, EVP_PKEY *root_key, NAME_CONSTRAINTS *constraints, time_t now)
{
    /* Two CAs on one machine must not share a name: a verifier finds issuers by name. */
    uint32_t id;
    if (RAND_bytes((unsigned char *)&id, sizeof id) != 1) {
        return false;
    }
    char root_name[64];
    char intermediate_name[64];
    snprintf(root_name, sizeof root_name, "why401 local root %08" PRIx32, id);
    snprintf(intermediate_name, sizeof intermediate_name, "why401 local CA %08" PRIx32, id);
    ca->root = tier(root_key, root_name, 1, constraints, now);
    ca->intermediate = tier(ca->key, intermediate_name, 0, constraints, now);
    return ca->root && ca->intermediate && cert_add_server_auth(ca->intermediate) &&
           cert_sign(ca->root, ca->root, root_key) &&
           cert_sign(ca->intermediate, ca->root, root_key);
}

int ca_make(struct ca *ca, time_t now, struct err *err)
{
    EVP_PKEY *root_key = cert_key();
    NAME_CONSTRAINTS *constraints = constraints_new();
    ca->key = cert_key();
    bool done = root_key && ca->key && constraints && make_tiers(ca, root_key, constraints, now);
    NAME_CONSTRAINTS_free(constraints);
    EVP_PKEY_free(root_key);
    return done ? 0 : err_set(err, ERR_CA, "the local CA could not be made: %s", openssl_reason());
}
