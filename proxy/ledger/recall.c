/* What the past says about an exchange. The passport's findings are those of the worker, asked
 * again with what is known now; spent limits and the history need more than a passport holds.
 * History is told only of a refusal, 401 or 403: another failure says nothing about the token. */
#include "inside.h"

#include "why401/base/clock.h"

static const char *times(uint64_t count)
{
    return count == 1 ? "time" : "times";
}

/* A limit is told about until an unlock takes the limits away or an answer shows that one is not
 * spent. */
static void recall_limits(struct exchange *x, const struct known *t)
{
    char when[CLOCK_TEXT_SIZE];
    if (exchange_finding(x, "token.limit-spent")) {
        return;
    }
    if (t->spent) {
        exchange_find(x, "token.limit-spent", SEVERITY_PROBLEM,
                      "A spending limit of this token is spent: %s, as seen on %s.", t->spent,
                      clock_minute(t->spent_ms, when));
    } else if (t->passport.has_limits && !t->passport.limits_removed && is_verdict(x) &&
               x->response.head.status >= 400 && asks_unlock(x)) {
        exchange_find(
            x, "token.limit-spent", SEVERITY_PROBLEM,
            "A spending limit of this token is spent: it was made with limits%s%s, and BitGo "
            "asks to unlock it.",
            t->limits ? ": " : "", t->limits ? t->limits : "");
    }
}

/* "worked 200 times until 14:02". */
static void recall_worked(struct exchange *x, const struct known *t)
{
    char until[CLOCK_TEXT_SIZE];
    if (t->successes) {
        exchange_find(x, "history.worked-until", SEVERITY_NOTE,
                      "This token worked %llu %s until %s; this is failure number %llu since then.",
                      (unsigned long long)t->successes, times(t->successes),
                      clock_minute(t->last_success_ms, until),
                      (unsigned long long)t->since_success + 1);
    } else if (t->failures) {
        exchange_find(
            x, "history.never-worked", SEVERITY_NOTE,
            "This token has never worked here: it failed %llu %s before, the first time on %s.",
            (unsigned long long)t->failures, times(t->failures),
            clock_minute(t->first_seen_ms, until));
    }
}

/* The tally of that kind with the newest success, other than `name`. */
static const struct tally *best_other(const struct known *t, enum tally_kind kind, struct span name)
{
    const struct tally *best = NULL;
    for (const struct tally *tally = t->tallies; tally; tally = tally->next) {
        bool other = tally->kind == kind && !span_eq(span_of(tally->name), name);
        if (other && tally->successes &&
            (!best || tally->last_success_ms > best->last_success_ms)) {
            best = tally;
        }
    }
    return best;
}

static void recall_address(struct exchange *x, const struct known *t)
{
    char here[IP_TEXT_SIZE];
    char when[CLOCK_TEXT_SIZE];
    struct span name = span_of(ip_text(x->source.ip, here));
    const struct tally *tally = known_find_tally(t, TALLY_ADDRESS, name);
    const struct tally *other = best_other(t, TALLY_ADDRESS, name);
    if (x->source.ip.family && other && (!tally || tally->successes == 0)) {
        exchange_find(x, "history.other-address", SEVERITY_NOTE,
                      "This token worked %llu %s from %s, last on %s, and never from %s.",
                      (unsigned long long)other->successes, times(other->successes), other->name,
                      clock_minute(other->last_success_ms, when), here);
    }
}

/* This class was refused each time, twice or more with this one, and another works since then. */
static void recall_route(struct exchange *x, const struct known *t)
{
    char when[CLOCK_TEXT_SIZE];
    struct span name = route_class(x);
    const struct tally *tally = known_find_tally(t, TALLY_ROUTE, name);
    const struct tally *other = best_other(t, TALLY_ROUTE, name);
    if (tally && other && tally->successes == 0 && tally->refusals &&
        other->last_success_ms >= tally->last_refusal_ms) {
        exchange_find(
            x, "history.only-route", SEVERITY_NOTE,
            "This token fails on %s routes only, %llu times by now: on %s routes it worked "
            "%llu %s, last on %s.",
            tally->name, (unsigned long long)tally->refusals + 1, other->name,
            (unsigned long long)other->successes, times(other->successes),
            clock_minute(other->last_success_ms, when));
    }
}

void ledger_recall(struct ledger *l, struct exchange *x)
{
    struct known *t = table_find(&l->table, x->token.fingerprint);
    if (!t) {
        return;
    }
    judge_passport(x, known_passport(t));
    recall_limits(x, t);
    if (refused(x)) {
        recall_worked(x, t);
        recall_address(x, t);
        recall_route(x, t);
    }
}
