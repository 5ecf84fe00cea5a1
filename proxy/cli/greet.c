#include <stdio.h>
#include <string.h>

#include "run.h"
#include "say.h"
#include "why401/base/ip.h"

#define WORD_SIZE 4200 /* a path, quoted */

static struct ip listening_ip(const struct proxy *p)
{
    struct ip ip = {0};
    ip_parse(span_of(p->started->listen_host), &ip);
    return ip;
}

/* The host part of a URL for a client on this machine. A wildcard is no address to connect to, and
 * the usual loopback addresses have a name that every certificate of ours holds. */
static const char *client_host(struct ip ip, char text[IP_TEXT_SIZE + 2])
{
    static const char *const local[] = {"127.0.0.1", "::1", "0.0.0.0", "::"};
    char address[IP_TEXT_SIZE];
    ip_text(ip, address);
    for (size_t i = 0; i < sizeof local / sizeof local[0]; i++) {
        if (strcmp(address, local[i]) == 0) {
            return "localhost";
        }
    }
    snprintf(text, IP_TEXT_SIZE + 2, ip.family == 6 ? "[%s]" : "%s", address);
    return text;
}

static void warn_about_network(const struct proxy *p)
{
    if (!ip_is_loopback(listening_ip(p))) {
        say("warning: %s is not loopback: whoever can reach this port over the network can send "
            "requests through it, and tokens that come over plain http can be read on the way",
            p->started->listen_host);
    }
}

void greet(const struct proxy *p)
{
    char host[IP_TEXT_SIZE + 2];
    char word[WORD_SIZE];
    const struct config *c = p->started;
    unsigned port = server_port(p->server);
    const char *ca = shell_word(ca_root_path(p->ca), word, sizeof word);
    const char *ipv6 = strchr(c->listen_host, ':');
    say("listening on https://%s%s%s:%u (plain http too), forwarding to %s://%s", ipv6 ? "[" : "",
        c->listen_host, ipv6 ? "]" : "", port, c->upstream.tls ? "https" : "http",
        c->upstream.authority);
    if (c->file) {
        say("config file: %s", c->file);
    }
    say("certificate for clients to trust: %s", ca_root_path(p->ca));
    say("try: curl --cacert %s https://%s:%u/api/v2/ping", ca, client_host(listening_ip(p), host),
        port);
    warn_about_network(p);
}
