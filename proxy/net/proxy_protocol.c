#include "proxy_protocol.h"

/* The longest version 1 line, CR LF included. */
#define V1_MOST 107

static const struct span v2_signature = {"\r\n\r\n\0\r\nQUIT\n", 12};

static int bad(struct err *err, const char *why)
{
    return err_set(err, ERR_BAD_REQUEST,
                   "the connection does not begin with a PROXY protocol header: %s", why);
}

/* PROXY SP (TCP4|TCP6) SP source SP destination SP port SP port, or PROXY SP UNKNOWN … */
static int read_v1_line(struct span line, struct ip *source, struct err *err)
{
    struct span part;
    struct ip ip;
    span_cut(&line, ' ', &part);
    span_cut(&line, ' ', &part);
    if (span_eq(part, SPAN("UNKNOWN"))) {
        return 0;
    }
    uint8_t family = span_eq(part, SPAN("TCP4")) ? 4 : span_eq(part, SPAN("TCP6")) ? 6 : 0;
    if (family == 0) {
        return bad(err, "its protocol is not TCP4, TCP6 or UNKNOWN");
    }
    if (!span_cut(&line, ' ', &part) || !ip_parse(part, &ip)) {
        return bad(err, "its source is not an IP address");
    }
    struct ip destination;
    uint64_t port;
    if (!span_cut(&line, ' ', &part) || !ip_parse(part, &destination) ||
        !span_cut(&line, ' ', &part) || !span_u64(part, &port) || port > 65535 ||
        !span_cut(&line, ' ', &part) || !span_u64(part, &port) || port > 65535 || line.ptr) {
        return bad(err, "its destination or ports are malformed");
    }
    *source = ip;
    return 0;
}

static int read_v1(struct span bytes, struct ip *source, size_t *used, struct err *err)
{
    ptrdiff_t end = span_find(span_first(bytes, V1_MOST), SPAN("\r\n"));
    if (end < 0) {
        return bytes.len < V1_MOST ? 0 : bad(err, "its line has more than 107 bytes");
    }
    *used = (size_t)end + 2;
    return read_v1_line(span_first(bytes, (size_t)end), source, err);
}

static int read_v2(struct span bytes, struct ip *source, size_t *used, struct err *err)
{
    if (bytes.len < 16) {
        return 0;
    }
    const unsigned char *at = (const unsigned char *)bytes.ptr;
    size_t length = 16 + ((size_t)at[14] << 8 | at[15]);
    if (at[12] >> 4 != 2 || (at[12] & 15) > 1) {
        return bad(err, "its version or command is unknown");
    }
    if (length > PROXY_HEADER_MOST) {
        return bad(err, "it is longer than 1024 bytes");
    }
    if (bytes.len < length) {
        return 0;
    }
    *used = length;
    if ((at[12] & 15) == 0) {
        return 0; /* LOCAL: the balancer's own health check */
    }
    char text[IP_TEXT_SIZE];
    struct ip ip = {.family = at[13] >> 4 == 1 ? 4 : at[13] >> 4 == 2 ? 6 : 0};
    size_t need = ip.family == 4 ? 12 : ip.family == 6 ? 36 : 0;
    if (length - 16 < need) {
        return bad(err, "its address block is too short");
    }
    if (ip.family) {
        memcpy(ip.bytes, at + 16, ip.family == 4 ? 4 : 16);
        /* Through text and back, so that a mapped address becomes the IPv4 address it maps. */
        ip_parse(span_of(ip_text(ip, text)), source);
    }
    return 0;
}

int proxy_header_read(struct span bytes, struct ip *source, size_t *used, struct err *err)
{
    *used = 0;
    *source = (struct ip){0};
    size_t len = bytes.len < v2_signature.len ? bytes.len : v2_signature.len;
    if (span_starts(bytes, span_first(v2_signature, len))) {
        return len == v2_signature.len ? read_v2(bytes, source, used, err) : 0;
    }
    len = bytes.len < 6 ? bytes.len : 6;
    if (span_starts(bytes, span_first(SPAN("PROXY "), len))) {
        return len == 6 ? read_v1(bytes, source, used, err) : 0;
    }
    return bad(err, "neither version 1 nor version 2 begins with these bytes");
}
