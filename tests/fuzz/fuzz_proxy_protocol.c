/* The PROXY protocol header, version 1 and 2, read from a beginning of every length. As long as it
 * is incomplete nothing may be decided but that it is none; once it is whole, neither its length
 * nor the address may change with what follows; and an address that is named can be written and
 * read.
 *
 * Input: the first bytes of a connection. */
#include "fuzz.h"
#include "proxy/net/proxy_protocol.h"

static int read_first(struct span in, size_t len, struct ip *source, size_t *used)
{
    struct err err = {0};
    struct span exact = fuzz_exact(span_first(in, len));
    int rc = proxy_header_read(exact, source, used, &err);
    CHECK(rc == 0 || (rc == -1 && err.code == ERR_BAD_REQUEST && err.text[0]));
    CHECK(*used <= len && *used <= PROXY_HEADER_MOST);
    CHECK(rc == 0 || source->family == 0);
    fuzz_free(exact);
    return rc;
}

static void check_address(struct ip ip)
{
    char text[IP_TEXT_SIZE];
    struct ip again;
    if (ip.family == 0) {
        return;
    }
    CHECK(ip.family == 4 || ip.family == 6);
    CHECK(ip_parse(span_of(ip_text(ip, text)), &again));
    CHECK(again.family == ip.family && memcmp(again.bytes, ip.bytes, ip.family == 4 ? 4 : 16) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct span in = fuzz_span(bytes, size < 2048 ? size : 2048);
    struct ip whole;
    size_t used;
    int rc = read_first(in, in.len, &whole, &used);
    check_address(whole);
    /* Nothing is waited for without end. */
    CHECK(rc != 0 || used || in.len < PROXY_HEADER_MOST);
    for (size_t len = 0; len < in.len; len++) {
        struct ip source;
        size_t part;
        int so_far = read_first(in, len, &source, &part);
        if (so_far != 0) {
            CHECK(rc != 0); /* refused early is refused */
            break;
        }
        if (part) {
            CHECK(rc == 0 && part == used && len >= used);
            CHECK(source.family == whole.family);
            CHECK(memcmp(source.bytes, whole.bytes, sizeof source.bytes) == 0);
        } else {
            CHECK(source.family == 0);
        }
    }
    return 0;
}
