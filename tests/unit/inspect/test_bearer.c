/* Every way in which a bearer can be wrong, and those in which it is right. */
#include "request.h"

#define ROUTE "/api/v2/tbtc/wallet"

static char token[TOKEN_SIZE];

/* Inspects a request whose Authorization is `format` with the token in place of %s. */
static struct exchange *authorized(const char *format)
{
    struct exchange *x = request("GET", ROUTE);
    ptrdiff_t at = span_find(span_of(format), SPAN("%s"));
    char value[300];
    raw_token('7', token);
    if (at >= 0) {
        snprintf(value, sizeof value, "%.*s%s%s", (int)at, format, token, format + at + 2);
    } else {
        snprintf(value, sizeof value, "%s", format);
    }
    with(x, "authorization", value);
    inspect_bearer(x);
    assert_secret_kept(x, token + 3);
    return x;
}

static void good_bearers(void **state)
{
    (void)state;
    static const char *const values[] = {"Bearer %s", "bearer %s", "BEARER %s"};
    for (size_t i = 0; i < COUNT(values); i++) {
        struct exchange *x = authorized(values[i]);
        assert_int_equal(x->finding_count, 0);
        assert_int_equal(x->token.form, TOKEN_RAW);
        assert_int_equal(strlen(x->token.fingerprint), FINGERPRINT_SIZE - 1);
        exchange_free(x);
    }
}

static void bad_values(void **state)
{
    (void)state;
    static const struct {
        const char *value; /* %s: the token */
        const char *finding;
        enum severity severity;
        enum token_form form;
        const char *evidence; /* a part of it */
    } rows[] = {
        {"", "bearer.empty", SEVERITY_PROBLEM, TOKEN_NONE, "nothing in it"},
        {"Bearer", "bearer.empty", SEVERITY_PROBLEM, TOKEN_NONE, "no access token"},
        {"bearer ", "bearer.empty", SEVERITY_PROBLEM, TOKEN_NONE, "no access token"},
        {"Bearer \"\"", "bearer.empty", SEVERITY_PROBLEM, TOKEN_NONE, "only quotes"},
        {"Bearer %20", "bearer.empty", SEVERITY_PROBLEM, TOKEN_NONE, "white space"},
        {"Basic dXNlcjpwYXNzd29yZA==", "bearer.scheme", SEVERITY_PROBLEM, TOKEN_NONE, "is Basic"},
        {"token %s", "bearer.scheme", SEVERITY_PROBLEM, TOKEN_NONE, "is Token"},
        {"%s", "bearer.scheme", SEVERITY_PROBLEM, TOKEN_NONE, "without the word Bearer"},
        {"\"%s\"", "bearer.scheme", SEVERITY_PROBLEM, TOKEN_NONE, "without the word Bearer"},
        {"Bearer: %s", "bearer.scheme", SEVERITY_PROBLEM, TOKEN_NONE, "but a colon"},
        {"Bearer%s", "bearer.scheme", SEVERITY_PROBLEM, TOKEN_NONE, "stands no space"},
        {"Authorization: Bearer %s", "bearer.scheme", SEVERITY_PROBLEM, TOKEN_NONE, "own name"},
        {"hunter2xyz", "bearer.scheme", SEVERITY_PROBLEM, TOKEN_NONE, "10 characters"},
        {"hunter2xyz %s", "bearer.scheme", SEVERITY_PROBLEM, TOKEN_NONE,
         "another first word of 10"},
        {"Bearer undefined", "bearer.placeholder", SEVERITY_PROBLEM, TOKEN_NONE, "undefined where"},
        {"Bearer null", "bearer.placeholder", SEVERITY_PROBLEM, TOKEN_NONE, "placeholder null"},
        {"Bearer $ACCESS_TOKEN", "bearer.placeholder", SEVERITY_PROBLEM, TOKEN_NONE,
         "$ACCESS_TOKEN"},
        {"Bearer ${TOKEN}", "bearer.placeholder", SEVERITY_PROBLEM, TOKEN_NONE, "${TOKEN}"},
        {"Bearer <YOUR ACCESS TOKEN>", "bearer.placeholder", SEVERITY_PROBLEM, TOKEN_NONE,
         "<YOUR ACCESS TOKEN>"},
        {"Bearer {{token}}", "bearer.placeholder", SEVERITY_PROBLEM, TOKEN_NONE, "{{token}}"},
        {"Bearer \"your_access_token\"", "bearer.placeholder", SEVERITY_PROBLEM, TOKEN_NONE,
         "your_access_token"},
        {"Bearer xxxx", "bearer.placeholder", SEVERITY_PROBLEM, TOKEN_NONE, "xxxx"},
        {"Bearer [object Object]", "bearer.placeholder", SEVERITY_PROBLEM, TOKEN_NONE,
         "[object Object]"},
        {"Bearer $hunter", "bearer.placeholder", SEVERITY_PROBLEM, TOKEN_NONE, "not shown"},
        {"undefined", "bearer.placeholder", SEVERITY_PROBLEM, TOKEN_NONE, "in place of Bearer"},
        {"$TOKEN", "bearer.placeholder", SEVERITY_PROBLEM, TOKEN_NONE, "in place of Bearer"},
        {"Bearer \"%s\"", "bearer.quoted", SEVERITY_PROBLEM, TOKEN_RAW, "quotes"},
        {"Bearer '%s", "bearer.quoted", SEVERITY_PROBLEM, TOKEN_RAW, "quotes"},
        {"Bearer <%s>", "bearer.quoted", SEVERITY_PROBLEM, TOKEN_RAW, "brackets"},
        {"Bearer \\\"%s\\\"", "bearer.quoted", SEVERITY_PROBLEM, TOKEN_RAW, "quotes"},
        {"Bearer \xe2\x80\x9c%s\xe2\x80\x9d", "bearer.quoted", SEVERITY_PROBLEM, TOKEN_RAW,
         "quotes"},
        {"\"Bearer %s\"", "bearer.quoted", SEVERITY_PROBLEM, TOKEN_NONE, "whole value"},
        {"Bearer %s%0A", "bearer.whitespace", SEVERITY_PROBLEM, TOKEN_RAW, "white space"},
        {"Bearer %s\\n", "bearer.whitespace", SEVERITY_PROBLEM, TOKEN_RAW, "line end"},
        {"Bearer \xe2\x80\x8b%s", "bearer.whitespace", SEVERITY_PROBLEM, TOKEN_RAW, "invisible"},
        {"Bearer \xc2\xa0%s", "bearer.whitespace", SEVERITY_PROBLEM, TOKEN_RAW, "white space"},
        {"Bearer\t%s", "bearer.whitespace", SEVERITY_PROBLEM, TOKEN_RAW, "tab"},
        {"Bearer %s ", "bearer.whitespace", SEVERITY_NOTE, TOKEN_RAW, "HTTP ignores it"},
        {"Bearer  %s", "bearer.words", SEVERITY_WARNING, TOKEN_RAW, "2 spaces"},
        {"Bearer Bearer %s", "bearer.words", SEVERITY_PROBLEM, TOKEN_RAW, "more than once"},
        {"Bearer token %s", "bearer.words", SEVERITY_PROBLEM, TOKEN_RAW, "2 words"},
        {"Bearer %s, Bearer %s", "bearer.words", SEVERITY_PROBLEM, TOKEN_NONE, "more than once"},
        {"Bearer two words", "bearer.words", SEVERITY_PROBLEM, TOKEN_NONE, "2 words"},
        {"Bearer hunter2xyz-hunter2xyz-44", "bearer.unrecognised", SEVERITY_NOTE, TOKEN_UNKNOWN,
         "24 characters long"},
        {"Bearer %s0", "bearer.unrecognised", SEVERITY_NOTE, TOKEN_UNKNOWN, "longer than one's 67"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct exchange *x = authorized(rows[i].value);
        assert_only(x, rows[i].finding);
        assert_evidence(x, rows[i].finding, rows[i].evidence);
        assert_int_equal(x->findings[0].severity, rows[i].severity);
        if (x->token.form != rows[i].form) {
            fail_msg("%s has form %d", rows[i].value, (int)x->token.form);
        }
        assert_int_equal(x->token.fingerprint[0] != '\0', rows[i].form != TOKEN_NONE);
        exchange_free(x);
    }
}

static void secrets_stay_secret(void **state)
{
    (void)state;
    static const char *const values[] = {
        "%s",
        "Basic %s",
        "Bearer: %s",
        "Bearer $%s",
        "Bearer ${%s}",
        "Bearer <%s>",
        "Bearer {{%s}}",
        "Bearer \"%s\"",
        "Bearer %s %s",
        "Bearer  %s",
        "Bearer '%s",
        "Bearer %s%%0A",
        "%s %s",
        "Bearer %s",
        "Bearer [%s]",
        "Bearer %%%s%%",
        "Bearer your_%s",
        "process.env.%s",
        "$env:%s",
        "Bearer\t%s",
    };
    static const char *const secrets[] = {
        "canaryXQ77", "cAnArYxQ", "c4n4ry!?#", "canary zulu", "CaNaRyZuLu", "4c4n4ry9ryryry",
    };
    for (size_t i = 0; i < COUNT(values) * COUNT(secrets); i++) {
        const char *format = values[i / COUNT(secrets)];
        const char *secret = secrets[i % COUNT(secrets)];
        char value[200];
        size_t len = 0;
        for (const char *c = format; *c; c++) {
            bool here = c[0] == '%' && c[1] == 's';
            len += (size_t)snprintf(value + len, sizeof value - len, "%.*s", here ? 99 : 1,
                                    here ? secret : c);
            c += here || (c[0] == '%' && c[1] == '%');
        }
        struct exchange *x = request("POST", ROUTE);
        with(x, "Authorization", value);
        with(x, "X-Api-Key", secret);
        inspect_bearer(x);
        assert_true(x->finding_count > 0);
        assert_secret_kept(x, secret);
        exchange_free(x);
    }
}

static void missing(void **state)
{
    (void)state;
    struct exchange *x = request("GET", ROUTE);
    with(x, "Host", "app.bitgo.com");
    inspect_bearer(x);
    assert_only(x, "bearer.missing");
    assert_int_equal(x->findings[0].severity, SEVERITY_PROBLEM);
    assert_evidence(x, "bearer.missing", "No Authorization field was sent.");
    assert_int_equal(x->token.form, TOKEN_NONE);
    exchange_free(x);
}

static void missing_from_the_sdk(void **state)
{
    (void)state;
    struct exchange *x = request("GET", ROUTE);
    with(x, "BitGo-Auth-Version", "2.0");
    inspect_bearer(x);
    assert_only(x, "bearer.missing");
    assert_evidence(x, "bearer.missing", "SDK sends when it has no access token");
    exchange_free(x);
}

static void routes_without_a_bearer_are_never_reported(void **state)
{
    (void)state;
    static const char *const values[] = {NULL, "Bearer undefined", "Basic Y2xpZW50OmlkMTIz", ""};
    for (size_t i = 0; i < COUNT(values); i++) {
        struct exchange *x = request("POST", "/oauth/token?token=1");
        if (values[i]) {
            with(x, "Authorization", values[i]);
        }
        inspect_bearer(x);
        assert_int_equal(x->finding_count, 0);
        exchange_free(x);
    }
    struct exchange *x = request("GET", "/api/v1/client/constants");
    char value[80];
    snprintf(value, sizeof value, "Bearer %s", raw_token('7', token));
    with(x, "Authorization", value);
    inspect_bearer(x);
    assert_int_equal(x->finding_count, 0);
    assert_int_equal(x->token.form, TOKEN_RAW);
    exchange_free(x);
}

/* What the SDK sends: the hash of the token, a version, an HMAC. */
static struct exchange *sdk_request(const char *bearer, const char *version, const char *hmac)
{
    struct exchange *x = request("GET", ROUTE);
    with(x, "Authorization", bearer);
    if (version) {
        with(x, "BitGo-Auth-Version", version);
    }
    if (hmac) {
        with(x, "HMAC", hmac);
    }
    inspect_bearer(x);
    return x;
}

#define HASH "a23017b8c9794e1ec157ea7f03ef47177885d9f3dd0652510c1145bba0e39f54"

static void the_sdk_form_is_the_same_token(void **state)
{
    (void)state;
    char value[80];
    snprintf(value, sizeof value, "Bearer %s", raw_token('0', token));
    struct exchange *raw = sdk_request(value, NULL, NULL);
    struct exchange *sdk = sdk_request("Bearer " HASH, "2.0", HASH);
    assert_int_equal(sdk->finding_count, 0);
    assert_int_equal(sdk->token.form, TOKEN_SDK);
    assert_int_equal(raw->token.form, TOKEN_RAW);
    assert_string_equal(sdk->token.fingerprint, raw->token.fingerprint);
    exchange_free(raw);
    exchange_free(sdk);
}

/* The log would tell a password that stands in a token's place to whoever tries all of them. */
static void what_could_be_found_by_trying_has_no_fingerprint(void **state)
{
    static const char *const values[] = {"Bearer 123456", "Bearer hunter2xyz", "Bearer \"hunter2\"",
                                         "Bearer my hunter2", "Bearer 12345678901234567890123"};
    (void)state;
    for (size_t i = 0; i < COUNT(values); i++) {
        struct exchange *x = authorized(values[i]);
        assert_string_equal(x->token.fingerprint, "");
        exchange_free(x);
    }
    struct exchange *x = authorized("Bearer abcdefghijklmnopqrstuvwx");
    assert_int_equal(x->token.form, TOKEN_UNKNOWN);
    assert_int_equal(strlen(x->token.fingerprint), FINGERPRINT_SIZE - 1);
    exchange_free(x);
}

static void a_hash_by_itself(void **state)
{
    (void)state;
    struct exchange *x = sdk_request("Bearer " HASH, NULL, NULL);
    assert_only(x, "bearer.hash-without-version");
    assert_int_equal(x->token.form, TOKEN_UNKNOWN);
    assert_int_equal(strlen(x->token.fingerprint), FINGERPRINT_SIZE - 1);
    assert_secret_kept(x, HASH);
    exchange_free(x);
    x = sdk_request("Bearer " HASH, "2.0", NULL);
    assert_int_equal(x->finding_count, 0); /* the missing HMAC is the signature's matter */
    assert_int_equal(x->token.form, TOKEN_SDK);
    exchange_free(x);
}

static void legacy_and_ids(void **state)
{
    (void)state;
    struct exchange *x = sdk_request("Bearer 0123456789012345678901234567890123456789", NULL, NULL);
    assert_int_equal(x->finding_count, 0);
    assert_int_equal(x->token.form, TOKEN_LEGACY);
    exchange_free(x);
    x = sdk_request("Bearer 01234567890123456789012345678901", "4.0", HASH);
    assert_int_equal(x->finding_count, 0);
    assert_int_equal(x->token.form, TOKEN_ID);
    assert_string_equal(x->token.fingerprint, "");
    exchange_free(x);
    x = sdk_request("Bearer 01234567890123456789012345678901", NULL, NULL);
    assert_only(x, "bearer.id-without-signature");
    assert_int_equal(x->token.form, TOKEN_ID);
    exchange_free(x);
}

static void two_fields(void **state)
{
    (void)state;
    char value[80];
    char other[80];
    snprintf(value, sizeof value, "Bearer %s", raw_token('7', token));
    snprintf(other, sizeof other, "Bearer %s", raw_token('8', token));
    for (int same = 0; same < 2; same++) {
        struct exchange *x = request("GET", ROUTE);
        with(x, "Authorization", value);
        with(x, "AUTHORIZATION", same ? value : other);
        inspect_bearer(x);
        assert_only(x, "bearer.duplicate");
        assert_evidence(x, "bearer.duplicate", same ? "the same value" : "different values");
        assert_int_equal(x->token.form, TOKEN_RAW);
        assert_secret_kept(x, value + 10);
        exchange_free(x);
    }
}

static void tokens_in_the_query(void **state)
{
    (void)state;
    raw_token('7', token);
    static const struct {
        const char *query; /* TOKEN: the token */
        bool found;        /* in a request with no bearer */
        bool certain;      /* in any */
    } rows[] = {
        {"access_token=TOKEN", true, true},
        {"limit=25&token=TOKEN", true, true},
        {"token=%76%32xTOKEN", true, true},
        {"anything=TOKEN", true, true},
        {"TOKEN", true, true},
        {"access_token=canary123456", true, false},
        {"accessToken=canary123456", true, false},
        {"token=usdc", false, false},
        {"token=0123456789012345678901234567890123456789", true, false},
        {"access_token=", false, false},
        {"txHash=" HASH, false, false},
        {"limit=25&prevId=01234567890123456789012345678901", false, false},
        {"", false, false},
    };
    for (size_t i = 0; i < COUNT(rows) * 2; i++) {
        bool bearer = i % 2;
        char target[300];
        const char *query = rows[i / 2].query;
        const char *at = strstr(query, "TOKEN");
        snprintf(target, sizeof target, ROUTE "?%.*s%s", at ? (int)(at - query) : 300, query,
                 at ? token : "");
        struct exchange *x = request("GET", target);
        if (bearer) {
            char value[80];
            snprintf(value, sizeof value, "Bearer %s", token);
            with(x, "Authorization", value);
        }
        inspect_bearer(x);
        const struct finding *finding = exchange_finding(x, "bearer.in-query");
        if ((finding != NULL) != (bearer ? rows[i / 2].certain : rows[i / 2].found)) {
            fail_msg("%s with%s bearer", query, bearer ? "" : "out");
        }
        if (finding) {
            assert_int_equal(finding->severity, bearer ? SEVERITY_WARNING : SEVERITY_PROBLEM);
        }
        assert_int_equal(exchange_finding(x, "bearer.missing") != NULL, !bearer);
        assert_secret_kept(x, token + 3);
        assert_secret_kept(x, "canary123456");
        exchange_free(x);
    }
}

static void tokens_in_other_fields(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        const char *before; /* of the token, or the whole value */
        bool raw;           /* the token follows */
        bool found;         /* in a request with no bearer */
        bool certain;       /* in any */
    } rows[] = {
        {"X-Api-Key", "", true, true, true},
        {"x-auth-token", "Bearer ", true, true, true},
        {"Cookie", "sid=1; token=", true, true, true},
        {"X-Whatever", "", true, true, true},
        {"Access-Token", "canary123456", false, true, false},
        {"Token", "canary123456", false, true, false},
        {"X-Api-Key", "", false, false, false},
        {"X-Whatever", "canary123456", false, false, false},
        {"Request-ID", "382c001b21871f61e582-0003", false, false, false},
        {"If-None-Match", HASH, false, false, false},
    };
    raw_token('7', token);
    for (size_t i = 0; i < COUNT(rows) * 2; i++) {
        bool bearer = i % 2;
        char value[120];
        struct exchange *x = request("GET", ROUTE);
        if (bearer) {
            snprintf(value, sizeof value, "Bearer %s", token);
            with(x, "Authorization", value);
        }
        snprintf(value, sizeof value, "%s%s", rows[i / 2].before, rows[i / 2].raw ? token : "");
        with(x, rows[i / 2].name, value);
        inspect_bearer(x);
        bool found = exchange_finding(x, "bearer.in-header") != NULL;
        assert_int_equal(found, bearer ? rows[i / 2].certain : rows[i / 2].found);
        if (found) {
            assert_evidence(x, "bearer.in-header", rows[i / 2].name);
        }
        assert_secret_kept(x, token + 3);
        assert_secret_kept(x, "canary123456");
        exchange_free(x);
    }
}

static void a_token_as_a_field_name_is_not_shown(void **state)
{
    (void)state;
    struct exchange *x = request("GET", ROUTE);
    raw_token('7', token);
    with(x, token, token);
    inspect_bearer(x);
    assert_evidence(x, "bearer.in-header", "of another name");
    assert_secret_kept(x, token + 3);
    exchange_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_bearers),
        cmocka_unit_test(bad_values),
        cmocka_unit_test(secrets_stay_secret),
        cmocka_unit_test(missing),
        cmocka_unit_test(missing_from_the_sdk),
        cmocka_unit_test(routes_without_a_bearer_are_never_reported),
        cmocka_unit_test(the_sdk_form_is_the_same_token),
        cmocka_unit_test(what_could_be_found_by_trying_has_no_fingerprint),
        cmocka_unit_test(a_hash_by_itself),
        cmocka_unit_test(legacy_and_ids),
        cmocka_unit_test(two_fields),
        cmocka_unit_test(tokens_in_the_query),
        cmocka_unit_test(tokens_in_other_fields),
        cmocka_unit_test(a_token_as_a_field_name_is_not_shown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
