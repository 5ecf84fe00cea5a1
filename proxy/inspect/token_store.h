/* Raw tokens that passed, for verifying signatures made with them. They live in this memory only,
 * are wiped when they give way to newer ones and when the store ends, and nothing here prints. One
 * thread. */
#ifndef WHY401_TOKEN_STORE_H
#define WHY401_TOKEN_STORE_H

#include "why401/exchange/exchange.h"

#define STORE_TOKENS   256
#define STORE_RAW_SIZE 72

struct stored_token {
    char fingerprint[FINGERPRINT_SIZE]; /* "": free */
    uint8_t len;
    char raw[STORE_RAW_SIZE];
};

struct token_store {
    size_t next; /* the place that is overwritten next */
    struct stored_token tokens[STORE_TOKENS];
};

/* Keeps a raw token in one of the known forms; anything else, and one that is there, is left alone.
 */
void token_store_add(struct token_store *s, struct span raw);

/* The raw token of that fingerprint, valid until the next call that adds; empty when it is not
 * known. */
struct span token_store_find(const struct token_store *s, const char *fingerprint);

/* Keeps what an exchange shows of raw tokens: its bearer, and the token in the answer to a login or
 * to the creation of a token. */
void token_store_learn(struct token_store *s, const struct exchange *x);

void token_store_wipe(struct token_store *s);

#endif
