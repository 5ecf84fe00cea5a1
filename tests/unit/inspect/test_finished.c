/* Findings that need the whole exchange, or the ones before it: signatures, redirects, makers,
 * clocks, passphrases and rates. The HMACs are the real SDK's, made with a token of 64 zeros. */
#include "finished_call.h"

#include <stdlib.h>

#include "answered.h"
#include "rate.h"
#include "token_store.h"

#define HASH     "a23017b8c9794e1ec157ea7f03ef47177885d9f3dd0652510c1145bba0e39f54"
#define ME       "f784b6b8bc0c6761ac3a6f5ed90aa68571482830595ed34b7cfb1b101e4155a9"
#define WALLETS  "b6bf98a33e50670143e28d6bd728efee647bcb2718eca67431d1ab8b3610dbac"
#define CREATION "d8d1cfe1c9c79cd286ba49dceba92f1d41786e78cb3a9ff978cb14f585d01c39"
#define ME_V3    "87673ad1fc772862029163983614c53c260e7331a538dbe59e52f441d4325746"
#define BODY     "{\"label\":\"t\",\"otp\":\"0000000\",\"scope\":[\"wallet_view_all\"]}"

struct sent {
    const char *method;
    const char *target;
    const char *body;
    const char *version;
    const char *timestamp;
    const char *hmac;
    const char *evidence; /* of signature.wrong; NULL: the HMAC fits */
};

static struct exchange *signed_call(const struct sent *s, int status)
{
    struct exchange *x = call(s->method, s->target, s->body, status);
    with(x, "BitGo-Auth-Version", s->version);
    with(x, "Auth-Timestamp", s->timestamp);
    with(x, "Authorization", "Bearer " HASH);
    with(x, "HMAC", s->hmac);
    fill(&x->response, "{\"error\":\"unauthorized\",\"name\":\"Unauthorized\"}");
    return x;
}

/* A memory that has seen the token in a raw bearer. */
static struct inspect_memory *memory_with_token(void)
{
    char token[TOKEN_SIZE];
    char value[80];
    struct inspect_memory *m = inspect_memory_new();
    struct exchange *x = call("GET", "/api/v2/user/me", "", 200);
    snprintf(value, sizeof value, "Bearer %s", raw_token('0', token));
    with(x, "Authorization", value);
    judge(x, m, ENVIRONMENT_TEST);
    assert_none(x);
    exchange_free(x);
    return m;
}

static const struct sent good[] = {
    {"GET", "/api/v1/user/me", "", "2.0", "1795462137983", ME, NULL},
    {"GET", "/api/v2/tbtc/wallet?limit=25&prevId=p", "", "2.0", "1795462137988", WALLETS, NULL},
    {"POST", "/api/v2/user/accesstoken", BODY, "2.0", "1795462137994", CREATION, NULL},
    {"GET", "/api/v1/user/me", "", "3.0", "1795462185495", ME_V3, NULL},
};

static void the_sdks_own_signatures(void **state)
{
    (void)state;
    struct inspect_memory *m = memory_with_token();
    for (size_t i = 0; i < COUNT(good); i++) {
        for (int status = 200; status <= 401; status += 201) {
            struct exchange *x = signed_call(&good[i], status);
            judge(x, m, ENVIRONMENT_TEST);
            assert_none(x);
            exchange_free(x);
        }
    }
    inspect_memory_free(m);
}

static void wrong_signatures(void **state)
{
    (void)state;
    static const struct sent rows[] = {
        {"GET", "/pre/fix/api/v1/user/me", "", "2.0", "1795462137983", ME,
         "the prefix was added after"},
        {"GET", "//api/v1/user/me", "", "2.0", "1795462137983", ME, "without the double slash"},
        {"GET", "/api/v1//user/me", "", "2.0", "1795462137983", ME, "without the double slash"},
        {"GET", "/api/v1/user/me?limit=2", "", "2.0", "1795462137983", ME, "has no query"},
        {"GET", "/api/v1/user/me", "{}", "2.0", "1795462137983", ME, "with no body"},
        {"GET", "/api/v1/user%2Fme", "", "2.0", "1795462137983", ME, "not percent-encoded"},
        {"GET", "/api/v1/user/me", "", "2.0", "1795462137983",
         "c59adb455e5d0bda0fa47f1e151746293fd1c39db073956ba577f279d0f9c93b",
         "whose time is in seconds"},
        {"GET", "/api/v1/user/me", "", "2.0", "1795462137983",
         "b52b33f89a1e5f7644f48dc1a42aab29378cd479a7420fdd5b66cbc378603079", "SHA-256 as the key"},
        {"GET", "/api/v1/user/me", "", "3.0", "1795462137983", ME, "of the other version"},
        {"GET", "/api/v1/user/me", "", "2.0", "1795462185495", ME_V3, "of the other version"},
        {"GET", "/api/v1/user/me", "", "2.0", "1795462137983", WALLETS, "another token"},
        {"POST", "/api/v2/user/accesstoken", BODY " ", "2.0", "1795462137994", CREATION,
         "or over another time, path or body"},
        {"GET", "/api/v1/user/me", "", "2.0", "1795462137983", "x", "another token"},
    };
    struct inspect_memory *m = memory_with_token();
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct exchange *x = signed_call(&rows[i], 401);
        judge(x, m, ENVIRONMENT_TEST);
        assert_only(x, "signature.wrong");
        assert_int_equal(x->findings[0].severity, SEVERITY_PROBLEM);
        assert_evidence(x, "signature.wrong", rows[i].evidence);
        assert_secret_kept(x, HASH);
        assert_secret_kept(x, rows[i].hmac);
        exchange_free(x);
    }
    inspect_memory_free(m);
}

/* Without the token, or without the whole body, nobody is accused. */
static void signatures_that_cannot_be_verified(void **state)
{
    (void)state;
    static const struct sent bad = {"GET", "/api/v1/user/you", "{}", "2.0", "1795462137983", ME,
                                    NULL};
    struct inspect_memory *m = memory_with_token();
    struct exchange *x = signed_call(&bad, 401);
    judge(x, NULL, ENVIRONMENT_TEST);
    assert_none(x);
    x->request.body.truncated = true;
    judge(x, m, ENVIRONMENT_TEST);
    assert_none(x);
    x->request.body.truncated = false;
    x->request.complete = false;
    judge(x, m, ENVIRONMENT_TEST);
    assert_none(x);
    x->request.complete = true;
    judge(x, m, ENVIRONMENT_TEST);
    assert_only(x, "signature.wrong");
    exchange_free(x);
    inspect_memory_free(m);
}

static void tokens_learned_from_answers(void **state)
{
    (void)state;
    static const struct {
        const char *target;
        const char *member;
        int status;
        bool learned;
    } rows[] = {
        {"/api/v2/user/accesstoken", "token", 200, true},
        {"/api/auth/v1/accesstoken", "token", 200, true},
        {"/api/v2/user/login", "access_token", 200, true},
        {"/api/auth/v1/session", "access_token", 200, true},
        {"/oauth/token", "access_token", 200, true},
        {"/api/v2/user/accesstoken", "token", 400, false},
        {"/api/v2/user/me", "token", 200, false},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char token[TOKEN_SIZE];
        char body[200];
        struct token_store *store = calloc(1, sizeof *store);
        struct exchange *x = call("POST", rows[i].target, "{}", rows[i].status);
        snprintf(body, sizeof body, "{\"id\":\"1\",\"%s\":\"%s\"}", rows[i].member,
                 raw_token('0', token));
        fill(&x->response, body);
        token_store_learn(store, x);
        struct span found = token_store_find(store, "a23017b8c9794e1e");
        assert_int_equal(found.len, rows[i].learned ? 67 : 0);
        assert_true(!rows[i].learned || span_eq(found, span_of(token)));
        token_store_wipe(store);
        assert_int_equal(token_store_find(store, "a23017b8c9794e1e").len, 0);
        exchange_free(x);
        free(store);
    }
}

static void the_store_is_bounded(void **state)
{
    (void)state;
    struct token_store *store = calloc(1, sizeof *store);
    char token[TOKEN_SIZE];
    char first[FINGERPRINT_SIZE];
    char last[FINGERPRINT_SIZE];
    for (unsigned i = 0; i <= STORE_TOKENS; i++) {
        raw_token('0', token);
        snprintf(token + 59, 9, "%08x", i);
        token_store_add(store, span_of(token));
        token_store_add(store, span_of(token));
        token_fingerprint(span_of(token), false, i ? last : first);
    }
    assert_int_equal(token_store_find(store, first).len, 0);
    assert_int_equal(token_store_find(store, last).len, 67);
    assert_int_equal(store->next, 1);
    token_store_add(store, SPAN("no token"));
    assert_int_equal(store->next, 1);
    assert_int_equal(token_store_find(store, "").len, 0);
    free(store);
}

static void redirects(void **state)
{
    (void)state;
    static const struct {
        int status;
        bool tls;
        const char *location;
        const char *evidence; /* NULL: no finding */
    } rows[] = {
        {302, true, "https://app.bitgo.com/api/v2/user/me", "redirects to app.bitgo.com"},
        {301, true, "//www.example.com/", "redirects to www.example.com"},
        {307, true, "https://localhost:8402/api", "localhost:8402"},
        {308, true, "http://localhost:8401/api", "localhost:8401"},
        {302, true, "https://user@app.bitgo.com?x", "redirects to app.bitgo.com,"},
        {302, true, "https://LOCALHOST:8401/api", NULL},
        {302, false, "http://localhost:8401/api", NULL},
        {302, true, "/api/v2/user/me", NULL},
        {302, true, "me?next=https://app.bitgo.com/", NULL},
        {304, true, "", NULL},
        {200, true, "https://app.bitgo.com/", NULL},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct exchange *x = call("GET", "/api/v2/user/me", "", rows[i].status);
        with(x, "Host", "localhost:8401");
        answers(x, "Location", rows[i].location);
        x->tls = rows[i].tls;
        judge(x, NULL, ENVIRONMENT_TEST);
        if (rows[i].evidence) {
            assert_only(x, "redirect.other-host");
            assert_evidence(x, "redirect.other-host", rows[i].evidence);
        } else {
            assert_none(x);
        }
        exchange_free(x);
    }
}

static void makers(void **state)
{
    (void)state;
    static const struct {
        int status;
        const char *type;
        const char *server;
        const char *body;
        const char *finding;
        const char *evidence;
    } rows[] = {
        {502, "text/html", "cloudflare", "<html>502</html>", "maker.middlebox", "named cloudflare"},
        {403, "text/plain", "", " <!DOCTYPE html><p>no", "maker.middlebox", "HTML page and not"},
        {504, "text/plain", "awselb/2.0", "", "maker.middlebox", "named awselb"},
        {403, "application/json", "CloudFront", "{\"message\":\"Forbidden\"}", "maker.middlebox",
         "CloudFront"},
        {401, "application/json", "nginx", "{\"error\":\"No access token\"}", NULL, NULL},
        {401, "application/json", "nginx", "{\"code\":\"x\",\"message\":\"y\"}", NULL, NULL},
        {404, "text/plain", "", "transaction not found on this wallet", NULL, NULL},
        {400, "application/json", "", "{\"error\":\"x\",\"bitgoExpressVersion\":\"15\"}",
         "maker.express", "BitGo Express"},
        {200, "text/html", "cloudflare", "<html>", NULL, NULL},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct exchange *x = call("GET", "/api/v2/tbtc/wallet", "", rows[i].status);
        answers(x, "Content-Type", rows[i].type);
        answers(x, "Server", rows[i].server);
        fill(&x->response, rows[i].body);
        judge(x, NULL, ENVIRONMENT_TEST);
        if (rows[i].finding) {
            assert_only(x, rows[i].finding);
            assert_evidence(x, rows[i].finding, rows[i].evidence);
        } else {
            assert_none(x);
        }
        x->maker = MAKER_PROXY;
        judge(x, NULL, ENVIRONMENT_TEST);
        assert_none(x);
        exchange_free(x);
    }
}

static void clocks(void **state)
{
    (void)state;
    static const struct {
        const char *date;
        int status;
        const char *evidence;
    } rows[] = {
        {"Tue, 24 Nov 2026 09:16:23 GMT", 401, NULL},
        {"Tue, 24 Nov 2026 09:17:20 GMT", 401, NULL},
        {"Tue, 24 Nov 2026 09:18:25 GMT", 401, "120 seconds behind"},
        {"Tue, 24 Nov 2026 08:16:25 GMT", 401, "3600 seconds ahead of"},
        {"Tue, 24 Nov 2026 08:16:25 GMT", 200, NULL},
        {"yesterday", 401, NULL},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct exchange *x = call("GET", "/api/v2/tbtc/wallet", "", rows[i].status);
        answers(x, "Date", rows[i].date);
        fill(&x->response, "{\"error\":\"x\"}");
        x->started_us = 5000000;
        x->answered_us = 7000000;
        judge(x, NULL, ENVIRONMENT_TEST);
        if (rows[i].evidence) {
            assert_only(x, "clock.upstream");
            assert_evidence(x, "clock.upstream", rows[i].evidence);
        } else {
            assert_none(x);
        }
        exchange_free(x);
    }
    assert_int_equal(http_date_ms(SPAN("Sun, 06 Nov 1994 08:49:37 GMT")), INT64_C(784111777000));
    assert_int_equal(http_date_ms(SPAN("Sun, 06 Foo 1994 08:49:37 GMT")), -1);
    assert_int_equal(http_date_ms(SPAN("Sun, 06 anF 1994 08:49:37 GMT")), -1);
    assert_int_equal(http_date_ms(SPAN("Sunday, 06-Nov-94 08:49:37 GMT")), -1);
    assert_int_equal(http_date_ms(SPAN("")), -1);
}

static void passphrases(void **state)
{
    (void)state;
    static const struct {
        const char *body;
        enum environment environment;
        const char *evidence;
    } rows[] = {
        {"{\"walletPassphrase\":\"correct horse\"}", ENVIRONMENT_PROD, "holds walletPassphrase"},
        {"{\"a\":1,\"passphrase\":\"correct horse\"}", ENVIRONMENT_TEST, "holds passphrase"},
        {"{\"prv\":\"correct horse\"", ENVIRONMENT_TEST, "holds prv"},
        {"{\"walletPassphrase\":\"correct horse\"}", ENVIRONMENT_EXPRESS, NULL},
        {"{\"walletPassphrase\":\"correct horse\"}", ENVIRONMENT_UNKNOWN, NULL},
        {"{\"walletPassphrase\":\"\"}", ENVIRONMENT_PROD, NULL},
        {"{\"encryptedPrv\":\"correct horse\",\"note\":\"passphrase\"}", ENVIRONMENT_PROD, NULL},
        {"", ENVIRONMENT_PROD, NULL},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct exchange *x = call("POST", "/api/v2/tbtc/wallet/01/tx/send", rows[i].body, 200);
        judge(x, NULL, rows[i].environment);
        if (rows[i].evidence) {
            assert_only(x, "secret.passphrase-to-platform");
            assert_evidence(x, "secret.passphrase-to-platform", rows[i].evidence);
            assert_secret_kept(x, "correct horse");
        } else {
            assert_none(x);
        }
        exchange_free(x);
    }
}

/* Counts `calls` calls, `gap_us` apart from *now on, and returns how many had the finding. */
static size_t drive(struct rate_table *t, const char *token, size_t calls, int64_t gap_us,
                    int64_t *now)
{
    size_t found = 0;
    for (size_t i = 0; i < calls; i++, *now += gap_us) {
        struct exchange *x = call("GET", "/api/v2/tbtc/wallet", "", 200);
        snprintf(x->token.fingerprint, FINGERPRINT_SIZE, "%s", token);
        x->started_us = *now;
        rate_count(t, x);
        found += exchange_finding(x, "rate.near") != NULL;
        exchange_free(x);
    }
    return found;
}

static void rates(void **state)
{
    (void)state;
    struct rate_table *t = calloc(1, sizeof *t);
    int64_t now = 1000000;
    assert_int_equal(drive(t, "0000000000000001", RATE_NEAR - 1, 1000, &now), 0);
    assert_int_equal(drive(t, "0000000000000002", RATE_NEAR - 1, 1000, &now), 0);
    assert_int_equal(drive(t, "0000000000000001", 1, 1000, &now), 1);
    assert_int_equal(drive(t, "0000000000000001", 1000, 1000, &now), 0); /* once a burst */
    assert_int_equal(drive(t, "0000000000000001", 300, 1000000, &now), 0);
    assert_int_equal(drive(t, "0000000000000001", 300, 1000, &now), 1); /* another one */
    assert_int_equal(drive(t, "0000000000000003", 2000, 300000, &now), 0);
    assert_int_equal(drive(t, "", 1000, 1000, &now), 0);
    for (unsigned i = 0; i < 2 * RATE_TOKENS; i++) {
        char token[FINGERPRINT_SIZE];
        snprintf(token, sizeof token, "a%015u", i);
        assert_int_equal(drive(t, token, 3, 1000, &now), 0);
    }
    free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_sdks_own_signatures),
        cmocka_unit_test(wrong_signatures),
        cmocka_unit_test(signatures_that_cannot_be_verified),
        cmocka_unit_test(tokens_learned_from_answers),
        cmocka_unit_test(the_store_is_bounded),
        cmocka_unit_test(redirects),
        cmocka_unit_test(makers),
        cmocka_unit_test(clocks),
        cmocka_unit_test(passphrases),
        cmocka_unit_test(rates),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
