/* What the files of this module know of a context. */
#ifndef WHY401_TLS_CONTEXT_PARTS_H
#define WHY401_TLS_CONTEXT_PARTS_H

#include <openssl/ssl.h>

#include "leaf.h"
#include "sessions.h"
#include "why401/tls/context.h"

struct tls_context {
    size_t refs;                /* the maker's and one for each engine; one thread, so not atomic */
    SSL_CTX *ssl;               /* owned */
    BIO_METHOD *bio;            /* owned; outlives every engine of this context */
    const struct ca *ca;        /* mints the leaves; NULL: not an accepting context */
    struct leaves leaves;       /* minted so far */
    STACK_OF(X509) * own_roots; /* owned; those the user configured. NULL: none */
    struct sessions sessions;   /* of upstream hosts, for resumption */
};

/* Engines of a context keep it alive. */
struct tls_context *context_hold(struct tls_context *context);

#endif
