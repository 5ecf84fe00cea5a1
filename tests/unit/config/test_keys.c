/* Every key of the file: taken where it is right, refused by name where it is not. */
#include "folder.h"

static void all_keys_together(void **state)
{
    (void)state;
    char path[160];
    struct config *c = load(
        "{\"env\": \"https://Example.COM:8443\", \"listen\": \"[::1]:0\", \"workers\": 4,"
        "\"proxy_protocol\": true, \"upstream\": {\"ca\": \"roots.pem\","
        "\"resolve\": \"192.0.2.9\"}, \"ca_dir\": \"/ca\", \"rules\": \"rules\","
        "\"log\": {\"json\": \"-\", \"har\": \"all.har\", \"quiet\": true, \"verbose\": false},"
        "\"mock\": {\"fixtures\": \"/f\", \"replay\": \"a.har\", \"scenario\": \"needs-unlock\"},"
        "\"limits\": {\"connections\": 7}, \"timeouts\": {\"connect_ms\": 100}}");
    assert_string_equal(c->upstream.host, "example.com");
    assert_int_equal(c->upstream.port, 8443);
    assert_string_equal(c->upstream.authority, "example.com:8443");
    assert_string_equal(c->upstream.resolve, "192.0.2.9");
    snprintf(path, sizeof path, "%s/roots.pem", folder);
    assert_string_equal(c->upstream.ca_path, path); /* relative to the file */
    snprintf(path, sizeof path, "%s/rules", folder);
    assert_string_equal(c->rules_dir, path);
    assert_string_equal(c->ca_dir, "/ca");
    assert_string_equal(c->mock.fixtures, "/f");
    snprintf(path, sizeof path, "%s/a.har", folder);
    assert_string_equal(c->mock.replay, path);
    assert_string_equal(c->mock.scenario, "needs-unlock");
    assert_string_equal(c->listen_host, "::1");
    assert_int_equal(c->listen_port, 0);
    assert_int_equal(c->workers, 4);
    assert_true(c->listen_proxy_protocol);
    assert_string_equal(c->log_json, "-");
    snprintf(path, sizeof path, "%s/all.har", folder);
    assert_string_equal(c->log_har, path);
    assert_true(c->quiet);
    assert_false(c->verbose);
    assert_int_equal(c->limits.connections, 7);
    assert_int_equal(c->limits.header_fields, 128);
    assert_int_equal(c->timeouts.connect_ms, 100);
    assert_int_equal(c->timeouts.drain_ms, 30000);
    assert_string_equal(c->file, config_path);
    config_drop(c);
}

static void unknown_keys_are_refused_with_what_was_meant(void **state)
{
    (void)state;
    refuse("{\"lisen\": 1}", "$.lisen: found an unknown key", "did you mean \"listen\"?");
    refuse("{\"limits\": {\"conections\": 1}}", "$.limits.conections", "\"connections\"");
    refuse("{\"timeouts\": {\"connect\": 1}}", "$.timeouts.connect", "\"connect_ms\"");
    refuse("{\"source_ip\": {\"alow\": []}}", "$.source_ip.alow", "\"allow\"");
    refuse("{\"source_ip\": {\"tokens\": [{\"token\": 1}]}}", "$.source_ip.tokens[0].token",
           "the keys here are fingerprint, allow");
    refuse("{\"something\": 1}", "$.something",
           "the keys here are upstream, env, upstreams, tunnel");
    refuse("{\"\": 1}", "$.", "unknown key");
    refuse("{\"a\\nb\": 1}", "unknown key", "the keys here are");
}

static void types_are_checked(void **state)
{
    (void)state;
    refuse("{\"env\": 1}", "$.env: found 1", "expected a string");
    refuse("{\"listen\": 8401}", "$.listen: found 8401", "expected a string");
    refuse("{\"workers\": \"2\"}", "$.workers: found \"2\"", "expected an integer from 1 to 64");
    refuse("{\"proxy_protocol\": \"yes\"}", "$.proxy_protocol: found \"yes\"", "true or false");
    refuse("{\"upstream\": \"x\"}", "$.upstream: found \"x\"", "expected an object");
    refuse("{\"upstream\": {\"ca\": null}}", "$.upstream.ca: found null", "expected a string");
    refuse("{\"log\": []}", "$.log: found an array", "expected an object");
    refuse("{\"log\": {\"json\": true}}", "$.log.json: found true", "expected a string");
    refuse("{\"log\": {\"har\": \"-\"}}", "$.log.har: found \"-\"", "expected a file");
    refuse("{\"log\": {\"quiet\": 0}}", "$.log.quiet: found 0", "true or false");
    refuse("{\"limits\": 3}", "$.limits: found 3", "expected an object");
    refuse("{\"limits\": {\"connections\": \"many\"}}", "$.limits.connections: found \"many\"",
           "expected an integer from 1 to 1000000");
    refuse("{\"timeouts\": {\"drain_ms\": 1.5}}", "$.timeouts.drain_ms: found the number 1.5",
           "expected an integer from 0 to 3600000");
    refuse("{\"ca_dir\": {}}", "$.ca_dir: found an object", "expected a string");
    refuse("{\"rules\": \"\"}", "$.rules: found \"\"", "expected a path");
    refuse("{\"mock\": {\"scenario\": \"\"}}", "$.mock.scenario: found \"\"", "expected the id");
}

static void ranges_are_checked(void **state)
{
    (void)state;
    refuse("{\"workers\": 0}", "$.workers: found 0", "from 1 to 64");
    refuse("{\"workers\": 65}", "$.workers: found 65", "from 1 to 64");
    refuse("{\"workers\": -1}", "$.workers: found -1", "from 1 to 64");
    refuse("{\"limits\": {\"connections\": 0}}", "found 0", "from 1 to 1000000");
    refuse("{\"limits\": {\"header_fields\": 1025}}", "found 1025", "from 8 to 1024");
    refuse("{\"limits\": {\"queue_length\": 9223372036854775807}}", "found 9223372036854775807",
           "from 16 to 1000000");
    refuse("{\"timeouts\": {\"connect_ms\": 99}}", "found 99", "from 100 to 600000");
    refuse("{\"timeouts\": {\"connect_ms\": 1e9}}", "found the number 1e+09",
           "expected an integer");
    struct config *c = load("{\"limits\": {\"capture_bytes\": 0, \"header_fields\": 1024},"
                            "\"timeouts\": {\"drain_ms\": 0}}");
    assert_int_equal(c->limits.capture_bytes, 0);
    assert_int_equal(c->limits.header_fields, 1024);
    assert_int_equal(c->timeouts.drain_ms, 0);
    config_drop(c);
}

static void quiet_and_verbose_exclude_each_other(void **state)
{
    (void)state;
    refuse("{\"log\": {\"quiet\": true, \"verbose\": true}}", "$.log.verbose", "not both");
}

static struct ip address(const char *text)
{
    struct ip ip;
    assert_true(ip_parse(span_of(text), &ip));
    return ip;
}

static enum source_verdict judge(const struct config *c, const char *fingerprint, const char *peer,
                                 const char *source)
{
    return allowlist_judge(c->inspect.allowlist, fingerprint, address(peer), address(source));
}

static void source_lists_are_built(void **state)
{
    (void)state;
    struct config *c = load(
        "{\"source_ip\": {\"enforce\": true, \"allow\": [\"198.51.100.0/24\", \"2001:db8::/48\"],"
        "\"clients\": [{\"client\": \"10.1.0.0/16\", \"allow\": [\"203.0.113.7\"]}],"
        "\"tokens\": [{\"allow\": [\"203.0.113.9\"], \"fingerprint\": \"0123456789ABCDEF\"}],"
        "\"egress_ip\": [\"203.0.113.7\", \"2001:db8::7\"], \"trusted_peers\": [\"10.0.0.0/8\"]}}");
    assert_true(c->inspect.enforce);
    assert_int_equal(judge(c, "", "127.0.0.1", "198.51.100.1"), SOURCE_ALLOWED);
    assert_int_equal(judge(c, "", "127.0.0.1", "2001:db8::1"), SOURCE_ALLOWED);
    assert_int_equal(judge(c, "", "127.0.0.1", "192.0.2.1"), SOURCE_DENIED);
    assert_int_equal(judge(c, "", "10.1.2.3", "203.0.113.7"), SOURCE_ALLOWED);
    assert_int_equal(judge(c, "", "10.1.2.3", "198.51.100.1"), SOURCE_DENIED);
    assert_int_equal(judge(c, "0123456789abcdef", "10.1.2.3", "203.0.113.9"), SOURCE_ALLOWED);
    assert_int_equal(judge(c, "0123456789abcdef", "10.1.2.3", "203.0.113.7"), SOURCE_DENIED);
    assert_int_equal(c->inspect.egress_ip_count, 2);
    assert_true(ip_eq(c->inspect.egress_ips[1], address("2001:db8::7")));
    assert_int_equal(c->inspect.trusted_peer_count, 1);
    assert_true(cidr_contains(&c->inspect.trusted_peers[0], address("10.9.9.9")));
    config_drop(c);
}

static void one_egress_ip_needs_no_array(void **state)
{
    (void)state;
    struct config *c = load("{\"source_ip\": {\"egress_ip\": \"203.0.113.7\"}}");
    assert_int_equal(c->inspect.egress_ip_count, 1);
    assert_true(ip_eq(c->inspect.egress_ips[0], address("203.0.113.7")));
    assert_null(c->inspect.allowlist);
    config_drop(c);
}

static void bad_source_lists_are_refused(void **state)
{
    (void)state;
    refuse("{\"source_ip\": {\"allow\": [\"192.0.2.0/24\", \"::1\", \"10.0.0.300\"]}}",
           "$.source_ip.allow[2]: found \"10.0.0.300\"", "expected an IPv4 or IPv6 address");
    refuse("{\"source_ip\": {\"allow\": [\"10.0.0.1/8\"]}}", "$.source_ip.allow[0]",
           "bits set behind the prefix");
    refuse("{\"source_ip\": {\"allow\": [\"10.0.0.0/33\"]}}", "$.source_ip.allow[0]",
           "from 0 to 32");
    refuse("{\"source_ip\": {\"allow\": [7]}}", "$.source_ip.allow[0]: found 7",
           "expected a string");
    refuse("{\"source_ip\": {\"allow\": \"192.0.2.1\"}}", "$.source_ip.allow", "expected an array");
    refuse("{\"source_ip\": {\"allow\": []}}", "$.source_ip.allow: found an empty array",
           "leave the key out");
    refuse("{\"source_ip\": {\"clients\": {}}}", "$.source_ip.clients", "expected an array");
    refuse("{\"source_ip\": {\"clients\": []}}", "$.source_ip.clients", "at least one");
    refuse("{\"source_ip\": {\"clients\": [{\"client\": \"10.0.0.0/8\"}]}}",
           "$.source_ip.clients[0]", "\"allow\" is missing");
    refuse("{\"source_ip\": {\"clients\": [{\"allow\": [\"::1\"]}]}}", "$.source_ip.clients[0]",
           "\"client\" is missing");
    refuse("{\"source_ip\": {\"clients\": [{\"client\": \"10.x\", \"allow\": [\"::1\"]}]}}",
           "$.source_ip.clients[0].client: found \"10.x\"", "expected an IPv4");
    refuse("{\"source_ip\": {\"clients\": [{\"client\": \"::1\", \"allow\": [\"x\"]}]}}",
           "$.source_ip.clients[0].allow[0]: found \"x\"", "expected an IPv4");
    refuse("{\"source_ip\": {\"egress_ip\": \"203.0.113.0/24\"}}", "$.source_ip.egress_ip",
           "expected an IPv4 or IPv6 address");
    refuse("{\"source_ip\": {\"egress_ip\": [\"203.0.113.7\", \"x\"]}}", "$.source_ip.egress_ip[1]",
           "expected an IPv4 or IPv6 address");
    refuse("{\"source_ip\": {\"egress_ip\": []}}", "$.source_ip.egress_ip", "at least one");
    refuse("{\"source_ip\": {\"egress_ip\": 4}}", "$.source_ip.egress_ip: found 4", "an address");
    refuse("{\"source_ip\": {\"trusted_peers\": {\"a\": 1}}}", "$.source_ip.trusted_peers",
           "expected an array");
    refuse("{\"source_ip\": {\"trusted_peers\": [\"lb.internal\"]}}",
           "$.source_ip.trusted_peers[0]", "expected an IPv4");
    refuse("{\"source_ip\": {\"enforce\": true}}", "$.source_ip.enforce: found true",
           "expected a list to enforce");
}

static void a_token_in_the_place_of_a_fingerprint_is_not_repeated(void **state)
{
    (void)state;
    char token[68] = "v2x";
    char content[256];
    struct err err;
    memset(token + 3, '7', 64);
    snprintf(content, sizeof content,
             "{\"source_ip\": {\"tokens\": [{\"fingerprint\": \"%s\", \"allow\": [\"::1\"]}]}}",
             token);
    assert_null(load_bytes(span_of(content), &err));
    assert_non_null(strstr(err.text, "$.source_ip.tokens[0].fingerprint"));
    assert_non_null(strstr(err.text, "a token itself belongs in no file"));
    assert_null(strstr(err.text, "7777"));
    refuse("{\"source_ip\": {\"tokens\": [{\"fingerprint\": \"0123\", \"allow\": [\"::1\"]}]}}",
           ".fingerprint", "16 hex digits");
}

static void no_error_repeats_a_token(void **state)
{
    (void)state;
    const char *const places[] = {
        "{\"env\": \"%s\"}",
        "{\"env\": \"https://app.bitgo.com/?accessToken=%s\"}",
        "{\"listen\": \"%s\"}",
        "{\"%s\": 1}",
        "{\"source_ip\": {\"allow\": [\"%s\"]}}",
        "{\"env\": \"prod\", %s}",
    };
    char token[68] = "v2x";
    memset(token + 3, '7', 64);
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        struct str content;
        struct err err;
        struct span rest = span_of(places[i]);
        ptrdiff_t at = span_find(rest, SPAN("%s"));
        str_init(&content, 256);
        str_add(&content, span_first(rest, (size_t)at));
        str_add(&content, span_of(token));
        str_add(&content, span_from(rest, (size_t)at + 2));
        assert_null(load_bytes(str_span(&content), &err));
        if (strstr(err.text, "7777")) {
            fail_msg("%s", err.text);
        }
        str_release(&content);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_keys_together),
        cmocka_unit_test(unknown_keys_are_refused_with_what_was_meant),
        cmocka_unit_test(types_are_checked),
        cmocka_unit_test(ranges_are_checked),
        cmocka_unit_test(quiet_and_verbose_exclude_each_other),
        cmocka_unit_test(source_lists_are_built),
        cmocka_unit_test(one_egress_ip_needs_no_array),
        cmocka_unit_test(bad_source_lists_are_refused),
        cmocka_unit_test(a_token_in_the_place_of_a_fingerprint_is_not_repeated),
        cmocka_unit_test(no_error_repeats_a_token),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
