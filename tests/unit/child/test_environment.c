/* The child's variables: what is set, what is dropped, what is joined, and what people are told. */
#include "testing.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "no_proxy.h"
#include "parent.h"
#include "place_parts.h"
#include "why401/child/environment.h"
#include "why401/child/variables.h"
#include "words.h"

#define PORT 8401

/* No file is read here: the place only has to name some. */
static struct child_place place = {.dir = "/run/why 401", .bundles = {{NULL}, {NULL}}, .count = 2};
static char company[] = "/etc/company.pem";

static struct child_environment made(char *const *parent, const char *network)
{
    struct err err;
    struct child_environment environment;
    struct child_environment_options options = {
        .parent = parent, .place = &place, .port = PORT, .custom_network = network};
    place.bundles[1].base = company;
    assert_int_equal(child_environment_init(&environment, &options, &err), 0);
    return environment;
}

/* The value of exactly that name; there must not be two. */
static const char *value(const struct child_environment *environment, const char *name)
{
    const char *found = NULL;
    for (size_t i = 0; i < environment->count; i++) {
        const char *entry = environment->variables[i];
        if (span_eq(parent_name(entry), span_of(name))) {
            assert_null(found);
            found = entry + strlen(name) + 1;
        }
    }
    assert_null(environment->variables[environment->count]);
    return found;
}

#define assert_value(environment, name, expected)                                                  \
    assert_string_equal(value(&(environment), name), expected)

static void test_each_row_is_there_once(void **state)
{
    char **parent = WORDS("PATH=/bin", "HOME=/home/u");
    struct child_environment environment = made(parent, "testnet");
    (void)state;
    for (size_t i = 0; i < variables_count; i++) {
        bool set = variables[i].kind != VARIABLE_DROPPED && variables[i].kind != VARIABLE_HOSTS;
        assert_int_equal(value(&environment, variables[i].name) != NULL, set);
    }
    assert_value(environment, "PATH", "/bin");
    assert_value(environment, "https_proxy", "http://127.0.0.1:8401");
    assert_value(environment, "WHY401_PROXY", "http://127.0.0.1:8401");
    assert_value(environment, "NO_PROXY", "localhost,127.0.0.1,::1");
    assert_value(environment, "NODE_EXTRA_CA_CERTS", "/run/why 401/ca.pem");
    assert_value(environment, "CURL_CA_BUNDLE", "/run/why 401/bundle.pem");
    assert_value(environment, "NODE_OPTIONS", "--require=\"/run/why 401/preload.cjs\"");
    assert_value(environment, "PHP_INI_SCAN_DIR", ":/run/why 401/php");
    assert_value(environment, "BITGO_CUSTOM_ROOT_URI", "https://localhost:8401");
    assert_value(environment, "BITGO_CUSTOM_BITCOIN_NETWORK", "testnet");
    child_environment_release(&environment);
}

static void test_the_parents_way_out_is_dropped_in_both_cases(void **state)
{
    char **parent = WORDS("HTTPS_PROXY=http://user:secret@corp:3128",
                          "https_proxy=http://user:secret@corp:3128", "Http_Proxy=http://corp:3128",
                          "all_proxy=socks5://user:secret@corp", "NODE_TLS_REJECT_UNAUTHORIZED=0",
                          "UNRELATED=stays");
    struct child_environment environment = made(parent, NULL);
    (void)state;
    assert_value(environment, "HTTPS_PROXY", "http://127.0.0.1:8401");
    assert_value(environment, "https_proxy", "http://127.0.0.1:8401");
    assert_null(value(&environment, "Http_Proxy"));
    assert_null(value(&environment, "all_proxy"));
    assert_null(value(&environment, "NODE_TLS_REJECT_UNAUTHORIZED"));
    assert_value(environment, "UNRELATED", "stays");
    const char *list = str_cstr(&environment.list);
    assert_non_null(strstr(list, "all_proxy (dropped)\n"));
    assert_non_null(strstr(list, "NODE_TLS_REJECT_UNAUTHORIZED (dropped)\n"));
    assert_null(strstr(list, "HTTPS_PROXY (dropped)"));
    assert_null(strstr(list, "secret"));
    child_environment_release(&environment);
}

static void test_options_are_added_to(void **state)
{
    char **parent = WORDS("NODE_OPTIONS=--max-old-space-size=4096",
                          "JAVA_TOOL_OPTIONS=-Dkey=secret", "PHP_INI_SCAN_DIR=/etc/own");
    struct child_environment environment = made(parent, NULL);
    (void)state;
    assert_value(environment, "NODE_OPTIONS",
                 "--max-old-space-size=4096 --require=\"/run/why 401/preload.cjs\"");
    assert_value(environment, "PHP_INI_SCAN_DIR", "/etc/own:/run/why 401/php");
    assert_value(environment, "JAVA_TOOL_OPTIONS",
                 "-Dkey=secret -Dhttp.proxyHost=127.0.0.1 -Dhttp.proxyPort=8401 "
                 "-Dhttps.proxyHost=127.0.0.1 -Dhttps.proxyPort=8401 "
                 "-Dhttp.nonProxyHosts=localhost|127.*|[::1] "
                 "'-Djavax.net.ssl.trustStore=/run/why 401/truststore.jks' "
                 "-Djavax.net.ssl.trustStorePassword=changeit");
    assert_non_null(strstr(str_cstr(&environment.list), "\nJAVA_TOOL_OPTIONS=… -Dhttp.proxyHost"));
    assert_null(strstr(str_cstr(&environment.list), "secret"));
    child_environment_release(&environment);
}

static void test_a_bundle_starts_with_the_variables_own_file(void **state)
{
    char **parent =
        WORDS("REQUESTS_CA_BUNDLE=/etc/company.pem", "NPM_CONFIG_CAFILE=/etc/company.pem",
              "NODE_EXTRA_CA_CERTS=/etc/company.pem", "PIP_CERT=");
    struct child_environment environment = made(parent, NULL);
    (void)state;
    assert_value(environment, "REQUESTS_CA_BUNDLE", "/run/why 401/bundle-2.pem");
    assert_value(environment, "npm_config_cafile", "/run/why 401/bundle-2.pem");
    assert_value(environment, "NODE_EXTRA_CA_CERTS", "/run/why 401/bundle-2.pem");
    assert_value(environment, "DENO_CERT", "/run/why 401/ca.pem");
    assert_value(environment, "PIP_CERT", "/run/why 401/bundle.pem");
    assert_null(value(&environment, "NPM_CONFIG_CAFILE"));
    child_environment_release(&environment);
}

static void test_the_sdk_is_told_only_when_asked(void **state)
{
    char **parent = WORDS("BITGO_CUSTOM_ROOT_URI=https://own.example");
    struct child_environment environment = made(parent, NULL);
    (void)state;
    assert_value(environment, "BITGO_CUSTOM_ROOT_URI", "https://own.example");
    assert_null(value(&environment, "BITGO_CUSTOM_BITCOIN_NETWORK"));
    child_environment_release(&environment);
    environment = made(parent, "bitcoin");
    assert_value(environment, "BITGO_CUSTOM_ROOT_URI", "https://localhost:8401");
    assert_value(environment, "BITGO_CUSTOM_BITCOIN_NETWORK", "bitcoin");
    child_environment_release(&environment);
}

static void assert_no_proxy(const char *entry, const char *expected, const char *java)
{
    char **parent = WORDS("no_proxyish=x", entry);
    struct str out;
    str_init(&out, 1000);
    no_proxy_write(&out, parent, "bitgo.internal.example,other.example");
    assert_string_equal(str_cstr(&out), expected);
    str_clear(&out);
    no_proxy_write_java(&out, parent, "bitgo.internal.example,other.example");
    assert_string_equal(str_cstr(&out), java);
    str_release(&out);
}

static void test_no_proxy_keeps_what_does_not_cover_bitgo(void **state)
{
    static const char *const covering[] = {
        "*",
        "bitgo.com",
        ".bitgo.com",
        "*.BitGo.com",
        "app.bitgo.com",
        "app.bitgo.com:443",
        "com",
        ".com",
        "bitgo-test.com",
        "a.b.bitgo-test.com",
        "other.example",
        "internal.example",
        "example",
        "bitgo.com.",
    };
    (void)state;
    for (size_t i = 0; i < sizeof covering / sizeof *covering; i++) {
        char entry[100];
        snprintf(entry, sizeof entry, "NO_PROXY=%s", covering[i]);
        assert_no_proxy(entry, "localhost,127.0.0.1,::1", "localhost|127.*|[::1]");
    }
    assert_no_proxy("no_proxy=.corp, 10.0.0.0/8,notbitgo.com bitgo.com,x.example:8080,::1,",
                    "localhost,127.0.0.1,::1,.corp,10.0.0.0/8,notbitgo.com,x.example:8080,::1",
                    "localhost|127.*|[::1]|corp|*.corp|notbitgo.com|*.notbitgo.com"
                    "|x.example|*.x.example|::1|*.::1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_row_is_there_once),
        cmocka_unit_test(test_the_parents_way_out_is_dropped_in_both_cases),
        cmocka_unit_test(test_options_are_added_to),
        cmocka_unit_test(test_a_bundle_starts_with_the_variables_own_file),
        cmocka_unit_test(test_the_sdk_is_told_only_when_asked),
        cmocka_unit_test(test_no_proxy_keeps_what_does_not_cover_bitgo),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
