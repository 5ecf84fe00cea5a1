/* Content decoding of a captured body. The codings of the field are undone from the last to the
 * first; between two of them stands a buffer with the same limit as the result, so whatever a peer
 * sends costs at most twice the limit and the decoder's window.
 *
 * A capture usually ends early, because it is cut at the capture limit: every decoder then gives
 * what it could decode and says DECODE_CUT.
 *
 * A decoder keeps the last of what it decoded in its window, and that may be a secret. Where the
 * library lets us (zlib and brotli), its memory is ours and wiped when it is given back. */
#include "why401/http/decode.h"

#define ZLIB_CONST

#include <brotli/decode.h>
#include <stddef.h>
#include <stdlib.h>
#include <zlib.h>
#include <zstd.h>

#define CODINGS_MOST 4     /* nobody nests deeper for a good reason */
#define PIECE        16384 /* bytes decoded at a time */

/* Zstandard's window for HTTP is at most 8 MiB (RFC 9659 §3). */
#define ZSTD_WINDOW_LOG 23

/* Decodes by way of `piece`, of PIECE bytes. */
typedef enum decode_result decoder(struct span in, char *piece, struct str *out);

/* Memory that knows its size, so that all of it can be wiped. */
struct wiped {
    size_t size;
    max_align_t bytes[];
};

static void *wiped_alloc(void *unused, size_t size)
{
    struct wiped *memory = size < SIZE_MAX / 2 ? malloc(sizeof *memory + size) : NULL;
    (void)unused;
    if (!memory) {
        return NULL;
    }
    memory->size = size;
    return memory->bytes;
}

static void wiped_free(void *unused, void *bytes)
{
    (void)unused;
    if (bytes) {
        struct wiped *memory = (struct wiped *)((char *)bytes - offsetof(struct wiped, bytes));
        explicit_bzero(memory->bytes, memory->size);
        free(memory);
    }
}

static void *zlib_alloc(void *unused, unsigned count, unsigned size)
{
    return wiped_alloc(unused, (size_t)count * size);
}

/* Appends a decoded piece, or as much of it as the limit allows. False when something was left out.
 */
static bool keep(struct str *out, const char *piece, size_t len)
{
    size_t room = out->limit - out->len;
    str_add(out, span(piece, len < room ? len : room));
    return len <= room && !out->failed;
}

static void feed(z_stream *z, struct span in)
{
    z->next_in = (const Bytef *)in.ptr;
    z->avail_in = in.len < UINT32_MAX ? (uInt)in.len : UINT32_MAX;
}

/* Another member of a gzip file follows the one that ended (RFC 1952 §2.2). Anything else behind a
 * member is padding, which gzip's readers ignore. */
static bool next_member(z_stream *z)
{
    return z->avail_in >= 2 && z->next_in[0] == 0x1f && z->next_in[1] == 0x8b &&
           inflateReset(z) == Z_OK;
}

static enum decode_result inflate_all(z_stream *z, bool members, char *piece, struct str *out)
{
    for (;;) {
        z->next_out = (Bytef *)piece;
        z->avail_out = PIECE;
        int rc = inflate(z, Z_NO_FLUSH);
        size_t len = PIECE - z->avail_out;
        if (!keep(out, piece, len)) {
            return DECODE_CUT;
        }
        if (rc == Z_STREAM_END) {
            if (!members || !next_member(z)) {
                return DECODE_WHOLE;
            }
        } else if (rc != Z_OK && rc != Z_BUF_ERROR) {
            return DECODE_BROKEN;
        } else if (len < PIECE && z->avail_in == 0) {
            return DECODE_CUT;
        }
    }
}

/* `window` tells zlib which wrapping to expect, as inflateInit2 documents it. */
static enum decode_result inflate_with(struct span in, int window, char *piece, struct str *out)
{
    z_stream z = {.zalloc = zlib_alloc, .zfree = wiped_free};
    if (inflateInit2(&z, window) != Z_OK) {
        return DECODE_CUT;
    }
    feed(&z, in);
    enum decode_result result = inflate_all(&z, window > MAX_WBITS, piece, out);
    inflateEnd(&z);
    return result;
}

static enum decode_result decode_gzip(struct span in, char *piece, struct str *out)
{
    return inflate_with(in, MAX_WBITS + 16, piece, out);
}

/* "deflate" is the zlib format (RFC 9110 §8.4.1.2), but some senders leave the wrapping out. */
static enum decode_result decode_deflate(struct span in, char *piece, struct str *out)
{
    size_t before = out->len;
    enum decode_result result = inflate_with(in, MAX_WBITS, piece, out);
    return result == DECODE_BROKEN && out->len == before ? inflate_with(in, -MAX_WBITS, piece, out)
                                                         : result;
}

static enum decode_result unbrotli(BrotliDecoderState *state, struct span in, char *piece,
                                   struct str *out)
{
    const uint8_t *next = (const uint8_t *)in.ptr;
    size_t left = in.len;
    for (;;) {
        uint8_t *to = (uint8_t *)piece;
        size_t room = PIECE;
        BrotliDecoderResult rc =
            BrotliDecoderDecompressStream(state, &left, &next, &room, &to, NULL);
        if (!keep(out, piece, PIECE - room)) {
            return DECODE_CUT;
        }
        if (rc != BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT) {
            return rc == BROTLI_DECODER_RESULT_SUCCESS ? DECODE_WHOLE
                   : rc == BROTLI_DECODER_RESULT_ERROR ? DECODE_BROKEN
                                                       : DECODE_CUT;
        }
    }
}

static enum decode_result decode_brotli(struct span in, char *piece, struct str *out)
{
    BrotliDecoderState *state = BrotliDecoderCreateInstance(wiped_alloc, wiped_free, NULL);
    enum decode_result result = state ? unbrotli(state, in, piece, out) : DECODE_CUT;
    BrotliDecoderDestroyInstance(state);
    return result;
}

/* Whatever does not begin like RFC 8878's frames is refused here, since libzstd may read the
 * formats of its own past as well, and gives out memory that it has not written to for some of
 * them. */
static bool is_zstd_frame(struct span in)
{
    static const unsigned char magic[] = {0x28, 0xb5, 0x2f, 0xfd};
    static const unsigned char skippable[] = {0x2a, 0x4d, 0x18};
    if (in.len < sizeof magic) {
        return true; /* cut: the decoder asks for more */
    }
    return memcmp(in.ptr, magic, sizeof magic) == 0 ||
           (((unsigned char)in.ptr[0] & 0xf0) == 0x50 &&
            memcmp(in.ptr + 1, skippable, sizeof skippable) == 0);
}

/* Frames follow one another until the input ends; the last return value is 0 at the end of a frame.
 */
static enum decode_result unzstd(ZSTD_DStream *stream, struct span in, char *piece, struct str *out)
{
    ZSTD_inBuffer input = {in.ptr, in.len, 0};
    for (bool begins = true;;) {
        if (begins && !is_zstd_frame(span_from(in, input.pos))) {
            return DECODE_BROKEN;
        }
        ZSTD_outBuffer output = {piece, PIECE, 0};
        size_t hint = ZSTD_decompressStream(stream, &output, &input);
        if (!keep(out, piece, output.pos)) {
            return DECODE_CUT;
        }
        if (ZSTD_isError(hint)) {
            return DECODE_BROKEN;
        }
        begins = hint == 0;
        if (input.pos == input.size && (hint == 0 || output.pos < PIECE)) {
            return hint == 0 ? DECODE_WHOLE : DECODE_CUT;
        }
    }
}

static enum decode_result decode_zstd(struct span in, char *piece, struct str *out)
{
    ZSTD_DStream *stream = ZSTD_createDStream();
    if (!stream) {
        return DECODE_CUT;
    }
    ZSTD_DCtx_setParameter(stream, ZSTD_d_windowLogMax, ZSTD_WINDOW_LOG);
    enum decode_result result = unzstd(stream, in, piece, out);
    ZSTD_freeDStream(stream);
    return result;
}

static decoder *find_decoder(struct span coding)
{
    static const struct {
        struct span name;
        decoder *decode;
    } known[] = {{{"gzip", 4}, decode_gzip},
                 {{"x-gzip", 6}, decode_gzip},
                 {{"deflate", 7}, decode_deflate},
                 {{"br", 2}, decode_brotli},
                 {{"zstd", 4}, decode_zstd}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (span_ieq(coding, known[i].name)) {
            return known[i].decode;
        }
    }
    return NULL;
}

/* The decoders for a Content-Encoding value, in its order; "identity" needs none. Returns false
 * when it names a coding that we do not know, or too many. */
static bool plan(struct span value, decoder *steps[CODINGS_MOST], size_t *count)
{
    struct span coding;
    *count = 0;
    while (span_cut(&value, ',', &coding)) {
        coding = span_trim(coding);
        if (coding.len == 0 || span_ieq(coding, SPAN("identity"))) {
            continue;
        }
        decoder *step = find_decoder(coding);
        if (!step || *count == CODINGS_MOST) {
            return false;
        }
        /* cppcheck-suppress AssignmentAddressToInteger ; it takes the function type for an integer
         */
        steps[(*count)++] = step;
    }
    return true;
}

static enum decode_result worse(enum decode_result a, enum decode_result b)
{
    return a > b ? a : b;
}

static enum decode_result decode(decoder *step, struct span in, struct str *out)
{
    char piece[PIECE];
    enum decode_result result = step(in, piece, out);
    explicit_bzero(piece, sizeof piece);
    return result;
}

/* Undoes the last of `count` steps, and then the others. */
static enum decode_result undo(decoder *const *steps, size_t count, struct span in, struct str *out)
{
    if (count == 0) {
        return keep(out, in.ptr, in.len) ? DECODE_WHOLE : DECODE_CUT;
    }
    if (count == 1) {
        return decode(steps[0], in, out);
    }
    struct str between;
    str_init(&between, out->limit);
    enum decode_result outer = decode(steps[count - 1], in, &between);
    enum decode_result inner = undo(steps, count - 1, str_span(&between), out);
    str_release(&between);
    return worse(outer, inner);
}

enum decode_result http_decode(struct span coding, struct span body, struct str *out)
{
    decoder *steps[CODINGS_MOST];
    size_t count;
    if (!plan(coding, steps, &count)) {
        return DECODE_UNKNOWN;
    }
    /* The answer to HEAD and a 304 name a coding and have no body. */
    return body.len ? undo(steps, count, body, out) : DECODE_WHOLE;
}
