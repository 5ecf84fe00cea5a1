/* Counting. A success costs a look-up by fingerprint and three tallies; JSON is read for the calls
 * of calls.c only, of a failure a few words for its kind. */
#include "inside.h"

/* One more success or refusal under that name. */
static void count(struct known *t, enum tally_kind kind, struct span name, const struct exchange *x,
                  bool success)
{
    struct tally *tally = known_tally(t, kind, name);
    if (!tally) {
        return;
    }
    if (success) {
        tally->successes++;
        tally->last_success_ms = x->started_ms;
    } else {
        tally->refusals++;
        tally->last_refusal_ms = x->started_ms;
    }
    tally->waits = true;
}

static void count_places(struct known *t, const struct exchange *x, bool success)
{
    char ip[IP_TEXT_SIZE];
    if (x->source.ip.family) {
        count(t, TALLY_ADDRESS, span_of(ip_text(x->source.ip, ip)), x, success);
    }
    count(t, TALLY_HOST, x->host, x, success);
    count(t, TALLY_ROUTE, route_class(x), x, success);
}

/* A token that works has not ended, whatever was learned: its life was extended, or a clock is
 * wrong. */
static void correct_life(struct ledger *l, struct known *t, int64_t now_ms)
{
    struct passport *p = &t->passport;
    if (p->expires_ms && now_ms > p->expires_ms) {
        p->expires_ms = 0;
        p->duration_s = 0;
        l->changed = true;
    }
    if (p->deleted_ms && now_ms > p->deleted_ms) {
        p->deleted_ms = 0;
        p->logged_out = false;
        l->changed = true;
    }
}

/* A transfer that went out proves that no limit stood against it. */
static bool spends(const struct exchange *x)
{
    struct span path = x->target.path;
    return span_eq(x->request.head.method, SPAN("POST")) &&
           (span_ends(path, SPAN("/tx/send")) || span_ends(path, SPAN("/sendcoins")) ||
            span_ends(path, SPAN("/sendmany")));
}

static void count_success(struct ledger *l, struct known *t, const struct exchange *x)
{
    t->successes++;
    t->since_success = 0;
    t->last_success_ms = x->started_ms;
    if (!t->first_success_ms) {
        t->first_success_ms = x->started_ms;
    }
    if (!t->host && known_text(&t->host, x->host, TEXT_MOST)) {
        l->changed = true;
    }
    correct_life(l, t, x->started_ms);
    if (t->spent && spends(x)) {
        known_text(&t->spent, span(NULL, 0), TEXT_MOST);
        t->spent_ms = 0;
    }
    count_places(t, x, true);
}

/* BitGo Express makes a 400 of a 401, so the status does not matter here. */
static void learn_needs_unlock(struct known *t, const struct exchange *x)
{
    if (!t->spent && t->passport.has_limits && !t->passport.limits_removed && asks_unlock(x)) {
        known_text(&t->spent, SPAN("BitGo asked to unlock it, though it has spending limits"),
                   TEXT_MOST);
        t->spent_ms = x->started_ms;
    }
}

static void count_failure(struct known *t, const struct exchange *x)
{
    struct str problem;
    t->failures++;
    t->since_success++;
    t->last_failure_ms = x->started_ms;
    if (x->response.head.status == 401 || x->response.head.status == 403) {
        count_places(t, x, false);
    }
    learn_needs_unlock(t, x);
    problem_name(x, &problem);
    known_text(&t->last_problem, str_span(&problem), TEXT_MOST);
    count(t, TALLY_PROBLEM, span_of(t->last_problem), x, false);
    str_release(&problem);
}

/* x is a verdict. */
static void count_verdict(struct ledger *l, const struct exchange *x)
{
    int status = x->response.head.status;
    bool success = status >= 200 && status < 300;
    if (!success && status < 400) {
        return;
    }
    struct known *t = table_get(&l->table, x->token.fingerprint, x->started_ms);
    if (t) {
        t->last_seen_ms = x->started_ms;
        table_touch(&l->table, t);
        if (success) {
            count_success(l, t, x);
        } else {
            count_failure(t, x);
        }
    }
}

void ledger_learn(struct ledger *l, const struct exchange *x)
{
    struct span id;
    int status = x->response.head.status;
    if (l->readonly || x->maker != MAKER_UPSTREAM) {
        return;
    }
    if (is_verdict(x)) {
        count_verdict(l, x);
    }
    enum call call = call_of(x, &id);
    if (call != CALL_OTHER && status >= 200 && status < 300) {
        learn_call(l, x, call, id);
    }
}
