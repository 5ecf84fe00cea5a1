#include "account.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdatomic.h>
#include <stdio.h>

#define RAW_LENGTH 67 /* v2x and 64 hexadecimal digits */

static const char hex[] = "0123456789abcdef";

/* Obviously made up: one digit, 64 times, a different one for each token. The first is the one of
 * which BitGo's signing library has known signatures. */
const char *mock_token(enum mock_token which)
{
    static _Thread_local char texts[MOCK_TOKEN_COUNT][RAW_LENGTH + 1];
    char *text = texts[which];
    if (!text[0]) {
        memcpy(text, "v2x", 3);
        memset(text + 3, hex[which], RAW_LENGTH - 3);
    }
    return text;
}

static void add_hex(struct str *out, const unsigned char *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        str_add_c(out, hex[bytes[i] >> 4]);
        str_add_c(out, hex[bytes[i] & 15]);
    }
}

void account_sign(enum mock_token token, struct span subject, struct str *out)
{
    unsigned char mac[EVP_MAX_MD_SIZE];
    unsigned len = 0;
    HMAC(EVP_sha256(), mock_token(token), RAW_LENGTH, (const unsigned char *)subject.ptr,
         subject.len, mac, &len);
    add_hex(out, mac, len);
}

static bool is_hash_of(struct span bearer, enum mock_token token)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned len = 0;
    struct str text;
    str_init(&text, 2UL * EVP_MAX_MD_SIZE);
    EVP_Digest(mock_token(token), RAW_LENGTH, digest, &len, EVP_sha256(), NULL);
    add_hex(&text, digest, len);
    bool same = span_eq(bearer, str_span(&text));
    str_release(&text);
    return same;
}

/* What the SDK signs: v2 `ms|path?query|body`, v3 `METHOD|ms|3.0|path?query|body`. */
static bool is_signed(const struct http_head *request, struct span body,
                      const struct caller *caller)
{
    struct str subject;
    struct str expected;
    struct span time = http_value(request, SPAN("auth-timestamp"));
    str_init(&subject, 4u << 20);
    str_init(&expected, 100);
    if (caller->version == '3') {
        str_addf(&subject, "%.*s|%.*s|3.0|", SPAN_ARG(request->method), SPAN_ARG(time));
    } else {
        str_addf(&subject, "%.*s|", SPAN_ARG(time));
    }
    str_add(&subject, request->target);
    str_add_c(&subject, '|');
    str_add(&subject, body);
    account_sign(caller->token, str_span(&subject), &expected);
    bool right = time.len && span_eq(http_value(request, SPAN("hmac")), str_span(&expected));
    str_release(&subject);
    str_release(&expected);
    return right;
}

/* The bearer as the server sees it; empty where there is none that could be a token. */
static struct span bearer_of(const struct http_head *request)
{
    struct span value = http_value(request, SPAN("authorization"));
    struct span bearer = span_istarts(value, SPAN("Bearer ")) ? span_from(value, 7) : span("", 0);
    bool usable = bearer.len >= 20 && !memchr(bearer.ptr, ' ', bearer.len) &&
                  !memchr(bearer.ptr, '$', bearer.len) && !memchr(bearer.ptr, '<', bearer.len);
    return usable ? bearer : span("", 0);
}

struct caller account_caller(const struct http_head *request, struct span body)
{
    struct span bearer = bearer_of(request);
    struct span version = http_value(request, SPAN("bitgo-auth-version"));
    struct caller caller = {.calling = bearer.len ? CALLER_UNKNOWN : CALLER_NONE};
    for (int i = 0; bearer.len && i < MOCK_TOKEN_COUNT; i++) {
        caller.token = (enum mock_token)i;
        if (span_eq(bearer, span_of(mock_token(caller.token)))) {
            caller.calling = CALLER_KNOWN;
            return caller;
        }
        if (version.len && is_hash_of(bearer, caller.token)) {
            caller.version = version.ptr[0] == '3' ? '3' : '2';
            caller.calling = is_signed(request, body, &caller) ? CALLER_KNOWN : CALLER_UNKNOWN;
            return caller;
        }
    }
    caller.stranger = !version.len && bearer.len == RAW_LENGTH &&
                      span_starts(bearer, SPAN("v2x")) && span_is_hex(span_from(bearer, 3), true);
    return caller;
}

const char *account_complaint(enum mock_token token)
{
    switch (token) {
    case MOCK_TOKEN_IP:
        return "Attempt to use IP-restricted token from an unauthorized IP address";
    case MOCK_TOKEN_SPENT:
        return "session expired";
    case MOCK_TOKEN_EXPIRED:
        return "unauthorized";
    case MOCK_TOKEN_GOOD:
    case MOCK_TOKEN_MADE:
    case MOCK_TOKEN_LOGIN:
    case MOCK_TOKEN_VIEWER:
    case MOCK_TOKEN_LOCKED:
    case MOCK_TOKEN_COUNT:
        break;
    }
    return NULL;
}
