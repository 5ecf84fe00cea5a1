/* What a token's passport says against a request: whether the token is past its end, or near it;
 * whether it was deleted; and whether this address, this host and this call suit it. Asked twice:
 * by the worker at the request head, and by the ledger afterwards for what was learned in between.
 * A finding that is there already is not noted again. "Now" is the moment at which the request head
 * was complete. */
#include <stdio.h>

#include "why401/base/clock.h"
#include "why401/inspect/passport.h"

#define SECOND_MS  ((int64_t)1000)
#define MINUTE_MS  (60 * SECOND_MS)
#define HOUR_MS    (60 * MINUTE_MS)
#define DAY_MS     (24 * HOUR_MS)
#define SPAN_SIZE  32
#define NAMED_MOST 4 /* blocks of an ipRestrict that are named */

/* Notes a finding unless it is there. */
#define NOTE(x, id, severity, ...)                                                                 \
    do {                                                                                           \
        if (!exchange_finding(x, id)) {                                                            \
            exchange_find(x, id, severity, __VA_ARGS__);                                           \
        }                                                                                          \
    } while (0)

/* A length of time for people: "3 days", "5 hours", "1 minute". */
static const char *span_text(int64_t ms, char text[SPAN_SIZE])
{
    static const struct {
        int64_t ms;
        const char *name;
    } units[] = {{DAY_MS, "day"}, {HOUR_MS, "hour"}, {MINUTE_MS, "minute"}, {SECOND_MS, "second"}};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        int64_t count = ms / units[i].ms;
        if (count) {
            snprintf(text, SPAN_SIZE, "%lld %s%s", (long long)count, units[i].name,
                     count == 1 ? "" : "s");
            return text;
        }
    }
    return strcpy(text, "a moment");
}

/* A duration as the creation asked for it, computed: "6.6 days", "1.5 hours", "40 seconds". */
static const char *duration_text(double seconds, char text[SPAN_SIZE])
{
    if (seconds >= 86400) {
        snprintf(text, SPAN_SIZE, "%.1f days", seconds / 86400);
    } else if (seconds >= 3600) {
        snprintf(text, SPAN_SIZE, "%.1f hours", seconds / 3600);
    } else {
        snprintf(text, SPAN_SIZE, "%.1f minutes", seconds / 60);
    }
    return text;
}

/* How the token's end came about: ": it was made on … with a duration of …"; "" when that is
 * unknown. */
static const char *cause(const struct passport *p, char *text, size_t size)
{
    char created[CLOCK_TEXT_SIZE];
    char computed[SPAN_SIZE];
    text[0] = '\0';
    if (p->created_ms && p->duration_s > 0) {
        snprintf(text, size, ": it was made on %s with a duration of %.12g seconds, which is %s",
                 clock_minute(p->created_ms, created), p->duration_s,
                 duration_text(p->duration_s, computed));
    } else if (p->created_ms) {
        snprintf(text, size, ": it was made on %s", clock_minute(p->created_ms, created));
    } else if (p->duration_s > 0) {
        snprintf(text, size, ": it was made with a duration of %.12g seconds, which is %s",
                 p->duration_s, duration_text(p->duration_s, computed));
    }
    return text;
}

/* Seven days before the end, or a tenth of a life that is shorter than that. */
static int64_t warning_time(const struct passport *p)
{
    int64_t life = p->created_ms ? p->expires_ms - p->created_ms : 0;
    if (life > 0 && life < 7 * DAY_MS) {
        return life / 10;
    }
    return life <= 0 && p->life == TOKEN_LIFE_LOGIN ? 0 : 7 * DAY_MS;
}

static void judge_deletion(struct exchange *x, const struct passport *p)
{
    char when[CLOCK_TEXT_SIZE];
    char ago[SPAN_SIZE];
    clock_minute(p->deleted_ms, when);
    span_text(x->started_ms - p->deleted_ms, ago);
    if (p->logged_out) {
        NOTE(x, "token.deleted", SEVERITY_PROBLEM,
             "This token was ended by a logout on %s, %s ago, that passed through this proxy.",
             when, ago);
    } else {
        NOTE(x, "token.deleted", SEVERITY_PROBLEM,
             "This token was deleted on %s, %s ago, by a DELETE …/accesstoken/{id} that passed "
             "through "
             "this proxy; it did not expire by itself.",
             when, ago);
    }
}

/* Ends of a token's life. What came first ended it. */
static void judge_life(struct exchange *x, const struct passport *p)
{
    char when[CLOCK_TEXT_SIZE];
    char length[SPAN_SIZE];
    char why[160];
    int64_t now = x->started_ms;
    bool expired = p->expires_ms && now >= p->expires_ms;
    if (p->deleted_ms && now > p->deleted_ms && (!expired || p->deleted_ms < p->expires_ms)) {
        judge_deletion(x, p);
    } else if (expired) {
        NOTE(x, "token.expired", SEVERITY_PROBLEM, "This token expired on %s, %s ago%s.",
             clock_minute(p->expires_ms, when), span_text(now - p->expires_ms, length),
             cause(p, why, sizeof why));
    } else if (p->expires_ms && p->expires_ms - now <= warning_time(p)) {
        NOTE(x, "token.expiring", SEVERITY_WARNING, "This token expires on %s, in %s%s.",
             clock_minute(p->expires_ms, when), span_text(p->expires_ms - now, length),
             cause(p, why, sizeof why));
    }
}

static void judge_kind(struct exchange *x, const struct passport *p)
{
    char made[CLOCK_TEXT_SIZE];
    const char *on = p->created_ms ? ", on " : "";
    const char *when = p->created_ms ? clock_minute(p->created_ms, made) : "";
    if (p->life == TOKEN_LIFE_LOGIN) {
        NOTE(x, "token.login-session", SEVERITY_NOTE,
             "This token was made by a login%s%s: it is short-lived and may need a one-time "
             "password.",
             on, when);
    } else if (p->life == TOKEN_LIFE_LONG) {
        NOTE(x, "token.long-lived", SEVERITY_NOTE, "This is a long-lived access token%s%s.",
             p->created_ms ? ", made on " : "", when);
    }
}

static bool allows(const struct passport *p, struct ip ip)
{
    for (size_t i = 0; i < p->allowed_count; i++) {
        if (cidr_contains(&p->allowed[i], ip)) {
            return true;
        }
    }
    return false;
}

/* The first blocks of its ipRestrict: "192.0.2.1, 198.51.100.0/24 and 3 more". */
static void name_allowed(const struct passport *p, char *text, size_t size)
{
    char ip[IP_TEXT_SIZE];
    size_t at = 0;
    for (size_t i = 0; i < p->allowed_count && i < NAMED_MOST; i++) {
        const struct cidr *block = &p->allowed[i];
        at += (size_t)snprintf(text + at, size - at, "%s%s", i ? ", " : "", ip_text(block->ip, ip));
        if (block->prefix < (block->ip.family == 4 ? 32 : 128)) {
            at += (size_t)snprintf(text + at, size - at, "/%u", block->prefix);
        }
    }
    if (p->allowed_count > NAMED_MOST) {
        snprintf(text + at, size - at, " and %zu more", p->allowed_count - NAMED_MOST);
    }
}

/* A peer inside the own network is not claimed to be refused: BitGo sees another address. */
static void judge_source(struct exchange *x, const struct passport *p)
{
    char allowed[NAMED_MOST * (IP_TEXT_SIZE + 8) + 32];
    char ip[IP_TEXT_SIZE];
    bool unseen = x->source.kind == SOURCE_PEER && ip_is_private(x->source.ip);
    if (p->allowed_count == 0 || x->source.ip.family == 0 || unseen || allows(p, x->source.ip)) {
        return;
    }
    name_allowed(p, allowed, sizeof allowed);
    NOTE(x, "token.ip-not-allowed", SEVERITY_PROBLEM,
         "This token is restricted to %s, and the request came from %s.", allowed,
         ip_text(x->source.ip, ip));
}

static bool is_platform(enum environment e)
{
    return e != ENVIRONMENT_UNKNOWN && e != ENVIRONMENT_EXPRESS;
}

/* Two names of one environment are no mismatch, and what BitGo Express is set to is its own matter.
 */
static void judge_host(struct exchange *x, const struct passport *p)
{
    enum environment here = environment_of_host(x->host);
    enum environment home = p->host ? environment_of_host(span_of(p->host)) : ENVIRONMENT_UNKNOWN;
    if (is_platform(here) && is_platform(home) && here != home) {
        NOTE(x, "token.other-host", SEVERITY_PROBLEM,
             "This token belongs to %s (%s), and the request went to %.*s (%s): a token is valid "
             "in one "
             "environment only.",
             p->host, environment_name(home), SPAN_ARG(x->host), environment_name(here));
    }
}

/* The scopes that BitGo's OpenAPI declares for a route; one of them is enough. It declares none for
 * the wallet platform's routes (facts of the OpenAPI, August 2026). */
static const struct {
    const char *prefix;
    const char *scopes[3]; /* ends with NULL */
} declared[] = {
    {"/api/address-book/v1/", {"wallet_spend_all"}},
    {"/api/network/", {"settlement_network_read", "settlement_network_write"}},
    {"/api/clearing/v1/", {"wallet_view_all", "wallet_spend_all"}},
    {"/api/prime/trading/", {"trade_view", "trade_trade"}},
    {"/api/tradfi/v1/", {"wallet_spend_all"}},
    {"/api/org/search", {"user_manage"}},
    {"/api/v1/marketdata", {"crypto_compare"}},
};

static bool has_scope(const struct passport *p, const char *scope)
{
    for (const char *const *own = p->scopes; *own; own++) {
        if (strcmp(*own, scope) == 0 || strcmp(*own, "all") == 0) {
            return true;
        }
    }
    return false;
}

static void judge_scopes(struct exchange *x, const struct passport *p)
{
    for (size_t i = 0; p->scopes && i < sizeof declared / sizeof *declared; i++) {
        const char *const *wanted = declared[i].scopes;
        if (span_starts(x->target.path, span_of(declared[i].prefix)) && !has_scope(p, wanted[0]) &&
            !(wanted[1] && has_scope(p, wanted[1]))) {
            NOTE(x, "token.scope-missing", SEVERITY_WARNING,
                 "BitGo's documentation wants the scope %s%s%s for %s, and this token was made "
                 "without it.",
                 wanted[0], wanted[1] ? " or " : "", wanted[1] ? wanted[1] : "",
                 declared[i].prefix);
        }
    }
}

static bool is_unlock(const struct exchange *x)
{
    return span_eq(x->request.head.method, SPAN("POST")) &&
           (span_eq(x->target.path, SPAN("/api/v2/user/unlock")) ||
            span_eq(x->target.path, SPAN("/api/v1/user/unlock")));
}

void inspect_passport(struct exchange *x, const struct passports *passports)
{
    const struct passport *p = passports_find(passports, x->token.fingerprint);
    if (p) {
        judge_passport(x, p);
    }
}

void judge_passport(struct exchange *x, const struct passport *p)
{
    judge_life(x, p);
    judge_source(x, p);
    judge_host(x, p);
    judge_scopes(x, p);
    if (is_unlock(x) && p->has_limits && !p->limits_removed) {
        NOTE(x, "token.unlock-removes-limits", SEVERITY_WARNING,
             "This token has spending limits, and POST %.*s removes all of them for good.",
             SPAN_ARG(x->target.path));
    }
    judge_kind(x, p);
}
