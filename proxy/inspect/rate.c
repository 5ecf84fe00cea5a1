/* A ring of the last RATE_NEAR calls of each token: when the oldest of them lies less than a minute
 * back, four fifths of the limit are used. One finding a burst: the next comes only after the rate
 * has been below half of that. */
#include "rate.h"

/* When the call `back` calls before the newest came. */
static int64_t call_before(const struct token_rate *r, size_t back)
{
    return r->calls[(r->count - 1 - back) % RATE_NEAR];
}

static int64_t newest(const struct token_rate *r)
{
    return r->count ? call_before(r, 0) : INT64_MIN;
}

static struct token_rate *rate_of(struct rate_table *t, const char *fingerprint)
{
    for (size_t i = 0; i < RATE_TOKENS; i++) {
        struct token_rate *r = &t->tokens[i];
        if (memcmp(r->fingerprint, fingerprint, FINGERPRINT_SIZE - 1) == 0) {
            return r;
        }
    }
    struct token_rate *quiet = &t->tokens[0];
    for (size_t i = 1; i < RATE_TOKENS; i++) {
        if (newest(&t->tokens[i]) < newest(quiet)) {
            quiet = &t->tokens[i];
        }
    }
    memset(quiet, 0, sizeof *quiet);
    memcpy(quiet->fingerprint, fingerprint, FINGERPRINT_SIZE);
    return quiet;
}

/* The last `calls` calls came within the window. */
static bool within(const struct token_rate *r, size_t calls)
{
    return r->count >= calls && newest(r) - call_before(r, calls - 1) < RATE_WINDOW_US;
}

void rate_count(struct rate_table *t, struct exchange *x)
{
    int64_t now = x->started_us ? x->started_us : x->started_ms * 1000;
    bool timed = x->started_ms != 0; /* a file need not tell when a call was made */
    if (!x->token.fingerprint[0] || x->maker != MAKER_UPSTREAM || !timed) {
        return;
    }
    struct token_rate *r = rate_of(t, x->token.fingerprint);
    r->calls[r->count++ % RATE_NEAR] = now;
    if (within(r, RATE_NEAR) && !r->warned) {
        r->warned = true;
        exchange_find(
            x, "rate.near", SEVERITY_WARNING,
            "This token made %d calls within a minute; BitGo allows %d and then answers 429.",
            RATE_NEAR, RATE_LIMIT);
    } else if (!within(r, RATE_NEAR / 2)) {
        r->warned = false;
    }
}
