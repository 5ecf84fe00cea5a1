/* Heads: what is read, and what is refused because two readers could understand it in two ways. */
#include "testing.h"
#include "why401/http/head.h"

static struct http_field fields[HTTP_FIELDS_MOST];
static const struct http_limits limits = {
    .head_bytes = 65536, .request_line_bytes = 16384, .fields = 128};

static struct http_head request;
static struct err err;

static int read_request(const char *text, size_t len)
{
    request.fields = fields;
    err.code = ERR_NONE;
    return http_read_request(span(text, len), &limits, &request, &err);
}

#define READ(text) read_request(text, sizeof(text) - 1)

#define ASSERT_SPAN(s, text)                                                                       \
    do {                                                                                           \
        assert_int_equal((s).len, sizeof(text) - 1);                                               \
        assert_memory_equal((s).ptr, text, sizeof(text) - 1);                                      \
    } while (0)

static void reads_what_the_sdk_sends(void **state)
{
    (void)state;
    assert_int_equal(READ("GET /api/v2/tbtc/wallet?limit=25&prevId=p HTTP/1.1\r\n"
                          "Host: 127.0.0.1:18080\r\n"
                          "BitGo-SDK-Version: 1.86.0\r\n"
                          "Empty:\r\n"
                          "Spaced:  \t two words \t\r\n"
                          "Connection: close\r\n\r\n"),
                     0);
    ASSERT_SPAN(request.method, "GET");
    ASSERT_SPAN(request.target, "/api/v2/tbtc/wallet?limit=25&prevId=p");
    assert_int_equal(request.field_count, 5);
    ASSERT_SPAN(request.fields[1].name, "BitGo-SDK-Version");
    ASSERT_SPAN(request.fields[1].value, "1.86.0");
    assert_int_equal(request.fields[2].value.len, 0);
    ASSERT_SPAN(request.fields[3].value, "two words");
    ASSERT_SPAN(request.fields[3].line, "Spaced:  \t two words \t");
    assert_true(request.close);
    assert_int_equal(request.framing, HTTP_NO_BODY);
}

/* Rare but valid by RFC 9112: never refused. */
static void rare_valid_heads_pass(void **state)
{
    (void)state;
    static const char *const heads[] = {
        "FROBNICATE /a HTTP/1.1\r\nHost: h\r\n\r\n",
        "OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET http://localhost/a HTTP/1.1\r\nHost: other\r\n\r\n",
        "GET https://localhost HTTP/1.1\r\nHost: other\r\n\r\n",
        "GET /a|b{c}\"d\" HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET / HTTP/1.1\r\nHost:\r\n\r\n",
        "GET / HTTP/1.1\r\nhOsT:\th:1\t\r\n\r\n",
        "GET / HTTP/1.0\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\nX: \x80\xff obs-text\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\n!#$%&'*+-.^_`|~09: x\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 000005\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length:\t5\t\r\nA:\tb\tc\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: Chunked\r\n\r\n",
        "SOURCE / HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: [::1]:8401\r\n\r\n",
    };
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
        if (read_request(heads[i], strlen(heads[i])) != 0) {
            fail_msg("refused %s: %s", heads[i], err.text);
        }
    }
    assert_int_equal(request.field_count, 1);
}

struct refused {
    const char *head;
    size_t len;
    enum err_code code;
};
#define REFUSED(text, code)                                                                        \
    {                                                                                              \
        text, sizeof(text) - 1, code                                                               \
    }

static void ambiguous_heads_are_refused(void **state)
{
    (void)state;
#define H "Host: h\r\n"
    static const struct refused heads[] = {
        REFUSED("POST / HTTP/1.1\r\n" H "Content-Length: 5\r\nContent-Length: 5\r\n\r\n",
                ERR_BAD_REQUEST),
        REFUSED("POST / HTTP/1.1\r\n" H "Content-Length: 5, 5\r\n\r\n", ERR_BAD_REQUEST),
        REFUSED("POST / HTTP/1.1\r\n" H "Content-Length: +5\r\n\r\n", ERR_BAD_REQUEST),
        REFUSED("POST / HTTP/1.1\r\n" H "Content-Length: 0x5\r\n\r\n", ERR_BAD_REQUEST),
        REFUSED("POST / HTTP/1.1\r\n" H "Content-Length:\r\n\r\n", ERR_BAD_REQUEST),
        REFUSED("POST / HTTP/1.1\r\n" H "Content-Length: 9999999999999999999\r\n\r\n",
                ERR_BAD_REQUEST),
        REFUSED("POST / HTTP/1.1\r\n" H "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
                ERR_BAD_REQUEST),
        REFUSED("POST / HTTP/1.1\r\n" H
                "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
                ERR_BAD_REQUEST),
        REFUSED("POST / HTTP/1.1\r\n" H "Transfer-Encoding: gzip, chunked\r\n\r\n",
                ERR_TRANSFER_CODING),
        REFUSED("POST / HTTP/1.1\r\n" H "Transfer-Encoding: ,chunked\r\n\r\n", ERR_TRANSFER_CODING),
        REFUSED("POST / HTTP/1.1\r\n" H "Transfer-Encoding: identity\r\n\r\n", ERR_TRANSFER_CODING),
        REFUSED("POST / HTTP/1.1\r\n" H "Transfer-Encoding: \x0b"
                "chunked\r\n\r\n",
                ERR_BAD_REQUEST),
        REFUSED("POST / HTTP/1.1\r\n" H "Transfer_Encoding: chunked\r\n\r\n", ERR_BAD_REQUEST),
        REFUSED("POST / HTTP/1.1\r\n" H "Content.Length: 5\r\n\r\n", ERR_BAD_REQUEST),
        REFUSED("POST / HTTP/1.0\r\n" H "Transfer-Encoding: chunked\r\n\r\n", ERR_BAD_REQUEST),
        REFUSED("POST / HTTP/1.1\r\n" H "Content-Length : 5\r\n\r\n", ERR_BAD_REQUEST),
        REFUSED("GET / HTTP/1.1\r\n" H " folded: x\r\n\r\n", ERR_BAD_REQUEST),
        REFUSED("GET / HTTP/1.1\r\n" H "A: b\r\n c\r\n\r\n", ERR_BAD_REQUEST),
        REFUSED("GET / HTTP/1.1\r\n" H "A: b\rc\r\n\r\n", ERR_BAD_REQUEST),
        REFUSED("GET / HTTP/1.1\r\n" H "A: b\nC: d\r\n\r\n", ERR_BAD_REQUEST),
        REFUSED("GET / HTTP/1.1\n" H "\r\n", ERR_BAD_REQUEST),
        REFUSED("GET / HTTP/1.1\r\n" H "A: b\0c\r\n\r\n", ERR_BAD_REQUEST),
        REFUSED("GET / HTTP/1.1\r\n" H "A\0: b\r\n\r\n", ERR_BAD_REQUEST),
        REFUSED("GET / HTTP/1.1\r\n" H ": b\r\n\r\n", ERR_BAD_REQUEST),
        REFUSED("GET / HTTP/1.1\r\n" H "no colon\r\n\r\n", ERR_BAD_REQUEST),
        REFUSED("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", ERR_BAD_REQUEST),
        REFUSED("GET / HTTP/1.1\r\nHost: a b\r\n\r\n", ERR_BAD_REQUEST),
        REFUSED("GET / HTTP/1.1\r\nHost: a@b\r\n\r\n", ERR_BAD_REQUEST),
        REFUSED("GET / HTTP/1.1\r\n\r\n", ERR_BAD_REQUEST),
        REFUSED("GET  / HTTP/1.1\r\n" H "\r\n", ERR_BAD_REQUEST),
        REFUSED("GET /  HTTP/1.1\r\n" H "\r\n", ERR_BAD_REQUEST),
        REFUSED("GET /a b HTTP/1.1\r\n" H "\r\n", ERR_BAD_REQUEST),
        REFUSED("GET\t/ HTTP/1.1\r\n" H "\r\n", ERR_BAD_REQUEST),
        REFUSED("GET / HTTP/1.1 \r\n" H "\r\n", ERR_BAD_REQUEST),
        REFUSED("GET /#f HTTP/1.1\r\n" H "\r\n", ERR_BAD_REQUEST),
        REFUSED("GET /\x80 HTTP/1.1\r\n" H "\r\n", ERR_BAD_REQUEST),
        REFUSED("GET /\r\n" H "\r\n", ERR_BAD_REQUEST),
        REFUSED("G=T / HTTP/1.1\r\n" H "\r\n", ERR_BAD_REQUEST),
        REFUSED("GET / HTTP/2.0\r\n" H "\r\n", ERR_VERSION),
        REFUSED("GET / HTTP/1.2\r\n" H "\r\n", ERR_VERSION),
        REFUSED("PRI * HTTP/2.0\r\n\r\n", ERR_VERSION),
        REFUSED("GET / http/1.1\r\n" H "\r\n", ERR_BAD_REQUEST),
        REFUSED("GET / HTTP/01.1\r\n" H "\r\n", ERR_BAD_REQUEST),
        REFUSED("GET api/v2 HTTP/1.1\r\n" H "\r\n", ERR_BAD_REQUEST),
        REFUSED("GET * HTTP/1.1\r\n" H "\r\n", ERR_TARGET),
        REFUSED("GET http://user@h/ HTTP/1.1\r\n" H "\r\n", ERR_TARGET),
        REFUSED("GET / HTTP/1.1\r\n" H "\r\n\r\n", ERR_BAD_REQUEST),
    };
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
        if (read_request(heads[i].head, heads[i].len) == 0) {
            fail_msg("accepted %s", heads[i].head);
        }
        if (err.code != heads[i].code) {
            fail_msg("%s: code %d (%s), expected %d", heads[i].head, err.code, err.text,
                     heads[i].code);
        }
        assert_true(err.text[0] != '\0');
    }
}

static void limits_have_their_own_codes(void **state)
{
    static char big[70000];
    (void)state;
    int len = snprintf(big, sizeof big, "GET /%016000d HTTP/1.1\r\nHost: h\r\n\r\n", 0);
    assert_int_equal(read_request(big, (size_t)len), 0);
    len = snprintf(big, sizeof big, "GET /%017000d HTTP/1.1\r\nHost: h\r\n\r\n", 0);
    assert_int_equal(read_request(big, (size_t)len), -1);
    assert_int_equal(err.code, ERR_URI_TOO_LONG);
    len = snprintf(big, sizeof big, "GET / HTTP/1.1\r\nHost: h\r\nA: %066000d\r\n\r\n", 0);
    assert_int_equal(read_request(big, (size_t)len), -1);
    assert_int_equal(err.code, ERR_HEAD_TOO_LARGE);
    char *at = big + sprintf(big, "GET / HTTP/1.1\r\nHost: h\r\n");
    for (int i = 0; i < 128; i++) {
        at += sprintf(at, "A: b\r\n");
    }
    strcpy(at, "\r\n");
    assert_int_equal(read_request(big, strlen(big)), -1);
    assert_int_equal(err.code, ERR_HEAD_TOO_LARGE);
}

static void a_head_ends_at_the_first_empty_line_however_it_arrives(void **state)
{
    static const char head[] = "GET / HTTP/1.1\r\nHost: h\r\n\r\nGET /next";
    (void)state;
    size_t scanned = 0;
    size_t end = 0;
    for (size_t n = 1; n < sizeof head && !end; n++) {
        end = http_head_end(span(head, n), &scanned);
    }
    assert_int_equal(end, strlen("GET / HTTP/1.1\r\nHost: h\r\n\r\n"));
    scanned = 0;
    assert_int_equal(http_head_end(SPAN("GET / HTTP/1.1\n\n"), &scanned), 16);
}

static struct http_head response;

static int read_response(const char *text, const char *method)
{
    response.fields = fields;
    return http_read_response(span_of(text), &limits, span_of(method), &response, &err);
}

static void responses_end_where_rfc_9112_says(void **state)
{
    (void)state;
    static const struct {
        const char *head;
        const char *method;
        enum http_framing framing;
        bool close;
    } cases[] = {
        {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", "GET", HTTP_LENGTH, false},
        {"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "GET", HTTP_NO_BODY, false},
        {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", "HEAD", HTTP_NO_BODY, false},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "GET", HTTP_CHUNKED, false},
        {"HTTP/1.1 200 OK\r\n\r\n", "GET", HTTP_UNTIL_CLOSE, true},
        {"HTTP/1.0 200 OK\r\n\r\n", "GET", HTTP_UNTIL_CLOSE, true},
        {"HTTP/1.0 200 OK\r\nContent-Length: 3\r\nConnection: keep-alive\r\n\r\n", "GET",
         HTTP_LENGTH, false},
        {"HTTP/1.1 204 No Content\r\n\r\n", "GET", HTTP_NO_BODY, false},
        {"HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n", "GET", HTTP_NO_BODY, false},
        {"HTTP/1.1 100 Continue\r\n\r\n", "POST", HTTP_NO_BODY, false},
        {"HTTP/1.1 101 Switching Protocols\r\nUpgrade: w\r\n\r\n", "GET", HTTP_TUNNEL, false},
        {"HTTP/1.1 200 \r\nContent-Length: 5\r\nConnection: x, Close\r\n\r\n", "GET", HTTP_LENGTH,
         true},
        {"HTTP/1.1 200\r\nContent-Length: 5\r\n\r\n", "GET", HTTP_LENGTH, false},
        {"HTTP/1.1 511 N\xc3\xa9\r\nContent-Length: 5\r\n\r\n", "GET", HTTP_LENGTH, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (read_response(cases[i].head, cases[i].method) != 0) {
            fail_msg("refused %s: %s", cases[i].head, err.text);
        }
        assert_int_equal(response.framing, cases[i].framing);
        assert_int_equal(response.close, cases[i].close);
    }
}

static void hostile_responses_are_refused(void **state)
{
    (void)state;
    static const char *const heads[] = {
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: xchunked\r\n\r\n",
        "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        "HTTP/1.1 200 OK\r\n A: b\r\n\r\n",
        "HTTP/1.1 200 OK\r\nA : b\r\n\r\n",
        "HTTP/1.1 200 OK\r\nA: b\rSet-Cookie: x\r\n\r\n",
        "HTTP/1.1 20 OK\r\n\r\n",
        "HTTP/1.1 2000 OK\r\n\r\n",
        "HTTP/1.1 099 OK\r\n\r\n",
        "HTTP/2 200 OK\r\n\r\n",
        "http/1.1 200 OK\r\n\r\n",
        "ICY 200 OK\r\n\r\n",
        "220 mail.example.com ESMTP\r\n\r\n",
        "<html>\r\n\r\n",
    };
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
        if (read_response(heads[i], "GET") == 0) {
            fail_msg("accepted %s", heads[i]);
        }
        assert_int_equal(err.code, ERR_UPSTREAM_RESPONSE);
    }
}

/* Each element is held against each field: too many of both would cost much for little. */
static void connection_has_few_elements(void **state)
{
    (void)state;
    for (int most = 64; most <= 65; most++) {
        char list[140];
        char head[400];
        for (int i = 0; i < most; i++) {
            memcpy(list + 2 * (size_t)i, "x,", 3);
        }
        list[2 * (size_t)most - 1] = '\0';
        int len = snprintf(head, sizeof head,
                           "GET / HTTP/1.1\r\nHost: h\r\nConnection: x\r\nConnection: %s\r\n\r\n",
                           list + 2);
        assert_int_equal(read_request(head, (size_t)len), most == 64 ? 0 : -1);
        assert_true(most == 64 || err.code == ERR_BAD_REQUEST);
        snprintf(head, sizeof head, "HTTP/1.1 200 OK\r\nConnection: %s\r\n\r\n", list);
        assert_int_equal(read_response(head, "GET"), most == 64 ? 0 : -1);
    }
}

static void nothing_is_upgraded_to_another_http(void **state)
{
    static const struct {
        const char *fields;
        bool upgrade;
    } rows[] = {
        {"Upgrade: websocket\r\n", true},
        {"Upgrade: , websocket\r\n", true},
        {"Upgrade: , \r\n", false},
        {"Upgrade: h2c\r\n", false},
        {"Upgrade: websocket, H2C\r\n", false},
        {"Upgrade: h2c\r\nUpgrade: websocket\r\n", false},
        {"Upgrade: websocket\r\nUpgrade: x,\th2c\r\n", false},
        {"Upgrade: websocket, HTTP/2.0\r\n", false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char head[200];
        int len =
            snprintf(head, sizeof head,
                     "GET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\n%s\r\n", rows[i].fields);
        assert_int_equal(read_request(head, (size_t)len), 0);
        if (request.upgrade != rows[i].upgrade) {
            fail_msg("%s", rows[i].fields);
        }
    }
}

static void lists_are_searched_by_element(void **state)
{
    (void)state;
    assert_true(http_list_has(SPAN("a, Keep-Alive ,b"), SPAN("keep-alive")));
    assert_false(http_list_has(SPAN("xclose"), SPAN("close")));
    assert_false(http_list_has(SPAN(""), SPAN("close")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_what_the_sdk_sends),
        cmocka_unit_test(rare_valid_heads_pass),
        cmocka_unit_test(ambiguous_heads_are_refused),
        cmocka_unit_test(limits_have_their_own_codes),
        cmocka_unit_test(a_head_ends_at_the_first_empty_line_however_it_arrives),
        cmocka_unit_test(responses_end_where_rfc_9112_says),
        cmocka_unit_test(hostile_responses_are_refused),
        cmocka_unit_test(connection_has_few_elements),
        cmocka_unit_test(nothing_is_upgraded_to_another_http),
        cmocka_unit_test(lists_are_searched_by_element),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
