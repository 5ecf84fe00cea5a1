/* A flow without memory. Whatever fails, the client gets its answer, or the proxy's 503, or is cut
 * off before a message looks whole; a request that can change something goes out once at most; and
 * the next exchange works. */
#include "fault.h"
#include "script.h"

#define RESPONSE "HTTP/1.1 201 Created\r\nContent-Length: 4\r\nX-A: b\r\n\r\nmade"

static struct memory_stream made[UPSTREAMS];

/* The far ends' own storage is there beforehand: only the flow's is to fail. */
static void furnish(struct memory_stream *m)
{
    assert_non_null(buf_reserve(&m->far_in, 8192));
    for (int i = 0; i < 512; i++) {
        str_add(&m->far_out, SPAN("................................"));
    }
    str_clear(&m->far_out);
}

static struct stream *open_made(struct origin *o, struct exchange *x, bool fresh, struct err *err)
{
    (void)o;
    (void)x;
    (void)fresh;
    assert_true(t.opened < UPSTREAMS);
    void *state = malloc(1); /* as a real one has */
    free(state);
    if (!state) {
        err_set(err, ERR_MEMORY, "no memory for a connection");
        return NULL;
    }
    return &made[t.opened++].stream;
}

static void release_made(struct origin *o, struct stream *s, bool reuse)
{
    (void)o;
    t.released++;
    t.reuse = reuse;
    stream_close(s);
}

static const struct origin_ops ops_made = {.open = open_made, .release = release_made};

static void begin(void)
{
    void *state = NULL;
    assert_int_equal(setup(&state), 0);
    t.origin.ops = &ops_made;
    furnish(&t.client);
    for (size_t i = 0; i < UPSTREAMS; i++) {
        memory_init(&made[i], STREAM_OPEN);
        furnish(&made[i]);
    }
}

static void end(void)
{
    void *state = NULL;
    t.opened = 0; /* they are not the script's own */
    assert_int_equal(teardown(&state), 0);
    for (size_t i = 0; i < UPSTREAMS; i++) {
        memory_release(&made[i]);
    }
}

static bool starts(const struct memory_stream *m, const char *text)
{
    return span_starts(str_span(&m->far_out), span_of(text));
}

/* How often the request line stands in what the upstreams got. */
static size_t times_sent(const char *line)
{
    size_t count = 0;
    for (size_t i = 0; i < t.opened; i++) {
        for (const char *at = str_cstr(&made[i].far_out); (at = strstr(at, line)); at++) {
            count++;
        }
    }
    return count;
}

/* What the client got is whole, ours, or visibly torn. */
static void check_answer(const char *response, bool failed)
{
    const char *got = str_cstr(&t.client.far_out);
    if (strcmp(got, response) == 0) {
        return;
    }
    assert_true(failed);
    if (starts(&t.client, "HTTP/1.1 503 ")) {
        assert_non_null(strstr(got, "Why401OutOfMemory"));
        assert_false(t.done[0]->request.complete);
    } else if (starts(&t.client, "HTTP/1.1 502 ")) {
        assert_non_null(strstr(got, "Why401OutcomeUnknown"));
        assert_true(t.done[0]->request.complete);
    } else {
        if (!t.client.closed || t.client.ended) {
            fail_msg("neither whole nor cut off (closed %d, ended %d, %zu opened): %s",
                     t.client.closed, t.client.ended, t.opened, got);
        }
        assert_true(strncmp(got, response, strlen(got)) == 0 && strlen(got) < strlen(response));
    }
}

/* An exchange on the same connection, where that is still open. */
static void check_next(void)
{
    if (t.client.closed) {
        return;
    }
    str_clear(&t.client.far_out);
    t.client.unread = 0;
    CLIENT_SENDS("GET /next HTTP/1.1\r\nHost: h\r\n\r\n");
    assert_int_equal(times_sent("GET /next "), 1);
    far_send(&made[t.opened - 1], SPAN("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
    CLIENT_GOT("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
}

/* The exchange as `finished` got it agrees with what the client got. */
static void check_record(const char *response)
{
    bool whole = strcmp(str_cstr(&t.client.far_out), response) == 0;
    assert_true(t.done_count <= 1);
    if (t.done_count) {
        assert_int_equal(t.done[0]->outcome == OUTCOME_COMPLETE, whole);
    } else {
        /* Not even an exchange could be had: nothing went out, and the client was cut off. */
        assert_true(t.client.closed && t.client.far_out.len == 0 && t.opened == 0);
    }
}

static void post(void)
{
    begin();
    fault_begin();
    CLIENT_SENDS("POST /api/v2/tbtc/wallet/1/tx/send?a=b HTTP/1.1\r\nHost: h\r\n"
                 "Authorization: Bearer 1\r\nContent-Length: 6\r\n\r\n{\"a\"");
    CLIENT_SENDS(":}");
    if (t.opened && made[0].far_out.len) {
        far_send(&made[0], SPAN("HTTP/1.1 201 Created\r\nContent-Length: 4\r\n"));
        far_send(&made[0], SPAN("X-A: b\r\n\r\nma"));
        far_send(&made[0], SPAN("de"));
    }
    bool failed = fault_end();
    assert_true(times_sent("POST ") <= 1);
    check_answer(RESPONSE, failed);
    check_record(RESPONSE);
    check_next();
    end();
}

static void chunked(void)
{
    static const char expected[] = "HTTP/1.1 401 Unauthorized\r\nTransfer-Encoding: chunked\r\n\r\n"
                                   "4\r\nwxyz\r\n0\r\n\r\n";
    begin();
    fault_begin();
    CLIENT_SENDS("PUT /p HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
                 "3\r\nabc\r\n0\r\nT: v\r\n\r\n");
    if (t.opened && made[0].far_out.len) {
        far_send(&made[0], SPAN("HTTP/1.1 401 Unauthorized\r\nTransfer-Encoding: chunked\r\n\r\n"));
        far_send(&made[0], SPAN("4\r\nwxyz\r\n0\r\n\r\n"));
    }
    bool failed = fault_end();
    assert_true(times_sent("PUT ") <= 1);
    check_answer(expected, failed);
    check_record(expected);
    check_next();
    end();
}

/* A head that needs more than the scratch holds, for the network's proxy: its credentials join the
 * whole head or none. */
static void through_the_networks_proxy(void)
{
    static const struct network_proxy proxy = {
        .via = {.host = "proxy.example", .port = 3128, .authorization = "Basic 1111"}};
    static struct forward forward = {.tunnel = TUNNEL_ALL, .proxy = &proxy, .port = 8401};
    char method[2001];
    memset(method, 'M', sizeof method - 1);
    method[sizeof method - 1] = '\0';
    begin();
    forward.passage.origin = &t.origin;
    t.env.forward = &forward;
    CLIENT_SENDS("GET http://a.example/ HTTP/1.1\r\nHost: h\r\n\r\n");
    far_send(&made[0], SPAN("HTTP/1.1 204 No Content\r\n\r\n"));
    fault_begin();
    far_send(&t.client, span_of(method));
    CLIENT_SENDS(" http://a.example/ HTTP/1.1\r\nHost: h\r\n\r\n");
    bool failed = fault_end();
    const char *got = str_cstr(&made[1].far_out);
    assert_true(failed || t.opened == 2);
    assert_true(*got == '\0' ||
                span_ends(span_of(got), SPAN("Proxy-Authorization: Basic 1111\r\n\r\n")));
    end();
}

static void the_networks_proxy_gets_a_whole_head_or_none(void **state)
{
    (void)state;
    fault_every(through_the_networks_proxy, FAULT_EACH);
}

static void a_post_is_answered_or_cut_off(void **state)
{
    (void)state;
    fault_every(post, FAULT_EACH);
}

static void a_chunked_exchange_is_answered_or_cut_off(void **state)
{
    (void)state;
    fault_every(chunked, FAULT_EACH);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_post_is_answered_or_cut_off),
        cmocka_unit_test(a_chunked_exchange_is_answered_or_cut_off),
        cmocka_unit_test(the_networks_proxy_gets_a_whole_head_or_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
