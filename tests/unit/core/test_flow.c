/* Flows, driven by streams in memory: a script says what client and upstream send, and what each
 * has got. */
#include "script.h"

static void a_get_goes_through(void **state)
{
    (void)state;
    CLIENT_SENDS(
        "GET /api/v2/ping?a=%3A HTTP/1.1\r\nhOst: localhost:8401\r\nX-A:  spaced \r\n"
        "Connection: keep-alive, x-gone\r\nX-Gone: 1\r\nProxy-Authorization: Basic x\r\n\r\n");
    UPSTREAM_GOT("GET /api/v2/ping?a=%3A HTTP/1.1\r\nhOst: app.bitgo.com\r\nX-A:  spaced \r\n\r\n");
    UPSTREAM_SENDS("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-B: c\r\n\r\n{}");
    CLIENT_GOT("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-B: c\r\n\r\n{}");
    assert_int_equal(t.done_count, 1);
    assert_int_equal(t.done[0]->outcome, OUTCOME_COMPLETE);
    assert_int_equal(t.done[0]->maker, MAKER_UPSTREAM);
    assert_true(t.reuse);
    assert_false(t.client.closed);
}

static void every_split_gives_the_same(void **state)
{
    static const char request[] =
        "POST /p HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
        "3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nT: v\r\n\r\n";
    static const char response[] = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n"
                                   "Transfer-Encoding: chunked\r\n\r\n4\r\nwxyz\r\n0\r\n\r\n";
    (void)state;
    for (size_t i = 0; i + 1 < sizeof request; i++) {
        far_send(&t.client, span(request + i, 1));
    }
    UPSTREAM_GOT("POST /p HTTP/1.1\r\nHost: app.bitgo.com\r\nTransfer-Encoding: chunked\r\n\r\n"
                 "1\r\na\r\n1\r\nb\r\n1\r\nc\r\n1\r\nd\r\n1\r\ne\r\n0\r\nT: v\r\n\r\n");
    for (size_t i = 0; i + 1 < sizeof response; i++) {
        far_send(&t.upstream[0], span(response + i, 1));
    }
    CLIENT_GOT("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
               "1\r\nw\r\n1\r\nx\r\n1\r\ny\r\n1\r\nz\r\n0\r\n\r\n");
    assert_int_equal(t.done[0]->request.body_bytes, 5);
    assert_memory_equal(t.done[0]->request.body.data, "abcde", 5);
}

static void pipelined_requests_are_answered_in_order(void **state)
{
    (void)state;
    CLIENT_SENDS("GET /1 HTTP/1.1\r\nHost: h\r\n\r\n\r\nGET /2 HTTP/1.1\r\nHost: h\r\n\r\n");
    assert_int_equal(t.opened, 1);
    UPSTREAM_SENDS("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n1");
    assert_int_equal(t.opened, 2);
    UPSTREAM_GOT("GET /2 HTTP/1.1\r\nHost: app.bitgo.com\r\n\r\n");
    UPSTREAM_SENDS("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n2");
    CLIENT_GOT("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n1"
               "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n2");
}

static void a_head_of_just_the_size_may_come_in_pieces(void **state)
{
    (void)state;
    static const char request[] = "GET /23456789 HTTP/1.1\r\nHost: h\r\n\r\n";
    t.env.limits.request_line_bytes = sizeof "GET /23456789 HTTP/1.1\r" - 1;
    t.env.limits.request_head_bytes = sizeof request - 1;
    for (size_t i = 0; i + 1 < sizeof request; i++) {
        far_send(&t.client, span(request + i, 1));
    }
    UPSTREAM_GOT("GET /23456789 HTTP/1.1\r\nHost: app.bitgo.com\r\n\r\n");
    UPSTREAM_SENDS("HTTP/1.1 204 No Content\r\n\r\n");
    CLIENT_GOT("HTTP/1.1 204 No Content\r\n\r\n");
}

static void a_head_is_too_long_as_soon_as_one_byte_is_too_many(void **state)
{
    (void)state;
    t.env.limits.request_line_bytes = sizeof "GET /23456789 HTTP/1.1\r" - 1;
    CLIENT_SENDS("GET /234567890 HTTP/1.1");
    assert_int_equal(t.done_count, 0);
    CLIENT_SENDS("\r");
    CLIENT_GOT_STATUS("HTTP/1.1 414 ");
}

static void heads_without_bodies_end_the_exchange(void **state)
{
    (void)state;
    CLIENT_SENDS("HEAD / HTTP/1.1\r\nHost: h\r\n\r\n");
    UPSTREAM_SENDS("HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n");
    CLIENT_GOT("HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n");
    CLIENT_SENDS("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    UPSTREAM_SENDS("HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n");
    CLIENT_GOT("HTTP/1.1 204 No Content\r\n\r\n");
    CLIENT_SENDS("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    UPSTREAM_SENDS("HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n");
    CLIENT_GOT("HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n");
    assert_int_equal(t.done_count, 3);
}

static void http_1_0_clients_get_no_chunks(void **state)
{
    (void)state;
    CLIENT_SENDS("GET / HTTP/1.0\r\n\r\n");
    UPSTREAM_GOT("GET / HTTP/1.1\r\nHost: app.bitgo.com\r\n\r\n");
    UPSTREAM_SENDS(
        "HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        "3\r\nabc\r\n0\r\nT: v\r\n\r\n");
    CLIENT_GOT("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nabc");
    assert_true(t.client.ended && t.client.closed);
}

/* Nothing but the end of the connection could tell that this is not all. */
static void http_1_0_clients_see_what_is_torn(void **state)
{
    (void)state;
    CLIENT_SENDS("GET / HTTP/1.0\r\n\r\n");
    UPSTREAM_SENDS("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n");
    UPSTREAM_BREAKS();
    assert_true(t.client.closed && t.client.stream.torn);
    assert_false(t.client.ended);
}

static void close_delimited_responses_are_chunked(void **state)
{
    (void)state;
    CLIENT_SENDS("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    UPSTREAM_SENDS("HTTP/1.1 200 OK\r\n\r\nab");
    UPSTREAM_SENDS("c");
    UPSTREAM_ENDS();
    CLIENT_GOT(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n");
    assert_false(t.reuse);
    assert_false(t.client.closed);
}

static void an_early_response_ends_the_connection(void **state)
{
    (void)state;
    CLIENT_SENDS("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\npart");
    UPSTREAM_SENDS("HTTP/1.1 413 Too Large\r\nContent-Length: 1\r\n\r\n!");
    CLIENT_GOT("HTTP/1.1 413 Too Large\r\nContent-Length: 1\r\nConnection: close\r\n\r\n!");
    assert_true(t.client.ended && t.client.closed);
    assert_false(t.reuse);
    assert_false(t.done[0]->request.complete);
}

/* It may take the rest of the body for another request. */
static void an_upstream_that_answers_early_serves_nobody_else(void **state)
{
    (void)state;
    CLIENT_SENDS("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 6\r\n\r\nGET ");
    UPSTREAM_SENDS("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\no");
    CLIENT_SENDS("/x");
    UPSTREAM_SENDS("k");
    CLIENT_GOT("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok");
    assert_true(t.done[0]->request.complete);
    assert_int_equal(t.released, 1);
    assert_false(t.reuse);
}

/* The same, with the rest of the body still on its way. */
static void an_upstream_that_has_not_read_all_serves_nobody_else(void **state)
{
    (void)state;
    CLIENT_SENDS("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 6\r\n\r\nGET /x");
    assert_true(t.upstream[0].unread > 0);
    UPSTREAM_SENDS("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    assert_false(t.reuse);
    CLIENT_SENDS("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 6\r\n\r\nGET /x");
    far_read(&t.upstream[1], t.upstream[1].unread);
    UPSTREAM_SENDS("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    assert_true(t.reuse);
}

static void an_upgrade_in_the_middle_of_a_body_is_refused(void **state)
{
    (void)state;
    CLIENT_SENDS("POST / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                 "Transfer-Encoding: chunked\r\n\r\n5\r\nab");
    UPSTREAM_SENDS("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n");
    CLIENT_GOT_STATUS("HTTP/1.1 502 ");
    assert_true(t.client.closed);
}

static void an_upgrade_becomes_a_tunnel(void **state)
{
    (void)state;
    CLIENT_SENDS(
        "GET /ws HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nearly");
    UPSTREAM_GOT("GET /ws HTTP/1.1\r\nHost: app.bitgo.com\r\nConnection: Upgrade\r\n"
                 "Upgrade: websocket\r\n\r\n");
    UPSTREAM_SENDS("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\nhello");
    CLIENT_GOT(
        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
        "hello");
    UPSTREAM_GOT("early");
    UPSTREAM_ENDS();
    assert_true(t.client.ended);
    far_set_state(&t.client, STREAM_ENDED);
    assert_int_equal(t.done[0]->outcome, OUTCOME_TUNNEL);
    assert_true(t.client.closed);
}

static void a_tunnel_that_breaks_looks_broken(void **state)
{
    (void)state;
    CLIENT_SENDS("GET /ws HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n");
    UPSTREAM_SENDS("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\nhalf");
    UPSTREAM_BREAKS();
    assert_true(t.client.closed && t.client.stream.torn);
    assert_true(span_ends(str_span(&t.client.far_out), SPAN("half")));
    assert_int_equal(t.done[0]->outcome, OUTCOME_TUNNEL);
}

static void what_came_before_a_tunnel_broke_is_passed_on_first(void **state)
{
    (void)state;
    CLIENT_SENDS("GET /ws HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n");
    UPSTREAM_SENDS("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n");
    str_clear(&t.client.far_out);
    t.client.unread = 0;
    t.client.room = 2;
    UPSTREAM_SENDS("half");
    UPSTREAM_BREAKS();
    assert_false(t.client.ended || t.client.closed);
    far_read(&t.client, 2);
    assert_true(t.client.closed && t.client.stream.torn);
    CLIENT_GOT("half");
}

static void an_unasked_upgrade_is_refused(void **state)
{
    (void)state;
    CLIENT_SENDS("GET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n");
    UPSTREAM_GOT("GET / HTTP/1.1\r\nHost: app.bitgo.com\r\n\r\n");
    UPSTREAM_SENDS("HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n");
    CLIENT_GOT_STATUS("HTTP/1.1 502 ");
}

static void a_stale_get_is_sent_once_more_on_a_fresh_connection(void **state)
{
    (void)state;
    t.pooled = true;
    CLIENT_SENDS("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    UPSTREAM_BREAKS();
    assert_int_equal(t.opened, 2);
    UPSTREAM_GOT("GET / HTTP/1.1\r\nHost: app.bitgo.com\r\n\r\n");
    UPSTREAM_SENDS("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    CLIENT_GOT("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    assert_true(t.done[0]->sent_twice);
}

static void a_get_is_not_sent_a_third_time(void **state)
{
    (void)state;
    t.pooled = true;
    CLIENT_SENDS("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    UPSTREAM_BREAKS();
    UPSTREAM_BREAKS();
    assert_int_equal(t.opened, 2);
    CLIENT_GOT_STATUS("HTTP/1.1 502 ");
    assert_int_equal(t.done[0]->error.code, ERR_UPSTREAM_CLOSED);
}

static void what_can_move_money_is_never_sent_twice(void **state)
{
    (void)state;
    t.pooled = true;
    CLIENT_SENDS(
        "POST /api/v2/btc/wallet/1/tx/send HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n{}");
    UPSTREAM_ENDS();
    assert_int_equal(t.opened, 1);
    CLIENT_GOT_STATUS("HTTP/1.1 502 ");
    assert_non_null(strstr(str_cstr(&t.client.far_out), "may or may not have received it"));
    assert_int_equal(t.done[0]->error.code, ERR_UNKNOWN_OUTCOME);
}

static void a_post_that_never_left_may_take_another_connection(void **state)
{
    (void)state;
    t.pooled = true;
    t.opens_as = STREAM_CONNECTING;
    CLIENT_SENDS("POST /p HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n{}");
    UPSTREAM_BREAKS();
    assert_int_equal(t.opened, 2);
    UPSTREAM_OPENS();
    UPSTREAM_GOT("POST /p HTTP/1.1\r\nHost: app.bitgo.com\r\nContent-Length: 2\r\n\r\n{}");
    assert_false(t.done_count);
}

static void a_bad_request_never_reaches_the_upstream(void **state)
{
    (void)state;
    CLIENT_SENDS("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx"
                 "GET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n");
    assert_int_equal(t.opened, 0);
    CLIENT_GOT_STATUS("HTTP/1.1 400 Bad Request\r\n");
    assert_non_null(strstr(str_cstr(&t.client.far_out), "\"name\":\"Why401BadRequest\""));
    assert_non_null(strstr(str_cstr(&t.client.far_out), "Connection: close\r\n"));
    assert_true(t.client.ended && t.client.closed);
    assert_int_equal(t.done_count, 1);
}

static void a_bad_first_chunk_never_reaches_the_upstream(void **state)
{
    (void)state;
    CLIENT_SENDS("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\nhello");
    assert_int_equal(t.opened, 0);
    CLIENT_GOT_STATUS("HTTP/1.1 400 ");
}

static void a_bad_later_chunk_cuts_the_upstream_off(void **state)
{
    (void)state;
    CLIENT_SENDS("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n");
    CLIENT_SENDS("zz\r\n");
    assert_false(t.upstream[0].ended);
    assert_true(t.upstream[0].closed);
    CLIENT_GOT_STATUS("HTTP/1.1 400 ");
}

static void a_torn_response_is_never_made_whole(void **state)
{
    (void)state;
    CLIENT_SENDS("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    UPSTREAM_SENDS("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
    UPSTREAM_ENDS();
    assert_true(t.client.closed);
    assert_false(t.client.ended);
    assert_int_equal(t.done[0]->outcome, OUTCOME_UPSTREAM_BROKE);
}

static void leftover_bytes_spoil_a_connection(void **state)
{
    (void)state;
    CLIENT_SENDS("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    UPSTREAM_SENDS("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nHTTP/1.1 200 OK\r\n\r\n");
    assert_int_equal(t.done_count, 1);
    assert_false(t.reuse);
}

static void a_client_that_leaves_ends_the_exchange(void **state)
{
    (void)state;
    CLIENT_SENDS("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    far_set_state(&t.client, STREAM_FAILED);
    assert_int_equal(t.done[0]->outcome, OUTCOME_CLIENT_GONE);
    assert_int_equal(t.released, 1);
    assert_false(t.reuse);
}

static void a_slow_reader_stops_the_upstream(void **state)
{
    (void)state;
    static char body[100000];
    memset(body, 'x', sizeof body);
    t.client.room = 10000;
    CLIENT_SENDS("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    UPSTREAM_SENDS("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
    far_send(&t.upstream[0], span(body, sizeof body));
    assert_true(t.client.unread <= 10000);
    assert_true(buf_len(&t.upstream[0].far_in) >= 89000);
    while (t.done_count == 0) {
        far_read(&t.client, 5000);
    }
    assert_int_equal(t.done[0]->response.body_bytes, 100000);
}

static void absolute_targets_lose_their_authority(void **state)
{
    (void)state;
    CLIENT_SENDS("GET http://localhost:8401/a?b HTTP/1.1\r\nHost: x\r\n\r\n");
    UPSTREAM_GOT("GET /a?b HTTP/1.1\r\nHost: app.bitgo.com\r\n\r\n");
    UPSTREAM_SENDS("HTTP/1.1 204 No Content\r\n\r\n");
    CLIENT_SENDS("GET http://localhost:8401?a=/b HTTP/1.1\r\nHost: x\r\n\r\n");
    UPSTREAM_GOT("GET /?a=/b HTTP/1.1\r\nHost: app.bitgo.com\r\n\r\n");
}

static void a_server_that_is_no_forward_proxy_refuses_connect(void **state)
{
    (void)state;
    CLIENT_SENDS("CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n");
    CLIENT_GOT_STATUS("HTTP/1.1 400 ");
    assert_int_equal(t.opened, 0);
}

/* Its answer may be followed by the one to the question; nobody else may get that. */
static void an_upstream_that_speaks_first_serves_nobody_else(void **state)
{
    (void)state;
    t.opens_as = STREAM_CONNECTING;
    CLIENT_SENDS("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    UPSTREAM_SENDS("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    CLIENT_GOT("");
    UPSTREAM_OPENS();
    CLIENT_GOT("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    assert_int_equal(t.released, 1);
    assert_false(t.reuse);
}

static void connection_cannot_name_framing_away(void **state)
{
    (void)state;
    CLIENT_SENDS("POST / HTTP/1.1\r\nHost: h\r\nConnection: Content-Length, Host\r\n"
                 "Content-Length: 2\r\n\r\nok");
    UPSTREAM_GOT("POST / HTTP/1.1\r\nHost: app.bitgo.com\r\nContent-Length: 2\r\n\r\nok");
}

static void draining_says_close_and_ends(void **state)
{
    (void)state;
    CLIENT_SENDS("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    t.env.draining = true;
    flow_drain(t.env.flows.next);
    UPSTREAM_SENDS("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    CLIENT_GOT("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    assert_true(t.client.ended && t.client.closed);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_get_goes_through),
        TEST(every_split_gives_the_same),
        TEST(pipelined_requests_are_answered_in_order),
        TEST(a_head_of_just_the_size_may_come_in_pieces),
        TEST(a_head_is_too_long_as_soon_as_one_byte_is_too_many),
        TEST(heads_without_bodies_end_the_exchange),
        TEST(http_1_0_clients_get_no_chunks),
        TEST(http_1_0_clients_see_what_is_torn),
        TEST(close_delimited_responses_are_chunked),
        TEST(an_early_response_ends_the_connection),
        TEST(an_upstream_that_answers_early_serves_nobody_else),
        TEST(an_upstream_that_has_not_read_all_serves_nobody_else),
        TEST(an_upgrade_in_the_middle_of_a_body_is_refused),
        TEST(an_upgrade_becomes_a_tunnel),
        TEST(a_tunnel_that_breaks_looks_broken),
        TEST(what_came_before_a_tunnel_broke_is_passed_on_first),
        TEST(an_unasked_upgrade_is_refused),
        TEST(a_stale_get_is_sent_once_more_on_a_fresh_connection),
        TEST(a_get_is_not_sent_a_third_time),
        TEST(what_can_move_money_is_never_sent_twice),
        TEST(a_post_that_never_left_may_take_another_connection),
        TEST(a_bad_request_never_reaches_the_upstream),
        TEST(a_bad_first_chunk_never_reaches_the_upstream),
        TEST(a_bad_later_chunk_cuts_the_upstream_off),
        TEST(a_torn_response_is_never_made_whole),
        TEST(leftover_bytes_spoil_a_connection),
        TEST(a_client_that_leaves_ends_the_exchange),
        TEST(a_slow_reader_stops_the_upstream),
        TEST(absolute_targets_lose_their_authority),
        TEST(a_server_that_is_no_forward_proxy_refuses_connect),
        TEST(an_upstream_that_speaks_first_serves_nobody_else),
        TEST(connection_cannot_name_framing_away),
        TEST(draining_says_close_and_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
