#include "why401/base/ip.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>

static const uint8_t mapped_prefix[12] = {[10] = 0xff, [11] = 0xff};

static struct ip from_v4(const void *bytes)
{
    struct ip ip = {.family = 4};
    memcpy(ip.bytes, bytes, 4);
    return ip;
}

static struct ip from_v6(const void *bytes)
{
    if (memcmp(bytes, mapped_prefix, sizeof mapped_prefix) == 0) {
        return from_v4((const uint8_t *)bytes + sizeof mapped_prefix);
    }
    struct ip ip = {.family = 6};
    memcpy(ip.bytes, bytes, 16);
    return ip;
}

bool ip_parse(struct span text, struct ip *out)
{
    char cstr[IP_TEXT_SIZE];
    uint8_t bytes[16];
    if (text.len == 0 || text.len >= sizeof cstr || memchr(text.ptr, '\0', text.len)) {
        return false;
    }
    memcpy(cstr, text.ptr, text.len);
    cstr[text.len] = '\0';
    if (inet_pton(AF_INET, cstr, bytes) == 1) {
        *out = from_v4(bytes);
        return true;
    }
    if (inet_pton(AF_INET6, cstr, bytes) == 1) {
        *out = from_v6(bytes);
        return true;
    }
    return false;
}

bool ip_ends_in_number(struct span host)
{
    struct span label;
    while (span_cut(&host, '.', &label) && host.ptr) {
    }
    if (span_istarts(label, SPAN("0x"))) {
        return label.len == 2 || span_is_hex(span_from(label, 2), false);
    }
    size_t digits = 0;
    while (digits < label.len && label.ptr[digits] >= '0' && label.ptr[digits] <= '9') {
        digits++;
    }
    return digits > 0 && digits == label.len;
}

struct ip ip_from_sockaddr(const struct sockaddr *address)
{
    if (address->sa_family == AF_INET) {
        return from_v4(&((const struct sockaddr_in *)(const void *)address)->sin_addr);
    }
    if (address->sa_family == AF_INET6) {
        return from_v6(&((const struct sockaddr_in6 *)(const void *)address)->sin6_addr);
    }
    return (struct ip){0};
}

/* By hand, as each exchange is logged with a few of them. */
static const char *v4_text(const uint8_t bytes[4], char *text)
{
    char *to = text;
    for (size_t i = 0; i < 4; i++) {
        unsigned value = bytes[i];
        if (value >= 100) {
            *to++ = (char)('0' + value / 100);
        }
        if (value >= 10) {
            *to++ = (char)('0' + value / 10 % 10);
        }
        *to++ = (char)('0' + value % 10);
        *to++ = '.';
    }
    to[-1] = '\0';
    return text;
}

const char *ip_text(struct ip ip, char text[IP_TEXT_SIZE])
{
    if (ip.family == 4) {
        return v4_text(ip.bytes, text);
    }
    if (ip.family == 0 || !inet_ntop(AF_INET6, ip.bytes, text, IP_TEXT_SIZE)) {
        snprintf(text, IP_TEXT_SIZE, "-");
    }
    return text;
}

bool ip_eq(struct ip a, struct ip b)
{
    return a.family == b.family && memcmp(a.bytes, b.bytes, a.family == 4 ? 4 : 16) == 0;
}

bool ip_is_loopback(struct ip ip)
{
    static const uint8_t v6_loopback[16] = {[15] = 1};
    return (ip.family == 4 && ip.bytes[0] == 127) ||
           (ip.family == 6 && memcmp(ip.bytes, v6_loopback, 16) == 0);
}

/* Clears the bits of *ip behind the prefix; true when any was set. */
static bool clear_host_bits(struct ip *ip, unsigned prefix)
{
    bool any = false;
    for (unsigned bit = prefix; bit < (ip->family == 4 ? 32u : 128u); bit++) {
        uint8_t mask = (uint8_t)(0x80u >> (bit % 8));
        any = any || (ip->bytes[bit / 8] & mask);
        ip->bytes[bit / 8] &= (uint8_t)~mask;
    }
    return any;
}

bool cidr_parse(struct span text, struct cidr *out, const char **why)
{
    struct span rest = text;
    struct span address;
    struct cidr block;
    uint64_t prefix;
    span_cut(&rest, '/', &address);
    if (!ip_parse(address, &block.ip)) {
        *why = "expected an IPv4 or IPv6 address, or a block such as 192.0.2.0/24";
        return false;
    }
    uint64_t most = block.ip.family == 4 ? 32 : 128;
    if (!rest.ptr) {
        prefix = most;
    } else if (!span_u64(rest, &prefix) || prefix > most) {
        *why = block.ip.family == 4 ? "the prefix behind / is a number from 0 to 32"
                                    : "the prefix behind / is a number from 0 to 128";
        return false;
    }
    block.prefix = (uint8_t)prefix;
    if (clear_host_bits(&block.ip, block.prefix)) {
        *why = "the address has bits set behind the prefix; write the block's first address";
        return false;
    }
    *out = block;
    return true;
}

bool cidr_contains(const struct cidr *block, struct ip ip)
{
    if (ip.family != block->ip.family) {
        return false;
    }
    unsigned whole = block->prefix / 8;
    unsigned bits = block->prefix % 8;
    if (memcmp(ip.bytes, block->ip.bytes, whole) != 0) {
        return false;
    }
    uint8_t mask = (uint8_t)(0xff00u >> bits);
    return bits == 0 || (ip.bytes[whole] & mask) == block->ip.bytes[whole];
}

static bool any_contains(const struct cidr *blocks, size_t count, struct ip ip)
{
    for (size_t i = 0; i < count; i++) {
        if (cidr_contains(&blocks[i], ip)) {
            return true;
        }
    }
    return false;
}

bool ip_is_private(struct ip ip)
{
    static const struct cidr blocks[] = {
        {{4, {10}}, 8},       {{4, {172, 16}}, 12}, {{4, {192, 168}}, 16},   {{4, {169, 254}}, 16},
        {{4, {100, 64}}, 10}, {{6, {0xfc}}, 7},     {{6, {0xfe, 0x80}}, 10},
    };
    return ip_is_loopback(ip) || any_contains(blocks, sizeof blocks / sizeof *blocks, ip);
}

/* IANA's IPv4 special-purpose registry, where it says "not globally reachable", and multicast. */
static bool is_public_v4(struct ip ip)
{
    static const struct cidr special[] = {
        {{4, {0}}, 8},             /* this network, RFC 791 */
        {{4, {10}}, 8},            /* private, RFC 1918 */
        {{4, {100, 64}}, 10},      /* shared, RFC 6598 */
        {{4, {127}}, 8},           /* loopback */
        {{4, {169, 254}}, 16},     /* link-local; clouds tell their secrets there */
        {{4, {172, 16}}, 12},      /* private */
        {{4, {192, 0, 0}}, 24},    /* protocol assignments, RFC 6890 */
        {{4, {192, 0, 2}}, 24},    /* documentation, RFC 5737 */
        {{4, {192, 88, 99}}, 24},  /* relays of 6to4, deprecated by RFC 7526 */
        {{4, {192, 168}}, 16},     /* private */
        {{4, {198, 18}}, 15},      /* benchmarks, RFC 2544 */
        {{4, {198, 51, 100}}, 24}, /* documentation */
        {{4, {203, 0, 113}}, 24},  /* documentation */
        {{4, {224}}, 4},           /* multicast */
        {{4, {240}}, 4},           /* reserved, and broadcast */
    };
    return !any_contains(special, sizeof special / sizeof *special, ip);
}

/* Of IPv6 only 2000::/3 has been given out for the internet (RFC 4291 §2.4); the rest is loopback,
 * local, multicast or nobody's. Within it the special-purpose registry's blocks are left out. */
static bool is_public_v6(struct ip ip)
{
    static const struct cidr nat64 = {{6, {0, 0x64, 0xff, 0x9b}}, 96}; /* RFC 6052 */
    static const struct cidr six_to_four = {{6, {0x20, 0x02}}, 16};    /* RFC 3056 */
    static const struct cidr unicast = {{6, {0x20}}, 3};
    static const struct cidr special[] = {
        {{6, {0x20, 0x01}}, 23},             /* protocol assignments, Teredo among them */
        {{6, {0x20, 0x01, 0x0d, 0xb8}}, 32}, /* documentation, RFC 3849 */
        {{6, {0x3f, 0xff}}, 20},             /* documentation, RFC 9637 */
    };
    if (cidr_contains(&nat64, ip)) {
        return is_public_v4(from_v4(ip.bytes + 12));
    }
    if (cidr_contains(&six_to_four, ip)) {
        return is_public_v4(from_v4(ip.bytes + 2));
    }
    return cidr_contains(&unicast, ip) &&
           !any_contains(special, sizeof special / sizeof *special, ip);
}

bool ip_is_public(struct ip ip)
{
    return ip.family == 4 ? is_public_v4(ip) : ip.family == 6 && is_public_v6(ip);
}
