/* Clients agree that an entry covers a host and its subdomains, with or without a dot or "*."
 * before it; some take a port behind it. What is dropped is what any of them could read as BitGo.
 */
#include "no_proxy.h"

#include "parent.h"

static const char *const bitgo_domains[] = {"bitgo.com", "bitgo-test.com"};

typedef void (*entry_writer)(struct str *out, struct span entry);

static bool within(struct span name, struct span domain)
{
    if (name.len <= domain.len) {
        return span_ieq(name, domain);
    }
    struct span rest = span_from(name, name.len - domain.len);
    return name.ptr[name.len - domain.len - 1] == '.' && span_ieq(rest, domain);
}

/* The name in an entry, without what stands around it. */
static struct span bare(struct span entry)
{
    uint64_t port;
    const char *colon = entry.len ? memchr(entry.ptr, ':', entry.len) : NULL;
    if (colon && span_u64(span_from(entry, (size_t)(colon - entry.ptr) + 1), &port)) {
        entry = span_first(entry, (size_t)(colon - entry.ptr));
    }
    if (span_starts(entry, SPAN("*"))) {
        entry = span_from(entry, 1);
    }
    if (span_starts(entry, SPAN("."))) {
        entry = span_from(entry, 1);
    }
    return span_ends(entry, SPAN(".")) ? span_first(entry, entry.len - 1) : entry;
}

static bool covers_ours(struct span entry, const char *hosts)
{
    struct span name = bare(entry), rest = span_of(hosts), host;
    if (name.len == 0) {
        return true; /* "*": everything */
    }
    for (size_t i = 0; i < sizeof bitgo_domains / sizeof *bitgo_domains; i++) {
        struct span domain = span_of(bitgo_domains[i]);
        if (within(domain, name) || within(name, domain)) {
            return true;
        }
    }
    while (span_cut(&rest, ',', &host)) {
        if (within(span_trim(host), name)) {
            return true;
        }
    }
    return false;
}

static void write_entries(struct str *out, struct span value, const char *hosts, entry_writer write)
{
    struct span part, entry;
    while (span_cut(&value, ',', &part)) {
        while (span_cut(&part, ' ', &entry)) {
            entry = span_trim(entry);
            if (entry.len > 0 && !covers_ours(entry, hosts)) {
                write(out, entry);
            }
        }
    }
}

static void write_all(struct str *out, char *const *parent, const char *hosts, entry_writer write)
{
    for (; *parent; parent++) {
        struct span name = parent_name(*parent);
        if (span_ieq(name, SPAN("no_proxy")) && (*parent)[name.len] == '=') {
            write_entries(out, span_of(*parent + name.len + 1), hosts, write);
        }
    }
}

static void write_plain(struct str *out, struct span entry)
{
    str_addf(out, ",%.*s", SPAN_ARG(entry));
}

static void write_java(struct str *out, struct span entry)
{
    struct span name = bare(entry);
    if (!memchr(name.ptr, '/', name.len) && !memchr(name.ptr, '|', name.len)) {
        str_addf(out, "|%.*s|*.%.*s", SPAN_ARG(name), SPAN_ARG(name));
    }
}

void no_proxy_write(struct str *out, char *const *parent, const char *hosts)
{
    str_add(out, SPAN("localhost,127.0.0.1,::1"));
    write_all(out, parent, hosts, write_plain);
}

void no_proxy_write_java(struct str *out, char *const *parent, const char *hosts)
{
    str_add(out, SPAN("localhost|127.*|[::1]"));
    write_all(out, parent, hosts, write_java);
}
