/* Engines that talk to each other: data, splits, ends, limits. */
#include "local.h"

static void say(struct side *from, struct span text)
{
    assert_true(tls_room(from->tls) >= text.len);
    assert_int_equal(tls_write(from->tls, text), 0);
}

static void talk(struct pair *p)
{
    say(&p->client, SPAN("GET / HTTP/1.1\r\n\r\n"));
    say(&p->server, SPAN("HTTP/1.1 401 Unauthorized\r\n\r\n"));
    pair_run(p);
    assert_read(&p->server, SPAN("GET / HTTP/1.1\r\n\r\n"));
    assert_read(&p->client, SPAN("HTTP/1.1 401 Unauthorized\r\n\r\n"));
}

static void tls13_is_spoken_for_a_bitgo_name(void **state)
{
    (void)state;
    struct pair p;
    pair_open(&p, local.connecting, "app.bitgo.com", local.accepting);
    assert_string_equal(tls_version(p.client.tls), "");
    pair_run(&p);
    assert_both_open(&p);
    assert_string_equal(tls_version(p.client.tls), "TLSv1.3");
    assert_string_equal(tls_version(p.server.tls), "TLSv1.3");
    talk(&p);
    pair_close(&p);
}

static void tls12_is_spoken_with_a_client_that_has_no_newer(void **state)
{
    (void)state;
    struct pair p;
    only_version(local.connecting, TLS1_2_VERSION);
    pair_open(&p, local.connecting, "localhost", local.accepting);
    pair_run(&p);
    assert_both_open(&p);
    assert_string_equal(tls_version(p.server.tls), "TLSv1.2");
    talk(&p);
    pair_close(&p);
}

static void older_versions_are_refused(void **state)
{
    (void)state;
    struct pair p;
    only_version(local.connecting, TLS1_1_VERSION);
    SSL_CTX_set_security_level(local.connecting->ssl, 0);
    SSL_CTX_set_cipher_list(local.connecting->ssl, "ALL:@SECLEVEL=0");
    pair_open(&p, local.connecting, "localhost", local.accepting);
    pair_run(&p);
    assert_failed(p.server.tls, ERR_TLS, "the client offers only TLS versions older than 1.2");
    assert_failed(p.client.tls, ERR_UPSTREAM_TLS, "localhost refused the TLS versions offered");
    pair_close(&p);
}

static void a_connection_works_at_every_split(void **state)
{
    (void)state;
    for (int version = TLS1_2_VERSION; version <= TLS1_3_VERSION; version++) {
        only_version(local.connecting, version);
        for (size_t step = 1; step < 700; step = step < 40 ? step + 1 : step * 3 / 2) {
            struct pair p;
            pair_open(&p, local.connecting, "localhost", local.accepting);
            p.step = step;
            pair_run(&p);
            assert_both_open(&p);
            talk(&p);
            tls_end(p.client.tls);
            tls_end(p.server.tls);
            pair_run(&p);
            assert_int_equal(tls_state(p.client.tls), TLS_CLOSED);
            assert_int_equal(tls_state(p.server.tls), TLS_CLOSED);
            pair_close(&p);
        }
    }
}

static char big[300000];

static void fill_big(void)
{
    for (size_t i = 0; i < sizeof big; i++) {
        big[i] = (char)(i * 31 + i / 251);
    }
}

/* Sends all of big as room allows, through a plain buffer of `plain` bytes that is emptied `sip`
 * bytes at a time. */
static void transfer(struct pair *p, size_t out, size_t plain, size_t sip)
{
    size_t sent = 0;
    size_t got = 0;
    p->client.out.limit = out;
    p->server.plain.limit = plain;
    while (got < sizeof big) {
        size_t before = sent + got;
        size_t part = tls_room(p->client.tls);
        part = part < sizeof big - sent ? part : sizeof big - sent;
        assert_int_equal(tls_write(p->client.tls, span(big + sent, part)), 0);
        sent += part;
        assert_true(buf_len(&p->client.out) <= out);
        side_move(&p->server, &p->client, p->step);
        assert_int_equal(tls_state(p->server.tls), TLS_OPEN);
        struct span some = span_first(buf_peek(&p->server.plain), sip);
        assert_memory_equal(some.ptr, big + got, some.len);
        got += some.len;
        buf_consume(&p->server.plain, some.len);
        assert_true(sent + got > before || p->step < 100);
    }
    assert_int_equal(buf_len(&p->client.out), 0);
}

static void slow_readers_stop_the_flow_and_lose_nothing(void **state)
{
    (void)state;
    fill_big();
    static const size_t cases[][4] = {
        {65536, 65536, 65536, SIZE_MAX / 2}, {65536, 4096, 100, SIZE_MAX / 2}, {400, 64, 64, 7},
        {17000, 100, 100, SIZE_MAX / 2},     {40000, 20000, 20000, 1000},
    };
    for (int version = TLS1_2_VERSION; version <= TLS1_3_VERSION; version++) {
        only_version(local.connecting, version);
        for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
            struct pair p;
            pair_open(&p, local.connecting, "localhost", local.accepting);
            pair_run(&p);
            p.step = cases[i][3];
            transfer(&p, cases[i][0], cases[i][1], cases[i][2]);
            pair_close(&p);
        }
    }
}

static void what_waits_decrypted_keeps_a_byte_of_ciphertext_waiting(void **state)
{
    (void)state;
    struct pair p;
    pair_open(&p, local.connecting, "localhost", local.accepting);
    pair_run(&p);
    say(&p.client, SPAN("0123456789"));
    p.server.plain.limit = 4;
    pair_run(&p);
    assert_int_equal(p.server.seen, 1);
    assert_read(&p.server, SPAN("0123"));
    pair_run(&p);
    assert_read(&p.server, SPAN("4567"));
    tls_end(p.client.tls);
    pair_run(&p);
    assert_read(&p.server, SPAN("89"));
    pair_run(&p);
    assert_int_equal(tls_state(p.server.tls), TLS_CLOSED);
    assert_int_equal(p.server.seen, 0);
    pair_close(&p);
}

static void room_fits_out_to_the_byte(void **state)
{
    (void)state;
    fill_big();
    for (int version = TLS1_2_VERSION; version <= TLS1_3_VERSION; version++) {
        only_version(local.connecting, version);
        struct pair p;
        pair_open(&p, local.connecting, "localhost", local.accepting);
        pair_run(&p);
        for (size_t limit = 100; limit < 60000; limit += limit < 300 ? 1 : 977) {
            p.client.out.limit = limit;
            size_t room = tls_room(p.client.tls);
            assert_true(room < limit);
            assert_int_equal(tls_write(p.client.tls, span(big, room + 1)), -1);
            assert_int_equal(buf_len(&p.client.out), 0);
            assert_int_equal(tls_write(p.client.tls, span(big, room)), 0);
            assert_true(buf_len(&p.client.out) <= limit);
            assert_true(limit < 300 || room + 200 + limit / 16384 * 32 >= limit);
            pair_run(&p);
            buf_consume(&p.server.plain, buf_len(&p.server.plain));
        }
        /* However full out is, the end always fits. */
        assert_int_equal(tls_write(p.client.tls, span(big, tls_room(p.client.tls))), 0);
        tls_end(p.client.tls);
        assert_int_equal(p.client.tls->end_sent, true);
        assert_int_equal(tls_write(p.client.tls, SPAN("x")), -1);
        assert_int_equal(tls_room(p.client.tls), 0);
        pair_close(&p);
    }
}

static void room_knows_that_a_client_may_ask_for_short_records(void **state)
{
    (void)state;
    fill_big();
    SSL_CTX_set_tlsext_max_fragment_length(local.connecting->ssl, TLSEXT_max_fragment_length_512);
    struct pair p;
    pair_open(&p, local.connecting, "localhost", local.accepting);
    pair_run(&p);
    assert_both_open(&p);
    size_t room = tls_room(p.server.tls);
    assert_true(room < 65536 - 65536 / 600 * 22);
    say(&p.server, span(big, room));
    pair_run(&p);
    assert_read(&p.client, span(big, room));
    pair_close(&p);
}

static void a_handshake_survives_an_out_of_a_few_bytes(void **state)
{
    (void)state;
    struct pair p;
    pair_open(&p, local.connecting, "localhost", local.accepting);
    p.server.out.limit = 10;
    p.client.out.limit = 10;
    pair_run(&p);
    assert_both_open(&p);
    p.server.out.limit = p.client.out.limit = 65536;
    talk(&p);
    pair_close(&p);
}

static void each_side_ends_on_its_own(void **state)
{
    (void)state;
    for (int version = TLS1_2_VERSION; version <= TLS1_3_VERSION; version++) {
        only_version(local.connecting, version);
        struct pair p;
        pair_open(&p, local.connecting, "localhost", local.accepting);
        pair_run(&p);
        say(&p.client, SPAN("last words"));
        tls_end(p.client.tls);
        tls_end(p.client.tls);
        pair_run(&p);
        assert_int_equal(tls_state(p.server.tls), TLS_CLOSED);
        assert_read(&p.server, SPAN("last words"));
        /* The server may still answer, and the client still reads. */
        say(&p.server, SPAN("and an answer"));
        pair_run(&p);
        assert_read(&p.client, SPAN("and an answer"));
        tls_end(p.server.tls);
        pair_run(&p);
        assert_int_equal(tls_state(p.client.tls), TLS_CLOSED);
        assert_int_equal(tls_eof(p.client.tls), TLS_CLOSED);
        assert_int_equal(tls_eof(p.server.tls), TLS_CLOSED);
        pair_close(&p);
    }
}

static void bytes_behind_close_notify_mean_nothing(void **state)
{
    (void)state;
    struct pair p;
    pair_open(&p, local.connecting, "localhost", local.accepting);
    pair_run(&p);
    tls_end(p.client.tls);
    assert_int_equal(buf_append(&p.client.out, SPAN("rubbish")), 0);
    pair_run(&p);
    assert_int_equal(tls_state(p.server.tls), TLS_CLOSED);
    assert_int_equal(buf_len(&p.client.out), 0);
    assert_int_equal(buf_len(&p.server.plain), 0);
    pair_close(&p);
}

static void an_end_asked_for_early_is_sent_when_the_handshake_is_done(void **state)
{
    (void)state;
    struct pair p;
    pair_open(&p, local.connecting, "localhost", local.accepting);
    tls_end(p.client.tls);
    pair_run(&p);
    assert_int_equal(tls_state(p.server.tls), TLS_CLOSED);
    assert_int_equal(tls_write(p.client.tls, SPAN("x")), -1);
    pair_close(&p);
}

static void a_stream_cut_short_is_told_apart(void **state)
{
    (void)state;
    struct pair p;
    pair_open(&p, local.connecting, "localhost", local.accepting);
    pair_run(&p);
    say(&p.server, SPAN("half an ans"));
    pair_run(&p);
    tls_eof(p.client.tls);
    tls_eof(p.server.tls);
    assert_failed(p.client.tls, ERR_UPSTREAM_CLOSED, "localhost cut the connection off");
    assert_failed(p.server.tls, ERR_CLIENT_GONE, "the client cut the connection off");
    assert_read(&p.client, SPAN("half an ans"));
    pair_close(&p);
    pair_open(&p, local.connecting, "localhost", local.accepting);
    tls_eof(p.client.tls);
    tls_eof(p.server.tls);
    assert_failed(p.client.tls, ERR_UPSTREAM_TLS, "localhost closed the connection during the TLS");
    assert_failed(p.server.tls, ERR_TLS, "the client closed the connection during the TLS");
    pair_close(&p);
}

static void a_changed_byte_is_noticed(void **state)
{
    (void)state;
    struct pair p;
    pair_open(&p, local.connecting, "localhost", local.accepting);
    pair_run(&p);
    say(&p.client, SPAN("transfer 1 coin"));
    p.client.out.data[p.client.out.end - 1] ^= 1;
    pair_run(&p);
    assert_failed(p.server.tls, ERR_TLS, "does not decrypt");
    assert_int_equal(buf_len(&p.server.plain), 0);
    assert_failed(p.client.tls, ERR_UPSTREAM_TLS,
                  "localhost ended the TLS connection with the alert");
    assert_int_equal(tls_write(p.server.tls, SPAN("x")), -1);
    pair_close(&p);
}

static void a_peer_that_does_not_speak_tls_is_called_so(void **state)
{
    (void)state;
    static const char *const greetings[] = {"HTTP/1.1 400 Bad Request\r\n\r\n", "SSH-2.0-x\r\n",
                                            "220 smtp.example.com ESMTP\r\n"};
    for (size_t i = 0; i < 3; i++) {
        struct pair p;
        pair_open(&p, local.connecting, "localhost", local.accepting);
        struct span greeting = span_of(greetings[i]);
        tls_feed(p.client.tls, &greeting, &p.client.plain);
        assert_int_equal(greeting.len, 0);
        assert_failed(p.client.tls, ERR_UPSTREAM_TLS, "localhost: the peer does not speak TLS");
        greeting = span_of(greetings[i]);
        tls_feed(p.server.tls, &greeting, &p.server.plain);
        assert_failed(p.server.tls, ERR_TLS, "the peer does not speak TLS");
        pair_close(&p);
    }
}

static void key_updates_are_answered_but_not_without_end(void **state)
{
    (void)state;
    struct pair p;
    pair_open(&p, local.connecting, "localhost", local.accepting);
    pair_run(&p);
    for (int i = 0; i < 32; i++) {
        assert_int_equal(SSL_key_update(p.client.tls->ssl, SSL_KEY_UPDATE_REQUESTED), 1);
        talk(&p);
    }
    assert_int_equal(SSL_key_update(p.client.tls->ssl, SSL_KEY_UPDATE_REQUESTED), 1);
    say(&p.client, SPAN("once more"));
    pair_run(&p);
    assert_failed(p.server.tls, ERR_TLS, "asked for new keys 33 times");
    pair_close(&p);
}

static void renegotiation_is_refused(void **state)
{
    (void)state;
    struct pair p;
    only_version(local.connecting, TLS1_2_VERSION);
    pair_open(&p, local.connecting, "localhost", local.accepting);
    pair_run(&p);
    SSL_clear_options(p.client.tls->ssl, SSL_OP_NO_RENEGOTIATION);
    assert_int_equal(SSL_renegotiate(p.client.tls->ssl), 1);
    SSL_do_handshake(p.client.tls->ssl);
    assert_true(buf_len(&p.client.out) > 0);
    pair_run(&p);
    assert_int_not_equal(tls_state(p.client.tls), TLS_OPEN);
    pair_close(&p);
}

static void only_http11_is_agreed_on(void **state)
{
    (void)state;
    struct pair p;
    const unsigned char *chosen;
    unsigned len;
    static const unsigned char both[] = "\x02h2\x08http/1.1";
    static const unsigned char h2[] = "\x02h2\x05spd\"y";
    SSL_CTX_set_alpn_protos(local.connecting->ssl, both, sizeof both - 1);
    pair_open(&p, local.connecting, "localhost", local.accepting);
    pair_run(&p);
    SSL_get0_alpn_selected(p.client.tls->ssl, &chosen, &len);
    assert_int_equal(len, 8);
    assert_memory_equal(chosen, "http/1.1", 8);
    pair_close(&p);

    SSL_CTX_set_alpn_protos(local.connecting->ssl, h2, sizeof h2 - 1);
    pair_open(&p, local.connecting, "localhost", local.accepting);
    pair_run(&p);
    assert_failed(p.server.tls, ERR_TLS, "offers \"h2 spd?y\" in ALPN, and only http/1.1");
    assert_failed(p.client.tls, ERR_UPSTREAM_TLS, "no application protocol");
    pair_close(&p);

    SSL_CTX_set_alpn_protos(local.connecting->ssl, NULL, 0);
    pair_open(&p, local.connecting, "localhost", local.accepting);
    pair_run(&p);
    assert_both_open(&p);
    pair_close(&p);
}

static void an_engine_keeps_its_context(void **state)
{
    (void)state;
    struct err err;
    struct pair p;
    struct tls_context *accepting = tls_context_accepting(local.ca, &err);
    struct tls_context *connecting = tls_context_connecting(ca_root_path(local.ca), &err);
    pair_open(&p, connecting, "localhost", accepting);
    tls_context_free(accepting);
    tls_context_free(connecting);
    pair_run(&p);
    assert_both_open(&p);
    pair_close(&p);
}

static void an_engine_that_rested_goes_on(void **state)
{
    (void)state;
    struct pair p;
    pair_open(&p, local.connecting, "localhost", local.accepting);
    pair_run(&p);
    talk(&p);
    buf_trim(&p.client.plain);
    buf_trim(&p.client.out);
    assert_null(p.client.plain.data);
    assert_null(p.client.out.data);
    tls_rest(p.client.tls);
    /* OpenSSL tells a second time that they are free by doing nothing; the engine goes on. */
    tls_rest(p.client.tls);
    talk(&p);
    assert_both_open(&p);
    pair_close(&p);
}

#define T(name) cmocka_unit_test_setup_teardown(name, local_set_up, local_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(tls13_is_spoken_for_a_bitgo_name),
        T(tls12_is_spoken_with_a_client_that_has_no_newer),
        T(older_versions_are_refused),
        T(a_connection_works_at_every_split),
        T(slow_readers_stop_the_flow_and_lose_nothing),
        T(what_waits_decrypted_keeps_a_byte_of_ciphertext_waiting),
        T(room_fits_out_to_the_byte),
        T(room_knows_that_a_client_may_ask_for_short_records),
        T(a_handshake_survives_an_out_of_a_few_bytes),
        T(each_side_ends_on_its_own),
        T(bytes_behind_close_notify_mean_nothing),
        T(an_end_asked_for_early_is_sent_when_the_handshake_is_done),
        T(a_stream_cut_short_is_told_apart),
        T(a_changed_byte_is_noticed),
        T(a_peer_that_does_not_speak_tls_is_called_so),
        T(key_updates_are_answered_but_not_without_end),
        T(renegotiation_is_refused),
        T(only_http11_is_agreed_on),
        T(an_engine_keeps_its_context),
        T(an_engine_that_rested_goes_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
