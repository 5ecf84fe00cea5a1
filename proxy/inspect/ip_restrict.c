/* ipRestrict lists the addresses from which a token may be used: IPv4 addresses, and blocks from
 * /24 to /32 (BitGo's documentation of access tokens). BitGo compares with the public address of
 * the caller, so an address of a private network can never be met. */
#include "creation.h"

#include "token.h"

#define WIDEST_PREFIX 24
#define SHOWN_MOST    50

/* An entry as evidence shows it. Whoever pastes a secret there gets no quotation: only what
 * consists of an address's characters is shown. */
static struct span shown(struct span entry)
{
    bool address = entry.len && entry.len <= SHOWN_MOST && !token_like(entry) &&
                   (memchr(entry.ptr, '.', entry.len) || memchr(entry.ptr, ':', entry.len));
    for (size_t i = 0; address && i < entry.len; i++) {
        address = memchr(".:/*- ", entry.ptr[i], 6) || span_is_hex(span(entry.ptr + i, 1), false);
    }
    return address ? entry : SPAN("(not shown)");
}

static bool is_private(const struct cidr *block)
{
    static const char *const networks[] = {"10.0.0.0/8",  "172.16.0.0/12", "192.168.0.0/16",
                                           "127.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16"};
    for (size_t i = 0; i < sizeof networks / sizeof *networks; i++) {
        struct cidr network;
        const char *why;
        if (cidr_parse(span_of(networks[i]), &network, &why) &&
            cidr_contains(&network, block->ip)) {
            return true;
        }
    }
    return false;
}

/* A list of a hundred wrong entries is one finding, about the first. */
static bool is_news(const struct exchange *x, const char *id)
{
    return exchange_finding(x, id) == NULL;
}

static void judge_block(struct exchange *x, struct span entry, const struct cidr *block,
                        enum environment environment)
{
    if (block->ip.family == 4 && block->prefix < WIDEST_PREFIX) {
        if (!is_news(x, "creation.ip-restrict-wide")) {
            return;
        }
        exchange_find(x, "creation.ip-restrict-wide", SEVERITY_WARNING,
                      "ipRestrict holds the block %.*s; BitGo takes blocks from /24 to /32 only.",
                      SPAN_ARG(shown(entry)));
    } else if (environment == ENVIRONMENT_PROD && is_private(block) &&
               is_news(x, "creation.ip-restrict-private")) {
        exchange_find(
            x, "creation.ip-restrict-private", SEVERITY_WARNING,
            "ipRestrict holds %.*s, an address of a private network; BitGo sees the public "
            "address of the caller, which that can never be.",
            SPAN_ARG(shown(entry)));
    }
}

static void judge_entry(struct exchange *x, const json_t *entry, enum environment environment)
{
    struct span text = span_of(json_string_value(entry));
    struct cidr block;
    const char *why = "expected an IPv4 address or a block such as 192.0.2.0/24";
    if (text.len && cidr_parse(text, &block, &why)) {
        judge_block(x, text, &block, environment);
    } else if (is_news(x, "creation.ip-restrict-form")) {
        exchange_find(x, "creation.ip-restrict-form", SEVERITY_WARNING,
                      "ipRestrict holds an entry that is no address and no block: %.*s; %s.",
                      SPAN_ARG(shown(text)), why);
    }
}

void judge_ip_restrict(struct exchange *x, const json_t *list, enum environment environment)
{
    size_t i;
    json_t *entry;
    if (list && !json_is_null(list) && !json_is_array(list)) {
        exchange_find(
            x, "creation.ip-restrict-form", SEVERITY_WARNING,
            "ipRestrict is no list; BitGo expects a list of addresses, even for a single one.");
        return;
    }
    if (json_array_size(list) == 0 && environment == ENVIRONMENT_PROD) {
        exchange_find(
            x, "creation.no-ip-restrict", SEVERITY_WARNING,
            "The token is asked for without ipRestrict; BitGo's production environment wants "
            "the addresses from which it may be used.");
    }
    json_array_foreach(list, i, entry)
    {
        judge_entry(x, entry, environment);
    }
}
