/* What BitGo would answer: the mock's routes. Pure: a request in, a response out, no socket. */
#ifndef WHY401_MOCK_ANSWER_H
#define WHY401_MOCK_ANSWER_H

#include "why401/base/str.h"
#include "why401/http/head.h"

struct mock; /* the mock's account: tokens it knows and what they may do; one thread */

/* What it is told besides its built-in routes. Nothing is kept of the texts. */
struct mock_options {
    const char *fixtures; /* a folder whose *.json add routes; NULL: none */
    const char *replay;   /* a HAR whose answers are given again; NULL: none */
    const char *scenario; /* the id of a scenario, or its part behind '#': what every route answers
                             that needs a token; NULL: none */
};

/* `options` may be NULL: none of them. NULL with *err: ERR_FILE for what cannot be read; ERR_INPUT
 * for a fixture or a HAR, whose text says file, place, what was found and what is expected;
 * ERR_USAGE for a scenario that there is not; ERR_MEMORY. */
struct mock *mock_new(const struct mock_options *options, struct err *err);
void mock_free(struct mock *m);

/* The raw tokens that the mock's account knows; never NULL, static storage. */
enum mock_token {
    MOCK_TOKEN_GOOD,    /* all scopes, valid from anywhere */
    MOCK_TOKEN_LOGIN,   /* what login returns */
    MOCK_TOKEN_VIEWER,  /* wallet_view_all only */
    MOCK_TOKEN_IP,      /* restricted to another address */
    MOCK_TOKEN_SPENT,   /* its spending limit is used up: "session expired" */
    MOCK_TOKEN_LOCKED,  /* needs unlock */
    MOCK_TOKEN_EXPIRED, /* expired: "unauthorized" */
    MOCK_TOKEN_MADE,    /* what creating a token returns: as good as its creation asked for */
    MOCK_TOKEN_COUNT
};
const char *mock_token(enum mock_token which);

/* How much it was given: fixtures, recorded answers, and recorded entries that are no answers to
 * give again (without a status, or of more than a MiB). */
struct mock_counts {
    size_t fixtures;
    size_t recorded;
    size_t left_out;
};
struct mock_counts mock_counts(const struct mock *m);

/* Appends a whole HTTP/1.1 response with Content-Length to `out`: status line, fields, body. 2xx to
 * a request in the SDK's form are signed with hmac and timestamp; Request-ID is echoed. */
void mock_answer(struct mock *m, const struct http_head *request, struct span body,
                 struct str *out);

#endif
