/* A web page may let a name of its own mean 127.0.0.1 and so read answers in a browser that knows
 * of no other origin (DNS rebinding). The browser says that name in Host, so a client of this
 * machine that speaks plain HTTP has to name this machine there, or an upstream:
 *
 * - an address: what means an address cannot be made to mean another one;
 * - localhost and what is below it, which browsers never ask the DNS for (RFC 6761);
 * - the machine's own name, and what /etc/hosts calls a loopback address: whoever may write these
 *   needs no page;
 * - the names by which Docker Desktop and Podman reach this machine from a container, as from
 *   127.0.0.1.
 *
 * No other name without a dot, and none below .local, .internal, .home.arpa or .test: nobody can
 * register these, but whoever is in the network can answer for them, by multicast or as its name
 * server. Within TLS there is no need to ask: no certificate of ours is for a name of a page's. */
#include "rebinding.h"

#include <limits.h>
#include <unistd.h>

#include "flow_state.h"
#include "why401/base/file.h"

#define HTTP_PORT  80
#define HOSTS_MOST 65536 /* bytes of /etc/hosts that are read; what is behind them is not seen */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* Takes the next word off a line; false at its end. */
static bool next_word(struct span *line, struct span *word)
{
    size_t start = 0;
    while (start < line->len && is_blank(line->ptr[start])) {
        start++;
    }
    size_t end = start;
    while (end < line->len && !is_blank(line->ptr[end])) {
        end++;
    }
    *word = span_first(span_from(*line, start), end - start);
    *line = span_from(*line, end);
    return word->len > 0;
}

bool hosts_call_us(struct span text, struct span name)
{
    struct span line;
    struct span word;
    struct ip ip;
    while (span_cut(&text, '\n', &line)) {
        struct span rest = line;
        span_cut(&rest, '#', &line);
        if (!next_word(&line, &word) || !ip_parse(word, &ip) || !ip_is_loopback(ip)) {
            continue;
        }
        while (next_word(&line, &word)) {
            if (span_ieq(word, name)) {
                return true;
            }
        }
    }
    return false;
}

static bool is_in_hosts_file(struct span name)
{
    struct str text;
    str_init(&text, HOSTS_MOST);
    (void)file_add_to("/etc/hosts", &text);
    bool found = hosts_call_us(str_span(&text), name);
    str_release(&text);
    return found;
}

static bool is_machines_name(struct span name)
{
    char own[HOST_NAME_MAX + 1] = "";
    return gethostname(own, sizeof own - 1) == 0 && own[0] && span_ieq(name, span_of(own));
}

static bool is_ours(const struct flow_env *env, struct span host)
{
    struct ip ip;
    return span_eq(host, SPAN("localhost")) || span_ends(host, SPAN(".localhost")) ||
           ip_parse(host, &ip) || flow_upstream_named(env, host) ||
           span_eq(host, SPAN("host.docker.internal")) ||
           span_eq(host, SPAN("gateway.docker.internal")) ||
           span_eq(host, SPAN("host.containers.internal")) || is_machines_name(host) ||
           is_in_hosts_file(host);
}

int flow_check_host(struct flow *f, struct err *err)
{
    struct span authority = http_value(&f->x->request.head, SPAN("host"));
    struct span host;
    uint16_t port;
    if (!f->env->forward || f->info->tls || !ip_is_loopback(f->info->peer) || authority.len == 0) {
        return 0;
    }
    if (authority_split(authority, HTTP_PORT, &host, &port)) {
        host = flow_lower(&f->x->arena, host);
        if (host.ptr && is_ours(f->env, host)) {
            return 0;
        }
    }
    f->close = true;
    return err_set(err, ERR_HOST,
                   "the Host field names %.*s, which is neither this machine nor one of this "
                   "proxy's upstreams; call it by localhost, an address, or a name that /etc/hosts "
                   "gives to 127.0.0.1",
                   SPAN_ARG(span_first(authority, 200)));
}
