/* What each runtime reads. The parent's value of every variable here is dropped first, in whatever
 * case it is written: getenv returns the first match, and libraries differ in the case they prefer.
 */
#include "why401/child/variables.h"

const struct variable variables[] = {
    /* The proxy. curl reads http_proxy in lower case only, Go, Python and .NET take both. ALL_PROXY
     * is not set: it speaks for schemes that we are no proxy for, and every client that knows it
     * looks for the two above it first. */
    {"http_proxy", VARIABLE_PROXY, NULL},
    {"HTTP_PROXY", VARIABLE_PROXY, NULL},
    {"https_proxy", VARIABLE_PROXY, NULL},
    {"HTTPS_PROXY", VARIABLE_PROXY, NULL},
    {"no_proxy", VARIABLE_NO_PROXY, NULL},
    {"NO_PROXY", VARIABLE_NO_PROXY, NULL},
    {"NODE_USE_ENV_PROXY", VARIABLE_TEXT, "1"}, /* Node 22.21, 24.5 and newer; where NODE_OPTIONS
                                                   is overwritten in the child */
    {"PERL_LWP_ENV_PROXY", VARIABLE_TEXT, "1"}, /* LWP asks for the variables above only then */
    {"BITGO_USE_PROXY", VARIABLE_PROXY, NULL},  /* BitGo Express */
    {"ALL_PROXY", VARIABLE_DROPPED, NULL},
    {"WS_PROXY", VARIABLE_DROPPED, NULL},
    {"WSS_PROXY", VARIABLE_DROPPED, NULL},
    {"GRPC_PROXY", VARIABLE_DROPPED, NULL},
    {"GLOBAL_AGENT_HTTP_PROXY", VARIABLE_DROPPED, NULL},
    {"GLOBAL_AGENT_HTTPS_PROXY", VARIABLE_DROPPED, NULL},
    {"GLOBAL_AGENT_NO_PROXY", VARIABLE_DROPPED, NULL},

    /* Trust. SSL_CERT_DIR stays: what is in it is trusted besides. */
    {"NODE_EXTRA_CA_CERTS", VARIABLE_CA_ADDED, NULL}, /* Node, Bun */
    {"DENO_CERT", VARIABLE_CA_ADDED, NULL},
    {"SSL_CERT_FILE", VARIABLE_CA_REPLACED, NULL}, /* OpenSSL: Python, Ruby, Perl; Go; .NET */
    {"CURL_CA_BUNDLE", VARIABLE_CA_REPLACED, NULL},
    {"REQUESTS_CA_BUNDLE", VARIABLE_CA_REPLACED, NULL},
    {"PIP_CERT", VARIABLE_CA_REPLACED, NULL},
    {"HTTPLIB2_CA_CERTS", VARIABLE_CA_REPLACED, NULL},
    {"AWS_CA_BUNDLE", VARIABLE_CA_REPLACED, NULL},
    {"GIT_SSL_CAINFO", VARIABLE_CA_REPLACED, NULL},
    {"PERL_LWP_SSL_CA_FILE", VARIABLE_CA_REPLACED, NULL},
    {"BUNDLE_SSL_CA_CERT", VARIABLE_CA_REPLACED, NULL}, /* Ruby's bundler */
    {"CARGO_HTTP_CAINFO", VARIABLE_CA_REPLACED, NULL},
    {"npm_config_cafile", VARIABLE_CA_REPLACED, NULL},
    {"CLOUDSDK_CORE_CUSTOM_CA_CERTS_FILE", VARIABLE_CA_REPLACED, NULL},
    {"GRPC_DEFAULT_SSL_ROOTS_FILE_PATH", VARIABLE_CA_REPLACED, NULL},
    {"NODE_TLS_REJECT_UNAUTHORIZED", VARIABLE_DROPPED, NULL}, /* with 0 a child trusts anybody, and
                                                                 a test says nothing about TLS */

    /* Runtimes that need a file or an option of their own. */
    {"NODE_OPTIONS", VARIABLE_NODE_OPTIONS, NULL},
    {"JAVA_TOOL_OPTIONS", VARIABLE_JAVA_OPTIONS, NULL},
    {"PHP_INI_SCAN_DIR", VARIABLE_PHP_SCAN, NULL},
    {"WGETRC", VARIABLE_WGETRC, NULL}, /* wget with GnuTLS reads no variable for certificates */

    /* BitGo's SDK and Express, only where they are to be told. */
    {"BITGO_CUSTOM_ROOT_URI", VARIABLE_CUSTOM_ROOT, NULL},
    {"BITGO_CUSTOM_BITCOIN_NETWORK", VARIABLE_CUSTOM_NETWORK, NULL},

    /* By these a program, and our preload, can see where it runs. */
    {"WHY401_ACTIVE", VARIABLE_TEXT, "1"},
    {"WHY401_PROXY", VARIABLE_PROXY, NULL},
    {"WHY401_HOSTS", VARIABLE_HOSTS, NULL},
};

const size_t variables_count = sizeof variables / sizeof *variables;
