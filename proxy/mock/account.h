/* The mock's account: the tokens it knows, what each may do, and who is calling. Private. */
#ifndef MOCK_ACCOUNT_H
#define MOCK_ACCOUNT_H

#include "why401/http/head.h"
#include "why401/mock/answer.h"

enum calling {
    CALLER_KNOWN,   /* a token of the account, its signature right where it has one */
    CALLER_NONE,    /* no Authorization: Bearer with anything usable in it */
    CALLER_UNKNOWN, /* a token that the account does not know, or a wrong signature */
};

struct caller {
    enum calling calling;
    enum mock_token token; /* for CALLER_KNOWN */
    bool stranger;         /* for CALLER_UNKNOWN: a raw token in BitGo's form, of somebody else */
    char version; /* '2' or '3' for the SDK's form, whose 2xx are signed; 0 for a raw token */
};

/* Who sent this request (BitGoJS modules/sdk-hmac: the SDK sends the token's SHA-256 and signs with
 * the token). */
struct caller account_caller(const struct http_head *request, struct span body);

/* Appends the hexadecimal HMAC-SHA256 of `subject` under the caller's token. */
void account_sign(enum mock_token token, struct span subject, struct str *out);

/* The error that BitGo has for this token whatever is asked for, or NULL: "session expired" and so
 * on. */
const char *account_complaint(enum mock_token token);

#endif
