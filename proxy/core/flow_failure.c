/* Every way an exchange can go wrong ends here. Three questions, in this order: may the request go
 * out once more (flow_upstream_failed)? Can the client still be told (flow_refuse)? Else it is cut
 * off, so that it cannot take a torn message for a whole one (flow_abort). */
#include "answer.h"
#include "flow_state.h"
#include "why401/base/clock.h"

/* Only the end of the connection tells the client that it has got everything. */
static bool ends_with_connection(const struct flow *f)
{
    bool body = f->response == HALF_HEAD || f->response == HALF_BODY;
    return f->response == HALF_TUNNEL || (body && f->down.out == HTTP_UNTIL_CLOSE);
}

void flow_abort(struct flow *f, enum outcome outcome, const struct err *why)
{
    f->torn = ends_with_connection(f);
    f->x->outcome = outcome;
    f->x->error = *why;
    f->response = HALF_DONE;
    f->x->response.complete = false;
    flow_release_upstream(f, false);
    /* Cut off first: flow_finish_exchange would end the stream with grace. */
    struct exchange *x = f->x;
    f->x = NULL;
    x->finished_us = clock_mono_us();
    flow_close(f, false);
    flow_hand_over(f, x);
}

/* Writes the proxy's own answer as the response of the exchange. */
static int answer(struct flow *f, const struct err *why)
{
    struct str *staged = &f->env->staged;
    str_clear(staged);
    if (answer_write(staged, f->x, why, f->close, f->env->limits.capture_bytes) != 0) {
        str_clear(staged);
        return -1;
    }
    int rc = stream_write(f->client, str_span(staged));
    str_clear(staged);
    return rc;
}

/* A method whose request may go out twice without changing anything more than once. */
static bool is_safe(const struct exchange *x)
{
    return span_eq(x->request.head.method, SPAN("GET")) ||
           span_eq(x->request.head.method, SPAN("HEAD"));
}

/* Where memory runs out once the whole request is upstream, "send it again" would be the wrong
 * advice for one that can change something. */
static void keep_error(struct exchange *x, const struct err *why)
{
    x->error = *why;
    if (why->code == ERR_MEMORY && x->request.complete && !is_safe(x)) {
        x->error.code = ERR_UNKNOWN_OUTCOME;
    }
}

void flow_refuse(struct flow *f, const struct err *why)
{
    struct err gone;
    /* A head that did not come in time stands between us and the next request. */
    bool without_head = !f->x;
    if (without_head && flow_begin_exchange(f) != 0) {
        flow_close(f, false);
        return;
    }
    f->close = f->close || without_head;
    if (f->response != HALF_IDLE) {
        bool torn_by_upstream = stream_state(f->client) != STREAM_FAILED;
        flow_abort(f, torn_by_upstream ? OUTCOME_UPSTREAM_BROKE : OUTCOME_CLIENT_GONE, why);
        return;
    }
    flow_release_upstream(f, false);
    keep_error(f->x, why);
    f->x->outcome = OUTCOME_REFUSED;
    f->x->maker = MAKER_PROXY;
    f->x->answered_us = clock_mono_us();
    /* A body that was not read to its end stands between us and the next request. */
    bool bodiless = f->x->request.head.framing == HTTP_NO_BODY && f->request == HALF_HEAD;
    f->close = f->close || !(bodiless || f->request == HALF_DONE);
    if (answer(f, &f->x->error) != 0) {
        err_set(&gone, ERR_CLIENT_GONE, "%s", why->text);
        flow_abort(f, OUTCOME_CLIENT_GONE, &gone);
        return;
    }
    f->request = HALF_DONE;
    f->response = HALF_DONE;
}

/* A pooled connection that died in our hands: once more on a fresh one, if nothing of a response
 * was seen and the request either never left or is a GET or HEAD without a body. A request that can
 * change something is never sent twice, whatever happens (design: it may move money). */
static bool may_try_again(const struct flow *f)
{
    const struct exchange *x = f->x;
    bool unsent = f->request == HALF_HEAD;
    bool repeatable = is_safe(x) && x->request.head.framing == HTTP_NO_BODY;
    return x->reused_connection && !f->fresh && f->interim == 0 &&
           stream_peek(f->upstream).len == 0 && (unsent || repeatable);
}

/* What to tell: the reason the stream has, in the words of what it means for this request. */
static void explain_failure(const struct flow *f, struct err *why)
{
    const struct exchange *x = f->x;
    bool failed = stream_state(f->upstream) == STREAM_FAILED;
    const struct err *reason = failed ? stream_error(f->upstream) : NULL;
    bool unsent = f->request == HALF_HEAD;
    /* Before anything was sent the reason speaks for itself: no address, no trust, no handshake. */
    if (unsent && reason && reason->code != ERR_CONNECTION) {
        *why = *reason;
        return;
    }
    const char *text = reason ? reason->text : "the upstream closed the connection";
    enum err_code code = unsent || is_safe(x) ? ERR_UPSTREAM_CLOSED : ERR_UNKNOWN_OUTCOME;
    err_set(why, code, "%s before it had answered", text);
}

void flow_upstream_failed(struct flow *f)
{
    struct err why;
    if (may_try_again(f)) {
        f->x->sent_twice = f->request != HALF_HEAD;
        flow_release_upstream(f, false);
        f->fresh = true;
        f->request = HALF_HEAD;
        f->response_scanned = 0;
        return;
    }
    explain_failure(f, &why);
    flow_refuse(f, &why);
}
