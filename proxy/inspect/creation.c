/* The body of a call that creates an access token: duration (duration.c), ipRestrict
 * (ip_restrict.c) and spending limits. Whether BitGo created the token or refused does not matter
 * here: the next attempt will have the same body. */
#include "creation.h"

#include "why401/exchange/body.h"

#define DECODED_MOST (256UL * 1024) /* bytes of a body that creates a token */

bool is_token_creation(const struct exchange *x)
{
    struct span path = x->target.path;
    return span_eq(x->request.head.method, SPAN("POST")) &&
           (span_ends(path, SPAN("/user/accesstoken")) ||
            span_ends(path, SPAN("/auth/v1/accesstoken")));
}

/* A scope with which money can move; unknown ones are not guessed about. */
static bool is_spending(const char *scope)
{
    struct span s = span_of(scope);
    return span_starts(s, SPAN("wallet_spend")) || span_starts(s, SPAN("wallet_stake")) ||
           span_eq(s, SPAN("all"));
}

/* No scope list at all leaves the scope to BitGo, which may well include spending. */
static bool can_spend(const json_t *scopes)
{
    size_t i;
    json_t *scope;
    if (!json_is_array(scopes)) {
        return true;
    }
    json_array_foreach(scopes, i, scope)
    {
        if (json_is_string(scope) && is_spending(json_string_value(scope))) {
            return true;
        }
    }
    return false;
}

static void judge_limits(struct exchange *x, const json_t *body)
{
    const json_t *erc20 = json_object_get(body, "allErc20TokensLimit");
    bool limited = json_array_size(json_object_get(body, "spendingLimits")) > 0 ||
                   json_is_true(json_object_get(erc20, "enabled"));
    if (!limited && can_spend(json_object_get(body, "scope"))) {
        exchange_find(
            x, "creation.no-limits", SEVERITY_NOTE,
            "The token is asked for without spendingLimits: it can spend only after an unlock "
            "with a one-time password, which has to be repeated regularly.");
    }
}

static void judge_body(struct exchange *x, const json_t *body, enum environment environment)
{
    double seconds = json_number_value(json_object_get(body, "duration"));
    if (seconds > 0) {
        judge_duration(x, seconds);
    }
    judge_ip_restrict(x, json_object_get(body, "ipRestrict"), environment);
    judge_limits(x, body);
}

void inspect_creation(struct exchange *x, enum environment environment)
{
    struct str text;
    str_init(&text, DECODED_MOST);
    body_text(&x->request, &text);
    json_t *body = body_json(str_span(&text));
    if (json_is_object(body)) {
        judge_body(x, body, environment);
    }
    json_decref(body);
    if (text.ptr) {
        explicit_bzero(text.ptr, text.cap); /* a one-time password */
    }
    str_release(&text);
}
