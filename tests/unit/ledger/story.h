/* Stories for the ledger: what passed through the proxy, call by call, on a clock that the story
 * moves. Tokens are made up, v2x and 64 times one digit. */
#ifndef TESTS_LEDGER_STORY_H
#define TESTS_LEDGER_STORY_H

#include "testing.h"

#include <stdlib.h>
#include <unistd.h>

#include "why401/ledger/ledger.h"

#define MINUTE ((int64_t)60000)
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)
#define START  1795511703123 /* 2026-11-24 09:15:03.123 UTC */

static struct ledger *ledger;
static char folder[64];
static char file[96];
static int64_t now;
static const char *host;
static const char *source;
static enum source_kind source_kind;

static inline const char *raw(char digit)
{
    static char token[68];
    memcpy(token, "v2x", 3);
    memset(token + 3, digit, 64);
    return token;
}

static inline struct ledger *reopen(void)
{
    struct err err;
    ledger_close(ledger);
    ledger = ledger_open(file, &err);
    if (!ledger) {
        fail_msg("%s", err.text);
    }
    return ledger;
}

static inline int story_begin(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/why401-ledger-XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(file, sizeof file, "%s/state/ledger.db", folder);
    now = START;
    host = "app.bitgo.com";
    source = "203.0.113.7";
    source_kind = SOURCE_EGRESS_IP;
    ledger = NULL;
    reopen();
    return 0;
}

static inline int story_end(void **state)
{
    (void)state;
    char command[128];
    ledger_close(ledger);
    ledger = NULL;
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command);
}

/* A finished call with the token of that digit; '-': without one. The caller frees it. */
static inline struct exchange *call(char digit, const char *method, const char *path,
                                    const char *asked, int status, const char *answer)
{
    static uint64_t id;
    struct exchange *x = exchange_new(++id, 1 << 18);
    assert_non_null(x);
    x->started_ms = now;
    x->request.head.method = span_of(method);
    x->request.head.target = span_of(path);
    x->target = target_split(x->request.head.target);
    x->request.complete = x->response.complete = true;
    x->response.head.status = status;
    x->maker = MAKER_UPSTREAM;
    x->host = span_of(host);
    x->source.kind = source_kind;
    assert_true(ip_parse(span_of(source), &x->source.ip));
    if (digit != '-') {
        x->token.form = TOKEN_RAW;
        token_fingerprint(span(raw(digit), 67), false, x->token.fingerprint);
    }
    capture_add(&x->request.body, span_of(asked), 1 << 18);
    x->request.body_bytes = strlen(asked);
    capture_add(&x->response.body, span_of(answer), 1 << 18);
    x->response.body_bytes = strlen(answer);
    return x;
}

/* Such a call passed: recalled, then learned, as the observer does. The caller frees it. */
static inline struct exchange *pass(struct exchange *x)
{
    ledger_recall(ledger, x);
    ledger_learn(ledger, x);
    return x;
}

static inline void make_token(char digit, const char *asked, const char *more)
{
    char answer[1024];
    snprintf(answer, sizeof answer,
             "{\"id\":\"%.*s\",\"token\":\"%.67s\",\"isExtensible\":false%s}", 32, raw(digit) + 3,
             raw(digit), more);
    exchange_free(pass(call('1', "POST", "/api/v2/user/accesstoken", asked, 200, answer)));
}

static inline void use(char digit)
{
    exchange_free(pass(call(digit, "GET", "/api/v2/tbtc/wallet", "", 200, "{}")));
}

/* What the call answered 401 was told; the caller frees it. */
static inline struct exchange *fail_with(char digit, const char *path, const char *answer)
{
    return pass(call(digit, "GET", path, "", 401, answer));
}

static inline struct exchange *fail_use(char digit)
{
    return fail_with(digit, "/api/v2/tbtc/wallet", "{\"error\":\"unauthorized\"}");
}

static inline void later(int64_t ms)
{
    now += ms;
}

/* The finding is there and its evidence holds `part`. */
static inline void assert_told(struct exchange *x, const char *id, const char *part)
{
    const struct finding *finding = exchange_finding(x, id);
    if (!finding) {
        fail_msg("%s was not told; %zu others, the first is %s", id, x->finding_count,
                 x->finding_count ? x->findings[0].id : "-");
    } else if (span_find(finding->evidence, span_of(part)) < 0) {
        fail_msg("%s says: %.*s", id, SPAN_ARG(finding->evidence));
    }
}

static inline void assert_silent(const struct exchange *x, const char *id)
{
    const struct finding *finding = exchange_finding(x, id);
    if (finding) {
        fail_msg("%s was told: %.*s", id, SPAN_ARG(finding->evidence));
    }
}

#define STORY(name) cmocka_unit_test_setup_teardown(name, story_begin, story_end)

#endif
