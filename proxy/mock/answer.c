/* What the mock says to a request, decided in the order in which a server would: a status that was
 * asked for by name, routes that need no token, who is calling, then the route's own answer
 * (routes.c). */
#include "why401/mock/answer.h"

#include <stdlib.h>

#include "routes.h"

struct mock {
    uint64_t answered;    /* requests so far */
    struct issued issued; /* the token it has made */
};

struct mock *mock_new(struct err *err)
{
    struct mock *m = calloc(1, sizeof *m);
    if (!m) {
        err_set(err, ERR_MEMORY, "no memory for the mock");
    }
    return m;
}

void mock_free(struct mock *m)
{
    if (m) {
        issued_release(&m->issued);
    }
    free(m);
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

static void decide(struct mock *m, const struct http_head *request, struct span body,
                   const struct caller *caller, struct reply *r)
{
    struct span query = request->target;
    struct call call = {
        .request = request, .body = body, .caller = caller, .reply = r, .issued = &m->issued};
    uint64_t asked;
    span_cut(&query, '?', &call.path);
    if (span_u64(http_value(request, SPAN("x-mock-status")), &asked) && asked >= 400 &&
        asked < 600) {
        say_asked_for(r, (int)asked);
        return;
    }
    if (span_eq(request->method, SPAN("OPTIONS"))) {
        r->status = 204;
        return;
    }
    const struct route *route = route_find(&call);
    bool open = route && route->open;
    if (!open && caller->calling == CALLER_NONE) {
        say_unauthorized(r, "No access token");
    } else if (!open && caller->calling == CALLER_UNKNOWN) {
        say_unauthorized(r, "unauthorized");
    } else if (!open && complaint(m, caller)) {
        say_unauthorized(r, complaint(m, caller));
    } else if (!route) {
        reply_error(r, 404, "NotFound", "not found", "");
    } else {
        route->answer(&call);
    }
}

void mock_answer(struct mock *m, const struct http_head *request, struct span body, struct str *out)
{
    struct caller caller = account_caller(request, body);
    struct reply reply;
    m->answered++;
    reply_init(&reply, request);
    decide(m, request, body, &caller, &reply);
    reply_write(&reply, request, &caller, out);
    reply_release(&reply);
}
