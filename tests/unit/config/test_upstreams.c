/* Several upstreams in one process, and the way out: tunnels and the network's proxy. */
#include "folder.h"

static const char *const proxy_variables[] = {"https_proxy", "HTTPS_PROXY", "all_proxy",
                                              "ALL_PROXY",   "no_proxy",    "NO_PROXY"};

static int make(void **state)
{
    for (size_t i = 0; i < sizeof proxy_variables / sizeof *proxy_variables; i++) {
        unsetenv(proxy_variables[i]);
    }
    return make_folder(state);
}

static void expect_upstream(const struct config *c, size_t i, const char *authority)
{
    assert_true(i < c->upstream_count);
    assert_string_equal(c->upstreams[i].authority, authority);
}

static void bitgos_two_hosts_are_always_known(void **state)
{
    (void)state;
    struct config *c = load("{}");
    assert_int_equal(c->upstream_count, 2);
    expect_upstream(c, 0, "app.bitgo.com");
    expect_upstream(c, 1, "app.bitgo-test.com");
    assert_false(c->inspect.refuse_production);
    config_drop(c);
    c = load("{\"env\": \"http://localhost:3080\"}");
    assert_int_equal(c->upstream_count, 3);
    expect_upstream(c, 0, "localhost:3080");
    assert_int_equal(c->door_count, 1);
    config_drop(c);
}

static void a_spoken_test_refuses_production(void **state)
{
    (void)state;
    struct config *c = load("{\"env\": \"test\"}");
    assert_true(c->inspect.refuse_production);
    assert_true(c->env_spoken);
    config_drop(c);
    c = load("{\"env\": \"prod\", \"read_only\": true}");
    assert_false(c->inspect.refuse_production);
    assert_true(c->inspect.read_only);
    config_drop(c);
}

static void upstreams_have_their_own_doors_and_addresses(void **state)
{
    (void)state;
    struct config *c =
        load("{\"upstream\": {\"resolve\": \"[::1]:9443\"}, \"upstreams\": ["
             "{\"env\": \"https://app.bitgo-test.com\", \"resolve\": \"127.0.0.1:8443\"},"
             "{\"listen\": \"127.0.0.1:8402\", \"ca\": \"/roots.pem\","
             " \"env\": \"https://gateway.example:444\"}]}");
    assert_int_equal(c->upstream_count, 3);
    expect_upstream(c, 0, "app.bitgo.com");
    assert_string_equal(c->upstreams[0].resolve, "::1");
    assert_int_equal(c->upstreams[0].resolve_port, 9443);
    expect_upstream(c, 1, "app.bitgo-test.com");
    assert_string_equal(c->upstreams[1].resolve, "127.0.0.1");
    assert_int_equal(c->upstreams[1].resolve_port, 8443);
    expect_upstream(c, 2, "gateway.example:444");
    assert_string_equal(c->upstreams[2].ca_path, "/roots.pem");
    assert_int_equal(c->door_count, 2);
    assert_int_equal(c->doors[1].port, 8402);
    assert_int_equal(c->doors[1].upstream, 2);
    config_drop(c);
}

static void upstreams_are_checked(void **state)
{
    (void)state;
    refuse("{\"upstreams\": {}}", "$.upstreams", "expected");
    refuse("{\"upstreams\": []}", "$.upstreams", "expected at least one");
    refuse("{\"upstreams\": [{\"listen\": \"127.0.0.1:1\"}]}", "$.upstreams[0]", "\"env\"");
    refuse("{\"upstreams\": [{\"env\": \"test\", \"x\": 1}]}", "$.upstreams[0].x", "unknown key");
    refuse("{\"upstreams\": [{\"env\": \"tset\"}]}", "$.upstreams[0].env", "did you mean test?");
    refuse("{\"upstreams\": [{\"env\": \"test\", \"listen\": \"8402\"}]}", "$.upstreams[0].listen",
           "expected ADDRESS:PORT");
    refuse("{\"upstreams\": [{\"env\": \"test\", \"resolve\": \"127.0.0.1:0\"}]}",
           "$.upstreams[0].resolve", "a port may follow");
    refuse("{\"upstreams\": [{\"env\": \"test\"}, {\"env\": \"test\"}]}", "$.upstreams[1]",
           "each host once");
    refuse("{\"env\": \"test\", \"upstreams\": [{\"env\": \"https://APP.bitgo-test.com\"}]}",
           "$.upstreams[0]", "each host once");
    refuse("{\"tunnel\": \"some\"}", "$.tunnel", "expected none, public");
    refuse("{\"read_only\": 1}", "$.read_only", "expected");
}

static void expect_proxy(const char *url, const char *host, uint16_t port,
                         const char *authorization)
{
    struct config_flags flags = {.upstream_proxy = url};
    struct err err = {0};
    struct config *c = config_load(&flags, &err);
    if (!c) {
        fail_msg("%s: %s", url, err.text);
        return;
    }
    assert_string_equal(c->proxy.via.host, host);
    assert_int_equal(c->proxy.via.port, port);
    if (authorization) {
        assert_string_equal(c->proxy.via.authorization, authorization);
    } else {
        assert_null(c->proxy.via.authorization);
    }
    config_drop(c);
}

static void the_networks_proxy_as_people_write_it(void **state)
{
    (void)state;
    expect_proxy("http://proxy.example:3128", "proxy.example", 3128, NULL);
    expect_proxy("http://proxy.example/", "proxy.example", 80, NULL);
    expect_proxy("proxy.example:3128", "proxy.example", 3128, NULL);
    expect_proxy("http://[::1]:3128", "::1", 3128, NULL);
    /* RFC 7617 §2's own example */
    expect_proxy("http://Aladdin:open%20sesame@p:1", "p", 1, "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
    expect_proxy("http://a:b@c@p:1", "p", 1, "Basic YTpiQGM=");
    expect_proxy("http://user@p:1", "p", 1, "Basic dXNlcjo=");
}

static void a_bad_proxy_is_refused_without_a_word_of_it(void **state)
{
    static const char *const bad[] = {
        "socks5://user:canary@p:1", "https://user:canary@p",     "http://user:canary@p:0",
        "http://user:canary@/",     "http://user:canary@p/path", "http://user:canary@p:x",
    };
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct config_flags flags = {.upstream_proxy = bad[i]};
        struct err err = {0};
        assert_null(config_load(&flags, &err));
        if (!strstr(err.text, "--upstream-proxy") || !strstr(err.text, "expected") ||
            strstr(err.text, "canary")) {
            fail_msg("%s was refused with: %s", bad[i], err.text);
        }
    }
}

static void the_environments_proxy_counts_where_nobody_names_one(void **state)
{
    (void)state;
    setenv("HTTPS_PROXY", "http://env.example:8080", 1);
    setenv("NO_PROXY", "internal.example", 1);
    struct config *c = load("{}");
    assert_string_equal(c->proxy.via.host, "env.example");
    assert_string_equal(c->proxy.except, "internal.example");
    config_drop(c);
    c = load("{\"upstream_proxy\": \"none\"}");
    assert_null(c->proxy.via.host);
    config_drop(c);
    setenv("WHY401_UPSTREAM_PROXY", "http://ours.example:1", 1);
    c = load("{}");
    assert_string_equal(c->proxy.via.host, "ours.example");
    config_drop(c);
    unsetenv("WHY401_UPSTREAM_PROXY");
    unsetenv("HTTPS_PROXY");
    unsetenv("NO_PROXY");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(bitgos_two_hosts_are_always_known),
        TEST(a_spoken_test_refuses_production),
        TEST(upstreams_have_their_own_doors_and_addresses),
        TEST(upstreams_are_checked),
        TEST(the_networks_proxy_as_people_write_it),
        TEST(a_bad_proxy_is_refused_without_a_word_of_it),
        TEST(the_environments_proxy_counts_where_nobody_names_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
