/* A signed request has four parts: the SHA-256 of the token as bearer, the version, the time in
 * milliseconds, and an HMAC over time, path and body. This file sees at the request head which of
 * them are there and whether the time can be right; the HMAC itself needs the body and the token
 * (verify.c).
 *
 * An SDK without a token sends BitGo-Auth-Version and nothing else, and a raw token needs none of
 * the four: neither is a finding. Version 4 has other fields and is left alone. */
#include "signing.h"

#include "token.h"
#include "unwrap.h"
#include "why401/inspect/inspect.h"

#define OLD_MOST_MS   (5L * 60 * 1000) /* BitGoJS modules/sdk-api: the window of version 3 */
#define AHEAD_MOST_MS (60L * 1000)

/* Digits of a time in the years 2001 to 2286 */
#define DIGITS_S  10
#define DIGITS_MS 13

static struct span bearer_of(const struct http_head *head)
{
    struct span value = span_trim(http_value(head, SPAN("Authorization")));
    struct span scheme = SPAN("Bearer");
    if (!span_istarts(value, scheme)) {
        return span(NULL, 0);
    }
    return unwrap(span_trim(span_from(value, scheme.len))).inner;
}

struct signing signing_of(const struct http_head *head)
{
    return (struct signing){
        .bearer = bearer_of(head),
        .hmac = http_value(head, SPAN("HMAC")),
        .timestamp = http_value(head, SPAN("Auth-Timestamp")),
        .version = http_value(head, SPAN("BitGo-Auth-Version")),
    };
}

bool request_is_signed(const struct http_head *head)
{
    return http_value(head, SPAN("HMAC")).len > 0;
}

/* The bearer is the SDK's hash, or something beside it says that it is. */
static bool is_hash(const struct exchange *x, const struct signing *s)
{
    return x->token.form == TOKEN_SDK || (s->timestamp.len && token_look(s->bearer) == LOOK_DIGEST);
}

static void judge_parts(struct exchange *x, const struct signing *s)
{
    bool raw = x->token.form == TOKEN_RAW || x->token.form == TOKEN_LEGACY;
    if (!s->hmac.len && is_hash(x, s)) {
        exchange_find(
            x, "signature.hash-without-hmac", SEVERITY_PROBLEM,
            "The bearer is the SHA-256 of an access token, as BitGo's SDK sends it, but the "
            "HMAC field that signs the request is not there; without it BitGo needs the "
            "access token itself.");
    }
    if (s->hmac.len && !s->timestamp.len) {
        exchange_find(
            x, "signature.hmac-without-timestamp", SEVERITY_PROBLEM,
            "The request is signed with an HMAC, but Auth-Timestamp, which is a part of what "
            "the HMAC signs, was not sent.");
    }
    if (s->hmac.len && raw) {
        exchange_find(
            x, "signature.raw-with-hmac", SEVERITY_WARNING,
            "The request is signed with an HMAC, but its bearer is the access token itself; "
            "a signed request carries the token's SHA-256 in hex instead.");
    }
}

/* How long it is, in the largest unit of which there are at least two. */
static struct span length_text(struct exchange *x, int64_t ms)
{
    static const struct {
        int64_t ms;
        const char *name;
    } units[] = {{86400000, "days"}, {3600000, "hours"}, {60000, "minutes"}, {1000, "seconds"}};
    size_t i = 0;
    while (i + 1 < sizeof units / sizeof *units && ms < 2 * units[i].ms) {
        i++;
    }
    return arena_printf(&x->arena, "%lld %s", (long long)(ms / units[i].ms), units[i].name);
}

static void judge_skew(struct exchange *x, const struct signing *s, int64_t stamp)
{
    int64_t age = x->started_ms - stamp;
    bool v3 = span_eq(s->version, SPAN("3.0"));
    if (x->started_ms == 0 || (age <= OLD_MOST_MS && age >= -AHEAD_MOST_MS)) {
        return;
    }
    struct span length = length_text(x, age < 0 ? -age : age);
    exchange_find(x, "clock.skew", v3 ? SEVERITY_PROBLEM : SEVERITY_WARNING,
                  "Auth-Timestamp is %.*s %s this machine's clock%s.", SPAN_ARG(length),
                  age < 0 ? "ahead of" : "behind",
                  v3 ? "; version 3 of BitGo's authentication allows 5 minutes behind and 1 ahead"
                     : "; the clock of the client is wrong, or the request was signed long before "
                       "it was sent");
}

static void judge_timestamp(struct exchange *x, const struct signing *s)
{
    uint64_t stamp;
    const char *fault = NULL;
    if (!span_u64(s->timestamp, &stamp)) {
        fault = "is not a number";
    } else if (s->timestamp.len == DIGITS_S) {
        fault = "is in seconds";
    } else if (s->timestamp.len != DIGITS_MS) {
        fault = "is not a time of today";
    }
    if (!fault) {
        judge_skew(x, s, (int64_t)stamp);
        return;
    }
    exchange_find(x, "signature.timestamp-form", SEVERITY_PROBLEM,
                  "Auth-Timestamp %s; BitGo expects milliseconds since 1970, which have %d digits.",
                  fault, DIGITS_MS);
}

void inspect_signature(struct exchange *x)
{
    const struct http_head *head = &x->request.head;
    struct signing s = signing_of(head);
    bool version_4 = x->token.form == TOKEN_ID || span_starts(s.version, SPAN("4"));
    if (version_4 || x->token.form == TOKEN_NONE ||
        route_needs_no_bearer(head->method, x->target.path)) {
        return;
    }
    judge_parts(x, &s);
    if (s.timestamp.len && (s.hmac.len || s.version.len)) {
        judge_timestamp(x, &s);
    }
}
