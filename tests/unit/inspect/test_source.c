/* Which address a request is judged by, what is said about it, and when it is refused. */
#include "request.h"

static struct cidr trusted[2];
static struct ip egress[6];

static struct ip ip(const char *text)
{
    struct ip ip = {0};
    assert_true(ip_parse(span_of(text), &ip));
    return ip;
}

/* Options with an allowlist of one block, NULL for no list; released by done(). */
static struct inspect_options allowing(const char *block)
{
    struct inspect_options options = {.egress_ips = egress, .trusted_peers = trusted};
    struct cidr cidr;
    const char *why;
    if (block) {
        options.allowlist = allowlist_new();
        assert_true(cidr_parse(span_of(block), &cidr, &why));
        assert_int_equal(allowlist_add(options.allowlist, &cidr), 0);
    }
    return options;
}

static void trust(struct inspect_options *options, const char *block)
{
    const char *why;
    assert_true(cidr_parse(span_of(block), &trusted[options->trusted_peer_count++], &why));
}

static void leave_from(struct inspect_options *options, const char *address)
{
    egress[options->egress_ip_count++] = ip(address);
}

/* A request that came over a connection from `peer`. */
static struct exchange *from(const char *peer)
{
    struct exchange *x = request("GET", "/api/v2/wallets");
    x->peer = ip(peer);
    return x;
}

static void assert_source(const struct exchange *x, const char *address, enum source_kind kind)
{
    char text[IP_TEXT_SIZE];
    assert_string_equal(ip_text(x->source.ip, text), address);
    assert_int_equal(x->source.kind, kind);
}

static void done(struct exchange *x, struct inspect_options *options)
{
    exchange_free(x);
    allowlist_free(options->allowlist);
}

static void the_peer_is_the_last_resort(void **state)
{
    (void)state;
    struct inspect_options options = allowing("198.51.100.0/24");
    struct exchange *x = from("198.51.100.20");
    inspect_source(x, &options);
    assert_source(x, "198.51.100.20", SOURCE_PEER);
    assert_int_equal(x->source.verdict, SOURCE_ALLOWED);
    assert_int_equal(x->finding_count, 0);
    done(x, &options);
}

static void without_a_list_there_is_no_verdict(void **state)
{
    (void)state;
    struct inspect_options options = allowing(NULL);
    options.enforce = true;
    struct exchange *x = from("127.0.0.1");
    inspect_source(x, &options);
    assert_source(x, "127.0.0.1", SOURCE_PEER);
    assert_int_equal(x->source.verdict, SOURCE_NO_LIST);
    leave_from(&options, "203.0.113.9");
    inspect_source(x, &options);
    assert_int_equal(x->source.verdict, SOURCE_NO_LIST);
    assert_int_equal(x->finding_count, 0);
    done(x, &options);
}

static void a_denial_names_the_address_and_its_origin(void **state)
{
    (void)state;
    struct inspect_options options = allowing("192.0.2.0/24");
    struct exchange *x = from("2001:db8::20");
    inspect_source(x, &options);
    assert_only(x, "source-ip.denied");
    assert_int_equal(x->findings[0].severity, SEVERITY_PROBLEM);
    assert_evidence(x, "source-ip.denied",
                    "2001:db8::20, the address that the connection came from, is not on the "
                    "allowlist (source_ip.allow).");
    done(x, &options);
}

static void a_private_address_is_not_what_bitgo_sees(void **state)
{
    (void)state;
    static const char *const addresses[] = {"127.0.0.1",  "::1",         "10.1.2.3",
                                            "172.31.0.1", "192.168.1.1", "169.254.0.1",
                                            "100.64.0.1", "fd00::1",     "fe80::1"};
    static const char *const public_ones[] = {"172.32.0.1", "100.128.0.1", "2001:db8::1",
                                              "11.0.0.1"};
    struct inspect_options options = allowing("192.0.2.0/24");
    for (size_t i = 0; i < COUNT(addresses); i++) {
        struct exchange *x = from(addresses[i]);
        inspect_source(x, &options);
        assert_int_equal(x->source.verdict, SOURCE_DENIED);
        assert_evidence(x, "source-ip.denied", "not the one that BitGo sees: configure egress_ip");
        exchange_free(x);
    }
    for (size_t i = 0; i < COUNT(public_ones); i++) {
        struct exchange *x = from(public_ones[i]);
        inspect_source(x, &options);
        assert_evidence(x, "source-ip.denied", "is not on the allowlist (source_ip.allow).");
        exchange_free(x);
    }
    allowlist_free(options.allowlist);
}

static void an_egress_address_goes_before_the_peer(void **state)
{
    (void)state;
    struct inspect_options options = allowing("203.0.113.0/24");
    leave_from(&options, "203.0.113.9");
    struct exchange *x = from("127.0.0.1");
    inspect_source(x, &options);
    assert_source(x, "203.0.113.9", SOURCE_EGRESS_IP);
    assert_int_equal(x->source.verdict, SOURCE_ALLOWED);
    assert_int_equal(x->finding_count, 0);
    done(x, &options);
}

static void all_egress_addresses_must_be_allowed(void **state)
{
    (void)state;
    static const struct {
        const char *addresses[6];
        enum source_verdict verdict;
        const char *judged;
        const char *finding;
        const char *evidence;
    } rows[] = {
        {{"203.0.113.9", "203.0.113.10"}, SOURCE_ALLOWED, "203.0.113.9", NULL, NULL},
        {{"203.0.113.9", "192.0.2.1"},
         SOURCE_DENIED,
         "192.0.2.1",
         "source-ip.partly",
         "Of the 2 addresses configured as egress_ip, which BitGo may see, 1 are not on the "
         "allowlist (source_ip.allow): "
         "192.0.2.1."},
        {{"192.0.2.1", "203.0.113.9", "2001:db8::1"},
         SOURCE_DENIED,
         "192.0.2.1",
         "source-ip.partly",
         "192.0.2.1, 2001:db8::1."},
        {{"192.0.2.1"},
         SOURCE_DENIED,
         "192.0.2.1",
         "source-ip.denied",
         "192.0.2.1, configured as egress_ip, is not"},
        {{"192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4", "192.0.2.5"},
         SOURCE_DENIED,
         "192.0.2.1",
         "source-ip.denied",
         "192.0.2.1, 192.0.2.2, 192.0.2.3 and 2 more, configured as egress_ip, are not"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct inspect_options options = allowing("203.0.113.0/24");
        for (size_t n = 0; n < COUNT(rows[i].addresses) && rows[i].addresses[n]; n++) {
            leave_from(&options, rows[i].addresses[n]);
        }
        struct exchange *x = from("127.0.0.1");
        inspect_source(x, &options);
        assert_source(x, rows[i].judged, SOURCE_EGRESS_IP);
        assert_int_equal(x->source.verdict, rows[i].verdict);
        assert_int_equal(x->finding_count, rows[i].finding != NULL);
        if (rows[i].finding) {
            assert_evidence(x, rows[i].finding, rows[i].evidence);
        }
        done(x, &options);
    }
}

static void the_proxy_protocol_goes_before_all(void **state)
{
    (void)state;
    struct inspect_options options = allowing("192.0.2.0/24");
    trust(&options, "127.0.0.0/8");
    leave_from(&options, "192.0.2.1");
    struct exchange *x = from("127.0.0.1");
    with(x, "X-Forwarded-For", "192.0.2.2");
    x->forwarded = ip("203.0.113.7");
    inspect_source(x, &options);
    assert_source(x, "203.0.113.7", SOURCE_PROXY_PROTOCOL);
    assert_evidence(x, "source-ip.denied", "by the PROXY protocol");
    done(x, &options);
}

static void forwarded_for(void **state)
{
    (void)state;
    static const struct {
        const char *peer;
        const char *fields[2]; /* X-Forwarded-For */
        const char *source;    /* NULL: the peer */
    } rows[] = {
        {"10.0.0.1", {"203.0.113.7"}, "203.0.113.7"},
        {"10.0.0.1", {"192.0.2.66, 203.0.113.7"}, "203.0.113.7"},
        {"10.0.0.1", {"192.0.2.66, 203.0.113.7 ,10.0.0.2,\t10.0.0.3"}, "203.0.113.7"},
        {"10.0.0.1", {"192.0.2.66", "203.0.113.7, 10.0.0.2"}, "203.0.113.7"},
        {"10.0.0.1", {"192.0.2.66", "10.0.0.2"}, "192.0.2.66"},
        {"10.0.0.1", {"10.0.0.4, 10.0.0.2"}, "10.0.0.4"},
        {"10.0.0.1", {"203.0.113.7:51000"}, "203.0.113.7"},
        {"10.0.0.1", {"2001:db8::7"}, "2001:db8::7"},
        {"10.0.0.1", {"[2001:db8::7]"}, "2001:db8::7"},
        {"10.0.0.1", {"[2001:db8::7]:51000"}, "2001:db8::7"},
        {"10.0.0.1", {"::ffff:203.0.113.7"}, "203.0.113.7"},
        {"10.0.0.1", {"203.0.113.7,,"}, "203.0.113.7"},
        {"::ffff:10.0.0.1", {"203.0.113.7"}, "203.0.113.7"},
        {"2001:db8:1::1", {"203.0.113.7"}, "203.0.113.7"},
        {"10.0.0.1", {"203.0.113.7, unknown"}, NULL},
        {"10.0.0.1", {"203.0.113.7, bad, 10.0.0.2"}, "10.0.0.2"},
        {"10.0.0.1", {"203.0.113.7:99999"}, NULL},
        {"10.0.0.1", {"203.0.113.7:x"}, NULL},
        {"10.0.0.1", {"[2001:db8::7"}, NULL},
        {"10.0.0.1", {"[]"}, NULL},
        {"10.0.0.1", {":80"}, NULL},
        {"10.0.0.1", {""}, NULL},
        {"10.0.0.1", {" , ,"}, NULL},
        {"10.0.0.1", {NULL}, NULL},
        {"11.0.0.1", {"203.0.113.7"}, NULL},
        {"2001:db8:2::1", {"203.0.113.7"}, NULL},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct inspect_options options = allowing(NULL);
        trust(&options, "10.0.0.0/8");
        trust(&options, "2001:db8:1::/48");
        struct exchange *x = from(rows[i].peer);
        for (size_t n = 0; n < 2 && rows[i].fields[n]; n++) {
            with(x, n ? "x-forwarded-for" : "X-Forwarded-For", rows[i].fields[n]);
        }
        inspect_source(x, &options);
        char peer[IP_TEXT_SIZE];
        assert_source(x, rows[i].source ? rows[i].source : ip_text(x->peer, peer),
                      rows[i].source ? SOURCE_FORWARDED_FOR : SOURCE_PEER);
        done(x, &options);
    }
}

static void a_forged_header_of_a_stranger_is_not_believed(void **state)
{
    (void)state;
    struct inspect_options options = allowing("192.0.2.0/24");
    struct exchange *x = from("203.0.113.7");
    with(x, "X-Forwarded-For", "192.0.2.1");
    inspect_source(x, &options);
    assert_source(x, "203.0.113.7", SOURCE_PEER);
    assert_int_equal(x->source.verdict, SOURCE_DENIED);
    done(x, &options);
}

static void only_enforcing_refuses(void **state)
{
    (void)state;
    for (int enforce = 0; enforce < 2; enforce++) {
        struct inspect_options options = allowing("192.0.2.0/24");
        struct err err = {0};
        options.enforce = enforce;
        struct exchange *x = from("203.0.113.7");
        assert_int_equal(inspect_request(x, &options, &err), enforce ? -1 : 0);
        assert_int_equal(err.code, enforce ? ERR_SOURCE_DENIED : ERR_NONE);
        assert_int_equal(strstr(err.text, "203.0.113.7") != NULL, enforce);
        assert_int_equal(x->source.verdict, SOURCE_DENIED);
        assert_non_null(exchange_finding(x, "bearer.missing"));
        assert_int_equal(inspect_request(x, &options, NULL), enforce ? -1 : 0);
        done(x, &options);
    }
}

static void an_allowed_source_passes_when_enforcing(void **state)
{
    (void)state;
    struct inspect_options options = allowing("203.0.113.0/24");
    options.enforce = true;
    struct exchange *x = from("203.0.113.7");
    assert_int_equal(inspect_request(x, &options, NULL), 0);
    done(x, &options);
}

static void partly_allowed_is_refused_too(void **state)
{
    (void)state;
    struct inspect_options options = allowing("203.0.113.0/24");
    struct err err = {0};
    options.enforce = true;
    leave_from(&options, "203.0.113.7");
    leave_from(&options, "192.0.2.1");
    struct exchange *x = from("127.0.0.1");
    assert_int_equal(inspect_request(x, &options, &err), -1);
    assert_non_null(strstr(err.text, "192.0.2.1"));
    done(x, &options);
}

/* However many findings there are, a refusal says what was refused. */
static void a_refusal_needs_no_finding(void **state)
{
    (void)state;
    struct inspect_options options = allowing("192.0.2.0/24");
    struct err err = {0};
    options.enforce = true;
    struct exchange *x = from("203.0.113.7");
    while (x->finding_count < FINDINGS_MOST) {
        exchange_find(x, "test.filler", SEVERITY_NOTE, "-");
    }
    assert_int_equal(inspect_request(x, &options, &err), -1);
    assert_non_null(strstr(err.text, "203.0.113.7"));
    done(x, &options);
}

/* The list of a token holds whether the token comes raw, in the SDK's form or in a wrong wrapping.
 */
static void a_tokens_list_holds_in_all_its_forms(void **state)
{
    (void)state;
    char token[TOKEN_SIZE];
    char values[4][120];
    raw_token('0', token);
    snprintf(values[0], sizeof values[0], "Bearer %s", token);
    snprintf(values[1], sizeof values[1], "Bearer  %s", token);
    snprintf(values[2], sizeof values[2], "Bearer \"%s\"", token);
    snprintf(values[3], sizeof values[3],
             "Bearer a23017b8c9794e1ec157ea7f03ef47177885d9f3dd0652510c1145bba0e39f54");
    static const struct cidr block = {{4, {192, 0, 2, 1}}, 32};
    for (size_t i = 0; i < COUNT(values); i++) {
        struct inspect_options options = {.allowlist = allowlist_new(), .enforce = true};
        assert_int_equal(allowlist_add_token(options.allowlist, "a23017b8c9794e1e", &block), 0);
        struct exchange *x = from("203.0.113.7");
        with(x, "Authorization", values[i]);
        with(x, i == 3 ? "BitGo-Auth-Version" : "Accept", "2.0");
        assert_int_equal(inspect_request(x, &options, NULL), -1);
        assert_evidence(x, "source-ip.denied", "is not on the allowlist (source_ip.tokens).");
        done(x, &options);
    }
}

static void the_list_of_a_network_is_named(void **state)
{
    (void)state;
    static const struct cidr network = {{4, {203, 0, 113, 0}}, 24};
    static const struct cidr block = {{4, {192, 0, 2, 1}}, 32};
    struct inspect_options options = {.allowlist = allowlist_new(), .enforce = true};
    assert_int_equal(allowlist_add_client(options.allowlist, &network, &block), 0);
    struct exchange *x = from("203.0.113.7");
    struct err err;
    assert_int_equal(inspect_request(x, &options, &err), -1);
    assert_string_equal(err.text,
                        "203.0.113.7, the address that the connection came from, is not on "
                        "the allowlist (source_ip.clients)");
    done(x, &options);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_peer_is_the_last_resort),
        cmocka_unit_test(without_a_list_there_is_no_verdict),
        cmocka_unit_test(a_denial_names_the_address_and_its_origin),
        cmocka_unit_test(a_private_address_is_not_what_bitgo_sees),
        cmocka_unit_test(an_egress_address_goes_before_the_peer),
        cmocka_unit_test(all_egress_addresses_must_be_allowed),
        cmocka_unit_test(the_list_of_a_network_is_named),
        cmocka_unit_test(the_proxy_protocol_goes_before_all),
        cmocka_unit_test(forwarded_for),
        cmocka_unit_test(a_forged_header_of_a_stranger_is_not_believed),
        cmocka_unit_test(only_enforcing_refuses),
        cmocka_unit_test(an_allowed_source_passes_when_enforcing),
        cmocka_unit_test(partly_allowed_is_refused_too),
        cmocka_unit_test(a_refusal_needs_no_finding),
        cmocka_unit_test(a_tokens_list_holds_in_all_its_forms),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
