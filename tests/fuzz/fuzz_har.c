/* HAR import: as fuzz_explain.c, but the input is always taken for a HAR, so that mutations do not
 * end in other readers.
 *
 * Input: the HAR; where it is not even JSON there is nothing to do. */
#include "offline.h"
#include "proxy/offline/readers.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    json_t *har = json_loadb((const char *)bytes, size, 0, NULL);
    struct input in = {.kind = INPUT_HAR};
    struct err err = {0};
    if (har && read_har(&in, har, "in.har", &err) == 0) {
        offline_explain(&in);
    } else if (har) {
        offline_check_err(&err);
        CHECK(strstr(err.text, "in.har"));
    }
    input_release(&in);
    json_decref(har);
    return 0;
}
