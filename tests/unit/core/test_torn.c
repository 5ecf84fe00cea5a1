/* Peers that close, reset or fall silent after k bytes, for every k: the client gets the whole
 * answer, the proxy's own, or a message that is visibly torn; what can change something never goes
 * out twice. */
#include "script.h"

static const char whole_length[] = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-A: b\r\n\r\nhello";
static const char whole_chunked[] =
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\nT: v\r\n\r\n";
enum way { CLOSES, RESETS, STALLS, WAYS };

static const char post[] = "POST /p HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n{}";
static const char get[] = "GET /p HTTP/1.1\r\nHost: h\r\n\r\n";
static const char chunked_post[] =
    "POST /p HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
    "2\r\n{}\r\n0\r\n\r\n";

static size_t count(const char *text, const char *what)
{
    size_t n = 0;
    for (; (text = strstr(text, what)); text++) {
        n++;
    }
    return n;
}

/* Times that the method went upstream, on all connections. */
static size_t times_sent(const char *method)
{
    size_t sent = 0;
    for (size_t i = 0; i < t.opened; i++) {
        sent += count(str_cstr(&t.upstream[i].far_out), method);
    }
    return sent;
}

/* The clock of a script: every deadline comes nearer by that much, and what is due fires. */
static void let_time_pass(uint64_t ms)
{
    struct worker *w = t.worker;
    for (size_t i = 0; i < DEADLINE_LISTS; i++) {
        for (struct list *at = w->deadlines[i].next; at != &w->deadlines[i]; at = at->next) {
            struct deadline *d = LIST_ITEM(at, struct deadline, node);
            d->due = d->due > ms ? d->due - ms : 0;
        }
    }
    w->timer.timer_cb(&w->timer);
}

/* A body that ends with neither its length nor its last chunk, on a connection that is cut. */
static bool is_torn(void)
{
    return t.client.closed && !t.client.ended;
}

static void end_of_upstream(enum way way)
{
    switch (way) {
    case CLOSES:
        UPSTREAM_ENDS();
        break;
    case RESETS:
        UPSTREAM_BREAKS();
        break;
    default:
        let_time_pass(400000);
        break;
    }
}

static void check_ending(const char *sent, size_t k, size_t head)
{
    const char *got = str_cstr(&t.client.far_out);
    assert_int_equal(t.done_count, 1);
    const struct exchange *x = t.done[0];
    if (k == strlen(sent)) {
        assert_int_equal(x->outcome, OUTCOME_COMPLETE);
    } else if (k < head) {
        assert_int_equal(x->outcome, OUTCOME_REFUSED);
        assert_int_equal(x->maker, MAKER_PROXY);
        assert_true(strncmp(got, "HTTP/1.1 502 ", 13) == 0 ||
                    strncmp(got, "HTTP/1.1 504 ", 13) == 0);
        assert_int_equal(count(got, "HTTP/1.1 "), 1);
    } else {
        assert_int_equal(x->outcome, OUTCOME_UPSTREAM_BROKE);
        assert_false(x->response.complete);
        assert_true(is_torn());
        assert_null(strstr(got, "0\r\n\r\n"));
    }
    assert_true(x->error.code != ERR_NONE || x->outcome == OUTCOME_COMPLETE);
}

/* One run: the request, k bytes of the response, the end of it. */
static void tear_response(const char *request, const char *response, size_t k, enum way way)
{
    void *state = NULL;
    size_t head = (size_t)(strstr(response, "\r\n\r\n") + 4 - response);
    assert_int_equal(setup(&state), 0);
    t.pooled = true;
    far_send(&t.client, span_of(request));
    if (k) {
        far_send(&t.upstream[0], span(response, k));
    }
    if (t.done_count == 0) {
        end_of_upstream(way);
    }
    if (t.done_count == 0 && t.opened == 2) {
        /* A GET on a pooled connection that died unused goes out once more; it dies as well. */
        assert_true(k == 0 && request == get);
        end_of_upstream(way);
    }
    check_ending(response, k, head);
    assert_true(times_sent("POST ") <= 1);
    assert_true(times_sent("GET ") <= 2);
    assert_int_equal(teardown(&state), 0);
}

static void a_response_torn_anywhere_never_looks_whole(void **state)
{
    (void)state;
    static const char *const requests[] = {get, post, chunked_post};
    static const char *const responses[] = {whole_length, whole_chunked};
    for (size_t r = 0; r < 3; r++) {
        for (size_t a = 0; a < 2; a++) {
            for (size_t k = 0; k <= strlen(responses[a]); k++) {
                for (enum way way = CLOSES; way < WAYS; way++) {
                    tear_response(requests[r], responses[a], k, way);
                }
            }
        }
    }
}

/* A client that sends k bytes of its request. */
static void tear_request(const char *request, size_t k, enum way way)
{
    void *state = NULL;
    assert_int_equal(setup(&state), 0);
    if (k) {
        far_send(&t.client, span(request, k));
    }
    if (way == STALLS) {
        let_time_pass(400000);
    } else {
        far_set_state(&t.client, way == CLOSES ? STREAM_ENDED : STREAM_FAILED);
    }
    bool whole = k == strlen(request);
    bool upstream_has_it = times_sent("POST ") > 0;
    if (!whole) {
        /* What went out is torn: no end of the body, and the connection is dropped. */
        if (!t.client.closed) {
            fail_msg("way %d, %zu bytes: the client is held, %zu done", way, k, t.done_count);
        }
        assert_true(!upstream_has_it || (t.released == t.opened && !t.reuse));
        assert_null(strstr(t.opened ? str_cstr(&t.upstream[0].far_out) : "", "{}\r\n0\r\n\r\n"));
        assert_true(t.done_count == 1 || (k == 0 && t.done_count == 0) || !upstream_has_it);
        if (t.done_count) {
            assert_false(t.done[0]->request.complete);
            assert_true(t.done[0]->error.code != ERR_NONE);
        }
    }
    assert_true(times_sent("POST ") <= 1);
    assert_int_equal(teardown(&state), 0);
}

static void a_request_torn_anywhere_is_never_made_whole(void **state)
{
    (void)state;
    for (enum way way = CLOSES; way < WAYS; way++) {
        for (size_t k = 0; k < sizeof post; k++) {
            tear_request(post, k, way);
        }
        for (size_t k = 0; k < sizeof chunked_post; k++) {
            tear_request(chunked_post, k, way);
        }
    }
}

/* Little room at a time, less than any buffer may have, changes nothing of what arrives. */
static void room_of_any_size_gives_the_same(void **state)
{
    (void)state;
    for (size_t room = 40; room < 160; room++) {
        void *own = NULL;
        assert_int_equal(setup(&own), 0);
        t.client.room = room;
        far_send(&t.client, span_of(post));
        far_send(&t.upstream[0], span_of(whole_length));
        for (size_t turns = 0; t.done_count == 0; turns++) {
            assert_true(turns < 1000);
            far_read(&t.client, 7);
        }
        assert_string_equal(str_cstr(&t.client.far_out), whole_length);
        assert_int_equal(t.done[0]->outcome, OUTCOME_COMPLETE);
        assert_int_equal(teardown(&own), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_response_torn_anywhere_never_looks_whole),
        cmocka_unit_test(a_request_torn_anywhere_is_never_made_whole),
        cmocka_unit_test(room_of_any_size_gives_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
