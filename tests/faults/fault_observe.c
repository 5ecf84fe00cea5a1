/* What the observer writes when memory runs out: whole lines or none, each that is missing counted,
 * and never a secret. */
#include "fault.h"

#include <jansson.h>
#include <sys/stat.h>

#include "bench.h"
#include "why401/observe/redact.h"

#define CANARY "v2x5555555555555555555555555555555555555555555555555555555555555555"
#define PASS   "correct-horse-canary"
#define DOCUMENT                                                                                   \
    "{\"walletPassphrase\":\"" PASS "\",\"a\":[{\"otp\":\"" PASS "\"},\"" CANARY "\"],"            \
    "\"b\":\"{\\\"passphrase\\\":\\\"" PASS "\\\"}\"}"

static void assert_no_secret(const char *text)
{
    if (strstr(text, CANARY) || strstr(text, PASS)) {
        fail_msg("a secret is in %s", text);
    }
}

static void redacting(void)
{
    struct str out;
    char sentence[2200];
    memset(sentence, ' ', sizeof sentence);
    snprintf(sentence + 1500, sizeof sentence - 1500, "%s passphrase=%s", CANARY, PASS);
    sentence[1499] = '.';
    str_init(&out, 1 << 20);
    fault_begin();
    redact_text(&out, SPAN(DOCUMENT));
    redact_text(&out, span_of(sentence));
    redact_target(&out, SPAN("/api/v2/x?passphrase=" PASS "&a=%76%32" CANARY));
    redact_field(&out, SPAN("Authorization"), SPAN("Bearer " CANARY));
    redact_field(&out, SPAN("Cookie"), SPAN("a=" PASS "; b=" CANARY));
    bool failed = fault_end();
    assert_true(failed || !out.failed);
    assert_no_secret(str_cstr(&out));
    str_release(&out);
}

static void redaction_hides_what_it_cannot_look_at(void **state)
{
    (void)state;
    fault_every(redacting, FAULT_EACH);
}

static void redacting_json(void)
{
    json_error_t error;
    json_t *document = json_loads(DOCUMENT, 0, &error);
    assert_non_null(document);
    fault_begin();
    json_t *copy = redact_json(document);
    bool failed = fault_end();
    assert_true(failed || copy);
    char *text = copy ? json_dumps(copy, 0) : NULL;
    if (text) {
        assert_no_secret(text);
    }
    free(text);
    json_decref(copy);
    json_decref(document);
}

static void a_redacted_document_is_whole_or_missing(void **state)
{
    (void)state;
    fault_every(redacting_json, FAULT_EACH);
}

static struct bench bench;

static struct exchange *secret_failure(void)
{
    struct exchange *x = sample_failure();
    sample_field(x, &x->request, "Authorization", "Bearer " CANARY);
    sample_body(&x->request, DOCUMENT);
    return x;
}

/* Each line is an object, and none has a secret. Returns how many there are. */
static size_t check_lines(const char *text)
{
    size_t lines = 0;
    struct span rest = span_of(text);
    struct span line;
    assert_no_secret(text);
    while (span_cut(&rest, '\n', &line) && line.len) {
        json_error_t error;
        json_t *object = json_loadb(line.ptr, line.len, 0, &error);
        if (!object) {
            fail_msg("%s: %.*s", error.text, SPAN_ARG(line));
        }
        json_decref(object);
        lines++;
    }
    return lines;
}

static void check_har(const char *path, uint64_t lost)
{
    json_error_t error;
    json_t *har = json_load_file(path, 0, &error);
    if (!har) {
        fail_msg("the HAR is not whole: %s", error.text);
    }
    json_t *entries = json_object_get(json_object_get(har, "log"), "entries");
    assert_true(json_array_size(entries) + lost >= 2);
    char *text = json_dumps(har, 0);
    assert_no_secret(text);
    free(text);
    json_decref(har);
}

static void observing(void)
{
    struct err err = {0};
    char har[64];
    struct exchange *good = sample_exchange("GET", "/api/v2/ping", 200);
    struct exchange *bad = secret_failure();
    struct observer_counts counts;
    snprintf(har, sizeof har, "%s/log.har", bench.dir);
    bench.options.har_path = har;
    unlink(bench.json_path);
    assert_int_equal(ftruncate(bench.options.terminal_fd, 0), 0);
    fault_begin();
    struct observer *o = observer_start(&bench.options, &err);
    if (!o) {
        assert_true(fault_end());
        if (err.code != ERR_MEMORY && err.code != ERR_LEDGER) {
            fail_msg("%d: %s", err.code, err.text);
        }
        exchange_free(good);
        exchange_free(bad);
        unlink(har);
        return;
    }
    observer_give(o, good);
    observer_give(o, bad);
    observer_notice(o, "a notice with %s", CANARY);
    assert_true(observer_drain(o, BENCH_WAIT_MS));
    bool failed = fault_end();
    observer_counts(o, &counts);
    observer_stop(o);
    bench.observer = NULL;
    uint64_t lost = counts.lost_lines + counts.lost_success + counts.lost_failing;
    assert_true(failed || lost == 0);
    assert_true(check_lines(bench_json(&bench)) + lost >= 2);
    check_har(har, lost);
    assert_no_secret(bench_terminal(&bench));
    unlink(har);
}

static void every_line_is_whole_or_counted_as_lost(void **state)
{
    (void)state;
    bench_open(&bench);
    fault_every(observing, 300);
    unlink(bench.json_path);
    bench_close(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(redaction_hides_what_it_cannot_look_at),
        cmocka_unit_test(a_redacted_document_is_whole_or_missing),
        cmocka_unit_test(every_line_is_whole_or_counted_as_lost),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
