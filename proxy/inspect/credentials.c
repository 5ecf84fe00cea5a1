/* What may stand in an Authorization field, in the order in which it is looked at: nothing at all;
 * something that does not begin with the word Bearer; Bearer and nothing; a placeholder; more than
 * one word; one word, maybe wrapped in quotes or white space.
 *
 * A token that can still be told in a wrong wrapping is recognised all the same: an allowlist for
 * that token must hold even where BitGo turns out to be lenient. Evidence never quotes the value,
 * except for a placeholder that clearly is one. */
#include "credentials.h"

#include "placeholder.h"
#include "token.h"
#include "unwrap.h"
#include "why401/inspect/inspect.h"

/* Schemes that people use in place of Bearer; only these are named in evidence, because the first
 * word of anything else may be a secret. */
static const char *const other_schemes[] = {
    "Basic",       "Token",        "Digest",       "Negotiate",        "NTLM",  "ApiKey",
    "Api-Key",     "Key",          "JWT",          "AccessKey",        "OAuth", "OAuth2",
    "Hawk",        "HMAC",         "MAC",          "AWS4-HMAC-SHA256", "SSWS",  "Auth",
    "AccessToken", "Access-Token", "access_token", "Authorization",
};

/* Whoever has the log could find a shorter value by trying: a password that was put in a token's
 * place would be as good as told by its fingerprint. No token of BitGo's is that short. */
#define FINGERPRINT_FROM 24

static size_t white_run(struct span s)
{
    return s.len - span_trim(s).len;
}

/* Takes the next word of *rest; false when none is left. */
static bool next_word(struct span *rest, struct span *word)
{
    *rest = span_trim(*rest);
    size_t len = 0;
    while (len < rest->len && rest->ptr[len] != ' ' && rest->ptr[len] != '\t') {
        len++;
    }
    *word = span_first(*rest, len);
    *rest = span_from(*rest, len);
    return len > 0;
}

static void set_token(struct exchange *x, enum token_form form, struct span token, bool hashed)
{
    x->token.form = form;
    token_fingerprint(token, hashed, x->token.fingerprint);
}

/* 64 hex digits: with BitGo-Auth-Version they are the SDK's hash of a token, without it a server
 * can only take them for the token itself. */
static void recognise_digest(struct exchange *x, struct span token)
{
    const struct http_head *head = &x->request.head;
    if (!http_field(head, SPAN("BitGo-Auth-Version"))) {
        set_token(x, TOKEN_UNKNOWN, token, false);
        exchange_find(
            x, "bearer.hash-without-version", SEVERITY_WARNING,
            "The bearer is 64 hexadecimal digits with no BitGo-Auth-Version field beside it, "
            "so it is either a very old access token or the SHA-256 of one, which is of no "
            "use without the SDK's HMAC.");
        return;
    }
    set_token(x, TOKEN_SDK, token, true);
}

static void recognise_id(struct exchange *x)
{
    const struct http_head *head = &x->request.head;
    x->token.form = TOKEN_ID;
    if (!http_field(head, SPAN("X-Signature")) && !http_field(head, SPAN("HMAC")) &&
        !http_field(head, SPAN("BitGo-Auth-Version"))) {
        exchange_find(
            x, "bearer.id-without-signature", SEVERITY_WARNING,
            "The bearer is 32 hexadecimal digits, which is the form of an id and not of an "
            "access token, and there is no signature field as version 4 of BitGo's "
            "authentication has it.");
    }
}

static void recognise(struct exchange *x, struct span token)
{
    char text[TOKEN_TEXT_SIZE];
    switch (token_look(token)) {
    case LOOK_RAW:
        set_token(x, TOKEN_RAW, token, false);
        break;
    case LOOK_LEGACY:
        set_token(x, TOKEN_LEGACY, token, false);
        break;
    case LOOK_DIGEST:
        recognise_digest(x, token);
        break;
    case LOOK_ID:
        recognise_id(x);
        break;
    case LOOK_OTHER:
        x->token.form = TOKEN_UNKNOWN;
        if (token.len >= FINGERPRINT_FROM) {
            set_token(x, TOKEN_UNKNOWN, token, false);
        }
        exchange_find(x, "bearer.unrecognised", SEVERITY_NOTE,
                      "The bearer has none of the forms of BitGo's access tokens: it is %s.",
                      token_describe(token, text));
        break;
    }
}

/* Notes a placeholder; false when `value` is none. `where` says what it stands in place of. */
static bool judge_placeholder(struct exchange *x, struct span value, const char *where)
{
    value = span_trim(value);
    switch (placeholder_kind(value)) {
    case PLACEHOLDER_SHOWN:
        exchange_find(x, "bearer.placeholder", SEVERITY_PROBLEM,
                      "The Authorization field holds the placeholder %.*s %s.", SPAN_ARG(value),
                      where);
        return true;
    case PLACEHOLDER_HIDDEN:
        exchange_find(
            x, "bearer.placeholder", SEVERITY_PROBLEM,
            "The Authorization field holds a placeholder or the name of a variable %s (%zu "
            "characters, not shown).",
            where, value.len);
        return true;
    case PLACEHOLDER_NOT:
        break;
    }
    return false;
}

/* Several words behind Bearer. The token is the only one of them that is not Bearer, or the first
 * that has a token's form. */
static void judge_words(struct exchange *x, struct span credentials)
{
    struct span rest = credentials;
    struct span word;
    struct span token = {0};
    size_t count = 0;
    size_t bearers = 0;
    bool known = false;
    while (next_word(&rest, &word)) {
        count++;
        if (span_ieq(word, SPAN("Bearer"))) {
            bearers++;
        } else if (!known) {
            known = token_look(word) != LOOK_OTHER;
            token = known || token.len == 0 ? word : token;
        }
    }
    if (bearers) {
        exchange_find(x, "bearer.words", SEVERITY_PROBLEM,
                      "The word Bearer stands more than once in the Authorization field.");
    } else {
        exchange_find(x, "bearer.words", SEVERITY_PROBLEM,
                      "Behind Bearer stand %zu words, where BitGo expects one, the access token.",
                      count);
    }
    if (known || (token.len && count - bearers == 1)) {
        recognise(x, unwrap(token).inner);
    }
}

/* One word, with whatever is wrapped around it. */
static void judge_token(struct exchange *x, struct unwrapped u)
{
    if (u.quoted) {
        exchange_find(x, "bearer.quoted", SEVERITY_PROBLEM,
                      "The access token stands in quotes or brackets, which become a part of it.");
    }
    if (u.spaced) {
        exchange_find(
            x, "bearer.whitespace", SEVERITY_PROBLEM,
            "The access token begins or ends with white space, escaped or invisible, such "
            "as a line end that was pasted with it.");
    }
    recognise(x, u.inner);
}

static void judge_empty(struct exchange *x, const char *what)
{
    exchange_find(x, "bearer.empty", SEVERITY_PROBLEM, "%s", what);
}

/* What stands behind the word Bearer, white space and all. */
static void judge_bearer(struct exchange *x, struct span rest)
{
    struct span credentials = span_trim(rest);
    struct unwrapped u = unwrap(credentials);
    struct span unquoted = span_trim(u.inner);
    if (credentials.len == 0) {
        judge_empty(
            x, "The Authorization field holds the word Bearer with no access token behind it.");
        return;
    }
    if (u.inner.len == 0) {
        judge_empty(x, "Behind Bearer stand only quotes or white space, no access token.");
        return;
    }
    if (judge_placeholder(x, credentials, "where the access token belongs") ||
        judge_placeholder(x, unquoted, "where the access token belongs")) {
        return;
    }
    if (memchr(rest.ptr, '\t', rest.len - credentials.len)) {
        exchange_find(x, "bearer.whitespace", SEVERITY_PROBLEM,
                      "A tab stands between Bearer and the access token, where one space belongs.");
    } else if (white_run(rest) > 1) {
        exchange_find(
            x, "bearer.words", SEVERITY_WARNING,
            "%zu spaces stand between Bearer and the access token; BitGo Express silently "
            "drops what is not exactly two words with one space between them.",
            white_run(rest));
    }
    if (memchr(unquoted.ptr, ' ', unquoted.len) || memchr(unquoted.ptr, '\t', unquoted.len)) {
        judge_words(x, credentials);
    } else {
        judge_token(x, u);
    }
}

/* The listed scheme that `word` is, or NULL. */
static const char *known_scheme(struct span word)
{
    for (size_t i = 0; i < sizeof other_schemes / sizeof *other_schemes; i++) {
        if (span_ieq(word, span_of(other_schemes[i]))) {
            return other_schemes[i];
        }
    }
    return NULL;
}

/* A value whose first word is not Bearer, and that is no placeholder. */
static void judge_scheme(struct exchange *x, struct span value)
{
    const char *id = "bearer.scheme";
    struct span rest = value;
    struct span word;
    next_word(&rest, &word);
    const char *scheme = known_scheme(word);
    struct unwrapped u = unwrap(value);
    if (u.quoted && span_istarts(u.inner, SPAN("Bearer"))) {
        exchange_find(x, "bearer.quoted", SEVERITY_PROBLEM,
                      "The whole value of the Authorization field stands in quotes, so it does not "
                      "begin with Bearer.");
    } else if (span_istarts(value, SPAN("Bearer"))) {
        exchange_find(x, id, SEVERITY_PROBLEM, "Between Bearer and what follows stands no space%s.",
                      value.ptr[6] == ':' ? " but a colon" : "");
    } else if (span_istarts(value, SPAN("Authorization:"))) {
        exchange_find(
            x, id, SEVERITY_PROBLEM,
            "The value of the Authorization field repeats the field's own name before Bearer.");
    } else if (scheme) {
        exchange_find(x, id, SEVERITY_PROBLEM,
                      "The scheme of the Authorization field is %s, where BitGo expects Bearer.",
                      scheme);
    } else if (token_look(u.inner) != LOOK_OTHER) {
        exchange_find(
            x, id, SEVERITY_PROBLEM,
            "The Authorization field holds what looks like an access token, without the word "
            "Bearer and a space before it.");
    } else {
        exchange_find(
            x, id, SEVERITY_PROBLEM,
            "The Authorization field does not begin with Bearer and a space; it is one of %zu "
            "characters with another first word of %zu.",
            value.len, word.len);
    }
}

void judge_credentials(struct exchange *x, struct span value)
{
    struct span rest = value;
    struct span word;
    if (!next_word(&rest, &word)) {
        judge_empty(x, "The Authorization field was sent with nothing in it.");
    } else if (span_ieq(word, SPAN("Bearer"))) {
        judge_bearer(x, rest);
    } else if (!judge_placeholder(x, value, "in place of Bearer and an access token")) {
        judge_scheme(x, value);
    }
}
