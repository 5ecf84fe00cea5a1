/* Dialling and beginning again, over loopback: one loop, run by hand, holds both ends. The far end
 * is a listener's stream; the test plays the host, or the proxy of the network, on it. */
#include "conn_impl.h"
#include "testing.h"
#include "why401/net/dial.h"
#include "why401/net/listener.h"
#include "why401/tls/ca.h"
#include "why401/tls/context.h"

#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#define CONNECT_LINE "CONNECT app.bitgo.com:443 HTTP/1.1\r\nHost: app.bitgo.com:443\r\n"
#define SECRET       "dXNlcjo0NDQ0NDQ0NDQ0"

static struct {
    struct worker *worker;
    struct listener *listener;
    uint16_t port; /* of the listener */
    struct via via;
    struct dial_options options;
    struct stream *near;
    struct stream *far; /* NULL until accepted */
    struct ca *ca;
    struct tls_context *accepting;
    struct tls_context *connecting;
    uv_timer_t tick; /* so that no round of the loop waits long: a deadline makes no event of it */
} t;

static void on_tick(uv_timer_t *tick)
{
    (void)tick;
}

static void accepted(void *ctx, struct stream *s)
{
    (void)ctx;
    assert_null(t.far);
    t.far = s;
}

static int setup(void **state)
{
    (void)state;
    struct err err;
    memset(&t, 0, sizeof t);
    t.worker = worker_new(&err);
    uv_timer_init(&t.worker->loop, &t.tick);
    uv_timer_start(&t.tick, on_tick, 2, 2);
    struct listener_options options = {.handshake_ms = 5000,
                                       .buffer_bytes = 65536,
                                       .head_bytes = 65536,
                                       .most = 16,
                                       .accepted = accepted};
    int fd = listener_bind("127.0.0.1", &t.port, false, &err);
    assert_true(fd >= 0);
    t.listener = listener_start(t.worker, fd, &options, &err);
    assert_non_null(t.listener);
    t.via = (struct via){.host = "127.0.0.1", .port = t.port};
    t.options = (struct dial_options){.host = "app.bitgo.com",
                                      .port = 443,
                                      .via = &t.via,
                                      .connect_ms = 5000,
                                      .handshake_ms = 5000,
                                      .buffer_bytes = 65536,
                                      .head_bytes = 65536};
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    if (t.near) {
        stream_close(t.near);
    }
    if (t.far) {
        stream_close(t.far);
    }
    uv_close((uv_handle_t *)&t.tick, NULL);
    listener_stop(t.listener);
    worker_stop(t.worker);
    tls_context_free(t.accepting);
    tls_context_free(t.connecting);
    ca_free(t.ca);
    return 0;
}

/* The words of the scripts. */
#define UNTIL(condition)                                                                           \
    for (worker_settle(t.worker); !(condition);) {                                                 \
        uv_run(&t.worker->loop, UV_RUN_ONCE);                                                      \
    }
#define NEAR_SENDS(text)   assert_int_equal(stream_write(t.near, SPAN(text)), 0)
#define FAR_SENDS(text)    assert_int_equal(stream_write(t.far, SPAN(text)), 0)
#define NEAR_GETS(text)    gets(t.near, SPAN(text))
#define FAR_GETS(text)     gets(t.far, SPAN(text))
#define NEAR_BECOMES(what) UNTIL(stream_state(t.near) == (what))
#define FAR_BECOMES(what)  UNTIL(stream_state(t.far) == (what))

static void dials(void)
{
    t.near = dial(t.worker, &t.options);
    assert_non_null(t.near);
    assert_int_equal(stream_state(t.near), STREAM_CONNECTING);
}

static void gets(struct stream *s, struct span text)
{
    UNTIL(stream_peek(s).len >= text.len || stream_state(s) == STREAM_FAILED);
    struct span seen = stream_peek(s);
    if (!span_eq(seen, text)) {
        fail_msg("got \"%.*s\", expected \"%.*s\"", SPAN_ARG(seen), SPAN_ARG(text));
    }
    stream_consume(s, text.len);
}

static void near_fails(enum err_code code, const char *text)
{
    NEAR_BECOMES(STREAM_FAILED);
    const struct err *err = stream_error(t.near);
    if (err->code != code || !strstr(err->text, text)) {
        fail_msg("failed with %d: %s, expected %d: %s", err->code, err->text, code, text);
    }
    for (const char *c = err->text; *c; c++) {
        assert_true(*c >= ' ' && *c <= '~');
    }
    assert_null(strstr(err->text, SECRET));
}

/* Both are gone, for the next one of a table. */
static void begin_anew(void)
{
    stream_close(t.near);
    if (t.far) {
        stream_close(t.far);
    }
    t.near = t.far = NULL;
}

static void a_proxy_is_asked_and_what_follows_is_the_hosts(void **state)
{
    (void)state;
    dials();
    UNTIL(t.far);
    FAR_GETS(CONNECT_LINE "\r\n");
    assert_int_equal(stream_state(t.near), STREAM_CONNECTING);
    FAR_SENDS("HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 100 Continue\r\nX: y\r\n\r\n"
              "HTTP/1.0 200 Connection established\r\nContent-Length: 9\r\n\r\n220 hello");
    NEAR_BECOMES(STREAM_OPEN);
    NEAR_GETS("220 hello");
    NEAR_SENDS("EHLO");
    FAR_GETS("EHLO");
    assert_true(ip_is_loopback(stream_peer(t.near)));
    stream_end(t.far);
    NEAR_BECOMES(STREAM_ENDED);
}

static void the_answer_may_come_in_pieces(void **state)
{
    static const char answer[] = "HTTP/1.1 102 P\r\n\r\nHTTP/1.1 204 Fine\r\nA: b\r\n\r\nbytes";
    (void)state;
    dials();
    UNTIL(t.far);
    FAR_GETS(CONNECT_LINE "\r\n");
    for (size_t i = 0; i + 1 < sizeof answer; i++) {
        assert_int_equal(stream_write(t.far, span(answer + i, 1)), 0);
        worker_settle(t.worker);
        uv_run(&t.worker->loop, UV_RUN_NOWAIT);
    }
    UNTIL(stream_peek(t.near).len == 5);
    NEAR_GETS("bytes");
}

static void what_is_asked_for_is_host_and_port(void **state)
{
    (void)state;
    static const struct {
        const char *host;
        const char *resolve;
        const char *request;
    } cases[] = {
        {"::1", NULL, "CONNECT [::1]:443 HTTP/1.1\r\nHost: [::1]:443\r\n\r\n"},
        {"192.0.2.1", NULL, "CONNECT 192.0.2.1:443 HTTP/1.1\r\nHost: 192.0.2.1:443\r\n\r\n"},
        {"app.bitgo.com", "2001:db8::1",
         "CONNECT [2001:db8::1]:443 HTTP/1.1\r\nHost: [2001:db8::1]:443\r\n\r\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        t.options.host = cases[i].host;
        t.options.resolve = cases[i].resolve;
        dials();
        UNTIL(t.far);
        gets(t.far, span_of(cases[i].request));
        begin_anew();
    }
}

static void credentials_go_to_the_proxy_only(void **state)
{
    (void)state;
    t.via.authorization = "Basic " SECRET;
    dials();
    UNTIL(t.far);
    FAR_GETS(CONNECT_LINE "Proxy-Authorization: Basic " SECRET "\r\n\r\n");
    FAR_SENDS("HTTP/1.1 407 Who is Basic " SECRET "?\r\nProxy-Authenticate: Basic\r\n\r\n");
    near_fails(ERR_UPSTREAM_PROXY, "with 407 (its reason repeats the credentials); it refuses the "
                                   "credentials that it was given");
    begin_anew();
    t.via.authorization = "Basic x\r\nX-Smuggled: y";
    dials();
    near_fails(ERR_UPSTREAM_PROXY, "hold a byte that may not be sent");
    assert_null(t.far);
    begin_anew();
    t.via.authorization = NULL;
    t.options.host = "app.bitgo.com HTTP/1.1\r\nX: y";
    dials();
    near_fails(ERR_UPSTREAM_PROXY, "hold a byte that may not be sent");
    assert_null(t.far);
}

/* A proxy knows the password, not only what wraps it. */
static void nor_do_they_come_back(void **state)
{
    static const struct {
        const char *authorization;
        const char *reason;
        bool shown;
    } rows[] = {
        {"Basic dXNlcjpwQHNzIHdvcmQ=", "user:p@ss word", false}, /* user:p@ss word */
        {"Basic dXNlcjpwQHNzIHdvcmQ=", "no P@SS WORD here", false},
        {"Basic dXNlcjpwQHNzIHdvcmQ=", "no user:p%40ss%20word here", false},
        {"Basic dXNlcjpwQHNzIHdvcmQ=", "dXNlcjpwQHNzIHdvcmQ=", false},
        {"Basic dXNlcjpwQHNzIHdvcmQ=", "user is unknown", true},
        {"Basic dG9rZW43NzA6", "token770 is unknown", false}, /* token770: */
        {"Basic dTpwOnc3Nw==", "p:w77", false},               /* u:p:w77 */
        {"Bearer some-token", "some-token is none", false},
        {"Basic Og==", "Required", true}, /* neither */
        {NULL, "Required", true},
    };
    char answer[200];
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        t.via.authorization = rows[i].authorization;
        dials();
        UNTIL(t.far && stream_peek(t.far).len);
        snprintf(answer, sizeof answer, "HTTP/1.1 403 %s\r\n\r\n", rows[i].reason);
        assert_int_equal(stream_write(t.far, span_of(answer)), 0);
        near_fails(ERR_UPSTREAM_PROXY, rows[i].shown
                                           ? rows[i].reason
                                           : "with 403 (its reason repeats the credentials)");
        begin_anew();
    }
}

static void another_answer_says_why(void **state)
{
    (void)state;
    static char endless[20000];
    static char filler[16300];
    static char interims[20000];
    memset(endless, 'a', sizeof endless - 1);
    memcpy(endless, "HTTP/1.1 200 OK\r\nX: ", 20);
    memset(filler, 'a', sizeof filler - 1);
    snprintf(interims, sizeof interims, "HTTP/1.1 100 C\r\nX: %s\r\n\r\nHTTP/1.1 200 OK\r\nY: %s",
             filler,
             "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
    const struct {
        const char *answer;
        const char *text;
    } cases[] = {
        {"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 3\r\n\r\nno!",
         "answered CONNECT app.bitgo.com:443 with 407 Proxy Authentication Required; it wants a "
         "user name and a password"},
        {"HTTP/1.1 407 No\r\nProxy-Authenticate: Negotiate\r\nProxy-Authenticate: NTLM\r\n\r\n",
         "with 407 No; it does not offer Basic authentication"},
        {"HTTP/1.1 403 Caf\xe9 \x80\tclosed\r\n\r\n", "with 403 Caf? ??closed"},
        {"HTTP/1.1 301 Elsewhere\r\nLocation: /\r\n\r\n", "with 301 Elsewhere"},
        {"HTTP/1.1 101 Switching Protocols\r\n\r\n", "with 101 Switching"},
        {"HTTP/1.1 500\r\n\r\n", "with 500 "},
        {"SSH-2.0-OpenSSH_9.2\r\n\r\n", "no valid HTTP"},
        {"HTTP/2 200 OK\r\n\r\n", "no valid HTTP"},
        {"HTTP/1.1 200 OK\n\n", "no valid HTTP"},
        {"HTTP/1.1 200 OK\r\nA : b\r\n\r\n", "no valid HTTP"},
        {endless, "with a head of more than 16384 bytes"},
        {interims, "with a head of more than 16384 bytes"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        dials();
        UNTIL(t.far);
        FAR_GETS(CONNECT_LINE "\r\n");
        assert_int_equal(stream_write(t.far, span_of(cases[i].answer)), 0);
        near_fails(ERR_UPSTREAM_PROXY, cases[i].text);
        begin_anew();
    }
}

static void no_answer_is_an_end_too(void **state)
{
    (void)state;
    dials();
    UNTIL(t.far);
    FAR_GETS(CONNECT_LINE "\r\n");
    FAR_SENDS("HTTP/1.1 200 O");
    stream_end(t.far);
    near_fails(ERR_UPSTREAM_PROXY, "did not answer CONNECT: end of file");
    begin_anew();
    t.options.connect_ms = 50;
    dials();
    UNTIL(t.far);
    near_fails(ERR_CONNECT_TIMEOUT, "the proxy 127.0.0.1 port");
    assert_non_null(strstr(stream_error(t.near)->text, "did not answer CONNECT in time"));
    begin_anew();
    dials();
    UNTIL(t.far);
    FAR_GETS(CONNECT_LINE "\r\n");
    begin_anew(); /* the holder lets go in between */
}

static void a_proxy_that_is_not_there(void **state)
{
    (void)state;
    struct err err;
    uint16_t port = 0;
    int fd = listener_bind("127.0.0.1", &port, false, &err); /* bound, and nobody listens */
    t.via.port = port;
    dials();
    near_fails(ERR_UPSTREAM_PROXY, "the proxy 127.0.0.1 port");
    close(fd);
}

/* No file can be opened and no socket made, until some_descriptors. */
static rlim_t no_descriptors(void)
{
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    rlim_t before = limit.rlim_cur;
    limit.rlim_cur = 0;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
    return before;
}

static void some_descriptors(rlim_t count)
{
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    limit.rlim_cur = count;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

static void a_lack_of_descriptors_is_no_news_of_name_or_host(void **state)
{
    (void)state;
    static const struct {
        const char *name; /* of the host, or of the proxy */
        bool via;
        const char *text;
    } cases[] = {
        {"localhost", false, "the name localhost could not be resolved: this process has"},
        {"localhost", true, "the name of the proxy localhost could not be resolved: this process"},
        {"127.0.0.1", false, "127.0.0.1 port"},
        {"127.0.0.1", true, "the proxy 127.0.0.1 port"},
    };
    t.options.port = t.port;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        t.via.host = cases[i].name;
        t.options.host = cases[i].via ? "app.bitgo.com" : cases[i].name;
        t.options.via = cases[i].via ? &t.via : NULL;
        rlim_t before = no_descriptors();
        dials();
        NEAR_BECOMES(STREAM_FAILED);
        some_descriptors(before);
        near_fails(ERR_DESCRIPTORS, cases[i].text);
        assert_non_null(strstr(stream_error(t.near)->text, "as it may have, 0 (RLIMIT_NOFILE)"));
        begin_anew();
    }
}

static void only_public_addresses_are_connected_to(void **state)
{
    (void)state;
    static const struct {
        const char *host;
        const char *resolve;
        const char *text;
    } cases[] = {
        {"127.0.0.1", NULL, "127.0.0.1 is 127.0.0.1, which is no address of the internet"},
        {"127.1", NULL, "127.1 is 127.0.0.1, which"},
        {"0.0.0.0", NULL, "0.0.0.0 is 0.0.0.0"},
        {"::ffff:127.0.0.1", NULL, " is 127.0.0.1, which"},
        {"169.254.169.254", NULL, "169.254.169.254"},
        {"app.example", "10.1.2.3", "app.example is 10.1.2.3, which"},
    };
    t.options.public_only = true;
    t.options.port = t.port;
    for (size_t i = 0; i < 2 * sizeof cases / sizeof *cases; i++) {
        t.options.via = i % 2 ? &t.via : NULL;
        t.options.host = cases[i / 2].host;
        t.options.resolve = cases[i / 2].resolve;
        dials();
        near_fails(ERR_TUNNEL_REFUSED, cases[i / 2].text);
        assert_null(t.far);
        begin_anew();
    }
    t.options.resolve = NULL;
    t.options.via = NULL;
    t.options.host = "localhost";
    dials();
    near_fails(ERR_TUNNEL_REFUSED, "localhost is ");
    begin_anew();
    /* A name is the proxy's to resolve, and the proxy may be private. */
    t.options.via = &t.via;
    dials();
    UNTIL(t.far);
}

static struct ip ip_of(const char *text)
{
    struct ip ip = {0};
    assert_true(ip_parse(span_of(text), &ip));
    return ip;
}

static void a_connection_to_ourselves_is_a_loop(void **state)
{
    (void)state;
    static const char *const owns[] = {"127.0.0.1", "0.0.0.0", "::"};
    t.options.own_port = t.port;
    t.options.port = t.port;
    t.options.host = "localhost";
    t.options.resolve = "127.0.0.1";
    for (size_t i = 0; i < 2 * sizeof owns / sizeof *owns; i++) {
        t.options.via = i % 2 ? &t.via : NULL;
        t.options.own = ip_of(owns[i / 2]);
        dials();
        near_fails(ERR_LOOP, i % 2 ? "the proxy 127.0.0.1 port" : "localhost port");
        begin_anew();
        uv_run(&t.worker->loop, UV_RUN_NOWAIT);
        if (t.far) {
            stream_close(t.far);
            t.far = NULL;
        }
    }
}

static void the_same_port_elsewhere_is_none(void **state)
{
    (void)state;
    t.options.via = NULL;
    t.options.port = t.options.own_port = t.port;
    t.options.host = "127.0.0.1";
    t.options.own = ip_of("127.0.0.2");
    dials();
    NEAR_BECOMES(STREAM_OPEN);
    UNTIL(t.far);
    begin_anew();
    t.options.own = ip_of("0.0.0.0");
    t.options.own_port = t.port == 1 ? 2 : (uint16_t)(t.port - 1);
    dials();
    NEAR_BECOMES(STREAM_OPEN);
    UNTIL(t.far);
    begin_anew();
    t.options.own = (struct ip){0};
    t.options.own_port = t.port;
    dials();
    NEAR_BECOMES(STREAM_OPEN);
    UNTIL(t.far);
}

/* A CA of the test's own, and both contexts. */
static void make_contexts(void)
{
    struct err err;
    char path[] = "/tmp/why401-test-XXXXXX";
    t.ca = ca_ephemeral(&err);
    assert_non_null(t.ca);
    struct span pem = ca_root_pem(t.ca);
    int fd = mkstemp(path);
    assert_int_equal(write(fd, pem.ptr, pem.len), pem.len);
    close(fd);
    t.accepting = tls_context_accepting(t.ca, &err);
    t.connecting = tls_context_connecting(path, &err);
    unlink(path);
    assert_non_null(t.accepting);
    assert_non_null(t.connecting);
    uv_update_time(&t.worker->loop); /* under valgrind this took seconds, which are no dial's */
}

static int restart(const char *name, uint32_t handshake_ms)
{
    return conn_restart(t.far, t.accepting, span_of(name), handshake_ms);
}

static void behind_connect_a_stream_begins_again_with_tls(void **state)
{
    (void)state;
    make_contexts();
    t.options.tls = t.connecting;
    dials();
    UNTIL(t.far);
    FAR_GETS(CONNECT_LINE "\r\n");
    FAR_SENDS("HTTP/1.1 200 OK\r\n\r\n");
    assert_int_equal(restart("app.bitgo.com", 5000), 0);
    assert_int_equal(stream_state(t.far), STREAM_CONNECTING);
    assert_false(conn_info(t.far)->tls);
    NEAR_BECOMES(STREAM_OPEN);
    FAR_BECOMES(STREAM_OPEN);
    assert_true(conn_info(t.far)->tls && conn_info(t.near)->tls);
    NEAR_SENDS("GET / HTTP/1.1\r\n\r\n");
    FAR_GETS("GET / HTTP/1.1\r\n\r\n");
    FAR_SENDS("HTTP/1.1 204 No Content\r\n\r\n");
    NEAR_GETS("HTTP/1.1 204 No Content\r\n\r\n");
    assert_int_equal(restart("app.bitgo.com", 5000), -1);
    assert_int_equal(stream_state(t.far), STREAM_OPEN);
}

/* A plain connection on which the far end has been asked for a tunnel and `ahead` came with that.
 */
static void asks_by_hand(struct span ahead)
{
    t.options.via = NULL;
    t.options.host = "127.0.0.1";
    t.options.port = t.port;
    t.options.tls = NULL;
    dials();
    NEAR_BECOMES(STREAM_OPEN);
    NEAR_SENDS(CONNECT_LINE "\r\n");
    assert_int_equal(stream_write(t.near, ahead), 0);
    UNTIL(t.far && stream_peek(t.far).len == sizeof CONNECT_LINE "\r\n" - 1 + ahead.len);
    stream_consume(t.far, sizeof CONNECT_LINE "\r\n" - 1);
}

static void what_was_read_ahead_is_the_beginning(void **state)
{
    (void)state;
    make_contexts();
    asks_by_hand(SPAN("GET /1"));
    FAR_SENDS("HTTP/1.1 200 OK\r\n\r\n");
    assert_int_equal(restart("app.bitgo.com", 5000), 0);
    assert_int_equal(stream_peek(t.far).len, 0);
    FAR_BECOMES(STREAM_OPEN);
    assert_false(conn_info(t.far)->tls);
    FAR_GETS("GET /1");
    NEAR_GETS("HTTP/1.1 200 OK\r\n\r\n");
    NEAR_SENDS("\r\n");
    FAR_GETS("\r\n");
}

static void a_hello_that_was_read_ahead_is_answered(void **state)
{
    (void)state;
    make_contexts();
    struct buf out;
    struct buf plain;
    buf_init(&out, 65536);
    buf_init(&plain, 65536);
    struct tls *tls = tls_client(t.connecting, SPAN("app.bitgo.com"), &out);
    tls_start(tls);
    asks_by_hand(buf_peek(&out));
    buf_consume(&out, buf_len(&out));
    FAR_SENDS("+");
    assert_int_equal(restart("app.bitgo.com", 5000), 0);
    UNTIL(stream_peek(t.near).len > 0);
    assert_int_equal(stream_peek(t.near).ptr[0], '+');
    stream_consume(t.near, 1);
    while (tls_state(tls) == TLS_HANDSHAKE) {
        UNTIL(stream_peek(t.near).len > 0);
        struct span in = stream_peek(t.near);
        size_t len = in.len;
        tls_feed(tls, &in, &plain);
        stream_consume(t.near, len - in.len);
    }
    assert_int_equal(tls_state(tls), TLS_OPEN);
    assert_int_equal(stream_write(t.near, buf_peek(&out)), 0);
    FAR_BECOMES(STREAM_OPEN);
    tls_free(tls);
    buf_release(&out);
    buf_release(&plain);
}

static void an_end_that_was_read_ahead_stays_one(void **state)
{
    (void)state;
    make_contexts();
    asks_by_hand(SPAN("GET /2"));
    stream_end(t.near);
    FAR_BECOMES(STREAM_ENDED);
    assert_int_equal(restart("app.bitgo.com", 5000), 0);
    FAR_BECOMES(STREAM_ENDED);
    FAR_GETS("GET /2");
    begin_anew();
    asks_by_hand(SPAN(""));
    stream_end(t.near);
    FAR_BECOMES(STREAM_ENDED);
    assert_int_equal(restart("app.bitgo.com", 5000), 0);
    FAR_BECOMES(STREAM_FAILED);
    assert_int_equal(restart("app.bitgo.com", 5000), -1);
}

static void a_handshake_behind_connect_takes_no_longer_than_it_may(void **state)
{
    (void)state;
    make_contexts();
    asks_by_hand(SPAN(""));
    assert_int_equal(restart("app.bitgo.com", 20), 0);
    NEAR_SENDS("\x16");
    FAR_BECOMES(STREAM_FAILED);
    assert_non_null(strstr(stream_error(t.far)->text, "handshake was not done in time"));
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_proxy_is_asked_and_what_follows_is_the_hosts),
        T(the_answer_may_come_in_pieces),
        T(what_is_asked_for_is_host_and_port),
        T(credentials_go_to_the_proxy_only),
        T(nor_do_they_come_back),
        T(another_answer_says_why),
        T(no_answer_is_an_end_too),
        T(a_proxy_that_is_not_there),
        T(a_lack_of_descriptors_is_no_news_of_name_or_host),
        T(only_public_addresses_are_connected_to),
        T(a_connection_to_ourselves_is_a_loop),
        T(the_same_port_elsewhere_is_none),
        T(behind_connect_a_stream_begins_again_with_tls),
        T(what_was_read_ahead_is_the_beginning),
        T(a_hello_that_was_read_ahead_is_answered),
        T(an_end_that_was_read_ahead_stays_one),
        T(a_handshake_behind_connect_takes_no_longer_than_it_may),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
