/* Bodies are coded here, at run time, and must come back; what is cut, broken or a bomb must cost
 * only what the caller allowed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <zlib.h>
#include <zstd.h>

#include "why401/http/decode.h"

#define LIMIT (1 << 20)
#define BODY  SPAN("{\"error\":\"No access token\",\"name\":\"Unauthorized\"}")

/* BODY, and four million times 'a', as the brotli tool writes them. */
#define BODY_BR                                                                                    \
    SPAN(                                                                                          \
        "\x1b\x30\x00\x00\x04\x64\x6e\xa9\xb2\x67\x42\xa2\x04\x1a\xeb\x6c\x10\x0c\x62\xd7\x09\x13" \
        "\x39\x01\x08\x23\x6b\x07\xc0\xb7\x85\x69\x1c\x1f\xdc\x60\xf8\x91\x52\x64\xef\x45\x99\xdc" \
        "\x8d\x11\xa3\xcd\xba\x5d\x7c")
#define BOMB_BR SPAN("\x9b\xff\x08\x3d\x00\x24\xc2\xe2\xb1\x40\x72\x01\x7a\x00")

enum { ZLIB = MAX_WBITS, RAW = -MAX_WBITS, GZIP = MAX_WBITS + 16 };

/* `in` as zlib codes it, appended to `out`. */
static void deflate_to(struct str *out, int window, struct span in)
{
    z_stream z = {0};
    assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, window, 8, Z_DEFAULT_STRATEGY), Z_OK);
    uLong most = deflateBound(&z, in.len) + 32;
    char *coded = malloc(most);
    assert_non_null(coded);
    char *copy = span_dup(in);
    z.next_in = (Bytef *)copy;
    z.avail_in = (uInt)in.len;
    z.next_out = (Bytef *)coded;
    z.avail_out = (uInt)most;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    str_add(out, span(coded, most - z.avail_out));
    deflateEnd(&z);
    free(coded);
    free(copy);
}

static void zstd_to(struct str *out, struct span in)
{
    size_t most = ZSTD_compressBound(in.len);
    char *coded = malloc(most);
    assert_non_null(coded);
    size_t len = ZSTD_compress(coded, most, in.ptr, in.len, 3);
    assert_false(ZSTD_isError(len));
    str_add(out, span(coded, len));
    free(coded);
}

/* Text that does not compress to nothing, from a fixed seed. */
static void noise_to(struct str *out, size_t len)
{
    uint32_t seed = 401;
    for (size_t i = 0; i < len; i++) {
        seed = seed * 1664525u + 1013904223u;
        str_add_c(out, (char)('a' + (seed >> 24) % 26));
    }
}

static void check(const char *coding, struct span body, enum decode_result want, struct span text)
{
    struct str out;
    str_init(&out, LIMIT);
    assert_int_equal(http_decode(span_of(coding), body, &out), want);
    assert_int_equal(out.len, text.len);
    assert_memory_equal(str_cstr(&out), text.len ? text.ptr : "", text.len);
    str_release(&out);
}

#define CODED(name)                                                                                \
    struct str name;                                                                               \
    str_init(&name, 8 * LIMIT)

static void test_every_coding_comes_back(void **state)
{
    (void)state;
    CODED(gzip);
    CODED(zlib);
    CODED(raw);
    CODED(zstd);
    deflate_to(&gzip, GZIP, BODY);
    deflate_to(&zlib, ZLIB, BODY);
    deflate_to(&raw, RAW, BODY);
    zstd_to(&zstd, BODY);
    check("gzip", str_span(&gzip), DECODE_WHOLE, BODY);
    check("X-GZip", str_span(&gzip), DECODE_WHOLE, BODY);
    check("deflate", str_span(&zlib), DECODE_WHOLE, BODY);
    check("deflate", str_span(&raw), DECODE_WHOLE, BODY);
    check("zstd", str_span(&zstd), DECODE_WHOLE, BODY);
    check("br", BODY_BR, DECODE_WHOLE, BODY);
    str_release(&gzip);
    str_release(&zlib);
    str_release(&raw);
    str_release(&zstd);
}

static void test_no_coding_is_the_body(void **state)
{
    (void)state;
    check("", BODY, DECODE_WHOLE, BODY);
    check("identity", BODY, DECODE_WHOLE, BODY);
    check(" , identity ,", BODY, DECODE_WHOLE, BODY);
    check("gzip", SPAN(""), DECODE_WHOLE, SPAN(""));
}

static void test_nested_codings_are_undone_from_the_last(void **state)
{
    (void)state;
    CODED(inner);
    CODED(middle);
    CODED(outer);
    deflate_to(&inner, ZLIB, BODY);
    zstd_to(&middle, str_span(&inner));
    deflate_to(&outer, GZIP, str_span(&middle));
    check("deflate, zstd ,identity, GZIP", str_span(&outer), DECODE_WHOLE, BODY);
    check("gzip, zstd, deflate", str_span(&outer), DECODE_BROKEN, SPAN(""));
    str_release(&inner);
    str_release(&middle);
    str_release(&outer);
}

static void test_members_and_frames_follow_one_another(void **state)
{
    (void)state;
    CODED(gzip);
    CODED(zstd);
    deflate_to(&gzip, GZIP, SPAN("one, "));
    deflate_to(&gzip, GZIP, SPAN("two"));
    str_add(&gzip, SPAN("\0\0\0\0padding"));
    zstd_to(&zstd, SPAN("one, "));
    zstd_to(&zstd, SPAN("two"));
    check("gzip", str_span(&gzip), DECODE_WHOLE, SPAN("one, two"));
    check("zstd", str_span(&zstd), DECODE_WHOLE, SPAN("one, two"));
    str_release(&gzip);
    str_release(&zstd);
}

static void test_unknown_codings_are_left_alone(void **state)
{
    (void)state;
    check("compress", BODY, DECODE_UNKNOWN, SPAN(""));
    check("gzip, aes128gcm", BODY, DECODE_UNKNOWN, SPAN(""));
    check("gzip;q=1", BODY, DECODE_UNKNOWN, SPAN(""));
    check("gzip,gzip,gzip,gzip,gzip", BODY, DECODE_UNKNOWN, SPAN(""));
}

static void test_garbage_is_broken(void **state)
{
    (void)state;
    static const char *const codings[] = {"gzip", "deflate", "br", "zstd"};
    for (size_t i = 0; i < sizeof codings / sizeof *codings; i++) {
        check(codings[i], SPAN("\xff\xfe\xfdthis was never coded at all"), DECODE_BROKEN, SPAN(""));
    }
}

/* Decodes every prefix of `coded`: none may be called whole, and what comes must begin `text`. */
static void check_prefixes(const char *coding, struct span coded, struct span text)
{
    struct str out;
    str_init(&out, LIMIT);
    size_t best = 0;
    for (size_t len = 1; len < coded.len; len += 1 + coded.len / 64) {
        str_clear(&out);
        /* A copy of just that size, so that a read behind it is seen by the sanitizer. */
        char *prefix = malloc(len);
        assert_non_null(prefix);
        memcpy(prefix, coded.ptr, len);
        assert_int_equal(http_decode(span_of(coding), span(prefix, len), &out), DECODE_CUT);
        assert_true(out.len <= text.len);
        assert_memory_equal(str_cstr(&out), text.ptr, out.len);
        best = out.len > best ? out.len : best;
        free(prefix);
    }
    assert_true(best > text.len / 2);
    str_release(&out);
}

static void test_a_cut_body_gives_what_could_be_had(void **state)
{
    (void)state;
    CODED(text);
    CODED(gzip);
    CODED(zlib);
    CODED(zstd);
    noise_to(&text, 600000);
    deflate_to(&gzip, GZIP, str_span(&text));
    deflate_to(&zlib, ZLIB, str_span(&text));
    zstd_to(&zstd, str_span(&text));
    check_prefixes("gzip", str_span(&gzip), str_span(&text));
    check_prefixes("deflate", str_span(&zlib), str_span(&text));
    check_prefixes("zstd", str_span(&zstd), str_span(&text));
    str_release(&text);
    str_release(&gzip);
    str_release(&zlib);
    str_release(&zstd);
}

static void test_a_fault_keeps_what_came_before_it(void **state)
{
    (void)state;
    CODED(text);
    CODED(gzip);
    CODED(out);
    noise_to(&text, 200000);
    deflate_to(&gzip, GZIP, str_span(&text));
    gzip.ptr[gzip.len - 6] ^= 1; /* the checksum */
    assert_int_equal(http_decode(SPAN("gzip"), str_span(&gzip), &out), DECODE_BROKEN);
    assert_true(span_eq(str_span(&out), str_span(&text)));
    str_release(&text);
    str_release(&gzip);
    str_release(&out);
}

static void check_bomb(const char *coding, struct span bomb)
{
    struct str out;
    str_init(&out, 5000);
    assert_int_equal(http_decode(span_of(coding), bomb, &out), DECODE_CUT);
    assert_int_equal(out.len, 5000);
    assert_false(out.failed);
    assert_true(out.cap <= 16384);
    str_release(&out);
}

static void test_a_bomb_costs_the_limit(void **state)
{
    (void)state;
    CODED(text);
    CODED(gzip);
    CODED(twice);
    CODED(zstd);
    for (size_t i = 0; i < 4000000 / 10; i++) {
        str_add(&text, SPAN("aaaaaaaaaa"));
    }
    deflate_to(&gzip, GZIP, str_span(&text));
    deflate_to(&twice, GZIP, str_span(&gzip));
    zstd_to(&zstd, str_span(&text));
    check_bomb("gzip", str_span(&gzip));
    check_bomb("gzip, gzip", str_span(&twice));
    check_bomb("zstd", str_span(&zstd));
    check_bomb("br", BOMB_BR);
    check_bomb("", str_span(&text));
    str_release(&text);
    str_release(&gzip);
    str_release(&twice);
    str_release(&zstd);
}

static void test_a_body_of_exactly_the_limit_is_whole(void **state)
{
    (void)state;
    CODED(gzip);
    struct str out;
    str_init(&out, BODY.len);
    deflate_to(&gzip, GZIP, BODY);
    assert_int_equal(http_decode(SPAN("gzip"), str_span(&gzip), &out), DECODE_WHOLE);
    assert_int_equal(out.len, BODY.len);
    str_release(&out);
    str_release(&gzip);
}

/* A frame that asks for a window of 64 MiB would make the decoder allocate as much. */
static void test_a_huge_window_is_refused(void **state)
{
    (void)state;
    check("zstd", SPAN("\x28\xb5\x2f\xfd\x00\x80\x01\x00\x00"), DECODE_BROKEN, SPAN(""));
}

/* libzstd may read formats that are older than RFC 8878, and some of them badly. */
static void old_formats_of_zstd_are_refused(void **state)
{
    (void)state;
    static const char frame[] = "\x27\xb5\x2f\xfd\x04\x58\x54\x10\0\0\0\0\0\0\0\0\x1d";
    check("zstd", span(frame, sizeof frame - 1), DECODE_BROKEN, SPAN(""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_coding_comes_back),
        cmocka_unit_test(test_no_coding_is_the_body),
        cmocka_unit_test(test_nested_codings_are_undone_from_the_last),
        cmocka_unit_test(test_members_and_frames_follow_one_another),
        cmocka_unit_test(test_unknown_codings_are_left_alone),
        cmocka_unit_test(test_garbage_is_broken),
        cmocka_unit_test(test_a_cut_body_gives_what_could_be_had),
        cmocka_unit_test(test_a_fault_keeps_what_came_before_it),
        cmocka_unit_test(test_a_bomb_costs_the_limit),
        cmocka_unit_test(test_a_body_of_exactly_the_limit_is_whole),
        cmocka_unit_test(test_a_huge_window_is_refused),
        cmocka_unit_test(old_formats_of_zstd_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
