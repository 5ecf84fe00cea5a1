/* Bodies: chunked framing at every split, its limits, and what is not chunked framing. */
#include "testing.h"
#include "why401/base/str.h"
#include "why401/http/body.h"

static struct err err;

/* Reads `wire`, which arrives `step` bytes at a time; the content goes to *content. Returns 0 when
 * the body ended exactly with the wire's end. */
static int read_in_steps(enum http_framing framing, uint64_t length, struct span wire, size_t step,
                         struct str *content, struct str *trailers)
{
    struct http_head head = {.framing = framing, .content_length = length};
    struct http_body body;
    size_t start = 0;
    size_t arrived = 0;
    http_body_begin(&body, &head, 1024);
    while (!http_body_done(&body)) {
        struct span data;
        size_t used;
        if (http_body_next(&body, span(wire.ptr + start, arrived - start), 7, &data, &used, &err)) {
            return -1;
        }
        str_add(content, data);
        if (http_body_done(&body)) {
            str_add(trailers, body.trailers);
        }
        start += used;
        if (used == 0) {
            if (arrived == wire.len) {
                return -2;
            }
            arrived = arrived + step < wire.len ? arrived + step : wire.len;
        }
    }
    return start == wire.len ? 0 : -3;
}

static void chunks_come_out_whole_at_every_split(void **state)
{
    (void)state;
    struct span wire = SPAN("5\r\nhello\r\n1;a=b;c=\"q\\\"\"\r\n!\r\nA ; x\r\n, 10 "
                            "bytes\r\n000\r\nT: 1\r\nU: 2\r\n\r\n");
    for (size_t step = 1; step <= wire.len; step++) {
        struct str content;
        struct str trailers;
        str_init(&content, 1000);
        str_init(&trailers, 1000);
        assert_int_equal(read_in_steps(HTTP_CHUNKED, 0, wire, step, &content, &trailers), 0);
        assert_string_equal(str_cstr(&content), "hello!, 10 bytes");
        assert_string_equal(str_cstr(&trailers), "T: 1\r\nU: 2\r\n");
        str_release(&content);
        str_release(&trailers);
    }
}

static void a_length_is_kept_to_the_byte(void **state)
{
    (void)state;
    struct str content;
    struct str trailers;
    str_init(&content, 1000);
    str_init(&trailers, 1000);
    assert_int_equal(read_in_steps(HTTP_LENGTH, 12, SPAN("twelve bytes"), 5, &content, &trailers),
                     0);
    assert_string_equal(str_cstr(&content), "twelve bytes");
    assert_int_equal(read_in_steps(HTTP_LENGTH, 5, SPAN("twelve bytes"), 5, &content, &trailers),
                     -3);
    str_release(&content);
    str_release(&trailers);
}

static void what_is_no_chunk_is_refused(void **state)
{
    (void)state;
    static const struct span wires[] = {
        {"\r\n", 2},
        {"x\r\n", 3},
        {"-1\r\n", 4},
        {"+1\r\n", 4},
        {"0x1\r\n", 5},
        {" 1\r\n", 4},
        {"1 \r\na\r\n", 7},
        {"1\na\n", 4},
        {"1\ra", 3},
        {"1;\r\na", 5},
        {"1;a\rb\r\n", 7},
        {"1;a\nb\r\n", 7},
        {"1;a=\r\n", 6},
        {"1;a=\"b\r\n", 8},
        {"1;a=\"b\"c\r\n", 10},
        {"1\0\r\na", 5},
        {"1000000000000000\r\n", 18},
        {"1\r\nab", 5},
        {"1\r\na\n0\r\n", 8},
        {"0\r\nA b\r\n\r\n", 10},
        {"0\r\nContent-Length: 5\r\n\r\n", 24},
        {"0\r\nTransfer_Encoding: x\r\n\r\n", 27},
        {"0\r\nHost: x\r\n\r\n", 14},
        {"0\r\n a\r\n\r\n", 9},
        {"0\r\nA: b\n\r\n", 10},
    };
    for (size_t i = 0; i < sizeof wires / sizeof *wires; i++) {
        struct str content;
        struct str trailers;
        str_init(&content, 1000);
        str_init(&trailers, 1000);
        int rc = read_in_steps(HTTP_CHUNKED, 0, wires[i], wires[i].len, &content, &trailers);
        if (rc != -1) {
            fail_msg("case %zu: %d for %.*s", i, rc, SPAN_ARG(wires[i]));
        }
        assert_int_equal(err.code, ERR_BAD_REQUEST);
        str_release(&content);
        str_release(&trailers);
    }
}

static void lines_and_trailers_have_limits(void **state)
{
    static char wire[4096];
    struct str content;
    struct str trailers;
    (void)state;
    str_init(&content, 1000);
    str_init(&trailers, 1000);
    int len = snprintf(wire, sizeof wire, "1;%01100d", 0);
    assert_int_equal(
        read_in_steps(HTTP_CHUNKED, 0, span(wire, (size_t)len), 50, &content, &trailers), -1);
    len = snprintf(wire, sizeof wire, "0\r\nA: %01100d", 0);
    assert_int_equal(
        read_in_steps(HTTP_CHUNKED, 0, span(wire, (size_t)len), 50, &content, &trailers), -1);
    str_release(&content);
    str_release(&trailers);
}

static void a_trailer_of_the_limit_is_read_at_every_split(void **state)
{
    static char wire[2048];
    (void)state;
    int len = snprintf(wire, sizeof wire, "0\r\nA: %01019d\r\n\r\n", 0);
    for (size_t step = 1; step <= (size_t)len; step++) {
        struct str content;
        struct str trailers;
        str_init(&content, 1000);
        str_init(&trailers, 2000);
        assert_int_equal(
            read_in_steps(HTTP_CHUNKED, 0, span(wire, (size_t)len), step, &content, &trailers), 0);
        assert_int_equal(trailers.len, 1024);
        str_release(&content);
        str_release(&trailers);
    }
}

static void an_early_end_is_an_error_but_for_close_delimited_bodies(void **state)
{
    (void)state;
    struct http_head head = {.framing = HTTP_UNTIL_CLOSE};
    struct http_body body;
    http_body_begin(&body, &head, 1024);
    assert_int_equal(http_body_eof(&body, &err), 0);
    assert_true(http_body_done(&body));
    head.framing = HTTP_CHUNKED;
    http_body_begin(&body, &head, 1024);
    assert_int_equal(http_body_eof(&body, &err), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chunks_come_out_whole_at_every_split),
        cmocka_unit_test(a_length_is_kept_to_the_byte),
        cmocka_unit_test(what_is_no_chunk_is_refused),
        cmocka_unit_test(lines_and_trailers_have_limits),
        cmocka_unit_test(a_trailer_of_the_limit_is_read_at_every_split),
        cmocka_unit_test(an_early_end_is_an_error_but_for_close_delimited_bodies),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
