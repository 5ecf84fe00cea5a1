/* OpenSSL's error queue, turned into what a person can act on. What certificates got wrong is noted
 * by verify.c and what names got wrong by sni.c while it happens; the rest ends here. */
#include "reason.h"

#include <openssl/err.h>

#include "context_parts.h"

const char *openssl_reason(void)
{
    const char *text = ERR_reason_error_string(ERR_peek_error());
    return text ? text : "no reason given";
}

static const char *peer(const struct tls *t)
{
    return t->server ? "the client" : t->host;
}

/* Alerts by which a client says that it does not like our certificate. Which one it takes for "I do
 * not know this CA" depends on its library. */
static bool is_distrust(int alert)
{
    return alert == SSL_AD_UNKNOWN_CA || alert == SSL_AD_BAD_CERTIFICATE ||
           alert == SSL_AD_CERTIFICATE_UNKNOWN;
}

static void blame_distrust(struct tls *t, int alert)
{
    const char *name = SSL_alert_desc_string_long(alert);
    const struct ca *ca = t->context->ca;
    const char *path = ca ? ca_root_path(ca) : NULL;
    if (path) {
        tls_blame(
            t, ERR_TLS,
            "the client does not trust the local CA (its alert: %s). Tell it to trust %s, for "
            "example with curl --cacert or NODE_EXTRA_CA_CERTS",
            name, path);
    } else {
        tls_blame(t, ERR_TLS, "the client does not trust this server's CA (its alert: %s)", name);
    }
}

static void blame_alert(struct tls *t, int alert)
{
    const char *name = SSL_alert_desc_string_long(alert);
    if (t->server && is_distrust(alert)) {
        blame_distrust(t, alert);
    } else if (alert == SSL_AD_PROTOCOL_VERSION) {
        tls_blame(t, t->server ? ERR_TLS : ERR_UPSTREAM_TLS,
                  "%s refused the TLS versions offered to it, 1.2 and 1.3 (its alert: %s)", peer(t),
                  name);
    } else {
        tls_blame(t, t->server ? ERR_TLS : ERR_UPSTREAM_TLS,
                  "%s ended the TLS connection with the alert \"%s\"", peer(t), name);
    }
}

/* An error of the library's SSL part that has a plainer text than the library's own. */
static const char *plain_text(const struct tls *t, int reason)
{
    switch (reason) {
    case SSL_R_UNSUPPORTED_PROTOCOL:
    case SSL_R_VERSION_TOO_LOW:
        return t->server ? "offers only TLS versions older than 1.2"
                         : "speaks only TLS versions older than 1.2";
    case SSL_R_NO_SHARED_CIPHER:
        return "offers no cipher that this proxy accepts";
    case SSL_R_DECRYPTION_FAILED_OR_BAD_RECORD_MAC:
        return "sent a record that does not decrypt: the connection was tampered with or damaged";
    case SSL_R_NO_SUITABLE_SIGNATURE_ALGORITHM:
        return "accepts no signature that this proxy can make (ECDSA with P-256 and SHA-256)";
    default:
        return NULL;
    }
}

void reason_from_library(struct tls *t)
{
    enum err_code code = t->server ? ERR_TLS : ERR_UPSTREAM_TLS;
    unsigned long error = ERR_peek_error();
    int reason = ERR_GET_REASON(error);
    bool from_ssl = ERR_GET_LIB(error) == ERR_LIB_SSL;
    const char *text = from_ssl ? plain_text(t, reason) : NULL;
    if (t->err) {
        return;
    }
    if (from_ssl && reason > SSL_AD_REASON_OFFSET && reason <= SSL_AD_REASON_OFFSET + 255) {
        blame_alert(t, reason - SSL_AD_REASON_OFFSET);
    } else if (t->no_tls) {
        tls_blame(t, code, "%s: the peer does not speak TLS", peer(t));
    } else if (reason == ERR_R_MALLOC_FAILURE) {
        tls_blame(t, ERR_MEMORY, "no memory for a TLS connection");
    } else if (text) {
        tls_blame(t, code, "%s %s", peer(t), text);
    } else {
        tls_blame(t, code, "TLS with %s failed: %s", peer(t), openssl_reason());
    }
}
