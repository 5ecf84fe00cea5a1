/* Facts about tokens from the answers of BitGo's own calls about them. A created token is named by
 * the fingerprint of what the answer holds, one in a list by its id, one of a session by the
 * request that asked. Raw tokens are hashed where they lie and never copied. */
#include "inside.h"

#include <math.h>
#include <stdlib.h>
#include <time.h>

#include "spending.h"
#include "why401/exchange/body.h"

#define BODY_MOST (1u << 20)

static struct span text_of(const json_t *value)
{
    return json_is_string(value) ? span(json_string_value(value), json_string_length(value))
                                 : span(NULL, 0);
}

/* The milliseconds of ".123Z", which stands behind a time's seconds; -1: it is none of UTC. */
static int read_fraction(const char *text)
{
    int ms = 0;
    if (*text == '.') {
        for (int scale = 100; *++text >= '0' && *text <= '9'; scale /= 10) {
            ms += (*text - '0') * scale;
        }
    }
    return strcmp(text, "Z") == 0 ? ms : -1;
}

/* A time as BitGo writes it, "2026-11-24T09:15:03.123Z", or in seconds or milliseconds; 0: none. */
static int64_t time_of(const json_t *value)
{
    struct tm tm = {0};
    if (json_is_number(value)) {
        double number = json_number_value(value);
        bool sane = number > 0 && number < 1e14;
        return sane ? (int64_t)(number < 1e11 ? number * 1000 : number) : 0;
    }
    const char *text = json_string_value(value);
    const char *end = text ? strptime(text, "%Y-%m-%dT%H:%M:%S", &tm) : NULL;
    int fraction = end ? read_fraction(end) : -1;
    return fraction < 0 ? 0 : (int64_t)timegm(&tm) * 1000 + fraction;
}

/* The texts of a list in one; empty when it is no list, or has none. */
static void join(const json_t *list, const char *between, struct str *out)
{
    size_t i;
    json_t *item;
    str_init(out, LIST_MOST);
    json_array_foreach(list, i, item)
    {
        struct span text = text_of(item);
        if (text.len) {
            str_addf(out, "%s%.*s", out->len ? between : "", SPAN_ARG(text));
        }
    }
}

/* A list that is too long for us is not known, rather than known in part. */
static bool set_list(struct known *t, const json_t *list, const char *between,
                     bool (*set)(struct known *, struct span))
{
    struct str joined;
    if (!json_is_array(list)) {
        return false;
    }
    join(list, between, &joined);
    bool changed = set(t, joined.failed ? span(NULL, 0) : str_span(&joined));
    str_release(&joined);
    return changed;
}

static bool set_time(int64_t *time, const json_t *value)
{
    int64_t ms = time_of(value);
    bool changed = ms && ms != *time;
    if (changed) {
        *time = ms;
    }
    return changed;
}

static bool set_text(char **text, const json_t *value)
{
    struct span s = text_of(value);
    return s.len && known_text(text, s, TEXT_MOST);
}

/* The environment that the answer names says more than the host of an upstream that is BitGo
 * Express. */
static bool set_host(struct known *t, const struct exchange *x, const json_t *facts)
{
    struct span origin = text_of(json_object_get(facts, "origin"));
    enum environment here = environment_of_host(x->host);
    bool express = here == ENVIRONMENT_EXPRESS || here == ENVIRONMENT_UNKNOWN;
    bool named = environment_of_host(origin) != ENVIRONMENT_UNKNOWN;
    if (express && named) {
        return known_text(&t->host, origin, TEXT_MOST);
    }
    return !t->host && known_text(&t->host, x->host, TEXT_MOST);
}

/* What an OAuthAccessToken object says, wherever it stands. */
static bool set_facts(struct known *t, const struct exchange *x, const json_t *facts)
{
    struct passport *p = &t->passport;
    bool changed = set_text(&t->label, json_object_get(facts, "label"));
    struct span id = text_of(json_object_get(facts, "id"));
    if (id.len == 32 && span_is_hex(id, true)) {
        known_text(&t->token_id, id, TEXT_MOST);
    }
    changed |= set_time(&p->created_ms, json_object_get(facts, "created"));
    changed |= set_time(&p->expires_ms, json_object_get(facts, "expires"));
    changed |= set_list(t, json_object_get(facts, "scope"), " ", known_set_scopes);
    changed |= set_list(t, json_object_get(facts, "ipRestrict"), ", ", known_set_ip_restrict);
    changed |= set_host(t, x, facts);
    changed |= limits_of_answer(t, json_object_get(facts, "unlock"), x->started_ms);
    return changed;
}

static void note(struct ledger *l, struct known *t, bool changed)
{
    table_touch(&l->table, t);
    l->changed |= changed;
}

/* The token whose raw form an answer holds; NULL when it holds none, as for accounts that get
 * theirs encrypted. */
static struct known *named_by(struct ledger *l, const struct exchange *x, const json_t *raw)
{
    char fingerprint[FINGERPRINT_SIZE] = "";
    struct span token = text_of(raw);
    if (token.len) {
        token_fingerprint(token, false, fingerprint);
    }
    return table_get(&l->table, fingerprint, x->started_ms);
}

/* POST …/accesstoken. What the answer says counts before what was asked for. */
static void learn_creation(struct ledger *l, const struct exchange *x, const json_t *asked,
                           const json_t *answer)
{
    struct known *t = named_by(l, x, json_object_get(answer, "token"));
    if (!t) {
        return;
    }
    struct passport *p = &t->passport;
    const json_t *duration = json_object_get(asked, "duration");
    p->life = TOKEN_LIFE_LONG;
    p->duration_s = json_is_number(duration) ? json_number_value(duration) : 0;
    p->duration_s = p->duration_s > 0 && p->duration_s < 1e12 ? p->duration_s : 0;
    set_text(&t->label, json_object_get(asked, "label"));
    set_list(t, json_object_get(asked, "scope"), " ", known_set_scopes);
    set_list(t, json_object_get(asked, "ipRestrict"), ", ", known_set_ip_restrict);
    limits_of_creation(t, asked, x->started_ms);
    set_facts(t, x, answer);
    if (!p->created_ms) {
        p->created_ms = x->started_ms;
    }
    if (!p->expires_ms && p->duration_s > 0) {
        p->expires_ms = p->created_ms + llround(p->duration_s * 1000);
    }
    note(l, t, true);
}

/* POST …/login and /api/auth/v1/session. */
static void learn_login(struct ledger *l, const struct exchange *x, const json_t *answer)
{
    struct known *t = named_by(l, x, json_object_get(answer, "access_token"));
    if (!t) {
        return;
    }
    struct passport *p = &t->passport;
    const json_t *seconds = json_object_get(answer, "expires_in");
    set_facts(t, x, answer);
    set_text(&t->token_id, json_object_get(answer, "token_id"));
    p->life = TOKEN_LIFE_LOGIN;
    p->created_ms = p->created_ms ? p->created_ms : x->started_ms;
    if (!set_time(&p->expires_ms, json_object_get(answer, "expires_at")) &&
        json_is_number(seconds) && json_number_value(seconds) > 0 &&
        json_number_value(seconds) < 1e12) {
        p->expires_ms = x->started_ms + llround(json_number_value(seconds) * 1000);
    }
    note(l, t, true);
}

/* Answers with the session of the token that asked. A label is what only long-lived tokens have. */
static void learn_session(struct ledger *l, const struct exchange *x, const json_t *answer,
                          bool unlock)
{
    const json_t *session = json_object_get(answer, "session");
    struct known *t = table_get(&l->table, x->token.fingerprint, x->started_ms);
    if (!t) {
        return;
    }
    bool changed = unlock && limits_remove(t);
    changed |= set_facts(t, x, session ? session : answer);
    if (t->passport.life == TOKEN_LIFE_UNKNOWN && t->label) {
        t->passport.life = TOKEN_LIFE_LONG;
        changed = true;
    }
    note(l, t, changed);
}

/* GET …/accesstoken: it lists long-lived ones, by id. Those whose fingerprint never passed stay
 * unknown. */
static void learn_list(struct ledger *l, const struct exchange *x, const json_t *answer)
{
    size_t i;
    size_t count;
    json_t *entry;
    struct known **tokens = table_by_id(&l->table, &count);
    json_array_foreach(json_object_get(answer, "accessTokens"), i, entry)
    {
        const char *id = json_string_value(json_object_get(entry, "id"));
        struct known *t = id && tokens ? known_of_id(tokens, count, id) : NULL;
        if (t) {
            bool changed = set_facts(t, x, entry) || t->passport.life != TOKEN_LIFE_LONG;
            t->passport.life = TOKEN_LIFE_LONG;
            note(l, t, changed);
        }
    }
    free(tokens);
}

/* When the answer was over: a call that began before that may still have worked. */
static int64_t finished_ms(const struct exchange *x)
{
    int64_t us = x->finished_us - x->started_us;
    return x->started_ms + (us > 0 ? us / 1000 : 0);
}

static void learn_end(struct ledger *l, struct known *t, const struct exchange *x, bool logout)
{
    if (t) {
        t->passport.deleted_ms = finished_ms(x);
        t->passport.logged_out = logout;
        note(l, t, true);
    }
}

static json_t *json_of(const struct message *message)
{
    struct str text;
    str_init(&text, BODY_MOST);
    json_t *json = body_text(message, &text) ? body_json(str_span(&text)) : NULL;
    if (text.ptr) {
        explicit_bzero(text.ptr, text.len); /* it may hold a raw token */
    }
    str_release(&text);
    return json;
}

void learn_call(struct ledger *l, const struct exchange *x, enum call call, struct span id)
{
    if (call == CALL_DELETE) {
        learn_end(l, table_find_id(&l->table, id), x, false);
        return;
    }
    if (call == CALL_LOGOUT) {
        learn_end(l, table_find(&l->table, x->token.fingerprint), x, true);
        return;
    }
    json_t *answer = json_of(&x->response);
    if (call == CALL_CREATE) {
        json_t *asked = json_of(&x->request);
        learn_creation(l, x, asked, answer);
        json_decref(asked);
    } else if (call == CALL_LOGIN) {
        learn_login(l, x, answer);
    } else if (call == CALL_LIST) {
        learn_list(l, x, answer);
    } else {
        learn_session(l, x, answer, call == CALL_UNLOCK);
    }
    json_decref(answer);
}
