/* What a failing response says, in every shape in which BitGo's services, its Express, and what
 * stands between say it. The bodies are those that were seen on the wire or stand in BitGo's API
 * description. */
#include <stdlib.h>
#include <zlib.h>
#include <zstd.h>

#include "testing.h"
#include "why401/explain/explain.h"

#define LIMIT (1u << 20)

/* {"error":"No access token","name":"Unauthorized"}, as the brotli tool writes it. */
#define BODY_BR                                                                                    \
    SPAN(                                                                                          \
        "\x1b\x30\x00\x00\x04\x64\x6e\xa9\xb2\x67\x42\xa2\x04\x1a\xeb\x6c\x10\x0c\x62\xd7\x09\x13" \
        "\x39\x01\x08\x23\x6b\x07\xc0\xb7\x85\x69\x1c\x1f\xdc\x60\xf8\x91\x52\x64\xef\x45\x99\xdc" \
        "\x8d\x11\xa3\xcd\xba\x5d\x7c")
#define BODY SPAN("{\"error\":\"No access token\",\"name\":\"Unauthorized\"}")

/* A response with one field, or none where `name` is NULL, and this body. Free with exchange_free.
 */
static struct exchange *response(const char *name, const char *value, struct span body)
{
    struct exchange *x = exchange_new(1, 64 * 1024);
    assert_non_null(x);
    x->response.head.status = 401;
    if (name) {
        struct http_field *field = arena_alloc(&x->arena, sizeof *field);
        assert_non_null(field);
        *field = (struct http_field){.name = span_of(name), .value = span_of(value)};
        x->response.head.fields = field;
        x->response.head.field_count = 1;
    }
    capture_add(&x->response.body, body, LIMIT);
    return x;
}

static void assert_span(const char *what, struct span found, const char *want)
{
    if (!span_eq(found, span_of(want))) {
        fail_msg("%s is \"%.*s\", not \"%s\"", what, SPAN_ARG(found), want);
    }
}

/* Reads a response that is this text, and checks what it is taken to say. */
static void check(const char *body, const char *error, const char *name, const char *request_id)
{
    struct exchange *x = response(NULL, NULL, span_of(body));
    struct answer a;
    answer_read(&a, x, LIMIT);
    assert_false(a.cut);
    assert_span("error", a.error, error);
    assert_span("name", a.name, name);
    assert_span("request id", a.request_id, request_id);
    answer_release(&a);
    exchange_free(x);
}

/* A: the platform, /api/v1 and /api/v2. */
static void reads_the_platform(void **state)
{
    (void)state;
    check("{\"error\":\"invalid wallet id\",\"name\":\"InvalidWalletId\","
          "\"requestId\":\"cjo7uw7si0buzttlmazmvthay\"}",
          "invalid wallet id", "InvalidWalletId", "cjo7uw7si0buzttlmazmvthay");
    check(
        "{\"error\":\"needs unlock\",\"needsOTP\":true,\"needsUnlock\":true,\"name\":\"Response\","
        "\"requestId\":\"cjd6dflt4b70sdjrscvgks22d\",\"context\":{\"name\":\"inner\"}}",
        "needs unlock", "Response", "cjd6dflt4b70sdjrscvgks22d");
    check(" \r\n{\"error\":\"No access token\",\"name\":\"Unauthorized\",\"status\":401,"
          "\"additionalDetails\":{\"retryAfter\":1}}",
          "No access token", "Unauthorized", "");
}

/* B: micro-services, with errorName and reqId; error may be an object or repeat the id. */
static void reads_micro_services(void **state)
{
    (void)state;
    check("{\"error\":\"Unauthorized\",\"errorName\":\"Unauthorized\",\"reqId\":\"some-id\"}",
          "Unauthorized", "Unauthorized", "some-id");
    check("{\"error\":\"Forbidden, reqId=unk-nqo97l23l2ofpvgkbb8z\","
          "\"errorName\":\"backend:common:forbidden\"}",
          "Forbidden, reqId=unk-nqo97l23l2ofpvgkbb8z", "backend:common:forbidden",
          "unk-nqo97l23l2ofpvgkbb8z");
    check("{\"errorName\":\"backend:trade:invalidQuantity\",\"error\":{\"currencySymbol\":\"USD\","
          "\"message\":\"too small\"},\"reqId\":\"some-id\"}",
          "too small", "backend:trade:invalidQuantity", "some-id");
    /* An object that has no message is shown as it is. */
    check("{\"errorName\":\"x\",\"error\":{\"currencySymbol\":\"USD\"}}",
          "{\"currencySymbol\":\"USD\"}", "x", "");
}

/* C and D: error, name and status; code and message. */
static void reads_the_younger_services(void **state)
{
    (void)state;
    check("{\"error\":\"Forbidden\",\"name\":\"AccessDenied\",\"status\":403}", "Forbidden",
          "AccessDenied", "");
    check("{\"code\":\"AccessDenied\",\"message\":\"License not added for "
          "enterprise\",\"status\":403}",
          "License not added for enterprise", "AccessDenied", "");
    check("{\"code\":403,\"message\":\"no\",\"details\":[]}", "no", "", "");
}

/* E: BitGo Express adds to what it got, or made the error itself. */
static void reads_express(void **state)
{
    (void)state;
    check("{\"error\":\"unauthorized\",\"name\":\"Unauthorized\",\"requestId\":"
          "\"ck1vqn44i07t3u6rsjd0alx9o\",\"context\":{},\"message\":\"unauthorized\","
          "\"bitgoJsVersion\":\"1.0\",\"bitgoExpressVersion\":\"1.0\"}",
          "unauthorized", "Unauthorized", "ck1vqn44i07t3u6rsjd0alx9o");
    check("{\"message\":\"password error - ccm: tag doesn't match\",\"name\":\"Error\"}",
          "password error - ccm: tag doesn't match", "Error", "");
    check("{\"error\":\"(object_error) {\\\"a\\\":1}\"}", "(object_error) {\"a\":1}", "", "");
}

/* F: gateways, in HTML and in plain text. */
static void reads_pages_and_text(void **state)
{
    (void)state;
    static const char page[] =
        "<html>\r\n<head><title> 502 Bad Gateway</title></head><body><h1>no</h1></body></html>";
    struct exchange *x = response("Content-Type", "text/html; charset=utf-8", span_of(page));
    struct answer a;
    answer_read(&a, x, LIMIT);
    assert_true(a.html);
    assert_null(a.json);
    assert_span("error", a.error, "502 Bad Gateway");
    answer_release(&a);
    exchange_free(x);
    check(page, "502 Bad Gateway", "", "");                /* HTML that does not say so */
    check("<html><body>gone", "<html><body>gone", "", ""); /* no title */
    check("transaction not found on this wallet", "transaction not found on this wallet", "", "");
    check("\"just a string\"", "\"just a string\"", "", "");
    check("server error requestId=ckye6abaa0vr5071tbhac28t3, sorry",
          "server error requestId=ckye6abaa0vr5071tbhac28t3, sorry", "",
          "ckye6abaa0vr5071tbhac28t3");
    check("", "", "", "");
}

/* G: OAuth. */
static void reads_oauth(void **state)
{
    (void)state;
    check("{\"error\":\"invalid_grant\"}", "invalid_grant", "", "");
    check("{\"error_description\":\"The code has expired\"}", "The code has expired", "", "");
}

static void finds_the_request_id_wherever_it_is(void **state)
{
    (void)state;
    struct answer a;
    struct exchange *x =
        response("request-id", "b779c4dadd8c2949e31a-0007", SPAN("{\"error\":\"x\"}"));
    answer_read(&a, x, LIMIT);
    assert_span("request id", a.request_id, "b779c4dadd8c2949e31a-0007");
    answer_release(&a);
    exchange_free(x);
    /* What the body says goes before the field. */
    x = response("Request-ID", "from-the-field",
                 SPAN("{\"error\":\"x\",\"reqId\":\"from-the-body\"}"));
    answer_read(&a, x, LIMIT);
    assert_span("request id", a.request_id, "from-the-body");
    answer_release(&a);
    exchange_free(x);
    check("{\"error\":\"broken, requestId=ckye6abaa0vr5071tbhac28t3\"}",
          "broken, requestId=ckye6abaa0vr5071tbhac28t3", "", "ckye6abaa0vr5071tbhac28t3");
}

/* `in` as zlib codes it, appended to `out`. */
static void deflate_to(struct str *out, int window, struct span in)
{
    z_stream z = {0};
    unsigned char coded[512];
    char *copy = span_dup(in);
    assert_non_null(copy);
    assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, window, 8, Z_DEFAULT_STRATEGY), Z_OK);
    z.next_in = (Bytef *)copy;
    z.avail_in = (uInt)in.len;
    z.next_out = coded;
    z.avail_out = sizeof coded;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    str_add(out, span((const char *)coded, sizeof coded - z.avail_out));
    deflateEnd(&z);
    free(copy);
}

static void check_coded(const char *coding, struct span body)
{
    struct exchange *x = response("Content-Encoding", coding, body);
    struct answer a;
    answer_read(&a, x, LIMIT);
    assert_false(a.cut);
    assert_non_null(a.json);
    assert_span("error", a.error, "No access token");
    assert_span("name", a.name, "Unauthorized");
    answer_release(&a);
    exchange_free(x);
}

static void reads_every_coding(void **state)
{
    (void)state;
    struct str coded;
    char zstd[256];
    str_init(&coded, LIMIT);
    deflate_to(&coded, MAX_WBITS + 16, BODY);
    check_coded("gzip", str_span(&coded));
    str_clear(&coded);
    deflate_to(&coded, MAX_WBITS, BODY);
    check_coded("deflate", str_span(&coded));
    str_release(&coded);
    size_t len = ZSTD_compress(zstd, sizeof zstd, BODY.ptr, BODY.len, 3);
    assert_false(ZSTD_isError(len));
    check_coded("zstd", span(zstd, len));
    check_coded("br", BODY_BR);
}

/* Reads a response of which no more than `kept` bytes were captured. */
static struct exchange *cut_at(size_t kept, struct span body, struct answer *a)
{
    struct exchange *x = response(NULL, NULL, span("", 0));
    capture_add(&x->response.body, body, kept);
    assert_true(x->response.body.truncated);
    answer_read(a, x, LIMIT);
    assert_true(a->cut);
    assert_null(a->json);
    return x;
}

static void a_cut_body_is_read_as_far_as_it_goes(void **state)
{
    (void)state;
    struct answer a;
    struct span body =
        SPAN("{\"error\":\"invalid wallet id\",\"name\":\"InvalidWalletId\",\"requestId\":"
             "\"cjo7uw7si0buzttlmazmvthay\",\"context\":{\"long\":\"0123456789\"}}");
    struct exchange *x = cut_at(body.len - 5, body, &a);
    assert_span("error", a.error, "invalid wallet id");
    assert_span("name", a.name, "InvalidWalletId");
    assert_span("request id", a.request_id, "cjo7uw7si0buzttlmazmvthay");
    answer_release(&a);
    exchange_free(x);
    x = cut_at(24, body, &a); /* amid the error's text */
    assert_span("error", a.error, "invalid wallet");
    assert_span("name", a.name, "");
    answer_release(&a);
    exchange_free(x);
}

/* A coded body that was cut gives what came before the cut; one that is no such coding, nothing
 * that misleads. */
static void a_coded_body_may_be_cut_or_broken(void **state)
{
    (void)state;
    struct str coded;
    struct answer a;
    str_init(&coded, LIMIT);
    deflate_to(&coded, MAX_WBITS + 16, BODY);
    struct exchange *x =
        response("Content-Encoding", "gzip", span_first(str_span(&coded), coded.len - 9));
    answer_read(&a, x, LIMIT);
    assert_true(a.cut);
    answer_release(&a);
    exchange_free(x);
    str_release(&coded);
    x = response("Content-Encoding", "gzip", BODY);
    answer_read(&a, x, LIMIT);
    assert_true(a.cut);
    assert_span("error", a.error, "");
    answer_release(&a);
    exchange_free(x);
}

/* Every beginning of a body is read without harm, under a sanitizer above all. */
static void any_beginning_can_be_read(void **state)
{
    (void)state;
    struct span body =
        SPAN("{\"error\":{\"message\":\"a \\\"b\\\"\"},\"name\":\"N\\u00e4\",\"list\":[1,{}],"
             "\"reqId\":\"r\"} requestId=x");
    for (size_t len = 0; len <= body.len; len++) {
        struct exchange *x = response(NULL, NULL, span_first(body, len));
        struct answer a;
        answer_read(&a, x, LIMIT);
        answer_release(&a);
        exchange_free(x);
    }
}

/* A body longer than what may be decoded is cut there. */
static void decodes_no_more_than_allowed(void **state)
{
    (void)state;
    struct exchange *x = response(NULL, NULL, BODY);
    struct answer a;
    answer_read(&a, x, 19);
    assert_true(a.cut);
    assert_span("error", a.error, "No access");
    answer_release(&a);
    exchange_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_the_platform),
        cmocka_unit_test(reads_micro_services),
        cmocka_unit_test(reads_the_younger_services),
        cmocka_unit_test(reads_express),
        cmocka_unit_test(reads_pages_and_text),
        cmocka_unit_test(reads_oauth),
        cmocka_unit_test(finds_the_request_id_wherever_it_is),
        cmocka_unit_test(reads_every_coding),
        cmocka_unit_test(a_cut_body_is_read_as_far_as_it_goes),
        cmocka_unit_test(a_coded_body_may_be_cut_or_broken),
        cmocka_unit_test(any_beginning_can_be_read),
        cmocka_unit_test(decodes_no_more_than_allowed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
