/* The connecting side against servers that are right, and wrong in every way that matters. */
#include "pair.h"

#include <sys/stat.h>

static char *folder;
static struct test_cert root;  /* the one the client trusts */
static struct test_cert other; /* one it does not */
static struct tls_context *connecting;

static int set_up(void **state)
{
    (void)state;
    struct err err = {0};
    folder = test_folder();
    root = test_cert_make((struct test_spec){.name = "trusted root", .ca = true});
    other = test_cert_make((struct test_spec){.name = "somebody's root", .ca = true});
    const struct test_cert *roots[] = {&root};
    test_cert_write(test_path(folder, "root.pem"), NULL, roots, 1);
    connecting = tls_context_connecting(test_path(folder, "root.pem"), &err);
    assert_string_equal(err.text, "");
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    tls_context_free(connecting);
    test_cert_free(&root);
    test_cert_free(&other);
    test_folder_remove(folder);
    return 0;
}

/* A serving context for a certificate made to spec, with `above` behind it in the chain. */
static struct tls_context *serving(struct test_spec spec, const struct test_cert *above)
{
    struct err err = {0};
    struct test_cert cert = test_cert_make(spec);
    const struct test_cert *chain[] = {&cert, above};
    const char *chain_pem = test_path(folder, "server.pem");
    const char *key_pem = test_path(folder, "server-key.pem");
    test_cert_write(chain_pem, key_pem, chain, above ? 2 : 1);
    struct tls_context *context = tls_context_serving(chain_pem, key_pem, &err);
    assert_string_equal(err.text, "");
    test_cert_free(&cert);
    return context;
}

/* Connects to host, where a server has this certificate, on both versions. Expected: the text, or
 * NULL for success. */
static void connect_to(const char *host, struct test_spec spec, const struct test_cert *above,
                       const char *expected)
{
    struct tls_context *server = serving(spec, above);
    for (int version = TLS1_2_VERSION; version <= TLS1_3_VERSION; version++) {
        struct pair p;
        only_version(connecting, version);
        pair_open(&p, connecting, host, server);
        pair_run(&p);
        if (expected) {
            assert_failed(p.client.tls, ERR_UPSTREAM_VERIFY, expected);
            assert_int_equal(tls_state(p.server.tls), TLS_FAILED);
            assert_int_equal(tls_write(p.client.tls, SPAN("secret")), -1);
        } else {
            assert_both_open(&p);
        }
        pair_close(&p);
    }
    tls_context_free(server);
}

static void the_right_server_is_accepted(void **state)
{
    (void)state;
    struct test_spec spec = {.name = "x",
                             .issuer = &root,
                             .alt = "DNS:app.bitgo.com,DNS:*.bitgo-test.com,IP:192.0.2.7,IP:::1"};
    connect_to("app.bitgo.com", spec, NULL, NULL);
    connect_to("APP.BitGo.com", spec, NULL, NULL);
    connect_to("app.bitgo.com.", spec, NULL, NULL);
    connect_to("app.bitgo-test.com", spec, NULL, NULL);
    connect_to("192.0.2.7", spec, NULL, NULL);
    connect_to("::1", spec, NULL, NULL);
    connect_to("0:0:0:0:0:0:0:1", spec, NULL, NULL);
}

static void another_name_is_refused_and_the_names_there_are_listed(void **state)
{
    (void)state;
    struct test_spec spec = {.name = "app.bitgo.com",
                             .issuer = &root,
                             .alt = "DNS:example.com,DNS:a.b\x01\"c.example,IP:192.0.2.7,"
                                    "email:x@example.com"};
    connect_to("app.bitgo.com", spec, NULL,
               "app.bitgo.com: the certificate is for another name (it names example.com, "
               "a.b??c.example, 192.0.2.7 and 1 more, subject CN=app.bitgo.com)");
    connect_to("192.0.2.8", spec, NULL, "192.0.2.8: the certificate is for another name");
    connect_to("::1", spec, NULL, "::1: the certificate is for another name");
    /* A common name is no name of a host. */
    spec.alt = NULL;
    connect_to("app.bitgo.com", spec, NULL, "another name (it names no host, subject");
    /* Nor does an address in a DNS name count, or a name of the domain above, or half a wildcard.
     */
    spec.alt = "DNS:192.0.2.8,DNS:bitgo.com,DNS:*.com,DNS:ap*.bitgo.com";
    connect_to("192.0.2.8", spec, NULL, "another name");
    connect_to("app.bitgo.com", spec, NULL, "another name");
    connect_to("a.app.bitgo.com", spec, NULL, "another name");
}

static void a_long_list_of_names_is_cut(void **state)
{
    (void)state;
    char alt[12000] = "";
    for (int i = 0; i < 100; i++) {
        size_t len = strlen(alt);
        snprintf(alt + len, sizeof alt - len, "%sDNS:host-%d.%s", i ? "," : "", i,
                 "a-rather-long-name-of-a-company-and-its-department.example.com");
    }
    connect_to("app.bitgo.com", (struct test_spec){.name = "many", .issuer = &root, .alt = alt},
               NULL, "more, subject CN=many)");
}

static void a_certificate_out_of_its_time_is_refused(void **state)
{
    (void)state;
    struct test_spec spec = {.name = "old",
                             .issuer = &root,
                             .alt = "DNS:app.bitgo.com",
                             .from_days = -20,
                             .until_days = -10};
    connect_to("app.bitgo.com", spec, NULL,
               "app.bitgo.com: the certificate has expired (notAfter 20");
    connect_to("app.bitgo.com", spec, NULL, " UTC, subject CN=old)");
    spec = (struct test_spec){
        .name = "young", .issuer = &root, .alt = "DNS:app.bitgo.com", .from_days = 10};
    connect_to("app.bitgo.com", spec, NULL,
               "app.bitgo.com: the certificate is not valid yet; is this machine's clock right? "
               "(notBefore 20");
}

static void an_unknown_root_is_refused(void **state)
{
    (void)state;
    struct test_spec spec = {.name = "app", .issuer = &other, .alt = "DNS:app.bitgo.com"};
    connect_to("app.bitgo.com", spec, NULL,
               "app.bitgo.com: no trusted root for the certificate's issuer (issuer CN=somebody's "
               "root, subject CN=app)");
    connect_to("app.bitgo.com", spec, &other,
               "app.bitgo.com: the root of the certificate is not trusted (root CN=somebody's "
               "root)");
    spec.issuer = NULL;
    connect_to("app.bitgo.com", spec, NULL,
               "app.bitgo.com: the certificate is signed by itself and not trusted (subject "
               "CN=app)");
}

static void a_certificate_for_another_purpose_is_refused(void **state)
{
    (void)state;
    connect_to(
        "app.bitgo.com",
        (struct test_spec){
            .name = "app", .issuer = &root, .alt = "DNS:app.bitgo.com", .purpose = "clientAuth"},
        NULL, "the certificate may not be used for a TLS server (subject CN=app)");
}

static void a_leaf_may_not_sign(void **state)
{
    (void)state;
    struct test_cert leaf = test_cert_make(
        (struct test_spec){.name = "leaf", .issuer = &root, .alt = "DNS:example.com"});
    connect_to("app.bitgo.com",
               (struct test_spec){.name = "app", .issuer = &leaf, .alt = "DNS:app.bitgo.com"},
               &leaf, "app.bitgo.com: invalid CA certificate (subject CN=leaf)");
    test_cert_free(&leaf);
}

static void a_subject_full_of_escapes_does_no_harm(void **state)
{
    (void)state;
    connect_to("app.bitgo.com",
               (struct test_spec){.name = "\x1b[31mred\r\nnew line\xe2\x80\xae",
                                  .issuer = &other,
                                  .alt = "DNS:app.bitgo.com"},
               NULL, "subject CN=\\1B[31mred\\0D\\0Anew line\\");
}

static void what_is_no_host_name_is_refused_before_a_byte_is_sent(void **state)
{
    (void)state;
    char longest[300];
    memset(longest, 'a', sizeof longest);
    const struct span bad[] = {SPAN(""),
                               SPAN("."),
                               SPAN("a..b"),
                               SPAN("a b"),
                               SPAN("app.b\0.com"),
                               SPAN("*.bitgo.com"),
                               SPAN("[::1]"),
                               SPAN("-a.com"),
                               SPAN("caf\xc3\xa9.com"),
                               span(longest, sizeof longest)};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct buf out;
        buf_init(&out, 65536);
        struct tls *t = tls_client(connecting, bad[i], &out);
        assert_int_equal(tls_start(t), TLS_FAILED);
        assert_failed(t, ERR_UPSTREAM_TLS, "is not a host name");
        assert_int_equal(buf_len(&out), 0);
        tls_free(t);
        buf_release(&out);
    }
}

static void sni_is_sent_for_names_only(void **state)
{
    (void)state;
    struct tls_context *server = serving(
        (struct test_spec){.name = "x", .issuer = &root, .alt = "DNS:app.bitgo.com,IP:192.0.2.7"},
        NULL);
    struct pair p;
    pair_open(&p, connecting, "app.bitgo.com", server);
    pair_run(&p);
    assert_string_equal(SSL_get_servername(p.server.tls->ssl, 0), "app.bitgo.com");
    pair_close(&p);
    pair_open(&p, connecting, "192.0.2.7", server);
    pair_run(&p);
    assert_both_open(&p);
    assert_null(SSL_get_servername(p.server.tls->ssl, 0));
    pair_close(&p);
    tls_context_free(server);
}

/* One connection; returns whether it was resumed. */
static bool connect_once(const char *host, struct tls_context *server)
{
    struct pair p;
    pair_open(&p, connecting, host, server);
    pair_run(&p);
    assert_both_open(&p);
    bool resumed = tls_resumed(p.client.tls);
    assert_int_equal(resumed, tls_resumed(p.server.tls));
    pair_close(&p);
    return resumed;
}

static void a_session_is_resumed_with_its_own_host_only(void **state)
{
    (void)state;
    struct tls_context *server =
        serving((struct test_spec){.name = "x",
                                   .issuer = &root,
                                   .alt = "DNS:app.bitgo.com,DNS:www.bitgo.com,IP:192.0.2.7"},
                NULL);
    for (int version = TLS1_2_VERSION; version <= TLS1_3_VERSION; version++) {
        sessions_release(&connecting->sessions);
        only_version(connecting, version);
        assert_false(connect_once("app.bitgo.com", server));
        assert_true(connect_once("app.bitgo.com", server));
        assert_true(connect_once("app.bitgo.com", server));
        assert_false(connect_once("www.bitgo.com", server));
        assert_false(connect_once("192.0.2.7", server));
        assert_true(connect_once("192.0.2.7", server));
    }
    tls_context_free(server);
}

static void a_session_under_the_wrong_host_is_not_offered(void **state)
{
    (void)state;
    struct tls_context *server =
        serving((struct test_spec){.name = "x", .issuer = &root, .alt = "DNS:app.bitgo.com"}, NULL);
    connect_once("app.bitgo.com", server);
    /* Even if the store mixed hosts up, the certificate of the session is looked at again. */
    SSL_SESSION *session = sessions_get(&connecting->sessions, "app.bitgo.com");
    SSL_SESSION_up_ref(session);
    assert_true(sessions_put(&connecting->sessions, "evil.example", session));
    struct pair p;
    pair_open(&p, connecting, "evil.example", server);
    assert_ptr_not_equal(SSL_get0_session(p.client.tls->ssl), session);
    pair_run(&p);
    assert_failed(p.client.tls, ERR_UPSTREAM_VERIFY,
                  "evil.example: the certificate is for another");
    pair_close(&p);
    tls_context_free(server);
}

static void a_refused_server_leaves_no_session(void **state)
{
    (void)state;
    connect_to("app.bitgo.com",
               (struct test_spec){.name = "x", .issuer = &root, .alt = "DNS:example.com"}, NULL,
               "another name");
    assert_null(sessions_get(&connecting->sessions, "app.bitgo.com"));
    assert_int_equal(connecting->sessions.count, 0);
}

static void sessions_are_bounded_and_the_oldest_goes_first(void **state)
{
    (void)state;
    struct sessions store;
    sessions_init(&store);
    for (int i = 0; i < SESSIONS_MOST + 5; i++) {
        char host[32];
        snprintf(host, sizeof host, "host-%d", i);
        SSL_SESSION *session = SSL_SESSION_new();
        assert_true(sessions_put(&store, host, session));
    }
    assert_int_equal(store.count, SESSIONS_MOST);
    /* Not one of these can be resumed: asking for one removes it. */
    assert_null(sessions_get(&store, "host-0"));
    assert_int_equal(store.count, SESSIONS_MOST);
    assert_null(sessions_get(&store, "host-20"));
    assert_int_equal(store.count, SESSIONS_MOST - 1);
    sessions_release(&store);
    assert_int_equal(store.count, 0);
}

static void files_that_cannot_be_used_are_named(void **state)
{
    (void)state;
    struct err err = {0};
    const char *none = test_path(folder, "none.pem");
    const char *empty = test_path(folder, "empty.pem");
    fclose(fopen(empty, "w"));
    assert_null(tls_context_connecting(none, &err));
    assert_non_null(strstr(err.text, "none.pem cannot be read: No such file"));
    assert_null(tls_context_connecting(empty, &err));
    assert_non_null(strstr(err.text, "empty.pem holds no usable certificate in PEM"));
    assert_int_equal(chmod(empty, 0646), 0);
    assert_null(tls_context_connecting(empty, &err));
    assert_non_null(strstr(err.text, "everybody on this machine may write to it"));
    assert_int_equal(chmod(empty, 0644), 0);
    assert_null(tls_context_serving(none, empty, &err));
    assert_non_null(strstr(err.text, "none.pem cannot be read"));
    assert_null(tls_context_serving(test_path(folder, "root.pem"), empty, &err));
    assert_non_null(strstr(err.text, "empty.pem is not the private key of"));
    const struct test_cert *wrong[] = {&other};
    test_cert_write(test_path(folder, "other.pem"), test_path(folder, "other-key.pem"), wrong, 1);
    assert_null(tls_context_serving(test_path(folder, "root.pem"),
                                    test_path(folder, "other-key.pem"), &err));
    assert_non_null(strstr(err.text, "other-key.pem is not the private key of"));
    assert_int_equal(err.code, ERR_TLS);
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(the_right_server_is_accepted),
        T(another_name_is_refused_and_the_names_there_are_listed),
        T(a_long_list_of_names_is_cut),
        T(a_certificate_out_of_its_time_is_refused),
        T(an_unknown_root_is_refused),
        T(a_certificate_for_another_purpose_is_refused),
        T(a_leaf_may_not_sign),
        T(a_subject_full_of_escapes_does_no_harm),
        T(what_is_no_host_name_is_refused_before_a_byte_is_sent),
        T(sni_is_sent_for_names_only),
        T(a_session_is_resumed_with_its_own_host_only),
        T(a_session_under_the_wrong_host_is_not_offered),
        T(a_refused_server_leaves_no_session),
        T(sessions_are_bounded_and_the_oldest_goes_first),
        T(files_that_cannot_be_used_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
