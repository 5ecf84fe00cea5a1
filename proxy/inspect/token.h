/* What a value looks like that may be an access token. BitGo's forms are public: BitGoJS
 * modules/sdk-api (v2x and 64 hex digits; older ones have 40) and modules/sdk-hmac (the SHA-256 of
 * the token; in v4 the token's id). */
#ifndef WHY401_INSPECT_TOKEN_H
#define WHY401_INSPECT_TOKEN_H

#include "why401/base/span.h"

enum token_look {
    LOOK_OTHER,  /* none of the below */
    LOOK_RAW,    /* v2x and 64 lower-case hex digits */
    LOOK_LEGACY, /* 40 lower-case hex digits */
    LOOK_DIGEST, /* 64: the SDK's SHA-256 of a token, or a very old raw token */
    LOOK_ID,     /* 32: an id */
};

enum token_look token_look(struct span s);

/* A raw token (v2x and 64 hex digits) stands somewhere in s. */
bool token_inside(struct span s);

/* Showing s could give away a part of a secret: it holds a long run of hex digits, or is very long.
 */
bool token_like(struct span s);

#define TOKEN_TEXT_SIZE 240

/* Describes a value of LOOK_OTHER, by its length and the classes of its characters only, and
 * returns text: "66 characters long (lower-case letters, digits)". */
const char *token_describe(struct span s, char text[TOKEN_TEXT_SIZE]);

#endif
