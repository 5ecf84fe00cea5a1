/* "source_ip": which addresses may call, and how to find out which address BitGo sees. A list is
 * for everybody, for the clients of a network, or for one token, which is named by its fingerprint.
 */
#include "reader.h"

#include <ctype.h>

#define EMPTY_ALLOW "expected at least one block; leave the key out to allow every address"

/* The list that is being filled, and for whom: neither client nor fingerprint means everybody. */
struct target_list {
    struct allowlist *allowlist;
    const struct cidr *client;
    const char *fingerprint;
};

static int no_memory(struct err *err)
{
    return err_set(err, ERR_MEMORY, "no memory for the source_ip lists of the config");
}

static int read_cidr(const struct place *at, json_t *value, struct cidr *out, struct err *err)
{
    const char *text;
    const char *why;
    if (read_text(at, value, &text, err) != 0) {
        return -1;
    }
    if (!cidr_parse(span_of(text), out, &why)) {
        return place_bad_text(at, text, err, "%s", why);
    }
    return 0;
}

static int read_ip(const struct place *at, json_t *value, struct ip *out, struct err *err)
{
    const char *text;
    if (read_text(at, value, &text, err) != 0) {
        return -1;
    }
    if (!ip_parse(span_of(text), out)) {
        return place_bad_text(at, text, err, "expected an IPv4 or IPv6 address");
    }
    return 0;
}

static struct allowlist *lists_of(struct config *c)
{
    if (!c->inspect.allowlist) {
        c->inspect.allowlist = allowlist_new();
    }
    return c->inspect.allowlist;
}

static int add(const struct target_list *to, const struct cidr *block)
{
    if (to->fingerprint) {
        return allowlist_add_token(to->allowlist, to->fingerprint, block);
    }
    if (to->client) {
        return allowlist_add_client(to->allowlist, to->client, block);
    }
    return allowlist_add(to->allowlist, block);
}

static int read_blocks(const struct target_list *to, const struct place *at, json_t *value,
                       struct err *err)
{
    if (!json_is_array(value)) {
        return place_bad_value(at, value, err, "expected an array of addresses and blocks in [ ]");
    }
    if (json_array_size(value) == 0) {
        return place_bad(at, "an empty array", err, EMPTY_ALLOW);
    }
    for (size_t i = 0; i < json_array_size(value); i++) {
        struct place inner = place_item(at, i);
        struct cidr block;
        if (read_cidr(&inner, json_array_get(value, i), &block, err) != 0) {
            return -1;
        }
        if (!to->allowlist || add(to, &block) != 0) {
            return no_memory(err);
        }
    }
    return 0;
}

static int take_allow(struct config *c, const struct place *at, json_t *value, struct err *err)
{
    struct target_list everybody = {.allowlist = lists_of(c)};
    return read_blocks(&everybody, at, value, err);
}

/* An object of two keys that both have to be there: whom it is about, and "allow". */
static int read_pair(const struct place *at, json_t *value, const char *whom, json_t **who,
                     json_t **allow, struct err *err)
{
    const char *names[] = {whom, "allow"};
    if (check_keys(at, value, names, 2, err) != 0) {
        return -1;
    }
    *who = json_object_get(value, whom);
    *allow = json_object_get(value, "allow");
    if (!*who || !*allow) {
        return place_bad(at, "an object without one of its two keys", err,
                         "expected {\"%s\": …, \"allow\": […]}; \"%s\" is missing", whom,
                         *who ? "allow" : whom);
    }
    return 0;
}

static int take_client(struct config *c, const struct place *at, json_t *value, struct err *err)
{
    json_t *who;
    json_t *allow;
    struct cidr client;
    if (read_pair(at, value, "client", &who, &allow, err) != 0) {
        return -1;
    }
    struct place client_at = place_key(at, "client");
    struct place allow_at = place_key(at, "allow");
    struct target_list to = {.allowlist = lists_of(c), .client = &client};
    return read_cidr(&client_at, who, &client, err) != 0 ||
                   read_blocks(&to, &allow_at, allow, err) != 0
               ? -1
               : 0;
}

static int take_clients(struct config *c, const struct place *at, json_t *value, struct err *err)
{
    return read_array(c, at, value, take_client,
                      "expected at least one {\"client\": …, \"allow\": […]}", err);
}

/* People will paste the token itself here. Nothing of such a value is shown, since errors end up in
 * logs and support cases. */
static int read_fingerprint(const struct place *at, json_t *value,
                            char fingerprint[FINGERPRINT_SIZE], struct err *err)
{
    const char *text;
    if (read_text(at, value, &text, err) != 0) {
        return -1;
    }
    struct span s = span_of(text);
    if (s.len != FINGERPRINT_SIZE - 1 || !span_is_hex(s, false)) {
        return place_bad(at, s.len > FINGERPRINT_SIZE - 1 ? "a longer text" : "another text", err,
                         "expected the 16 hex digits of a token's fingerprint as the log shows it; "
                         "a token itself belongs in no file");
    }
    for (size_t i = 0; i < s.len; i++) {
        fingerprint[i] = (char)tolower((unsigned char)text[i]);
    }
    fingerprint[s.len] = '\0';
    return 0;
}

static int take_token(struct config *c, const struct place *at, json_t *value, struct err *err)
{
    json_t *who;
    json_t *allow;
    char fingerprint[FINGERPRINT_SIZE];
    if (read_pair(at, value, "fingerprint", &who, &allow, err) != 0) {
        return -1;
    }
    struct place fingerprint_at = place_key(at, "fingerprint");
    struct place allow_at = place_key(at, "allow");
    struct target_list to = {.allowlist = lists_of(c), .fingerprint = fingerprint};
    return read_fingerprint(&fingerprint_at, who, fingerprint, err) != 0 ||
                   read_blocks(&to, &allow_at, allow, err) != 0
               ? -1
               : 0;
}

static int take_tokens(struct config *c, const struct place *at, json_t *value, struct err *err)
{
    return read_array(c, at, value, take_token,
                      "expected at least one {\"fingerprint\": …, \"allow\": […]}", err);
}

static int take_one_egress_ip(struct config *c, const struct place *at, json_t *value,
                              struct err *err)
{
    return read_ip(at, value, &c->inspect.egress_ips[c->inspect.egress_ip_count++], err);
}

static int take_egress_ip(struct config *c, const struct place *at, json_t *value, struct err *err)
{
    size_t count = json_is_array(value) ? json_array_size(value) : 1;
    c->inspect.egress_ips = arena_alloc(&c->arena, count * sizeof *c->inspect.egress_ips);
    if (!c->inspect.egress_ips) {
        return no_memory(err);
    }
    if (json_is_string(value)) {
        return take_one_egress_ip(c, at, value, err);
    }
    if (!json_is_array(value)) {
        return place_bad_value(at, value, err, "expected an address, or an array of addresses");
    }
    return read_array(c, at, value, take_one_egress_ip, "expected at least one address", err);
}

static int take_trusted_peer(struct config *c, const struct place *at, json_t *value,
                             struct err *err)
{
    return read_cidr(at, value, &c->inspect.trusted_peers[c->inspect.trusted_peer_count++], err);
}

static int take_trusted_peers(struct config *c, const struct place *at, json_t *value,
                              struct err *err)
{
    size_t count = json_array_size(value);
    c->inspect.trusted_peers = arena_alloc(&c->arena, count * sizeof *c->inspect.trusted_peers);
    if (!c->inspect.trusted_peers) {
        return no_memory(err);
    }
    return read_array(c, at, value, take_trusted_peer, "expected at least one address or block",
                      err);
}

/* Comes last: enforcing nothing is surely a mistake. */
static int take_enforce(struct config *c, const struct place *at, json_t *value, struct err *err)
{
    if (read_bool(at, value, &c->inspect.enforce, err) != 0) {
        return -1;
    }
    if (c->inspect.enforce && !c->inspect.allowlist) {
        return place_bad_value(at, value, err,
                               "expected a list to enforce beside it: allow, clients or tokens");
    }
    return 0;
}

static const struct key source_ip_keys[] = {
    {"allow", take_allow, NULL},
    {"clients", take_clients, NULL},
    {"tokens", take_tokens, NULL},
    {"egress_ip", take_egress_ip, NULL},
    {"trusted_peers", take_trusted_peers, NULL},
    {"enforce", take_enforce, NULL},
};

int read_source_ip(struct config *c, const struct place *at, json_t *value, struct err *err)
{
    return read_object(c, at, value, source_ip_keys,
                       sizeof source_ip_keys / sizeof source_ip_keys[0], err);
}
