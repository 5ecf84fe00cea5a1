/* Settings for TLS connections. A context is immutable once made (sessions and leaves it caches are
 * its own affair) and is used by one thread: each worker makes its own. */
#ifndef WHY401_TLS_CONTEXT_H
#define WHY401_TLS_CONTEXT_H

#include "why401/base/err.h"
#include "why401/tls/ca.h"

struct tls_context;

/* For accepting: TLS 1.2 and 1.3, a leaf of `ca` minted for the SNI name at the handshake and
 * cached; where there is no SNI the one for the name that tls_server was given, or for localhost
 * and loopback addresses. A name outside the CA's constraints is refused with the alert
 * unrecognized_name, and nothing is minted. Only http/1.1 in ALPN. Sessions are resumed by every
 * accepting context of the same `ca`, which must outlive the context. */
struct tls_context *tls_context_accepting(struct ca *ca, struct err *err);

/* For accepting with one given certificate chain and key (PEM files). For tests and the mock. */
struct tls_context *tls_context_serving(const char *chain_pem, const char *key_pem,
                                        struct err *err);

/* For connecting: TLS 1.2 or newer, the system's roots plus those in `extra_roots` (a PEM file;
 * NULL: none), chain and name verified always, sessions resumed per host (whatever the port: no
 * certificate names one). A chain to a root of the system's must be all that the rules of public
 * CAs ask for; one to a root from the file must only be safe. A stapled OCSP response is asked for;
 * one that comes must be good. An unreadable file, or one without a certificate, is an error that
 * names it. */
struct tls_context *tls_context_connecting(const char *extra_roots, struct err *err);

/* Visits the files and folders in which connecting contexts look for the system's roots, now and at
 * every handshake. They need not exist. */
void tls_root_places(void (*visit)(void *ctx, const char *path), void *ctx);

/* Lets go of it; the last engine that uses it frees it. */
void tls_context_free(struct tls_context *context);

#endif
