/* A configuration is loaded whole or refused for want of memory. */
#include "fault.h"
#include "folder.h"

static const char all[] =
    "{\"env\":\"test\",\"workers\":2,\"log\":{\"json\":\"x.jsonl\",\"har\":\"x.har\"},"
    "\"upstream\":{\"resolve\":\"127.0.0.1:8443\"},"
    "\"upstreams\":[{\"env\":\"prod\",\"resolve\":\"127.0.0.1:9\",\"listen\":\"127.0.0.1:8500\"}],"
    "\"upstream_proxy\":\"http://user:word@proxy.example:3128\",\"rules\":\"r\","
    "\"source_ip\":{\"enforce\":true,\"egress_ip\":\"203.0.113.7\",\"allow\":[\"203.0.113.0/24\","
    "\"2001:db8::/48\"],\"clients\":[{\"client\":\"10.1.0.0/16\",\"allow\":[\"203.0.113.7\"]}],"
    "\"tokens\":[{\"fingerprint\":\"0123456789abcdef\",\"allow\":[\"203.0.113.7\"]}]},"
    "\"timeouts\":{\"connect_ms\":5000},\"limits\":{\"connections\":10}}";

static void loading(void)
{
    struct err err = {0};
    struct config_flags flags = {.config = config_path, .listen = "127.0.0.1:0", .ledger = "l.db"};
    fault_begin();
    struct config *c = config_load(&flags, &err);
    bool failed = fault_end();
    if (!c) {
        assert_true(failed);
        if (err.code != ERR_MEMORY) {
            fail_msg("%d: %s", err.code, err.text);
        }
        return;
    }
    assert_string_equal(c->upstream.host, "app.bitgo-test.com");
    assert_int_equal(c->door_count, 2);
    assert_int_equal(c->timeouts.connect_ms, 5000);
    assert_non_null(c->ledger);
    assert_non_null(c->rules_dir);
    assert_non_null(c->log_har);
    assert_non_null(c->proxy.via.host);
    assert_non_null(c->inspect.allowlist);
    config_drop(c);
}

static void a_config_is_whole_or_refused(void **state)
{
    (void)state;
    write_bytes(config_path, span_of(all));
    fault_every(loading, FAULT_EACH);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_config_is_whole_or_refused, make_folder, remove_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
