/* Placeholders in examples. Tokens are never written out in a rule: nothing there should look like
 * a live one, neither to a person nor to a scanner. */
#include <openssl/evp.h>
#include <stdio.h>
#include <time.h>

#include "example.h"

#define TOKEN_SIZE       68
#define PLACEHOLDER_MOST 200 /* bytes in which one is over, so that no brace costs a whole text */

static void add_token(struct str *out, char digit, bool hashed)
{
    char token[TOKEN_SIZE] = "v2x";
    unsigned char digest[EVP_MAX_MD_SIZE];
    memset(token + 3, digit, 64);
    if (!hashed) {
        str_add(out, span(token, 67));
    } else if (EVP_Digest(token, 67, digest, NULL, EVP_sha256(), NULL) == 1) {
        for (size_t i = 0; i < 32; i++) {
            str_addf(out, "%02x", digest[i]);
        }
    }
}

static bool token_expands(struct str *out, struct span form)
{
    bool hashed = span_starts(form, SPAN("sdk:"));
    if (form.len != 5 || (!hashed && !span_starts(form, SPAN("raw:"))) ||
        !span_is_hex(span_from(form, 4), true)) {
        return false;
    }
    add_token(out, form.ptr[4], hashed);
    return true;
}

/* A length of time such as 8d or -2h, in milliseconds. */
static bool read_length(struct span text, int64_t *ms)
{
    static const char letters[] = "smhd";
    static const int64_t lengths[] = {1000, 60000, 3600000, 86400000};
    bool future = text.len && text.ptr[0] == '-';
    text = span_from(text, future);
    const char *letter = text.len ? strchr(letters, text.ptr[text.len - 1]) : NULL;
    uint64_t number;
    if (!letter || !*letter || !span_u64(span_first(text, text.len - 1), &number) ||
        number > 100000) {
        return false;
    }
    *ms = (int64_t)number * lengths[letter - letters] * (future ? -1 : 1);
    return true;
}

static void add_time(struct str *out, int64_t ms)
{
    time_t seconds = (time_t)(ms / 1000);
    struct tm parts;
    char text[32];
    if (gmtime_r(&seconds, &parts) && strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts)) {
        str_addf(out, "%s.%03dZ", text, (int)(ms % 1000));
    }
}

/* What stands between the braces. *known: it is meant as a placeholder. */
static bool expands(struct str *out, struct span inner, int64_t now_ms, bool *known)
{
    int64_t ago;
    *known = true;
    if (span_starts(inner, SPAN("token:"))) {
        return token_expands(out, span_from(inner, 6));
    }
    if (span_starts(inner, SPAN("time:")) && read_length(span_from(inner, 5), &ago)) {
        add_time(out, now_ms - ago);
        return true;
    }
    if (span_starts(inner, SPAN("ms:")) && read_length(span_from(inner, 3), &ago)) {
        str_addf(out, "%lld", (long long)(now_ms - ago));
        return true;
    }
    *known = span_starts(inner, SPAN("time:")) || span_starts(inner, SPAN("ms:"));
    return false;
}

int example_expand(struct str *out, struct span text, int64_t now_ms, struct err *err)
{
    while (text.len) {
        ptrdiff_t open = span_find(text, SPAN("{"));
        if (open < 0) {
            str_add(out, text);
            return 0;
        }
        str_add(out, span_first(text, (size_t)open));
        text = span_from(text, (size_t)open);
        ptrdiff_t close = span_find(span_first(text, PLACEHOLDER_MOST), SPAN("}"));
        struct span inner = close > 0 ? span(text.ptr + 1, (size_t)close - 1) : span(NULL, 0);
        bool known = false;
        if (inner.len && expands(out, inner, now_ms, &known)) {
            text = span_from(text, (size_t)close + 1);
        } else if (known) {
            return err_set(err, ERR_RULE,
                           "{%.*s} is none of {token:raw:1}, {token:sdk:1}, {time:8d} and {ms:5m}",
                           SPAN_ARG(span_first(inner, 60)));
        } else {
            str_add_c(out, '{');
            text = span_from(text, 1);
        }
    }
    return 0;
}
