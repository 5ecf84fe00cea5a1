/* Serves a chain over a real handshake to the connecting context, and keeps the score: ours, and
 * that of OpenSSL alone with every flag that makes it stricter. */
#ifndef TESTS_TLS_CHAIN_RUN_H
#define TESTS_TLS_CHAIN_RUN_H

#include "chain_make.h"

#include <openssl/err.h>

#include "why401/base/ip.h"

#define APP "app.example.com"

/* A root, one intermediate and a leaf, changed as told. */
struct chain_case {
    const char *what;
    const char *host; /* NULL: APP */
    struct make leaf;
    struct make middle;
    struct make root;
    void (*arrange)(struct chain *c); /* NULL: leaf and middle are sent, root is trusted */
    bool good;                        /* must be accepted */
    bool own;                         /* the root is one that the user configured */
    bool by_tls; /* the handshake itself fails on it: no certificate need be named */
};

struct score {
    int good, bad;       /* cases */
    int passed, stopped; /* of the good refused, of the bad accepted: ours */
    int openssl_passed, openssl_stopped;
};

static struct tls_context *chain_client;
static struct tls_context *chain_server;

/* A client that trusts nothing yet, and a server that shows what chain_install gives it. */
static inline int chain_set_up(void **state)
{
    (void)state;
    struct err err = {0};
    char *folder = test_folder();
    struct test_cert any = test_cert_make((struct test_spec){.name = "any"});
    const struct test_cert *chain[] = {&any};
    test_cert_write(test_path(folder, "c.pem"), test_path(folder, "k.pem"), chain, 1);
    chain_server =
        tls_context_serving(test_path(folder, "c.pem"), test_path(folder, "k.pem"), &err);
    chain_client = tls_context_connecting(NULL, &err);
    assert_string_equal(err.text, "");
    test_cert_free(&any);
    test_folder_remove(folder);
    return 0;
}

static inline int chain_tear_down(void **state)
{
    (void)state;
    tls_context_free(chain_server);
    tls_context_free(chain_client);
    chain_keys_free();
    return 0;
}

static inline X509_STORE *chain_store(const struct chain *c)
{
    X509_STORE *store = X509_STORE_new();
    for (int i = 0; i < c->trusted_count; i++) {
        X509_STORE_add_cert(store, c->trusted[i]);
    }
    return store;
}

static inline STACK_OF(X509) * chain_sent(const struct chain *c)
{
    STACK_OF(X509) *sent = sk_X509_new_null();
    for (int i = 0; i < c->sent_count; i++) {
        sk_X509_push(sent, c->sent[i]);
    }
    return sent;
}

/* What OpenSSL's X509_verify_cert says, strictest flags on. */
static inline bool chain_openssl(const struct chain *c, const char *host)
{
    struct ip ip;
    X509_STORE *store = chain_store(c);
    STACK_OF(X509) *sent = chain_sent(c);
    X509_STORE_CTX *check = X509_STORE_CTX_new();
    X509_STORE_CTX_init(check, store, c->certs[LEAF].x, sent);
    X509_STORE_CTX_set_default(check, "ssl_server");
    X509_VERIFY_PARAM *param = X509_STORE_CTX_get0_param(check);
    X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_X509_STRICT | X509_V_FLAG_CHECK_SS_SIGNATURE |
                                           X509_V_FLAG_POLICY_CHECK);
    X509_VERIFY_PARAM_add0_policy(param, OBJ_nid2obj(NID_any_policy));
    X509_VERIFY_PARAM_set_auth_level(param, 2);
    X509_VERIFY_PARAM_set_hostflags(param, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS |
                                               X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
    if (ip_parse(span_of(host), &ip)) {
        X509_VERIFY_PARAM_set1_ip_asc(param, host);
    } else {
        X509_VERIFY_PARAM_set1_host(param, host, 0);
    }
    bool accepted = X509_verify_cert(check) == 1;
    X509_STORE_CTX_free(check);
    sk_X509_free(sent);
    X509_STORE_free(store);
    ERR_clear_error();
    return accepted;
}

/* Has the server show the chain, and the client trust what it trusts. */
static inline void chain_install(const struct chain *c, bool own)
{
    STACK_OF(X509) *sent = chain_sent(c);
    SSL_CTX_set_cert_store(chain_client->ssl, chain_store(c));
    sk_X509_pop_free(chain_client->own_roots, X509_free);
    chain_client->own_roots = NULL;
    if (own) {
        chain_client->own_roots = sk_X509_new_null();
        for (int i = 0; i < c->trusted_count; i++) {
            X509_up_ref(c->trusted[i]);
            sk_X509_push(chain_client->own_roots, c->trusted[i]);
        }
    }
    /* A fresh one: a context keeps a certificate for each kind of key. */
    SSL_CTX_free(chain_server->ssl);
    chain_server->ssl = SSL_CTX_new(TLS_server_method());
    SSL_CTX_set_security_level(chain_server->ssl, 0);
    SSL_CTX_set_mode(chain_server->ssl, SSL_MODE_NO_AUTO_CHAIN);
    assert_int_equal(
        SSL_CTX_use_cert_and_key(chain_server->ssl, c->certs[LEAF].x, c->certs[LEAF].key, sent, 1),
        1);
    sk_X509_free(sent);
}

/* A refusal names the host and the certificate, and nothing in it can upset a terminal. */
static inline bool chain_text_is_good(const char *text, const char *host, bool by_tls)
{
    bool named = by_tls || (strncmp(text, host, strlen(host)) == 0 &&
                            (strstr(text, "subject ") || strstr(text, "root ")));
    for (const char *c = text; *c; c++) {
        named = named && *c >= ' ' && *c < 0x7f;
    }
    return named;
}

/* One handshake; true when both sides are open. */
static inline bool chain_connect(const char *what, const char *host, int version, bool by_tls)
{
    struct pair p;
    only_version(chain_client, version);
    sessions_release(&chain_client->sessions);
    pair_open(&p, chain_client, host, chain_server);
    pair_run(&p);
    bool open = tls_state(p.client.tls) == TLS_OPEN && tls_state(p.server.tls) == TLS_OPEN;
    const struct err *err = tls_error(p.client.tls);
    if (!open) {
        if (getenv("SHOW_REFUSALS")) {
            print_message("%s\n    %s\n", what, err->text);
        }
        if (!chain_text_is_good(err->text, host, by_tls)) {
            print_error("%s: the refusal reads \"%s\"\n", what, err->text);
        }
        assert_true(chain_text_is_good(err->text, host, by_tls));
        assert_true(by_tls || err->code == ERR_UPSTREAM_VERIFY);
        assert_int_equal(tls_write(p.client.tls, SPAN("secret")), -1);
        assert_int_equal(buf_len(&p.server.plain), 0);
    }
    pair_close(&p);
    return open;
}

static inline void chain_build(struct chain *c, const struct chain_case *spec)
{
    *c = (struct chain){0};
    struct test_cert *root = chain_add(c, spec->root, ROOT, NULL);
    struct test_cert *middle = chain_add(c, spec->middle, MIDDLE, root);
    chain_add(c, spec->leaf, LEAF, middle);
    if (spec->arrange) {
        spec->arrange(c);
    } else {
        chain_send(c, middle);
        chain_trust(c, root);
    }
}

/* Returns how many of both handshakes ended the wrong way. */
static inline int chain_run(const struct chain_case *spec, struct score *score)
{
    struct chain c;
    const char *host = spec->host ? spec->host : APP;
    chain_build(&c, spec);
    bool openssl = spec->by_tls ? false : chain_openssl(&c, host);
    chain_install(&c, spec->own);
    int wrong = 0;
    for (int version = TLS1_2_VERSION; version <= TLS1_3_VERSION; version++) {
        if (chain_connect(spec->what, host, version, spec->by_tls) != spec->good) {
            print_error("wrongly %s: %s (TLS 1.%d)\n", spec->good ? "refused" : "accepted",
                        spec->what, version - TLS1_VERSION);
            wrong++;
        }
    }
    score->good += spec->good;
    score->bad += !spec->good;
    score->stopped += spec->good && wrong;
    score->passed += !spec->good && wrong;
    score->openssl_stopped += spec->good && !openssl;
    score->openssl_passed += !spec->good && openssl;
    chain_free(&c);
    return wrong;
}

#endif
