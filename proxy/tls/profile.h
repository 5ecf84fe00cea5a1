/* The profile of certificates that every public CA must observe: RFC 5280 §4 and the CA/Browser
 * Forum's Baseline Requirements (BR) §7.1.2. What strict.c asks beyond it has the same form. */
#ifndef WHY401_TLS_PROFILE_H
#define WHY401_TLS_PROFILE_H

#include <openssl/x509v3.h>
#include <stdbool.h>

/* One rule about a certificate that is no anchor: what is wrong with x, a constant text, or NULL. A
 * leaf is what the server shows, and nothing else. */
typedef const char *cert_rule(X509 *x, bool leaf);

/* The profile's rules, ending with NULL. Those about extensions rely on the first one, that every
 * extension parses. */
extern cert_rule *const profile_rules[];

static inline bool has_extension(const X509 *x, int nid)
{
    return X509_get_ext_by_NID(x, nid, -1) >= 0;
}

#endif
