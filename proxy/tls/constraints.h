/* Name constraints (RFC 5280 §4.2.1.10), where OpenSSL reads them too kindly. */
#ifndef WHY401_TLS_CONSTRAINTS_H
#define WHY401_TLS_CONSTRAINTS_H

#include <openssl/x509v3.h>
#include <stdbool.h>

#include "why401/base/ip.h"
#include "why401/base/span.h"

/* x has no name constraints, or has some that say something, each well-formed. */
bool constraints_readable(const X509 *x);

/* The leaf's "*.example.com" would cover "bad.example.com", which a CA above excludes. */
bool constraints_exclude_wildcards(const STACK_OF(X509) * chain);

/* A DNS name (in place) or address (as text, in `text`) of a subjectAltName; .ptr NULL: other. */
struct span constraints_name(const GENERAL_NAME *name, char text[IP_TEXT_SIZE]);

#endif
