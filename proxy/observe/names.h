/* Which names have secret values, and what is special about those values. Private. */
#ifndef OBSERVE_NAMES_H
#define OBSERVE_NAMES_H

#include "why401/base/span.h"

enum name_class {
    NAME_HARMLESS,
    NAME_SECRET,        /* a token, a key, a code: one word */
    NAME_PHRASE,        /* may be several words: passwords, recovery phrases */
    NAME_AUTHORIZATION, /* a scheme and credentials */
    NAME_COOKIE,        /* name=value pairs up to the end of the line */
    NAME_LIST,          /* secrets, unless it lists objects, as the tokens of a wallet are */
    NAME_PROTOCOL,      /* Sec-WebSocket-Protocol, in which browsers have to send tokens */
};

/* Names are compared without '-', '_', '.' and white space, case folded; other characters divide a
 * name into parts of which each may be secret: user[password], otp[0]. Of a longer part the first
 * and the last 128 such characters count. */
enum name_class name_classify(struct span name);

/* The authentication scheme at the start of a credential and the white space behind it, or 0 when
 * it does not begin with one that we know. "Bearer v2x…" gives 7. */
size_t scheme_length(struct span credential);

/* What may be shown of the value of Sec-WebSocket-Protocol: up to the first protocol that announces
 * a secret, or all of it. "access_token, v2x…" gives 13. */
size_t protocols_length(struct span value);

#endif
