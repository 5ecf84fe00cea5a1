/* Which certificate a client gets. In the order of a handshake: sni_check judges the name in the
 * ClientHello, before anything is minted; alpn_choose the protocol; sni_choose_leaf finds or mints
 * the leaf, and is not called when a session is resumed. OpenSSL itself has refused names with a
 * NUL or of more than 255 bytes before. */
#include <time.h>

#include "why401/base/ip.h"

#include "ca_parts.h"
#include "context_parts.h"
#include "engine_parts.h"
#include "name.h"

#define NAME_LEN (sizeof "http/1.1" - 1) /* of a protocol that we speak */

/* Whom the client means: the name it sends, else the one its connection was opened for. Empty: this
 * machine. */
static struct span name_meant(SSL *ssl)
{
    const char *sent = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
    const struct tls *t = SSL_get_app_data(ssl);
    struct ip literal;
    struct span name = span_of(sent ? sent : t->host);
    return !sent && ip_parse(name, &literal) ? span(NULL, 0) : name;
}

int sni_check(SSL *ssl, int *alert, void *arg)
{
    struct tls_context *context = arg;
    bool sent = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name) != NULL;
    struct span name = name_meant(ssl);
    if (!sent && name.len == 0) {
        return SSL_TLSEXT_ERR_NOACK;
    }
    /* An address in SNI (RFC 6066 §3 forbids it) is no DNS name and falls here too. */
    if (name_is_dns(name) && ca_permits(context->ca, name)) {
        return sent ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_NOACK;
    }
    char shown[80];
    tls_blame(SSL_get_app_data(ssl), ERR_TLS,
              "the client asked for the name \"%s\", for which the local CA may not sign; it is "
              "good for localhost and BitGo's domains only",
              name_show(name, shown, sizeof shown));
    *alert = SSL_AD_UNRECOGNIZED_NAME;
    return SSL_TLSEXT_ERR_ALERT_FATAL;
}

int sni_choose_leaf(SSL *ssl, void *arg)
{
    struct tls_context *context = arg;
    struct err err;
    const struct leaf *leaf =
        leaves_get(&context->leaves, context->ca, name_meant(ssl), time(NULL), &err);
    if (!leaf) {
        tls_blame(SSL_get_app_data(ssl), err.code, "%s", err.text);
        return 0;
    }
    return SSL_use_cert_and_key(ssl, leaf->cert, leaf->key, context->ca->chain, 1);
}

/* The protocols that a client offered, for a message: "h2 http/1.0". */
static const char *show_offer(const unsigned char *offered, unsigned len, char *text, size_t size)
{
    size_t used = 0;
    for (unsigned i = 0; i < len && used + 2 < size; i += 1U + offered[i]) {
        struct span name = span((const char *)offered + i + 1, offered[i]);
        if (used) {
            text[used++] = ' ';
        }
        name_show(name, text + used, size - used);
        used += strlen(text + used);
    }
    text[used] = '\0';
    return text;
}

int alpn_choose(SSL *ssl, const unsigned char **out, unsigned char *out_len,
                const unsigned char *offered, unsigned offered_len, void *arg)
{
    (void)arg;
    /* Both names have the same length; HTTP/1.0 is what curl --http1.0 offers. */
    static const char spoken[][NAME_LEN + 1] = {"http/1.1", "http/1.0"};
    for (size_t which = 0; which < sizeof spoken / sizeof spoken[0]; which++) {
        for (unsigned i = 0; i < offered_len; i += 1U + offered[i]) {
            if (offered[i] == NAME_LEN && memcmp(offered + i + 1, spoken[which], NAME_LEN) == 0) {
                *out = offered + i + 1;
                *out_len = NAME_LEN;
                return SSL_TLSEXT_ERR_OK;
            }
        }
    }
    char text[80];
    tls_blame(SSL_get_app_data(ssl), ERR_TLS,
              "the client offers \"%s\" in ALPN, and only http/1.1 is spoken here",
              show_offer(offered, offered_len, text, sizeof text));
    return SSL_TLSEXT_ERR_ALERT_FATAL;
}
