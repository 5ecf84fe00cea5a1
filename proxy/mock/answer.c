/* What the mock says to a request, decided in the order in which a server would: a status or a
 * scenario that was asked for by name, routes that need no token, who is calling, then the route's
 * own answer. A route is a fixture, else recorded traffic, else one that is built in (routes.c).
 */
#include "why401/mock/answer.h"

#include <stdlib.h>

#include "fixtures.h"
#include "replay.h"
#include "scenario.h"

struct mock {
    uint64_t answered;          /* requests so far */
    struct issued issued;       /* the token it has made */
    struct rulepack *rules;     /* the scenarios */
    const struct rule *failing; /* what each route answers that needs a token; NULL: its own */
    struct fixtures *fixtures;  /* NULL: none */
    struct replay *replay;      /* NULL: none */
};

static int set_up(struct mock *m, const struct mock_options *options, struct err *err)
{
    m->rules = rulepack_builtin(err);
    if (!m->rules) {
        return -1;
    }
    if (options->scenario) {
        m->failing = rulepack_named(m->rules, span_of(options->scenario));
    }
    if (options->scenario && !m->failing) {
        return err_set(err, ERR_USAGE,
                       "there is no scenario \"%.80s\"; 'why401 scenarios' lists those there are",
                       options->scenario);
    }
    if (options->fixtures) {
        m->fixtures = fixtures_read(options->fixtures, err);
    }
    if (options->fixtures && !m->fixtures) {
        return -1;
    }
    if (options->replay) {
        m->replay = replay_read(options->replay, err);
    }
    return options->replay && !m->replay ? -1 : 0;
}

struct mock *mock_new(const struct mock_options *options, struct err *err)
{
    static const struct mock_options none = {0};
    struct mock *m = calloc(1, sizeof *m);
    if (!m) {
        err_set(err, ERR_MEMORY, "no memory for the mock");
        return NULL;
    }
    if (set_up(m, options ? options : &none, err) != 0) {
        mock_free(m);
        return NULL;
    }
    return m;
}

void mock_free(struct mock *m)
{
    if (m) {
        issued_release(&m->issued);
        fixtures_free(m->fixtures);
        replay_free(m->replay);
        rulepack_drop(m->rules);
    }
    free(m);
}

struct mock_counts mock_counts(const struct mock *m)
{
    return (struct mock_counts){.fixtures = fixtures_size(m->fixtures),
                                .recorded = replay_size(m->replay),
                                .left_out = replay_left_out(m->replay)};
}

static void say_page(struct reply *r, int status, const char *title)
{
    r->type = "text/html";
    reply_json(r, status,
               "<html><head><title>%d %s</title></head><body><center><h1>%d %s</h1></center>"
               "</body></html>\n",
               status, title, status, title);
}

/* A status that the request asks for with X-Mock-Status, in the dress in which it comes in reality.
 */
static void say_asked_for(struct reply *r, int status)
{
    switch (status) {
    case 429:
        r->retry_after = 1;
        reply_error(r, 429, "TooManyRequests", "Too many requests, slow down!", "");
        break;
    case 500:
        reply_json(r, 500, "{\"error\":\"Internal Server Error\"}");
        break;
    case 502:
        say_page(r, 502, "Bad Gateway");
        break;
    case 503:
        r->type = "text/plain";
        reply_json(r, 503, "Service Temporarily Unavailable");
        break;
    case 504:
        say_page(r, 504, "Gateway Time-out");
        break;
    default:
        reply_error(r, status, status < 500 ? "Invalid" : "InternalError", "as asked for", "");
        break;
    }
}

static void say_unauthorized(struct reply *r, const char *error)
{
    r->auth_required = true;
    reply_error(r, 401, "Unauthorized", error, "");
}

/* What is wrong with a token that the account knows, whatever is asked for; NULL: nothing. */
static const char *complaint(const struct mock *m, const struct caller *caller)
{
    return caller->token == MOCK_TOKEN_MADE ? issued_complaint(&m->issued)
                                            : account_complaint(caller->token);
}

/* Who has the answer to a call: the first of these that is there. */
struct route_to {
    const struct fixture *fixture;
    struct recorded *recorded;
    const struct route *route;
    bool open; /* it needs no token */
};

static struct route_to find_route(struct mock *m, const struct call *call)
{
    struct route_to to = {.fixture = fixtures_find(m->fixtures, call)};
    to.recorded = to.fixture ? NULL : replay_find(m->replay, call);
    to.route = to.fixture ? NULL : route_find(call);
    to.open = to.fixture ? to.fixture->open
                         : (to.route && to.route->open) || (to.recorded && !to.recorded->bearer);
    return to;
}

/* What stands between the caller and the route, answered; false: nothing. A recorded answer may be
 * had with anybody's token: whoever plays it has another one than who recorded it. */
static bool stops_caller(const struct mock *m, struct call *call, const struct route_to *to)
{
    const struct caller *caller = call->caller;
    bool stranger = to->recorded && caller->stranger;
    if (caller->calling == CALLER_NONE) {
        say_unauthorized(call->reply, "No access token");
    } else if (caller->calling == CALLER_UNKNOWN && !stranger) {
        say_unauthorized(call->reply, "unauthorized");
    } else if (caller->calling == CALLER_KNOWN && complaint(m, caller)) {
        say_unauthorized(call->reply, complaint(m, caller));
    } else {
        return false;
    }
    return true;
}

static void answer_route(struct mock *m, struct call *call)
{
    struct route_to to = find_route(m, call);
    if (!to.fixture && !to.recorded && span_eq(call->request->method, SPAN("OPTIONS"))) {
        call->reply->status = 204;
    } else if (!to.open && m->failing) {
        scenario_answer(call, m->failing);
    } else if (!to.open && stops_caller(m, call, &to)) {
        return;
    } else if (to.fixture) {
        fixture_answer(call, to.fixture);
    } else if (to.recorded) {
        replay_answer(call, to.recorded);
    } else if (to.route) {
        to.route->answer(call);
    } else {
        reply_error(call->reply, 404, "NotFound", "not found", "");
    }
}

/* A failure that the request asks for by name; false: it asks for none. */
static bool say_failure(struct mock *m, struct call *call)
{
    uint64_t status;
    struct span name = http_value(call->request, SPAN("x-mock-scenario"));
    if (span_u64(http_value(call->request, SPAN("x-mock-status")), &status) && status >= 400 &&
        status < 600) {
        say_asked_for(call->reply, (int)status);
        return true;
    }
    if (!name.len) {
        return false;
    }
    const struct rule *rule = rulepack_named(m->rules, name);
    if (rule) {
        scenario_answer(call, rule);
    } else {
        scenario_unknown(call, m->rules);
    }
    return true;
}

void mock_answer(struct mock *m, const struct http_head *request, struct span body, struct str *out)
{
    struct caller caller = account_caller(request, body);
    struct reply reply;
    struct span target = request->target;
    struct call call = {
        .request = request, .body = body, .caller = &caller, .reply = &reply, .issued = &m->issued};
    m->answered++;
    span_cut(&target, '?', &call.path);
    reply_init(&reply, request);
    if (!say_failure(m, &call)) {
        answer_route(m, &call);
    }
    reply_write(&reply, request, &caller, out);
    reply_release(&reply);
}
