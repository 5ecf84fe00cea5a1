/* An answer shows the limits of each coin in unlock.spendingLimits, those of all ERC-20 tokens
 * together in unlock.allErc20TokensLimit, and of old tokens one for all in unlock itself (where a
 * login's session shows what its unlock allows, which is no limit of the token). A limit is spent
 * when what was spent has reached it; a limit of 0 was so from the beginning: it is what a limit
 * left blank becomes. Amounts are numbers or texts of digits, shown as they came. */
#include "spending.h"

#include <ctype.h>
#include <stdlib.h>

#define AMOUNT_SIZE 40

struct limit_report {
    struct str line;  /* for people */
    struct str spent; /* the evidence, of the first limit that is spent */
    bool any;
};

/* An amount as text; false when the value is none. */
static bool amount(const json_t *value, char text[AMOUNT_SIZE])
{
    if (json_is_integer(value)) {
        snprintf(text, AMOUNT_SIZE, "%lld", (long long)json_integer_value(value));
        return true;
    }
    if (json_is_real(value)) {
        snprintf(text, AMOUNT_SIZE, "%.12g", json_real_value(value));
        return true;
    }
    const char *digits = json_string_value(value);
    if (!digits || !isdigit((unsigned char)digits[0]) || strlen(digits) >= AMOUNT_SIZE ||
        strspn(digits, "0123456789.") != strlen(digits)) {
        return false;
    }
    strcpy(text, digits);
    return true;
}

static void report(struct limit_report *r, const char *name, const json_t *limit, const char *key)
{
    char most[AMOUNT_SIZE];
    char spent[AMOUNT_SIZE] = "0";
    if (json_is_true(json_object_get(limit, "maxLimit")) ||
        !amount(json_object_get(limit, key), most)) {
        return;
    }
    bool shown = amount(json_object_get(limit, "txValue"), spent);
    struct span short_name = span_first(span_of(name), 32);
    str_addf(&r->line, "%s%.*s %s", r->any ? ", " : "", SPAN_ARG(short_name), most);
    if (shown) {
        str_addf(&r->line, " (%s spent)", spent);
    }
    r->any = true;
    bool zero = strtod(most, NULL) <= 0;
    if (r->spent.len == 0 && zero) {
        str_addf(&r->spent, "its limit for %.*s is 0", SPAN_ARG(short_name));
    } else if (r->spent.len == 0 && shown && strtod(spent, NULL) >= strtod(most, NULL)) {
        str_addf(&r->spent, "%s of %s are spent for %.*s", spent, most, SPAN_ARG(short_name));
    }
}

static void report_erc20(struct limit_report *r, const json_t *limit)
{
    const json_t *enabled = json_object_get(limit, "enabled");
    if (json_is_object(limit) && !json_is_false(enabled)) {
        const char *key = json_object_get(limit, "txValueLimitInSmallUnits")
                              ? "txValueLimitInSmallUnits"
                              : "txValueLimit";
        report(r, "all ERC-20 tokens", limit, key);
    }
}

static void init(struct limit_report *r)
{
    *r = (struct limit_report){.any = false};
    str_init(&r->line, TEXT_MOST);
    str_init(&r->spent, TEXT_MOST);
}

/* Takes the report over into the token. */
static bool apply(struct known *t, struct limit_report *r, int64_t now_ms)
{
    bool changed = r->any && (!t->passport.has_limits || t->passport.limits_removed);
    if (r->any) {
        t->passport.has_limits = true;
        t->passport.limits_removed = false;
        known_text(&t->limits, str_span(&r->line), TEXT_MOST);
        known_text(&t->spent, str_span(&r->spent), TEXT_MOST);
        t->spent_ms = t->spent ? now_ms : 0;
    }
    str_release(&r->line);
    str_release(&r->spent);
    return changed;
}

void limits_of_creation(struct known *t, const json_t *asked, int64_t now_ms)
{
    struct limit_report r;
    size_t i;
    json_t *limit;
    init(&r);
    json_array_foreach(json_object_get(asked, "spendingLimits"), i, limit)
    {
        const char *coin = json_string_value(json_object_get(limit, "coin"));
        report(&r, coin ? coin : "?", limit, "txValueLimit");
    }
    if (json_object_get(asked, "txValueLimit")) {
        report(&r, "all coins", asked, "txValueLimit");
    }
    report_erc20(&r, json_object_get(asked, "allErc20TokensLimit"));
    apply(t, &r, now_ms);
}

bool limits_of_answer(struct known *t, const json_t *unlock, int64_t now_ms)
{
    struct limit_report r;
    const char *coin;
    json_t *limit;
    json_t *limits = json_object_get(unlock, "spendingLimits");
    init(&r);
    json_object_foreach(limits, coin, limit)
    {
        report(&r, coin, limit, "txValueLimit");
    }
    report_erc20(&r, json_object_get(unlock, "allErc20TokensLimit"));
    bool long_lived = t->label || t->passport.life == TOKEN_LIFE_LONG;
    if (long_lived && json_object_size(limits) == 0 && !r.any) {
        report(&r, "all coins", unlock, "txValueLimit");
    }
    return apply(t, &r, now_ms);
}

bool limits_remove(struct known *t)
{
    bool had = t->passport.has_limits && !t->passport.limits_removed;
    if (had) {
        t->passport.limits_removed = true;
        known_text(&t->limits, span(NULL, 0), TEXT_MOST);
    }
    known_text(&t->spent, span(NULL, 0), TEXT_MOST);
    t->spent_ms = 0;
    return had;
}
