#include "token.h"

#include <openssl/evp.h>
#include <pthread.h>
#include <stdio.h>

#include "why401/inspect/inspect.h"

#define PREFIX          SPAN("v2x")
#define HEX_DIGITS      64 /* behind the prefix */
#define SHOWN_MOST      80 /* a name longer than this is not shown */
#define SECRET_RUN_FROM 16 /* hex digits in a row */

static bool is_hex(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

/* How many lower-case hex digits s begins with. */
static size_t hex_run(struct span s)
{
    size_t n = 0;
    while (n < s.len && is_hex(s.ptr[n])) {
        n++;
    }
    return n;
}

enum token_look token_look(struct span s)
{
    if (span_starts(s, PREFIX)) {
        bool whole = s.len == PREFIX.len + HEX_DIGITS;
        return whole && hex_run(span_from(s, PREFIX.len)) == HEX_DIGITS ? LOOK_RAW : LOOK_OTHER;
    }
    if (hex_run(s) != s.len) {
        return LOOK_OTHER;
    }
    switch (s.len) {
    case 32:
        return LOOK_ID;
    case 40:
        return LOOK_LEGACY;
    case 64:
        return LOOK_DIGEST;
    default:
        return LOOK_OTHER;
    }
}

bool token_inside(struct span s)
{
    for (ptrdiff_t at = span_find(s, PREFIX); at >= 0; at = span_find(s, PREFIX)) {
        s = span_from(s, (size_t)at + PREFIX.len);
        if (hex_run(s) >= HEX_DIGITS) {
            return true;
        }
    }
    return false;
}

bool token_like(struct span s)
{
    if (s.len > SHOWN_MOST) {
        return true;
    }
    size_t run = 0;
    for (size_t i = 0; i < s.len && run < SECRET_RUN_FROM; i++) {
        run = is_hex((char)(s.ptr[i] | 0x20)) ? run + 1 : 0;
    }
    return run >= SECRET_RUN_FROM;
}

/* Bits of the classes that occur in s. */
static unsigned classes_of(struct span s)
{
    unsigned classes = 0;
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.ptr[i];
        unsigned kind = c >= 'a' && c <= 'z'    ? 0
                        : c >= 'A' && c <= 'Z'  ? 1
                        : c >= '0' && c <= '9'  ? 2
                        : c > ' ' && c < 0x7f   ? 3
                        : c == ' ' || c == '\t' ? 4
                                                : 5;
        classes |= 1u << kind;
    }
    return classes;
}

/* What the value may have been, as far as that gives nothing away; "" when there is nothing to say.
 */
static const char *guess(struct span s)
{
    if (span_starts(s, PREFIX)) {
        return s.len == PREFIX.len + HEX_DIGITS
                   ? "; it has an access token's length and begins with v2x, but holds other "
                     "characters than 0-9 and a-f"
               : s.len < PREFIX.len + HEX_DIGITS
                   ? "; it begins with v2x like an access token, but is shorter than one's 67"
                   : "; it begins with v2x like an access token, but is longer than one's 67";
    }
    size_t dots = 0;
    for (size_t i = 0; i < s.len; i++) {
        dots += s.ptr[i] == '.';
    }
    if (span_starts(s, SPAN("eyJ")) && dots == 2) {
        return "; it has the form of a JSON Web Token";
    }
    return span_is_hex(s, false) ? "; all are hexadecimal digits" : "";
}

const char *token_describe(struct span s, char text[TOKEN_TEXT_SIZE])
{
    static const char *const names[] = {"lower-case letters", "upper-case letters", "digits",
                                        "punctuation",        "white space",        "other bytes"};
    unsigned classes = classes_of(s);
    int at = snprintf(text, TOKEN_TEXT_SIZE, "%zu characters long (", s.len);
    const char *comma = "";
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (classes & (1u << i)) {
            at += snprintf(text + at, TOKEN_TEXT_SIZE - (size_t)at, "%s%s", comma, names[i]);
            comma = ", ";
        }
    }
    snprintf(text + at, TOKEN_TEXT_SIZE - (size_t)at, ")%s", guess(s));
    return text;
}

static EVP_MD *fetched; /* NULL: OpenSSL looks it up each time, which costs as much as hashing */

static void fetch(void)
{
    fetched = EVP_MD_fetch(NULL, "SHA256", NULL);
}

static const EVP_MD *sha256(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, fetch);
    return fetched ? fetched : EVP_sha256();
}

void token_fingerprint(struct span token, bool hashed, char fingerprint[FINGERPRINT_SIZE])
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    size_t half = (FINGERPRINT_SIZE - 1) / 2;
    fingerprint[0] = '\0';
    if (hashed) {
        struct span start = span_first(token, FINGERPRINT_SIZE - 1);
        if (start.len == FINGERPRINT_SIZE - 1 && span_is_hex(start, false)) {
            for (size_t i = 0; i < start.len; i++) {
                fingerprint[i] = (char)(start.ptr[i] | (start.ptr[i] >= 'A' ? 0x20 : 0));
            }
            fingerprint[start.len] = '\0';
        }
        return;
    }
    if (EVP_Digest(token.ptr, token.len, digest, NULL, sha256(), NULL) == 1) {
        for (size_t i = 0; i < half; i++) {
            fingerprint[2 * i] = "0123456789abcdef"[digest[i] >> 4];
            fingerprint[2 * i + 1] = "0123456789abcdef"[digest[i] & 15];
        }
        fingerprint[2 * half] = '\0';
    }
    OPENSSL_cleanse(digest, sizeof digest);
}
