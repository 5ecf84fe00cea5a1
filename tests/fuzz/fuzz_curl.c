/* Transcripts of curl: as fuzz_explain.c, but the input is always taken for a transcript.
 *
 * Input: what curl wrote. */
#include "offline.h"
#include "proxy/offline/readers.h"
#include "why401/exchange/body.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct input in = {.kind = INPUT_CURL};
    struct err err = {0};
    struct str clean;
    /* As input_read prepares it. */
    str_init(&clean, 3 * size + 16);
    utf8_clean(&clean, fuzz_span(bytes, size));
    struct span transcript = fuzz_exact(str_span(&clean));
    str_release(&clean);
    if (read_curl(&in, transcript, &err) != 0) {
        offline_check_err(&err);
    } else if (in.count) {
        offline_explain(&in);
    }
    input_release(&in);
    fuzz_free(transcript);
    return 0;
}
