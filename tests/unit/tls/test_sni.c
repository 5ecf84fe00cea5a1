/* The accepting side: which name gets which leaf, and which gets none. */
#include "local.h"

#include "ca_parts.h"
#include "cert.h"
#include "leaf.h"
#include "name.h"

/* A client that verifies "localhost" or whatever `host` says, and sends `sni` (NULL: none), over a
 * connection that was opened for `meant` (NULL: nobody said). */
static void connect_for(struct pair *p, const char *host, const char *sni, const char *meant)
{
    struct tls *t;
    *p = (struct pair){.step = SIZE_MAX / 2};
    buf_init(&p->client.out, 65536);
    buf_init(&p->client.plain, 65536);
    buf_init(&p->server.out, 65536);
    buf_init(&p->server.plain, 65536);
    p->client.tls = t = tls_client(local.connecting, span_of(host), &p->client.out);
    p->server.tls = tls_server(local.accepting, span_of(meant), &p->server.out);
    char *name = sni ? strdup(sni) : NULL; /* the macro casts const away */
    assert_int_equal(SSL_set_tlsext_host_name(t->ssl, name), 1);
    free(name);
    tls_start(t);
    pair_run(p);
}

static void connect_with(struct pair *p, const char *host, const char *sni)
{
    connect_for(p, host, sni, NULL);
}

static void names_of_bitgo_and_this_machine_get_a_leaf(void **state)
{
    (void)state;
    static const char *const names[] = {
        "localhost",         "app.bitgo.com",         "bitgo.com",    "app.bitgo-test.com",
        "a.b.bitgo-dev.com", "app.bitgo-staging.com", "api.localhost"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct pair p;
        pair_open(&p, local.connecting, names[i], local.accepting);
        pair_run(&p);
        assert_both_open(&p);
        pair_close(&p);
    }
    assert_int_equal(local.accepting->leaves.minted, sizeof names / sizeof names[0]);
}

static void other_names_mint_nothing(void **state)
{
    (void)state;
    static const char *const names[] = {
        "example.com",
        "bitgo.com.example.com",
        "evilbitgo.com",
        "notlocalhost",
        "com",
        "127.0.0.1", /* RFC 6066: no literal addresses */
        "::1",
        "*.bitgo.com",
        "app.bitgo.com.",
        ".bitgo.com",
        "a..bitgo.com",
        "-a.bitgo.com",
        "a-.bitgo.com",
        "a_b.bitgo.com",
        "a b.bitgo.com",
        "a,DNS:example.com,DNS:x.bitgo.com",
        "example.com\n.bitgo.com",
        "caf\xc3\xa9.bitgo.com",
        "\x1b[2J.bitgo.com",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.bitgo.com",
    };
    for (int version = TLS1_2_VERSION; version <= TLS1_3_VERSION; version++) {
        only_version(local.connecting, version);
        for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
            struct pair p;
            connect_with(&p, "localhost", names[i]);
            assert_failed(p.server.tls, ERR_TLS, "for which the local CA may not sign");
            for (const char *c = tls_error(p.server.tls)->text; *c; c++) {
                assert_true(*c >= ' ' && *c < 0x7f);
            }
            assert_failed(p.client.tls, ERR_UPSTREAM_TLS, "unrecognized name");
            pair_close(&p);
        }
    }
    assert_int_equal(local.accepting->leaves.minted, 0);
}

static void names_that_no_client_library_sends_mint_nothing(void **state)
{
    (void)state;
    static const char before[] = "app.bitgo.com";
    const struct span after[] = {SPAN("app\0bitgo.com"), SPAN("\0pp.bitgo.com"),
                                 SPAN("app.bitgo.co\0"), SPAN("app.bitgo.\xff\xff\xff")};
    for (size_t i = 0; i < sizeof after / sizeof after[0]; i++) {
        struct pair p;
        pair_open(&p, local.connecting, before, local.accepting);
        ptrdiff_t at = span_find(buf_peek(&p.client.out), span_of(before));
        assert_true(at > 0);
        memcpy(p.client.out.data + at, after[i].ptr, after[i].len);
        pair_run(&p);
        assert_int_equal(tls_state(p.server.tls), TLS_FAILED);
        assert_failed(p.client.tls, ERR_UPSTREAM_TLS, "unrecognized name");
        pair_close(&p);
    }
    /* An empty name: the extension says so with three lengths. */
    struct pair p;
    pair_open(&p, local.connecting, "x.bitgo.com", local.accepting);
    ptrdiff_t at = span_find(buf_peek(&p.client.out), SPAN("x.bitgo.com"));
    p.client.out.data[at - 1] = 0;
    pair_run(&p);
    assert_int_equal(tls_state(p.server.tls), TLS_FAILED);
    pair_close(&p);
    assert_int_equal(local.accepting->leaves.minted, 0);
}

static void the_longest_name_is_253_bytes(void **state)
{
    (void)state;
    char name[300];
    memset(name, 'a', sizeof name);
    for (size_t i = 50; i < 240; i += 51) {
        name[i] = '.';
    }
    memcpy(name + 253 - 10, ".bitgo.com", 11);
    assert_int_equal(strlen(name), 253);
    struct pair p;
    pair_open(&p, local.connecting, name, local.accepting);
    pair_run(&p);
    assert_both_open(&p);
    pair_close(&p);
    memcpy(name + 254 - 10, ".bitgo.com", 11);
    name[243] = 'a';
    connect_with(&p, "localhost", name);
    assert_failed(p.server.tls, ERR_TLS, "may not sign");
    pair_close(&p);
}

static void a_name_in_capitals_shares_the_leaf(void **state)
{
    (void)state;
    struct pair p;
    connect_with(&p, "app.bitgo.com", "App.BitGo.COM");
    assert_both_open(&p);
    pair_close(&p);
    sessions_release(&local.connecting->sessions);
    connect_with(&p, "app.bitgo.com", "app.bitgo.com");
    assert_both_open(&p);
    pair_close(&p);
    assert_int_equal(local.accepting->leaves.minted, 1);
}

static void without_sni_the_leaf_is_good_for_this_machine(void **state)
{
    (void)state;
    static const char *const hosts[] = {"127.0.0.1", "::1", "localhost"};
    for (size_t i = 0; i < 3; i++) {
        struct pair p;
        connect_with(&p, hosts[i], NULL);
        assert_both_open(&p);
        assert_null(SSL_get_servername(p.server.tls->ssl, 0));
        pair_close(&p);
    }
    assert_int_equal(local.accepting->leaves.minted, 1);
    struct pair p;
    connect_with(&p, "127.0.0.2", NULL);
    assert_failed(p.client.tls, ERR_UPSTREAM_VERIFY, "it names localhost, 127.0.0.1, ::1");
    pair_close(&p);
}

static void without_sni_the_leaf_is_for_whom_the_connection_was_opened(void **state)
{
    (void)state;
    struct pair p;
    connect_for(&p, "app.bitgo.com", NULL, "App.BitGo.com");
    assert_both_open(&p);
    pair_close(&p);
    connect_for(&p, "app.bitgo-test.com", "app.bitgo-test.com", "app.bitgo.com");
    assert_both_open(&p);
    pair_close(&p);
    connect_for(&p, "127.0.0.1", NULL, "127.0.0.1");
    assert_both_open(&p);
    pair_close(&p);
    assert_int_equal(local.accepting->leaves.minted, 3);
    connect_for(&p, "example.com", NULL, "example.com");
    assert_failed(p.server.tls, ERR_TLS, "\"example.com\", for which the local CA may not sign");
    assert_failed(p.client.tls, ERR_UPSTREAM_TLS, "unrecognized name");
    pair_close(&p);
    assert_int_equal(local.accepting->leaves.minted, 3);
}

static void a_client_that_does_not_trust_the_ca_is_told_how(void **state)
{
    (void)state;
    struct err err;
    struct tls_context *stranger = tls_context_connecting(NULL, &err);
    for (int version = TLS1_2_VERSION; version <= TLS1_3_VERSION; version++) {
        struct pair p;
        only_version(stranger, version);
        pair_open(&p, stranger, "localhost", local.accepting);
        pair_run(&p);
        assert_failed(p.server.tls, ERR_TLS, "the client does not trust the local CA (its alert: ");
        assert_failed(p.server.tls, ERR_TLS, ca_root_path(local.ca));
        assert_failed(p.client.tls, ERR_UPSTREAM_VERIFY, "issuer CN=why401 local root");
        pair_close(&p);
    }
    tls_context_free(stranger);
}

static void sessions_are_resumed_by_any_context_of_the_ca(void **state)
{
    (void)state;
    struct err err;
    struct tls_context *second = tls_context_accepting(local.ca, &err);
    for (int version = TLS1_2_VERSION; version <= TLS1_3_VERSION; version++) {
        struct pair p;
        only_version(local.connecting, version);
        sessions_release(&local.connecting->sessions);
        for (int i = 0; i < 3; i++) {
            pair_open(&p, local.connecting, "app.bitgo.com", i == 1 ? second : local.accepting);
            pair_run(&p);
            assert_both_open(&p);
            assert_int_equal(tls_resumed(p.client.tls), i > 0);
            pair_close(&p);
        }
    }
    assert_int_equal(second->leaves.minted, 0);
    tls_context_free(second);
}

static void a_resumed_session_does_not_open_another_name(void **state)
{
    (void)state;
    struct pair p;
    pair_open(&p, local.connecting, "app.bitgo.com", local.accepting);
    pair_run(&p);
    assert_both_open(&p);
    pair_close(&p);
    connect_with(&p, "app.bitgo.com", "evil.example");
    assert_false(tls_resumed(p.server.tls));
    assert_failed(p.server.tls, ERR_TLS, "may not sign");
    pair_close(&p);
}

static time_t not_after(const struct leaf *leaf)
{
    return cert_time(X509_get0_notAfter(leaf->cert));
}

static void a_leaf_is_renewed_long_before_it_expires(void **state)
{
    (void)state;
    struct err err;
    struct leaves leaves;
    leaves_init(&leaves);
    time_t now = time(NULL);
    const struct leaf *leaf = leaves_get(&leaves, local.ca, SPAN("app.bitgo.com"), now, &err);
    assert_int_equal(cert_time(X509_get0_notBefore(leaf->cert)), now - 86400);
    assert_int_equal(not_after(leaf), now + 44 * 86400);
    leaves_get(&leaves, local.ca, SPAN("app.bitgo.com"), now + 29 * 86400, &err);
    assert_int_equal(leaves.minted, 1);
    leaf = leaves_get(&leaves, local.ca, SPAN("app.bitgo.com"), now + 30 * 86400, &err);
    assert_int_equal(leaves.minted, 2);
    assert_int_equal(leaves.count, 1);
    assert_int_equal(not_after(leaf), now + 74 * 86400);
    leaves_release(&leaves);
}

static void a_leaf_never_outlives_the_ca(void **state)
{
    (void)state;
    struct err err;
    struct leaves leaves;
    leaves_init(&leaves);
    time_t end = local.ca->expires;
    const struct leaf *leaf = leaves_get(&leaves, local.ca, SPAN("localhost"), end - 3600, &err);
    assert_int_equal(not_after(leaf), end);
    assert_null(leaves_get(&leaves, local.ca, SPAN("localhost"), end, &err));
    assert_int_equal(err.code, ERR_CA);
    assert_non_null(strstr(err.text, "the local CA has expired"));
    leaves_release(&leaves);
}

static void leaves_are_bounded_and_the_one_unused_longest_goes(void **state)
{
    (void)state;
    struct err err;
    struct leaves leaves;
    time_t now = time(NULL);
    leaves_init(&leaves);
    for (int i = 0; i < LEAVES_MOST + 10; i++) {
        char name[32];
        snprintf(name, sizeof name, "host-%d.bitgo.com", i);
        assert_non_null(leaves_get(&leaves, local.ca, span_of(name), now, &err));
        assert_non_null(leaves_get(&leaves, local.ca, SPAN("localhost"), now, &err));
    }
    assert_int_equal(leaves.count, LEAVES_MOST);
    assert_int_equal(leaves.minted, LEAVES_MOST + 11);
    leaves_get(&leaves, local.ca, SPAN("host-0.bitgo.com"), now, &err);
    assert_int_equal(leaves.minted, LEAVES_MOST + 12);
    assert_null(leaves_get(&leaves, local.ca, SPAN("example.com"), now, &err));
    assert_null(leaves_get(&leaves, local.ca, SPAN("127.0.0.1"), now, &err));
    leaves_release(&leaves);
}

#define T(name) cmocka_unit_test_setup_teardown(name, local_set_up, local_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(names_of_bitgo_and_this_machine_get_a_leaf),
        T(other_names_mint_nothing),
        T(names_that_no_client_library_sends_mint_nothing),
        T(the_longest_name_is_253_bytes),
        T(a_name_in_capitals_shares_the_leaf),
        T(without_sni_the_leaf_is_good_for_this_machine),
        T(without_sni_the_leaf_is_for_whom_the_connection_was_opened),
        T(a_client_that_does_not_trust_the_ca_is_told_how),
        T(sessions_are_resumed_by_any_context_of_the_ca),
        T(a_resumed_session_does_not_open_another_name),
        T(a_leaf_is_renewed_long_before_it_expires),
        T(a_leaf_never_outlives_the_ca),
        T(leaves_are_bounded_and_the_one_unused_longest_goes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
