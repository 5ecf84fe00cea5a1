/* Reading an exchange with the ledger's eyes: which call it is, which class of routes, whether the
 * token was accepted, and what went wrong. */
#include "inside.h"

#include "why401/exchange/body.h"

#define PROBLEM_MOST 80
#define BODY_MOST    (1u << 20)

/* What stands behind /api/v1/user/ or /api/v2/user/; the auth service has the same calls. */
static bool behind_user(struct span path, struct span *rest)
{
    static const struct span starts[] = {
        {"/api/v2/user/", 13}, {"/api/v1/user/", 13}, {"/api/auth/v1/", 13}};
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
        if (span_starts(path, starts[i])) {
            *rest = span_from(path, starts[i].len);
            return true;
        }
    }
    return false;
}

enum call call_of(const struct exchange *x, struct span *id)
{
    static const struct {
        const char *method;
        const char *rest;
        enum call call;
    } calls[] = {
        {"POST", "accesstoken", CALL_CREATE}, {"GET", "accesstoken", CALL_LIST},
        {"POST", "login", CALL_LOGIN},        {"POST", "session", CALL_LOGIN},
        {"GET", "session", CALL_SESSION},     {"POST", "unlock", CALL_UNLOCK},
        {"POST", "lock", CALL_LOCK},          {"GET", "logout", CALL_LOGOUT},
    };
    struct span rest;
    struct span method = x->request.head.method;
    *id = span(NULL, 0);
    if (!behind_user(x->target.path, &rest)) {
        return CALL_OTHER;
    }
    if (span_eq(method, SPAN("DELETE")) && span_starts(rest, SPAN("accesstoken/"))) {
        *id = span_from(rest, strlen("accesstoken/"));
        return CALL_DELETE;
    }
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        if (span_eq(method, span_of(calls[i].method)) && span_eq(rest, span_of(calls[i].rest))) {
            return calls[i].call;
        }
    }
    return CALL_OTHER;
}

/* The last part of the path that is one of these words. A path may hold anything else, secrets too,
 * so only these are kept. */
struct span route_class(const struct exchange *x)
{
    static const struct span words[] = {
        {"accesstoken", 11}, {"address", 7},  {"addresses", 9}, {"enterprise", 10}, {"key", 3},
        {"keychain", 8},     {"market", 6},   {"me", 2},        {"policy", 6},      {"session", 7},
        {"transfer", 8},     {"tx", 2},       {"unlock", 6},    {"user", 4},        {"wallet", 6},
        {"wallets", 7},      {"webhooks", 8}, {"sendcoins", 9}, {"sendmany", 8},    {"unspents", 8},
        {"staking", 7}};
    struct span rest = x->target.path;
    while (rest.len) {
        const char *slash = memrchr(rest.ptr, '/', rest.len);
        size_t start = slash ? (size_t)(slash - rest.ptr) + 1 : 0;
        struct span part = span_from(rest, start);
        for (size_t i = 0; part.len && i < sizeof words / sizeof *words; i++) {
            if (part.ptr[0] == words[i].ptr[0] && span_eq(part, words[i])) {
                return words[i];
            }
        }
        rest = span_first(rest, slash ? start - 1 : 0);
    }
    return SPAN("other");
}

bool is_verdict(const struct exchange *x)
{
    return x->maker == MAKER_UPSTREAM && x->token.fingerprint[0] &&
           !route_needs_no_bearer(x->request.head.method, x->target.path);
}

bool refused(const struct exchange *x)
{
    int status = x->response.head.status;
    return (status == 401 || status == 403) && is_verdict(x);
}

/* The part of a text before the first mark that may have a value behind it: a password that an
 * answer repeats must not get into the file. */
static struct span before_value(struct span s)
{
    size_t n = 0;
    while (n < s.len && n < PROBLEM_MOST && !strchr(":='\"\\`<{[(", s.ptr[n])) {
        n++;
    }
    return span_first(s, n);
}

/* Adds s without its words that hold a digit or are long: those are ids, addresses and amounts,
 * different in each call, or worse. */
static void add_words(struct str *out, struct span s)
{
    struct span word;
    s = span_trim(before_value(s));
    while (span_cut(&s, ' ', &word)) {
        bool plain = word.len <= 24;
        for (size_t i = 0; i < word.len; i++) {
            char c = word.ptr[i];
            plain = plain && (unsigned char)c >= ' ' && (c < '0' || c > '9');
        }
        str_add_c(out, ' ');
        str_add(out, plain ? word : SPAN("…"));
    }
}

void problem_name(const struct exchange *x, struct str *out)
{
    struct str text;
    str_init(out, 1024);
    str_init(&text, BODY_MOST);
    str_addf(out, "%d", x->response.head.status);
    body_text(&x->response, &text);
    struct span error = body_scan(str_span(&text), SPAN("error"));
    if (error.len == 0) {
        error = body_scan(str_span(&text), SPAN("name"));
    }
    if (error.len && error.ptr[0] != '{' && error.ptr[0] != '[') {
        add_words(out, error);
    }
    str_release(&text);
}

bool asks_unlock(const struct exchange *x)
{
    struct str text;
    str_init(&text, BODY_MOST);
    bool whole = body_text(&x->response, &text);
    json_t *json = whole ? body_json(str_span(&text)) : NULL;
    bool asks = json_is_true(json_object_get(json, "needsUnlock"));
    json_decref(json);
    str_release(&text);
    return asks;
}
