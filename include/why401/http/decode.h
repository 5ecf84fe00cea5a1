/* Content decoding (RFC 9110 §8.4) of a captured body: gzip and x-gzip, deflate (zlib or raw), br,
 * zstd, and several of them one inside the other. It runs in the observer on a capture, never on
 * bytes that are forwarded. */
#ifndef WHY401_HTTP_DECODE_H
#define WHY401_HTTP_DECODE_H

#include "why401/base/span.h"
#include "why401/base/str.h"

enum decode_result {
    DECODE_WHOLE,   /* all of the body */
    DECODE_CUT,     /* what could be had: the input ended early or the output limit was reached */
    DECODE_UNKNOWN, /* a coding that we do not know; out is empty */
    DECODE_BROKEN,  /* not what its coding says; out holds what came before the fault */
};

/* Decodes `body`, coded as the Content-Encoding value `coding` says (empty: not at all), into
 * `out`, which the caller initialised; its limit bounds the output, so a bomb costs at most that.
 */
enum decode_result http_decode(struct span coding, struct span body, struct str *out);

#endif
