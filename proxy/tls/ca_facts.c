/* The CA's certificates in words, read back from the certificates themselves. */
#include "why401/tls/ca_facts.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdio.h>

#include "ca_parts.h"
#include "cert.h"
#include "why401/base/ip.h"
#include "why401/tls/bundle.h"

static void write_subject(X509 *x, char *text, size_t size)
{
    BIO *memory = BIO_new(BIO_s_mem());
    char *from = NULL;
    long len = 0;
    if (memory && X509_NAME_print_ex(memory, X509_get_subject_name(x), 0,
                                     XN_FLAG_SEP_CPLUS_SPC | ASN1_STRFLGS_RFC2253) >= 0) {
        len = BIO_get_mem_data(memory, &from);
    }
    snprintf(text, size, "%.*s", (int)len, from ? from : "");
    BIO_free(memory);
}

static void write_fingerprint(X509 *x, char *text, size_t size)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned count = 0;
    size_t len = 0;
    text[0] = '\0';
    X509_digest(x, EVP_sha256(), digest, &count);
    for (unsigned i = 0; i < count && len + 4 <= size; i++) {
        len += (size_t)snprintf(text + len, size - len, i ? ":%02X" : "%02X", digest[i]);
    }
}

static void describe(X509 *x, struct ca_tier *tier)
{
    write_subject(x, tier->subject, sizeof tier->subject);
    write_fingerprint(x, tier->fingerprint, sizeof tier->fingerprint);
    tier->from_ms = (int64_t)cert_time(X509_get0_notBefore(x)) * 1000;
    tier->until_ms = (int64_t)cert_time(X509_get0_notAfter(x)) * 1000;
}

/* A block is address and mask, one behind the other; the mask's bits are counted. */
static void write_block(const ASN1_OCTET_STRING *block, char *text, size_t size)
{
    const unsigned char *bytes = ASN1_STRING_get0_data(block);
    size_t width = (size_t)ASN1_STRING_length(block) / 2;
    struct ip ip = {.family = width == 4 ? 4 : 6};
    char address[IP_TEXT_SIZE];
    int bits = 0;
    if (width != 4 && width != 16) {
        return;
    }
    memcpy(ip.bytes, bytes, width);
    for (size_t i = 0; i < 8 * width; i++) {
        bits += bytes[width + i / 8] >> (7 - i % 8) & 1;
    }
    ip_text(ip, address);
    snprintf(text, size, "%s/%d", address, bits);
}

static void describe_names(const NAME_CONSTRAINTS *names, struct ca_facts *facts)
{
    int count = sk_GENERAL_SUBTREE_num(names->permittedSubtrees);
    for (int i = 0; i < count && facts->name_count < CA_NAMES_MOST; i++) {
        const GENERAL_NAME *base = sk_GENERAL_SUBTREE_value(names->permittedSubtrees, i)->base;
        char *text = facts->names[facts->name_count];
        if (base->type == GEN_DNS) {
            snprintf(text, sizeof facts->names[0], "%.*s", ASN1_STRING_length(base->d.dNSName),
                     (const char *)ASN1_STRING_get0_data(base->d.dNSName));
        } else if (base->type == GEN_IPADD) {
            write_block(base->d.iPAddress, text, sizeof facts->names[0]);
        }
        facts->name_count += text[0] != '\0';
    }
}

void ca_describe(const struct ca *ca, struct ca_facts *facts)
{
    *facts = (struct ca_facts){0};
    describe(ca->root, &facts->root);
    describe(ca->intermediate, &facts->intermediate);
    describe_names(ca->names, facts);
}

static X509 *read_certificate(const char *pem_file)
{
    BIO *file = BIO_new_file(pem_file, "r");
    X509 *x = file ? PEM_read_bio_X509(file, NULL, cert_no_password, NULL) : NULL;
    BIO_free(file);
    ERR_clear_error();
    return x;
}

bool ca_describe_file(const char *pem_file, struct ca_tier *tier)
{
    X509 *x = read_certificate(pem_file);
    if (x) {
        describe(x, tier);
    }
    X509_free(x);
    return x != NULL;
}

/* The system's roots from the usual file and from OpenSSL's own folder. Not the default paths:
 * those follow SSL_CERT_FILE and SSL_CERT_DIR, which may name a bundle of ours. */
static X509_STORE *system_store(void)
{
    X509_STORE *store = X509_STORE_new();
    const char *file = bundle_system_roots();
    if (store) {
        X509_STORE_load_path(store, X509_get_default_cert_dir());
        X509_STORE_load_file(store, file ? file : X509_get_default_cert_file());
    }
    return store;
}

bool ca_system_trusts(const char *pem_file)
{
    X509 *x = read_certificate(pem_file);
    X509_STORE *store = x ? system_store() : NULL;
    X509_STORE_CTX *ctx = store ? X509_STORE_CTX_new() : NULL;
    bool trusts =
        ctx && X509_STORE_CTX_init(ctx, store, x, NULL) == 1 && X509_verify_cert(ctx) == 1;
    X509_STORE_CTX_free(ctx);
    X509_STORE_free(store);
    X509_free(x);
    ERR_clear_error();
    return trusts;
}
