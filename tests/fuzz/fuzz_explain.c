/* What people paste into 'why401 explain': a body, an SDK's error, a transcript, a HAR, JSON lines,
 * a sentence. It is read or refused with one line; what is read is judged by the whole chain and
 * written for people and as JSON. See offline.h for what must hold.
 *
 * Input: the file. */
#include "offline.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct span file = fuzz_exact(fuzz_span(bytes, size));
    struct input in;
    struct err err = {0};
    if (input_read(&in, file, "in.txt", &err) == 0) {
        offline_explain(&in);
    } else {
        offline_check_err(&err);
        CHECK(strstr(err.text, "in.txt"));
    }
    input_release(&in);
    fuzz_free(file);
    return 0;
}
