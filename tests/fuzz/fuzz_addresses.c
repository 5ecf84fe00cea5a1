/* Addresses as people write them: upstream URLs, listening addresses, IP addresses and blocks. What
 * is accepted means one thing: written in its plain form it is read again as the same, the host
 * holds nothing but a name's or an address's characters, http stays on this machine. What is
 * refused is refused with words on one line.
 *
 * Input: the text. */
#include "fuzz.h"
#include "proxy/config/upstream_url.h"
#include "why401/base/ip.h"
#include "why401/config/listen.h"

static void check_err(const struct err *err)
{
    CHECK(err->code != ERR_NONE && err->text[0] && strlen(err->text) < ERR_TEXT_SIZE);
    for (const char *c = err->text; *c; c++) {
        CHECK((unsigned char)*c >= ' ' && *c != 0x7f);
    }
    CHECK(strstr(err->text, "--env") && strstr(err->text, "expected"));
}

static bool read_url(const char *text, struct upstream_address *upstream, struct arena *arena,
                     struct err *err)
{
    struct place at = {.kind = PLACE_OUTSIDE, .name = "--env"};
    *upstream = (struct upstream_address){0};
    arena_init(arena, 1u << 20);
    return upstream_from_text(upstream, arena, &at, text, err) == 0;
}

static bool is_host_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || strchr(".:-_", c);
}

static void check_upstream(const struct upstream_address *u)
{
    CHECK(u->host && u->host[0] && strlen(u->host) <= 253 && u->port > 0);
    for (const char *c = u->host; *c; c++) {
        CHECK(is_host_char(*c));
    }
    struct ip ip = {0};
    bool is_ip = ip_parse(span_of(u->host), &ip);
    CHECK(u->tls || strcmp(u->host, "localhost") == 0 || (is_ip && ip_is_loopback(ip)));
    char url[512];
    struct upstream_address again;
    struct arena arena;
    struct err err = {0};
    snprintf(url, sizeof url, "%s://%s", u->tls ? "https" : "http", u->authority);
    CHECK(read_url(url, &again, &arena, &err));
    CHECK(strcmp(again.host, u->host) == 0 && again.port == u->port && again.tls == u->tls);
    CHECK(strcmp(again.authority, u->authority) == 0);
    arena_release(&arena);
}

static void check_listen(struct span text)
{
    struct listen_address a;
    struct listen_address again;
    const char *why = NULL;
    char written[128];
    if (!listen_parse(text, &a, &why)) {
        CHECK(why && *why);
        return;
    }
    struct ip ip;
    CHECK(ip_parse(span_of(a.host), &ip) && a.loopback == ip_is_loopback(ip));
    snprintf(written, sizeof written, ip.family == 6 ? "[%s]:%u" : "%s:%u", a.host, a.port);
    CHECK(listen_parse(span_of(written), &again, &why));
    CHECK(strcmp(a.host, again.host) == 0 && a.port == again.port && a.loopback == again.loopback);
}

static void check_ip(struct span text)
{
    struct ip ip;
    struct ip again;
    struct cidr block;
    const char *why = NULL;
    char written[IP_TEXT_SIZE];
    if (ip_parse(text, &ip)) {
        CHECK(ip_parse(span_of(ip_text(ip, written)), &again) && ip_eq(ip, again));
        CHECK(cidr_parse(text, &block, &why) && cidr_contains(&block, ip));
    }
    if (cidr_parse(text, &block, &why)) {
        CHECK(block.prefix <= (block.ip.family == 4 ? 32 : 128));
        CHECK(cidr_contains(&block, block.ip));
    } else {
        CHECK(why && *why);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct span text = fuzz_exact(fuzz_span(bytes, size));
    char *cstr = span_dup(text);
    struct upstream_address upstream;
    struct arena arena;
    struct err err = {0};
    CHECK(cstr);
    if (read_url(cstr, &upstream, &arena, &err)) {
        check_upstream(&upstream);
    } else {
        check_err(&err);
    }
    arena_release(&arena);
    check_listen(text);
    check_ip(text);
    free(cstr);
    fuzz_free(text);
    return 0;
}
