/* Content decoding of bodies that may be bombs. Whatever comes: the output never exceeds its limit,
 * a second run gives the same, a smaller limit gives a beginning of the same, and an input cut
 * short gives a beginning too. That no input takes long is watched by the fuzzer's own limit.
 *
 * Input: a line "LIMIT CODINGS", then the coded body. */
#include "fuzz.h"
#include "why401/http/decode.h"

#define LIMIT_MOST (1u << 20)

static enum decode_result decode(struct span codings, struct span body, size_t limit,
                                 struct str *out)
{
    struct span exact = fuzz_exact(body);
    str_init(out, limit);
    enum decode_result result = http_decode(codings, exact, out);
    CHECK(out->len <= limit);
    CHECK(result != DECODE_UNKNOWN || out->len == 0);
    fuzz_free(exact);
    return result;
}

static void check_begins(const struct str *shorter, const struct str *longer)
{
    CHECK(shorter->len <= longer->len);
    CHECK_SAME(str_span(shorter), span_first(str_span(longer), shorter->len));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct span in = fuzz_span(bytes, size);
    struct span codings = fuzz_line(&in);
    size_t limit = fuzz_number(&codings, LIMIT_MOST) % LIMIT_MOST + 1;
    struct str first;
    struct str other;
    enum decode_result result = decode(codings, in, limit, &first);
    CHECK(decode(codings, in, limit, &other) == result);
    CHECK_SAME(str_span(&first), str_span(&other));
    str_release(&other);
    /* With one coding nothing is lost between two; deflate may take a cut body for a raw one. */
    bool one = !memchr(codings.len ? codings.ptr : "", ',', codings.len) &&
               span_ifind(codings, SPAN("deflate")) < 0;
    if (one && result != DECODE_UNKNOWN) {
        decode(codings, in, limit / 2 + 1, &other);
        check_begins(&other, &first);
        str_release(&other);
        /* A decoder that finds a fault may keep back what it had not yet given out. */
        decode(codings, span_first(in, in.len / 2), limit, &other);
        if (result != DECODE_BROKEN && in.len > 1) {
            check_begins(&other, &first);
        }
        str_release(&other);
    }
    str_release(&first);
    return 0;
}
