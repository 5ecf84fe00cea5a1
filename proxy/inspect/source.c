/* The address that a request comes from, and whether it may. Three sources, in this order: what the
 * PROXY protocol or a trusted peer's X-Forwarded-For says; the configured addresses that BitGo sees
 * for us; the peer's own. The first that there is counts, and the evidence names it.
 *
 * X-Forwarded-For is read from its right end: the last entry was written by our peer, and each one
 * before it by the host in the entry behind. Entries are passed over while they are trusted peers
 * themselves; the first other one is the client. Where an entry is no address the chain of trust
 * ends: nothing from there on can be believed. */
#include "why401/inspect/inspect.h"

#include <stdio.h>

#define DENIED_NAMED_MOST 3

static bool is_trusted(const struct inspect_options *options, struct ip ip)
{
    for (size_t i = 0; i < options->trusted_peer_count; i++) {
        if (cidr_contains(&options->trusted_peers[i], ip)) {
            return true;
        }
    }
    return false;
}

/* Reads an entry: an address, with brackets or a port or both where some proxy wrote them. */
static bool read_entry(struct span entry, struct ip *ip)
{
    entry = span_trim(entry);
    if (ip_parse(entry, ip)) {
        return true;
    }
    struct span port = {0};
    struct span address;
    if (entry.len && entry.ptr[0] == '[') {
        ptrdiff_t end = span_find(entry, SPAN("]"));
        if (end < 0) {
            return false;
        }
        address = span(entry.ptr + 1, (size_t)end - 1);
        port = span_from(entry, (size_t)end + 1);
    } else {
        ptrdiff_t colon = span_find(entry, SPAN(":"));
        if (colon < 0) {
            return false;
        }
        address = span_first(entry, (size_t)colon);
        port = span_from(entry, (size_t)colon);
    }
    uint64_t number;
    bool good = port.len == 0 || (port.ptr[0] == ':' && span_u64(span_from(port, 1), &number) &&
                                  number <= UINT16_MAX);
    return good && ip_parse(address, ip);
}

/* Takes the last entry of *rest; false when none is left. */
static bool last_entry(struct span *rest, struct span *entry)
{
    if (!rest->ptr) {
        return false;
    }
    const char *comma = rest->len ? memrchr(rest->ptr, ',', rest->len) : NULL;
    if (comma) {
        size_t before = (size_t)(comma - rest->ptr);
        *entry = span_from(*rest, before + 1);
        rest->len = before;
    } else {
        *entry = *rest;
        *rest = span(NULL, 0);
    }
    return true;
}

/* Walks one field's value from the right. Returns true when the walk is over; *ip is then, and as
 * long as it goes on, the best answer so far. */
static bool walk(const struct inspect_options *options, struct span value, struct ip *ip)
{
    struct span rest = value;
    struct span entry;
    struct ip hop;
    while (last_entry(&rest, &entry)) {
        if (span_trim(entry).len == 0) {
            continue;
        }
        if (!read_entry(entry, &hop)) {
            return true;
        }
        *ip = hop;
        if (!is_trusted(options, hop)) {
            return true;
        }
    }
    return false;
}

/* Who X-Forwarded-For says the client is; family 0 when it says nothing that can be trusted. */
static struct ip forwarded_for(const struct exchange *x, const struct inspect_options *options)
{
    const struct http_head *head = &x->request.head;
    struct ip ip = {0};
    bool over = !is_trusted(options, x->peer);
    for (size_t i = head->field_count; i > 0 && !over; i--) {
        const struct http_field *field = &head->fields[i - 1];
        if (span_ieq(field->name, SPAN("X-Forwarded-For"))) {
            over = walk(options, field->value, &ip);
        }
    }
    return ip;
}

static struct source choose(const struct exchange *x, const struct inspect_options *options)
{
    if (x->forwarded.family) {
        return (struct source){.ip = x->forwarded, .kind = SOURCE_PROXY_PROTOCOL};
    }
    struct ip forwarded = forwarded_for(x, options);
    if (forwarded.family) {
        return (struct source){.ip = forwarded, .kind = SOURCE_FORWARDED_FOR};
    }
    if (options->egress_ip_count) {
        return (struct source){.ip = options->egress_ips[0], .kind = SOURCE_EGRESS_IP};
    }
    return (struct source){.ip = x->peer, .kind = SOURCE_PEER};
}

static enum source_verdict judge(const struct exchange *x, const struct inspect_options *options,
                                 struct ip ip)
{
    if (!options->allowlist) {
        return SOURCE_NO_LIST;
    }
    return allowlist_judge(options->allowlist, x->token.fingerprint, x->peer, ip);
}

/* For people; only where there is a list. */
static const char *list_that_decides(const struct exchange *x,
                                     const struct inspect_options *options)
{
    return allowlist_key(options->allowlist, x->token.fingerprint, x->peer);
}

/* Judges every egress address: all must be allowed, because nobody knows which one BitGo will see.
 */
static void judge_egress(struct exchange *x, const struct inspect_options *options)
{
    char names[DENIED_NAMED_MOST * (IP_TEXT_SIZE + 2) + 32] = "";
    char text[IP_TEXT_SIZE];
    size_t denied = 0;
    int at = 0;
    for (size_t i = 0; i < options->egress_ip_count; i++) {
        struct ip ip = options->egress_ips[i];
        enum source_verdict verdict = judge(x, options, ip);
        if (verdict != SOURCE_DENIED) {
            x->source.verdict = denied ? SOURCE_DENIED : verdict;
            continue;
        }
        if (denied++ == 0) {
            x->source.ip = ip;
            x->source.verdict = verdict;
        }
        if (denied <= DENIED_NAMED_MOST) {
            at += snprintf(names + at, sizeof names - (size_t)at, "%s%s", at ? ", " : "",
                           ip_text(ip, text));
        }
    }
    if (denied > DENIED_NAMED_MOST) {
        snprintf(names + at, sizeof names - (size_t)at, " and %zu more",
                 denied - DENIED_NAMED_MOST);
    }
    if (denied && denied < options->egress_ip_count) {
        exchange_find(
            x, "source-ip.partly", SEVERITY_PROBLEM,
            "Of the %zu addresses configured as egress_ip, which BitGo may see, %zu are not "
            "on the allowlist (%s): %s.",
            options->egress_ip_count, denied, list_that_decides(x, options), names);
    } else if (denied) {
        exchange_find(x, "source-ip.denied", SEVERITY_PROBLEM,
                      "%s, configured as egress_ip, %s not on the allowlist (%s).", names,
                      denied == 1 ? "is" : "are", list_that_decides(x, options));
    }
}

static const char *origin_of(enum source_kind kind)
{
    switch (kind) {
    case SOURCE_PROXY_PROTOCOL:
        return "the client's address by the PROXY protocol";
    case SOURCE_FORWARDED_FOR:
        return "the client's address by X-Forwarded-For from a trusted peer";
    case SOURCE_EGRESS_IP:
        return "configured as egress_ip";
    case SOURCE_PEER:
        break;
    }
    return "the address that the connection came from";
}

/* Behind an address translation the address seen here says nothing about the one that BitGo sees.
 */
static const char *advice(const struct exchange *x, const struct inspect_options *options)
{
    if (!ip_is_private(x->source.ip)) {
        return "";
    }
    return options->egress_ip_count
               ? "; it is a private or loopback address, so it is not the one that BitGo sees"
               : "; it is a private or loopback address, so it is not the one that BitGo sees: "
                 "configure "
                 "egress_ip with the public address that requests leave from";
}

void inspect_source(struct exchange *x, const struct inspect_options *options)
{
    x->source = choose(x, options);
    if (x->source.kind == SOURCE_EGRESS_IP) {
        judge_egress(x, options);
        return;
    }
    x->source.verdict = judge(x, options, x->source.ip);
    if (x->source.verdict == SOURCE_DENIED) {
        char text[IP_TEXT_SIZE];
        exchange_find(x, "source-ip.denied", SEVERITY_PROBLEM,
                      "%s, %s, is not on the allowlist (%s)%s.", ip_text(x->source.ip, text),
                      origin_of(x->source.kind), list_that_decides(x, options), advice(x, options));
    }
}
