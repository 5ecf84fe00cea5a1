/* The flow as a forward proxy: which host each request goes to, what a CONNECT becomes, and that
 * nothing of other hosts' exchanges is looked at. */
#include "network_proxy.h"
#include "rebinding.h"
#include "script.h"
#include "why401/tls/ca.h"

static struct upstream_address test_host = {
    .host = "app.bitgo-test.com", .port = 443, .tls = true, .authority = "app.bitgo-test.com"};

static struct {
    struct route routes[2];
    struct forward forward;
    struct ca *ca;
    struct origin passage;
    struct inspect_options inspect;
    char restarted_for[64]; /* the name that a client's stream began again for; "": none did */
    struct exchange passed; /* of the last foreign exchange: counts and host */
    char passed_host[64];
    int passed_count;
} w;

static int restart(struct stream *s, struct tls_context *tls, struct span name, uint32_t ms)
{
    (void)s;
    (void)tls;
    (void)ms;
    snprintf(w.restarted_for, sizeof w.restarted_for, "%.*s", SPAN_ARG(name));
    return t.info.tls ? -1 : 0;
}

static void passed(void *ctx, const struct exchange *x)
{
    (void)ctx;
    w.passed_count++;
    w.passed = *x;
    snprintf(w.passed_host, sizeof w.passed_host, "%.*s:%u", SPAN_ARG(x->host), x->port);
}

static int setup_forward(void **state)
{
    struct err err;
    setup(state);
    memset(&w, 0, sizeof w);
    w.ca = ca_ephemeral(&err);
    w.passage.ops = &ops;
    w.routes[0] = t.route;
    w.routes[1] = (struct route){&test_host, &t.origin};
    w.forward = (struct forward){
        .passage = {.origin = &w.passage}, .ca = w.ca, .port = 8401, .restart = restart};
    t.env.routes = w.routes;
    t.env.route_count = 2;
    t.env.forward = &w.forward;
    t.env.passed = passed;
    t.env.inspect = &w.inspect;
    return w.ca ? 0 : -1;
}

static int teardown_forward(void **state)
{
    int result = teardown(state);
    ca_free(w.ca);
    return result;
}

#define ESTABLISHED "HTTP/1.1 200 Connection established\r\n\r\n"

static void connect_to_an_upstream_begins_again(void **state)
{
    (void)state;
    CLIENT_SENDS("CONNECT App.BitGo-Test.com:443 HTTP/1.1\r\nHost: app.bitgo-test.com:443\r\n\r\n");
    CLIENT_GOT(ESTABLISHED);
    assert_string_equal(w.restarted_for, "app.bitgo-test.com");
    assert_int_equal(t.opened, 0);
    CLIENT_SENDS("GET /api/v2/ping HTTP/1.1\r\nHost: app.bitgo-test.com\r\n\r\n");
    UPSTREAM_GOT("GET /api/v2/ping HTTP/1.1\r\nHost: app.bitgo-test.com\r\n\r\n");
    UPSTREAM_SENDS("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    assert_int_equal(t.done_count, 1);
    assert_true(span_eq(t.done[0]->host, SPAN("app.bitgo-test.com")));
}

/* As clients really send it. */
static void connect_in_all_its_shapes(void **state)
{
    static const char *const heads[] = {
        "CONNECT app.bitgo.com:443 HTTP/1.0\r\n\r\n",
        "CONNECT app.bitgo.com:443 HTTP/1.1\r\nHost: app.bitgo.com\r\n\r\n",
        "CONNECT app.bitgo.com:443 HTTP/1.1\r\nhost: app.bitgo.com:443\r\nconnection: "
        "close\r\n\r\n",
        "CONNECT app.bitgo.com:443 HTTP/1.1\r\nTE: deflate,gzip;q=0.3\r\nConnection: TE, close\r\n"
        "Host: app.bitgo.com:443\r\nUser-Agent: lwp-request/6.67\r\n\r\n",
        "CONNECT app.bitgo.com HTTP/1.1\r\nHost: app.bitgo.com\r\n\r\n",
        "CONNECT app.bitgo.com.:443 HTTP/1.1\r\nHost: app.bitgo.com.:443\r\n\r\n",
    };
    (void)state;
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
        w.restarted_for[0] = '\0';
        far_send(&t.client, span_of(heads[i]));
        CLIENT_GOT(ESTABLISHED);
        assert_string_equal(w.restarted_for, "app.bitgo.com");
        assert_false(t.client.closed);
    }
    CLIENT_SENDS("GET / HTTP/1.1\r\nHost: app.bitgo.com\r\n\r\n");
    UPSTREAM_GOT("GET / HTTP/1.1\r\nHost: app.bitgo.com\r\n\r\n");
}

static void connect_to_others_is_a_blind_tunnel(void **state)
{
    (void)state;
    t.opens_as = STREAM_CONNECTING;
    CLIENT_SENDS("CONNECT example.com:8443 HTTP/1.1\r\nHost: example.com:8443\r\n\r\n");
    CLIENT_GOT("");
    UPSTREAM_OPENS();
    CLIENT_GOT(ESTABLISHED);
    UPSTREAM_GOT("");
    CLIENT_SENDS("\x16\x03\x01 secret");
    UPSTREAM_GOT("\x16\x03\x01 secret");
    UPSTREAM_SENDS("answer");
    CLIENT_GOT("answer");
    far_set_state(&t.client, STREAM_ENDED);
    UPSTREAM_ENDS();
    assert_int_equal(t.done_count, 0);
    assert_int_equal(w.passed_count, 1);
    assert_string_equal(w.passed_host, "example.com:8443");
    assert_int_equal(w.passed.request.body_bytes, 10);
    assert_int_equal(w.passed.response.body_bytes, 6);
}

/* As without memory for it: nobody would end a tunnel that its client does not know of. */
static void a_tunnel_that_its_client_is_not_told_of_ends(void **state)
{
    (void)state;
    t.opens_as = STREAM_CONNECTING;
    CLIENT_SENDS("CONNECT example.com:8443 HTTP/1.1\r\nHost: example.com:8443\r\n\r\n");
    t.client.state = STREAM_CONNECTING; /* takes no bytes */
    UPSTREAM_OPENS();
    assert_true(t.client.closed);
    assert_int_equal(t.released, 1);
}

static void bytes_behind_a_connect_belong_to_the_tunnel(void **state)
{
    (void)state;
    CLIENT_SENDS("CONNECT example.com:443 HTTP/1.1\r\nHost: example.com\r\n\r\nearly");
    CLIENT_GOT(ESTABLISHED);
    UPSTREAM_GOT("early");
}

static void absolute_targets_go_where_they_say(void **state)
{
    (void)state;
    CLIENT_SENDS("GET https://app.bitgo-test.com/api/v2/ping?a=b HTTP/1.1\r\nHost: "
                 "app.bitgo-test.com\r\n\r\n");
    UPSTREAM_GOT("GET /api/v2/ping?a=b HTTP/1.1\r\nHost: app.bitgo-test.com\r\n\r\n");
    UPSTREAM_SENDS("HTTP/1.1 204 No Content\r\n\r\n");
    CLIENT_SENDS("GET http://localhost:8401/ HTTP/1.1\r\nHost: localhost:8401\r\n\r\n");
    UPSTREAM_GOT("GET / HTTP/1.1\r\nHost: app.bitgo.com\r\n\r\n");
    UPSTREAM_SENDS("HTTP/1.1 204 No Content\r\n\r\n");
    CLIENT_SENDS("GET http://app.bitgo.com/x HTTP/1.1\r\nHost: app.bitgo.com\r\n\r\n");
    UPSTREAM_GOT("GET /x HTTP/1.1\r\nHost: app.bitgo.com\r\n\r\n");
    UPSTREAM_SENDS("HTTP/1.1 204 No Content\r\n\r\n");
    assert_int_equal(t.done_count, 3);
    assert_non_null(exchange_finding(t.done[2], "environment.clear-text"));
}

static void other_hosts_are_passed_on_unseen(void **state)
{
    (void)state;
    t.env.capture_all = true;
    CLIENT_SENDS("POST http://Registry.Example:8080/p?q HTTP/1.1\r\nHost: registry.example:8080\r\n"
                 "Content-Length: 2\r\nProxy-Connection: keep-alive\r\n\r\nok");
    UPSTREAM_GOT(
        "POST /p?q HTTP/1.1\r\nHost: Registry.Example:8080\r\nContent-Length: 2\r\n\r\nok");
    UPSTREAM_SENDS("HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\nno");
    CLIENT_GOT("HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\nno");
    assert_int_equal(t.done_count, 0);
    assert_string_equal(w.passed_host, "registry.example:8080");
    assert_int_equal(w.passed.request.body.len + w.passed.response.body.len, 0);
    assert_int_equal(w.passed.finding_count, 0);
}

static void the_networks_proxy_is_asked_in_absolute_form(void **state)
{
    struct network_proxy proxy = {
        .via = {.host = "proxy.example", .port = 3128, .authorization = "Basic eDp5"}};
    (void)state;
    w.forward.proxy = &proxy;
    CLIENT_SENDS("GET http://registry.example/p HTTP/1.1\r\nHost: registry.example\r\n\r\n");
    UPSTREAM_GOT("GET http://registry.example/p HTTP/1.1\r\nHost: registry.example\r\n"
                 "Proxy-Authorization: Basic eDp5\r\n\r\n");
}

static void without_tunnels_nobody_else_is_reached(void **state)
{
    (void)state;
    w.forward.tunnel = TUNNEL_NONE;
    CLIENT_SENDS(
        "GET http://example.com/secret HTTP/1.1\r\nHost: example.com\r\nX: secret\r\n\r\n");
    CLIENT_GOT_STATUS("HTTP/1.1 403 ");
    str_clear(&t.client.far_out);
    CLIENT_SENDS("CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n");
    CLIENT_GOT_STATUS("HTTP/1.1 403 ");
    assert_int_equal(t.opened, 0);
    assert_int_equal(t.done_count, 2); /* people hear of it … */
    assert_int_equal(t.done[0]->error.code, ERR_TUNNEL_REFUSED);
    assert_true(
        span_eq(t.done[0]->request.head.target, SPAN("example.com:80"))); /* … not of what */
    assert_int_equal(t.done[0]->request.head.field_count, 0);
}

static void bad_connects_are_refused(void **state)
{
    static const char *const heads[] = {
        "CONNECT / HTTP/1.1\r\nHost: h\r\n\r\n",
        "CONNECT http://app.bitgo.com/ HTTP/1.1\r\nHost: h\r\n\r\n",
        "CONNECT app.bitgo.com:0 HTTP/1.1\r\nHost: h\r\n\r\n",
        "CONNECT app.bitgo.com:99999 HTTP/1.1\r\nHost: h\r\n\r\n",
        "CONNECT user@app.bitgo.com:443 HTTP/1.1\r\nHost: h\r\n\r\n",
        "CONNECT [::1:443 HTTP/1.1\r\nHost: h\r\n\r\n",
        "CONNECT :443 HTTP/1.1\r\nHost: h\r\n\r\n",
        "CONNECT app.bitgo.com:443 HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello",
        ("CONNECT app.bitgo.com:443 HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: "
         "chunked\r\n\r\n0\r\n\r\n"),
    };
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
        if (i) {
            teardown_forward(state);
            setup_forward(state);
        }
        far_send(&t.client, span_of(heads[i]));
        CLIENT_GOT_STATUS("HTTP/1.1 400 ");
        assert_int_equal(t.opened, 0);
        assert_string_equal(w.restarted_for, "");
        assert_true(t.client.closed);
    }
}

/* What a client sends behind a CONNECT may be meant for the tunnel, so a refusal ends the
 * connection. */
static void nothing_behind_a_refused_connect_is_a_request(void **state)
{
    (void)state;
    w.forward.tunnel = TUNNEL_NONE;
    CLIENT_SENDS("CONNECT example.com:443 HTTP/1.1\r\nHost: example.com\r\n\r\n"
                 "GET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n");
    CLIENT_GOT_STATUS("HTTP/1.1 403 ");
    assert_true(t.client.closed);
    assert_int_equal(t.opened, 0);
    assert_int_equal(t.done_count, 1);
}

static void connect_inside_of_tls_says_what_to_do(void **state)
{
    (void)state;
    t.info.tls = true;
    CLIENT_SENDS("CONNECT app.bitgo.com:443 HTTP/1.1\r\nHost: app.bitgo.com\r\n\r\n");
    CLIENT_GOT_STATUS("HTTP/1.1 400 ");
    assert_true(span_find(str_span(&t.client.far_out), SPAN("http://")) > 0);
}

static void guards_answer_before_anything_leaves(void **state)
{
    (void)state;
    w.inspect = (struct inspect_options){.refuse_production = true, .read_only = true};
    CLIENT_SENDS("GET https://app.bitgo.com/api/v2/user/me HTTP/1.1\r\nHost: h\r\n\r\n");
    CLIENT_GOT_STATUS("HTTP/1.1 403 ");
    str_clear(&t.client.far_out);
    CLIENT_SENDS(
        "POST https://app.bitgo-test.com/api/v2/tbtc/wallet/1/tx/send HTTP/1.1\r\nHost: h\r\n"
        "\r\n");
    CLIENT_GOT_STATUS("HTTP/1.1 403 ");
    assert_int_equal(t.opened, 0);
    assert_int_equal(t.done[0]->error.code, ERR_PRODUCTION);
    assert_int_equal(t.done[1]->error.code, ERR_READ_ONLY);
    CLIENT_SENDS("POST https://app.bitgo-test.com/api/v2/user/login HTTP/1.1\r\nHost: h\r\n\r\n");
    assert_int_equal(t.opened, 1);
}

/* However early it is refused, of somebody else's request only host and port are told. */
static void refused_early_others_stay_unseen(void **state)
{
    static const struct {
        const char *head;
        const char *told;
    } rows[] = {
        {"GET http://Bank.example/a?secret HTTP/1.1\r\nHost: a\r\nHost: secret\r\n\r\n",
         "bank.example:80"},
        {"POST https://bank.example/secret HTTP/1.1\r\nHost: a\r\nX: secret\r\nContent-Length: "
         "3\r\n"
         "Transfer-Encoding: chunked\r\n\r\nabc",
         "bank.example:443"},
        {"GET http://bank.example/secret HTTP/1.1\r\nHost: a\r\nX: secret\r\n secret\r\n\r\n",
         "bank.example:80"},
        {"GET http://bank.example:99999/secret HTTP/1.1\r\nHost: secret\r\n\r\n", "bank.example"},
        {"GET ftp://bank.example/secret HTTP/1.1\r\nHost: secret\r\n\r\n", "bank.example"},
        {"GET http://secret@bank.example:8080/secret HTTP/1.1\r\nHost: secret\r\n\r\n",
         "bank.example:8080"},
        {"GET http://ba%6ek.example/secret HTTP/1.1\r\nHost: secret\r\n\r\n", ""},
        {"GET http:///secret HTTP/1.1\r\nHost: secret\r\n\r\n", ""},
        {"GET bank.example/secret?secret HTTP/1.1\r\nHost: secret\r\n\r\n", ""},
        {"GET bank.example?u=http://app.bitgo.com/secret HTTP/1.1\r\nHost: secret\r\n\r\n", ""},
        {"CONNECT bank.example:443 HTTP/1.1\r\nHost: h\r\nX: secret\r\nContent-Length: "
         "5\r\n\r\nhello",
         "bank.example:443"},
        {"CONNECT bank.example:443 HTTP/1.1\r\nHost: h\r\nHost: secret\r\n\r\n",
         "bank.example:443"},
        {"CONNECT http://bank.example/secret HTTP/1.1\r\nHost: secret\r\n\r\n", "bank.example:443"},
        {"CONNECT /secret HTTP/1.1\r\nHost: secret\r\n\r\n", ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        teardown_forward(state);
        setup_forward(state);
        far_send(&t.client, span_of(rows[i].head));
        CLIENT_GOT_STATUS("HTTP/1.1 400 ");
        assert_int_equal(t.opened, 0);
        assert_int_equal(t.done_count, 1);
        const struct http_head *head = &t.done[0]->request.head;
        if (!span_eq(head->target, span_of(rows[i].told)) || head->field_count) {
            fail_msg("%s: told are %.*s and %zu fields", rows[i].head, SPAN_ARG(head->target),
                     head->field_count);
        }
    }
}

/* What is malformed and meant for BitGo is what a person wants to see. */
static void refused_early_ours_are_told(void **state)
{
    static const char *const targets[] = {"/api/v2/ping?a", "https://app.bitgo.com/api?a",
                                          "http://app.bitgo-test.com:80/api?a",
                                          "http://localhost:8401/api?a", "http://127.0.0.1:8401/"};
    char head[200];
    for (size_t i = 0; i < sizeof targets / sizeof *targets; i++) {
        teardown_forward(state);
        setup_forward(state);
        snprintf(head, sizeof head, "GET %s HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", targets[i]);
        far_send(&t.client, span_of(head));
        CLIENT_GOT_STATUS("HTTP/1.1 400 ");
        assert_true(span_eq(t.done[0]->request.head.target, span_of(targets[i])));
        assert_int_equal(t.done[0]->request.head.field_count, 2);
        assert_false(t.done[0]->foreign);
    }
}

static void one_connection_too_many_is_no_reason_to_look(void **state)
{
    struct memory_stream client;
    (void)state;
    memory_init(&client, STREAM_OPEN);
    assert_int_equal(flow_start(&t.env, &client.stream, &t.info, w.routes, ERR_TOO_MANY), 0);
    far_send(&client,
             SPAN("GET http://bank.example/secret HTTP/1.1\r\nHost: h\r\nX: secret\r\n\r\n"));
    got_start(&client, "HTTP/1.1 503 ");
    assert_int_equal(t.done_count, 1);
    assert_true(span_eq(t.done[0]->request.head.target, SPAN("bank.example:80")));
    assert_int_equal(t.done[0]->request.head.field_count, 0);
    worker_settle(t.worker);
    memory_release(&client);
}

static struct upstream_address express = {
    .host = "localhost", .port = 3080, .authority = "localhost:3080"};

/* Nobody would look at what goes there: neither is a token let out in clear, nor past the guards.
 */
static void bitgos_hosts_are_reached_where_we_look_or_not_at_all(void **state)
{
    static const struct {
        const char *head;
        const char *instead;
    } rows[] = {
        {"CONNECT app.bitgo.com:80 HTTP/1.1\r\nHost: h\r\n\r\n", "use https://app.bitgo.com"},
        {"CONNECT App.BitGo-Test.com:8443 HTTP/1.1\r\nHost: h\r\n\r\n",
         "use https://app.bitgo-test.com"},
        {"CONNECT app.bitgo.com.:8443 HTTP/1.1\r\nHost: h\r\n\r\n", "use https://app.bitgo.com"},
        {"CONNECT www.bitgo.com:8443 HTTP/1.1\r\nHost: h\r\n\r\n", "use https://app.bitgo.com"},
        {"GET http://app.bitgo.com:8080/x HTTP/1.1\r\nHost: h\r\n\r\n",
         "use https://app.bitgo.com"},
        {"GET https://app.bitgo.com:80/x HTTP/1.1\r\nHost: h\r\n\r\n", "use https://app.bitgo.com"},
        {"GET http://test.bitgo.com/x HTTP/1.1\r\nHost: h\r\n\r\n",
         "use https://app.bitgo-test.com"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        teardown_forward(state);
        setup_forward(state);
        far_send(&t.client, span_of(rows[i].head));
        CLIENT_GOT_STATUS("HTTP/1.1 403 ");
        assert_int_equal(t.opened, 0);
        assert_int_equal(t.done_count, 1); /* a call to BitGo, told like any other */
        assert_int_equal(t.done[0]->error.code, ERR_NOT_INSPECTED);
        assert_false(t.done[0]->foreign);
        assert_non_null(strstr(t.done[0]->error.text, rows[i].instead));
    }
}

/* People open them in browsers. */
static void bitgos_other_sites_are_passed_on(void **state)
{
    (void)state;
    CLIENT_SENDS("CONNECT www.bitgo.com:443 HTTP/1.1\r\nHost: h\r\n\r\n");
    assert_int_equal(t.opened, 1);
}

static void guards_hold_on_every_port(void **state)
{
    (void)state;
    w.inspect = (struct inspect_options){.refuse_production = true, .read_only = true};
    CLIENT_SENDS("POST http://app.bitgo.com:8080/x HTTP/1.1\r\nHost: h\r\n\r\n");
    str_clear(&t.client.far_out);
    CLIENT_SENDS("POST http://app.bitgo.com/x HTTP/1.1\r\nHost: h\r\n\r\n");
    str_clear(&t.client.far_out);
    CLIENT_SENDS("CONNECT app.bitgo.com:80 HTTP/1.1\r\nHost: h\r\n\r\n");
    CLIENT_GOT_STATUS("HTTP/1.1 403 ");
    assert_int_equal(t.opened, 0);
    assert_int_equal(t.done_count, 3);
    for (size_t i = 0; i < t.done_count; i++) {
        assert_int_equal(t.done[i]->error.code, ERR_PRODUCTION);
        assert_non_null(exchange_finding(t.done[i], "guard.production"));
        assert_false(t.done[i]->foreign);
    }
}

/* Express on 3080 says nothing about a database on another port. */
static void another_port_of_this_machine_is_another_program(void **state)
{
    (void)state;
    w.routes[1].address = &express;
    CLIENT_SENDS("GET http://localhost:9000/x HTTP/1.1\r\nHost: localhost:9000\r\n\r\n");
    UPSTREAM_GOT("GET /x HTTP/1.1\r\nHost: localhost:9000\r\n\r\n");
}

static void an_upstream_that_we_may_not_sign_for(void **state)
{
    static struct upstream_address company = {
        .host = "bitgo.example", .port = 443, .tls = true, .authority = "bitgo.example"};
    (void)state;
    w.routes[1].address = &company;
    w.inspect.read_only = true;
    CLIENT_SENDS("CONNECT bitgo.example:443 HTTP/1.1\r\nHost: h\r\n\r\n");
    CLIENT_GOT_STATUS("HTTP/1.1 403 ");
    assert_int_equal(t.done[0]->error.code, ERR_NOT_INSPECTED);
    teardown_forward(state);
    setup_forward(state);
    w.routes[1].address = &company;
    CLIENT_SENDS("CONNECT bitgo.example:443 HTTP/1.1\r\nHost: h\r\n\r\n");
    CLIENT_GOT(ESTABLISHED);
    assert_string_equal(w.restarted_for, "");
    teardown_forward(state);
    setup_forward(state);
    w.routes[1].address = &company;
    CLIENT_SENDS("CONNECT bitgo.example:8443 HTTP/1.1\r\nHost: h\r\n\r\n");
    CLIENT_GOT_STATUS("HTTP/1.1 403 ");
    assert_non_null(strstr(t.done[0]->error.text, "use https://bitgo.example"));
}

static void hosts_files_are_read_as_people_write_them(void **state)
{
    static const char text[] = "# 127.0.0.1 commented\n"
                               "127.0.0.1\tlocalhost  Why401.Local\t# and more\n"
                               "  ::1 six\r\n"
                               "127.0.1.1 box.example box\n"
                               "192.168.1.5 other\n"
                               "0.0.0.0 advert.example\n"
                               "nonsense name\n"
                               "127.0.0.1\n"
                               "\n"
                               "::ffff:127.0.0.1 mapped last";
    static const char *const ours[] = {"localhost",   "why401.local", "six", "box",
                                       "box.example", "mapped",       "last"};
    static const char *const others[] = {"commented", "and", "other",  "advert.example", "name",
                                         "127.0.0.1", "",    "why401", "localhos"};
    (void)state;
    for (size_t i = 0; i < sizeof ours / sizeof *ours; i++) {
        assert_true(hosts_call_us(span_of(text), span_of(ours[i])));
    }
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        assert_false(hosts_call_us(span_of(text), span_of(others[i])));
    }
    assert_false(hosts_call_us(span(NULL, 0), SPAN("localhost")));
}

static void no_proxy_is_read_as_people_write_it(void **state)
{
    static const struct {
        const char *except;
        const char *host;
        uint16_t port;
        bool direct;
    } rows[] = {
        {NULL, "app.bitgo.com", 443, false},
        {NULL, "localhost", 443, true},
        {NULL, "127.0.0.1", 443, true},
        {NULL, "::1", 443, true},
        {"*", "app.bitgo.com", 443, true},
        {"bitgo.com", "app.bitgo.com", 443, true},
        {".bitgo.com", "app.bitgo.com", 443, true},
        {".bitgo.com", "bitgo.com", 443, true},
        {"bitgo.com", "notbitgo.com", 443, false},
        {"APP.BITGO.COM", "app.bitgo.com", 443, true},
        {"a.example, app.bitgo.com", "app.bitgo.com", 443, true},
        {"a.example app.bitgo.com", "app.bitgo.com", 443, true},
        {"app.bitgo.com:443", "app.bitgo.com", 443, true},
        {"app.bitgo.com:8443", "app.bitgo.com", 443, false},
        {"10.0.0.0/8", "10.1.2.3", 443, true},
        {"10.0.0.0/8", "11.1.2.3", 443, false},
        {"192.0.2.7", "192.0.2.7", 443, true},
        {"[2001:db8::1]:443", "2001:db8::1", 443, true},
        {"2001:db8::/32", "2001:db8::1", 443, true},
        {",, ,", "app.bitgo.com", 443, false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct network_proxy proxy = {.via = {.host = "p"}, .except = rows[i].except};
        bool direct = network_proxy_for(&proxy, span_of(rows[i].host), rows[i].port) == NULL;
        if (direct != rows[i].direct) {
            fail_msg("%s with NO_PROXY=%s", rows[i].host, rows[i].except);
        }
    }
    assert_null(network_proxy_for(NULL, SPAN("app.bitgo.com"), 443));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup_forward, teardown_forward)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(connect_to_an_upstream_begins_again),
        TEST(connect_in_all_its_shapes),
        TEST(connect_to_others_is_a_blind_tunnel),
        TEST(a_tunnel_that_its_client_is_not_told_of_ends),
        TEST(bytes_behind_a_connect_belong_to_the_tunnel),
        TEST(absolute_targets_go_where_they_say),
        TEST(other_hosts_are_passed_on_unseen),
        TEST(the_networks_proxy_is_asked_in_absolute_form),
        TEST(without_tunnels_nobody_else_is_reached),
        TEST(bad_connects_are_refused),
        TEST(nothing_behind_a_refused_connect_is_a_request),
        TEST(connect_inside_of_tls_says_what_to_do),
        TEST(guards_answer_before_anything_leaves),
        TEST(refused_early_others_stay_unseen),
        TEST(refused_early_ours_are_told),
        TEST(one_connection_too_many_is_no_reason_to_look),
        TEST(bitgos_hosts_are_reached_where_we_look_or_not_at_all),
        TEST(bitgos_other_sites_are_passed_on),
        TEST(guards_hold_on_every_port),
        TEST(another_port_of_this_machine_is_another_program),
        TEST(an_upstream_that_we_may_not_sign_for),
        TEST(hosts_files_are_read_as_people_write_them),
        TEST(no_proxy_is_read_as_people_write_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
