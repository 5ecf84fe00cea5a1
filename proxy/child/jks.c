/* A key store in Java's first format, JKS version 2, which every Java reads without being told: a
 * head, an entry for each trusted certificate, and at the end the SHA-1 of the password in UTF-16,
 * the words "Mighty Aphrodite" and all bytes before. Numbers are big-endian. (The one in PKCS#12
 * would need attributes that only Java knows to mark a certificate as trusted.) */
#include "jks.h"

#include <openssl/evp.h>
#include <stdlib.h>

#define MAGIC       0xfeedfeed
#define VERSION     2
#define TRUSTED     2 /* the tag of an entry that is a trusted certificate */
#define DIGEST_SIZE 20

static const struct span begin = {"-----BEGIN CERTIFICATE-----", 27};
static const struct span end = {"-----END CERTIFICATE-----", 25};

/* The Base64 of the next certificate; *rest goes behind it. */
static bool next_certificate(struct span *rest, struct span *base64)
{
    ptrdiff_t from = span_find(*rest, begin);
    if (from < 0) {
        return false;
    }
    struct span body = span_from(*rest, (size_t)from + begin.len);
    ptrdiff_t to = span_find(body, end);
    if (to < 0) {
        return false;
    }
    *base64 = span_first(body, (size_t)to);
    *rest = span_from(body, (size_t)to + end.len);
    return true;
}

static void add_number(struct str *out, uint64_t number, unsigned bytes)
{
    while (bytes-- > 0) {
        str_add_c(out, (char)(number >> (8 * bytes)));
    }
}

static void add_text(struct str *out, struct span text)
{
    add_number(out, text.len, 2);
    str_add(out, text);
}

/* The certificate's own bytes, decoded into `der`, which has room for as much as the Base64 has.
 * Returns their number, 0 for text that is no Base64. */
static size_t decode(struct span base64, unsigned char *der)
{
    int len = 0, more = 0;
    EVP_ENCODE_CTX *context = EVP_ENCODE_CTX_new();
    if (!context) {
        return 0;
    }
    EVP_DecodeInit(context);
    bool good = EVP_DecodeUpdate(context, der, &len, (const unsigned char *)base64.ptr,
                                 (int)base64.len) >= 0 &&
                EVP_DecodeFinal(context, der + len, &more) == 1;
    EVP_ENCODE_CTX_free(context);
    return good ? (size_t)(len + more) : 0;
}

static void add_entry(struct str *out, unsigned number, struct span der)
{
    char alias[32];
    int len = snprintf(alias, sizeof alias, "why401-%04u", number);
    add_number(out, TRUSTED, 4);
    add_text(out, span(alias, (size_t)len));
    add_number(out, 0, 8); /* the time at which it was added: the beginning of 1970 */
    add_text(out, SPAN("X.509"));
    add_number(out, der.len, 4);
    str_add(out, der);
}

static int add_entries(struct str *out, struct span pem, unsigned *count)
{
    struct span base64;
    while (next_certificate(&pem, &base64)) {
        unsigned char *der = malloc(base64.len + 1);
        size_t len = der ? decode(base64, der) : 0;
        if (len > 0) {
            add_entry(out, ++*count, span((const char *)der, len));
        }
        free(der);
        if (len == 0) {
            return -1;
        }
    }
    return 0;
}

static int add_digest(struct str *out)
{
    static const char password[] = JKS_PASSWORD;
    unsigned char digest[DIGEST_SIZE];
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool good = context && EVP_DigestInit_ex(context, EVP_sha1(), NULL) == 1;
    for (size_t i = 0; good && i + 1 < sizeof password; i++) {
        const char wide[2] = {0, password[i]};
        good = EVP_DigestUpdate(context, wide, sizeof wide) == 1;
    }
    good = good && EVP_DigestUpdate(context, "Mighty Aphrodite", 16) == 1 &&
           EVP_DigestUpdate(context, out->ptr, out->len) == 1 &&
           EVP_DigestFinal_ex(context, digest, NULL) == 1;
    EVP_MD_CTX_free(context);
    if (good) {
        str_add(out, span((const char *)digest, sizeof digest));
    }
    return good ? 0 : -1;
}

int jks_write(struct str *out, struct span pem)
{
    unsigned count = 0;
    struct str entries;
    str_init(&entries, out->limit);
    int result = add_entries(&entries, pem, &count);
    if (result == 0 && count > 0 && !entries.failed) {
        add_number(out, MAGIC, 4);
        add_number(out, VERSION, 4);
        add_number(out, count, 4);
        str_add(out, str_span(&entries));
        result = out->failed ? -1 : add_digest(out);
    } else {
        result = -1;
    }
    str_release(&entries);
    return out->failed ? -1 : result;
}
