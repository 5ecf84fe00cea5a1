/* What people ask about the CA: whose certificates these are, until when, for which names, and
 * whether this machine trusts them. Blocking; any thread. */
#ifndef WHY401_TLS_CA_FACTS_H
#define WHY401_TLS_CA_FACTS_H

#include "why401/tls/ca.h"

#define CA_NAMES_MOST 32

struct ca_tier {
    char subject[128];    /* "O=why401, CN=why401 local root 1a2b3c4d" */
    char fingerprint[96]; /* SHA-256 over the certificate, "AB:CD:…" */
    int64_t from_ms;      /* milliseconds since 1970; valid from */
    int64_t until_ms;     /* valid until */
};

struct ca_facts {
    struct ca_tier root;
    struct ca_tier intermediate;
    /* What it may sign for, as its constraints say it: a domain with all below it, or a block of
     * addresses, "127.0.0.0/8". */
    char names[CA_NAMES_MOST][128];
    size_t name_count;
};

void ca_describe(const struct ca *ca, struct ca_facts *facts);

/* Describes the certificate in a PEM file. False when there is none that can be read. */
bool ca_describe_file(const char *pem_file, struct ca_tier *tier);

/* The system's store of roots, as OpenSSL and the clients that use it read it, accepts the root
 * certificate in this PEM file. Variables such as SSL_CERT_FILE do not count. */
bool ca_system_trusts(const char *pem_file);

#endif
