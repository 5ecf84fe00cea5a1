/* Why TLS failed, in words that tell a person what to look at. */
#ifndef WHY401_TLS_REASON_H
#define WHY401_TLS_REASON_H

#include "engine_parts.h"

/* The text of the first error in OpenSSL's queue of this thread. Valid for ever. */
const char *openssl_reason(void);

/* Fills t->err from OpenSSL's error queue, unless something has filled it already. */
void reason_from_library(struct tls *t);

#endif
