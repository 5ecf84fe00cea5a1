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

/* The address in the form that stands in a URL. */
static const char *in_url(const char *host, char text[IP_TEXT_SIZE + 2])
{
    snprintf(text, IP_TEXT_SIZE + 2, strchr(host, ':') ? "[%s]" : "%s", host);
    return text;
}

/* What listens beside the main address, and what clients may name as their proxy. */
static void greet_others(const struct proxy *p)
{
    const struct config *c = p->started;
    char host[IP_TEXT_SIZE + 2];
    for (size_t i = 1; i < c->door_count; i++) {
        const struct upstream_address *to = &c->upstreams[c->doors[i].upstream];
        say("also on https://%s:%u, forwarding to %s://%s", in_url(c->doors[i].host, host),
            server_port(p->server, i), to->tls ? "https" : "http", to->authority);
    }
    say("as a forward proxy: HTTPS_PROXY=http://%s:%u; %s", client_host(listening_ip(p), host),
        server_port(p->server, 0),
        c->tunnel == TUNNEL_NONE ? "hosts other than BitGo's are refused"
                                 : "hosts other than BitGo's pass unseen");
    if (c->proxy.via.host) {
        say("through the network's proxy %s:%u%s", in_url(c->proxy.via.host, host),
            c->proxy.via.port, c->proxy.via.authorization ? ", with a user name and password" : "");
    }
    if (c->inspect.refuse_production) {
        say("the environment is test: what goes to production is answered 403 here");
    }
    if (c->inspect.read_only) {
        say("read-only: requests that can change something are answered 403 here");
    }
}

void greet(const struct proxy *p)
{
    char host[IP_TEXT_SIZE + 2];
    char word[WORD_SIZE];
    const struct config *c = p->started;
    unsigned port = server_port(p->server, 0);
    const char *ca = shell_word(ca_root_path(p->ca), word, sizeof word);
    say("listening on https://%s:%u (plain http too), forwarding to %s://%s",
        in_url(c->listen_host, host), port, c->upstream.tls ? "https" : "http",
        c->upstream.authority);
    if (c->file) {
        say_to_copy("config file: ", "%s", c->file);
    }
    say_to_copy("certificate for clients to trust: ", "%s", ca_root_path(p->ca));
    say_to_copy("try: ", "curl --cacert %s https://%s:%u/api/v2/ping", ca,
                client_host(listening_ip(p), host), port);
    greet_others(p);
    if (c->verbose) {
        confined_say(p->confined);
    }
    warn_about_network(p);
}
