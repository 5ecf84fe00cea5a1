/* Upstream URLs and listening addresses, in the file, the environment and flags. */
#include "folder.h"
#include "why401/config/listen.h"

static struct config *load_env(const char *env)
{
    struct err err = {0};
    struct config_flags flags = {.env = env};
    struct config *c = config_load(&flags, &err);
    if (!c) {
        fail_msg("%s: %s", env, err.text);
    }
    return c;
}

static void goes_to(const char *env, bool tls, const char *host, uint16_t port,
                    const char *authority)
{
    struct config *c = load_env(env);
    assert_int_equal(c->upstream.tls, tls);
    assert_string_equal(c->upstream.host, host);
    assert_int_equal(c->upstream.port, port);
    assert_string_equal(c->upstream.authority, authority);
    config_drop(c);
}

static void refuse_env(const char *env, const char *part)
{
    struct err err = {0};
    struct config_flags flags = {.env = env};
    assert_null(config_load(&flags, &err));
    if (err.code != ERR_USAGE || !strstr(err.text, "--env: found ") || !strstr(err.text, part)) {
        fail_msg("%s was refused with: %s", env, err.text);
    }
}

static void environments_by_name(void **state)
{
    (void)state;
    goes_to("prod", true, "app.bitgo.com", 443, "app.bitgo.com");
    goes_to("test", true, "app.bitgo-test.com", 443, "app.bitgo-test.com");
    struct config *c = load_env("test");
    assert_int_equal(environment_of_host(span_of(c->upstream.host)), ENVIRONMENT_TEST);
    config_drop(c);
}

static void environments_by_url(void **state)
{
    (void)state;
    goes_to("https://app.bitgo-test.com", true, "app.bitgo-test.com", 443, "app.bitgo-test.com");
    goes_to("https://app.bitgo.com/", true, "app.bitgo.com", 443, "app.bitgo.com");
    goes_to("HTTPS://App.BitGo.com:443", true, "app.bitgo.com", 443, "app.bitgo.com");
    goes_to("https://h:80", true, "h", 80, "h:80");
    goes_to("https://h:", true, "h", 443, "h");
    goes_to("https://[2001:DB8::1]", true, "2001:db8::1", 443, "[2001:db8::1]");
    goes_to("https://[2001:db8::1]:8443", true, "2001:db8::1", 8443, "[2001:db8::1]:8443");
    goes_to("https://192.0.2.1:8443", true, "192.0.2.1", 8443, "192.0.2.1:8443");
    goes_to("https://my_host.internal", true, "my_host.internal", 443, "my_host.internal");
    goes_to("http://localhost:3080", false, "localhost", 3080, "localhost:3080");
    goes_to("http://127.0.0.1", false, "127.0.0.1", 80, "127.0.0.1");
    goes_to("http://[::1]:3080", false, "::1", 3080, "[::1]:3080");
    struct config *c = load_env("http://localhost:3080");
    assert_int_equal(environment_of_host(span_of(c->upstream.host)), ENVIRONMENT_EXPRESS);
    config_drop(c);
}

static void bad_urls_are_refused_with_the_reason(void **state)
{
    (void)state;
    refuse_env("", "expected prod, test or a URL");
    refuse_env("tset", "did you mean test?");
    refuse_env("production!", "expected prod, test or a URL");
    refuse_env("app.bitgo.com", "expected prod, test or a URL");
    refuse_env("ftp://app.bitgo.com", "begins with https://");
    refuse_env("https://app.bitgo.com/api/v2", "signs the path");
    refuse_env("https://app.bitgo.com?a", "signs the path");
    refuse_env("https://app.bitgo.com#a", "signs the path");
    refuse_env("https://app.bitgo.com//", "signs the path");
    refuse_env("https://", "expected a host name");
    refuse_env("https://:443", "expected a host name");
    refuse_env("https://a..b", "expected a host name");
    refuse_env("https://-a.b", "expected a host name");
    refuse_env("https://a b", "expected a host name");
    refuse_env("https://b\xc3\xbc.example", "expected a host name");
    refuse_env("https://app.bitgo.com.", "expected a host name");
    refuse_env("https://1.2.3", "expected a host name");
    refuse_env("https://0x7f000001", "expected a host name");
    refuse_env("https://[::1", "expected a host name");
    refuse_env("https://[::1]x", "expected a port");
    refuse_env("https://[127.0.0.1]", "expected a host name");
    refuse_env("https://::1", "expected a host name");
    refuse_env("https://h:0", "expected a port from 1 to 65535");
    refuse_env("https://h:65536", "expected a port from 1 to 65535");
    refuse_env("https://h:80a", "expected a port from 1 to 65535");
}

static void a_password_in_a_url_is_not_repeated(void **state)
{
    (void)state;
    const char *const urls[] = {"https://user:canary@h", "user:canary@h",
                                "http://canary@localhost"};
    for (size_t i = 0; i < 3; i++) {
        struct err err;
        struct config_flags flags = {.env = urls[i]};
        assert_null(config_load(&flags, &err));
        assert_non_null(strstr(err.text, "user name or password"));
        assert_null(strstr(err.text, "canary"));
    }
}

static void http_stays_on_this_machine(void **state)
{
    (void)state;
    refuse_env("http://app.bitgo.com", "read the tokens");
    refuse_env("http://192.168.0.7:3080", "read the tokens");
    refuse_env("http://localhost.example.com", "read the tokens");
    refuse("{\"env\": \"http://localhost:3080\", \"upstream\": {\"resolve\": \"192.0.2.1\"}}",
           "$.env", "read the tokens");
    refuse("{\"upstream\": {\"resolve\": \"example.com\"}}", "$.upstream.resolve",
           "expected an IPv4 or IPv6 address");
    struct config *c =
        load("{\"env\": \"http://express.test\", \"upstream\": {\"resolve\": \"127.0.0.2\"}}");
    assert_string_equal(c->upstream.host, "express.test");
    config_drop(c);
}

static void listens_on(const char *text, const char *host, uint16_t port, bool loopback)
{
    struct listen_address address;
    const char *why = NULL;
    if (!listen_parse(span_of(text), &address, &why)) {
        fail_msg("%s: %s", text, why);
    }
    assert_string_equal(address.host, host);
    assert_int_equal(address.port, port);
    assert_int_equal(address.loopback, loopback);
}

static void listening_addresses(void **state)
{
    (void)state;
    listens_on("127.0.0.1:8401", "127.0.0.1", 8401, true);
    listens_on("localhost:0", "127.0.0.1", 0, true);
    listens_on("[::1]:8401", "::1", 8401, true);
    listens_on("0.0.0.0:65535", "0.0.0.0", 65535, false);
    listens_on("[::]:1", "::", 1, false);
    listens_on("192.168.0.1:80", "192.168.0.1", 80, false);
}

static void bad_listening_addresses(void **state)
{
    (void)state;
    const struct {
        const char *text;
        const char *why;
    } bad[] = {
        {"", "expected ADDRESS:PORT"},
        {"8401", "expected ADDRESS:PORT"},
        {"nonsense", "expected ADDRESS:PORT"},
        {":8401", "expected an address before the colon"},
        {"::1:8401", "in brackets"},
        {"[127.0.0.1]:8401", "expected an IP address"},
        {"[::1]", "expected an IP address"},
        {"example.com:8401", "expected an IP address"},
        {"127.0.0.1:", "expected a port"},
        {"127.0.0.1:-1", "expected a port"},
        {"127.0.0.1:65536", "expected a port"},
        {"127.0.0.1:80 ", "expected a port"},
        {"http://127.0.0.1:80", "expected an IP address"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct listen_address address;
        const char *why = NULL;
        assert_false(listen_parse(span_of(bad[i].text), &address, &why));
        if (!strstr(why, bad[i].why)) {
            fail_msg("\"%s\": %s", bad[i].text, why);
        }
    }
    refuse("{\"listen\": \"8401\"}", "$.listen: found \"8401\"", "expected ADDRESS:PORT");
}

static void flags_win_over_environment_over_file(void **state)
{
    (void)state;
    struct err err;
    write_bytes(config_path,
                SPAN("{\"env\": \"https://file\", \"workers\": 2, \"rules\": \"/file\","
                     "\"listen\": \"127.0.0.1:1\", \"log\": {\"verbose\": true}}"));
    setenv("WHY401_CONFIG", config_path, 1);
    setenv("WHY401_ENV", "https://environment", 1);
    setenv("WHY401_WORKERS", "3", 1);
    setenv("WHY401_LISTEN", "127.0.0.1:2", 1);
    setenv("WHY401_LOG_JSON", "environment.jsonl", 1);
    setenv("WHY401_HAR", "environment.har", 1);
    setenv("WHY401_UPSTREAM_CA", "environment.pem", 1);
    setenv("WHY401_RULES", "", 1); /* says nothing */
    struct config_flags flags = {
        .env = "https://flag", .log_json = "-", .har = "flag.har", .quiet = true};
    struct config *c = config_load(&flags, &err);
    assert_non_null(c);
    assert_string_equal(c->upstream.host, "flag");
    assert_int_equal(c->workers, 3);
    assert_int_equal(c->listen_port, 2);
    assert_string_equal(c->log_json, "-");
    assert_string_equal(c->log_har, "flag.har");
    assert_string_equal(c->upstream.ca_path, "environment.pem");
    assert_string_equal(c->rules_dir, "/file");
    assert_true(c->quiet);
    assert_false(c->verbose);
    config_drop(c);

    flags = (struct config_flags){
        .listen = "[::1]:3", .workers = "4", .upstream_ca = "flag.pem", .rules = "flag"};
    c = config_load(&flags, &err);
    assert_non_null(c);
    assert_string_equal(c->upstream.host, "environment");
    assert_int_equal(c->workers, 4);
    assert_string_equal(c->listen_host, "::1");
    assert_string_equal(c->upstream.ca_path, "flag.pem");
    assert_string_equal(c->rules_dir, "flag");
    assert_string_equal(c->log_json, "environment.jsonl");
    assert_string_equal(c->log_har, "environment.har");
    assert_true(c->verbose);
    config_drop(c);

    setenv("WHY401_WORKERS", "many", 1);
    flags = (struct config_flags){0};
    assert_null(config_load(&flags, &err));
    assert_int_equal(err.code, ERR_USAGE);
    assert_string_equal(err.text,
                        "WHY401_WORKERS: found \"many\"; expected an integer from 1 to 64");
    for (size_t i = 0; i < sizeof variables / sizeof variables[0]; i++) {
        unsetenv(variables[i]);
    }
}

static void flags_are_named_in_errors(void **state)
{
    (void)state;
    struct err err;
    struct config_flags flags = {.workers = "0"};
    assert_null(config_load(&flags, &err));
    assert_string_equal(err.text, "--workers: found \"0\"; expected an integer from 1 to 64");
    flags = (struct config_flags){.listen = "127.0.0.1:99999"};
    assert_null(config_load(&flags, &err));
    assert_non_null(strstr(err.text, "--listen: found \"127.0.0.1:99999\"; expected a port"));
    flags = (struct config_flags){.upstream_ca = ""};
    assert_null(config_load(&flags, &err));
    assert_string_equal(err.text, "--upstream-ca: found \"\"; expected a path");
    flags = (struct config_flags){.quiet = true, .verbose = true};
    assert_null(config_load(&flags, &err));
    assert_int_equal(err.code, ERR_USAGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(environments_by_name),
        cmocka_unit_test(environments_by_url),
        cmocka_unit_test(bad_urls_are_refused_with_the_reason),
        cmocka_unit_test(a_password_in_a_url_is_not_repeated),
        cmocka_unit_test(http_stays_on_this_machine),
        cmocka_unit_test(listening_addresses),
        cmocka_unit_test(bad_listening_addresses),
        cmocka_unit_test(flags_win_over_environment_over_file),
        cmocka_unit_test(flags_are_named_in_errors),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
