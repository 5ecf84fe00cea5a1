/* The HAR: what an entry says of unusual exchanges, and a file that stays whole whatever happens to
 * the disk. */
#include <errno.h>
#include <sys/resource.h>

#include <jansson.h>

#include "bench.h"
#include "har_entry.h"
#include "har_file.h"

#define BODY_MOST (1 << 20)

/* --- entries --- */

/* The entry of x, which is freed. */
static json_t *entry_of(struct exchange *x, size_t body_most)
{
    struct record r;
    struct str text;
    json_error_t error;
    record_init(&r);
    record_success(&r, x);
    str_init(&text, 1 << 22);
    har_entry(&text, &r, body_most);
    json_t *entry = json_loads(str_cstr(&text), JSON_REJECT_DUPLICATES, &error);
    if (!entry) {
        fail_msg("%s: %s", error.text, str_cstr(&text));
    }
    str_release(&text);
    record_release(&r);
    exchange_free(x);
    return entry;
}

static const json_t *at(const json_t *object, const char *path)
{
    struct span rest = span_of(path);
    struct span key;
    char name[64];
    while (span_cut(&rest, '.', &key)) {
        snprintf(name, sizeof name, "%.*s", SPAN_ARG(key));
        object = json_object_get(object, name);
    }
    if (!object) {
        fail_msg("there is no %s", path);
    }
    return object;
}

static void assert_text(const json_t *entry, const char *path, const char *expected)
{
    assert_string_equal(json_string_value(at(entry, path)), expected);
}

static void assert_ms(const json_t *entry, const char *path, double expected)
{
    double ms = json_number_value(at(entry, path));
    assert_true(ms > expected - 0.0001 && ms < expected + 0.0001);
}

static void test_times_add_up(void **state)
{
    (void)state;
    json_t *entry = entry_of(sample_exchange("GET", "/api/v2/ping", 200), BODY_MOST);
    assert_text(entry, "startedDateTime", "2026-11-24T09:15:03.123Z");
    assert_ms(entry, "time", 84.5);
    assert_ms(entry, "timings.blocked", 1);
    assert_ms(entry, "timings.wait", 78);
    assert_ms(entry, "timings.receive", 5.5);
    json_decref(entry);
}

/* An answer that overtook its request, one that never came, a request that was never sent. */
static void test_times_are_never_negative(void **state)
{
    (void)state;
    struct exchange *x = sample_exchange("GET", "/a", 200);
    x->answered_us = x->sent_us - 500;
    json_t *entry = entry_of(x, BODY_MOST);
    assert_ms(entry, "timings.wait", 0);
    assert_ms(entry, "time", 84.5);
    json_decref(entry);

    x = sample_exchange("GET", "/a", 0);
    x->answered_us = 0;
    entry = entry_of(x, BODY_MOST);
    assert_ms(entry, "timings.wait", 83.5);
    assert_int_equal(json_integer_value(at(entry, "response.status")), 0);
    assert_int_equal(json_integer_value(at(entry, "response.headersSize")), -1);
    json_decref(entry);

    x = sample_exchange("GET", "/a", 0);
    x->sent_us = x->answered_us = x->finished_us = 0;
    entry = entry_of(x, BODY_MOST);
    assert_ms(entry, "time", 0);
    assert_int_equal(json_integer_value(at(entry, "timings.blocked")), -1);
    json_decref(entry);
}

static void assert_url(const char *target, const char *host, uint16_t port, const char *expected)
{
    struct exchange *x = sample_exchange("GET", target, 200);
    x->host = span_of(host);
    x->port = port;
    json_t *entry = entry_of(x, BODY_MOST);
    assert_text(entry, "request.url", expected);
    json_decref(entry);
}

static void test_urls(void **state)
{
    (void)state;
    assert_url("/a?b=c", "app.bitgo.com", 443, "https://app.bitgo.com/a?b=c");
    assert_url("/a", "app.bitgo.com", 8443, "https://app.bitgo.com:8443/a");
    assert_url("/a", "::1", 443, "https://[::1]/a");
    assert_url("*", "app.bitgo.com", 443, "https://app.bitgo.com/*");
    assert_url("", "app.bitgo.com", 443, "https://app.bitgo.com/");
    assert_url("http://other.example/a", "app.bitgo.com", 443, "http://other.example/a");
    assert_url("/a?otp=777777", "app.bitgo.com", 443, "https://app.bitgo.com/a?otp=[redacted]");
    assert_url("/a?o%74p=777777", "app.bitgo.com", 443, "https://app.bitgo.com/a?o%74p=[redacted]");
}

static void test_a_name_that_was_escaped_is_known(void **state)
{
    (void)state;
    json_t *entry = entry_of(
        sample_exchange("GET", "/a?o%74p=777777&b=%7B%22otp%22%3A%22777777%22%7D", 200), BODY_MOST);
    char *text = json_dumps(entry, 0);
    assert_null(strstr(text, "777777"));
    free(text);
    json_decref(entry);
}

static const char *content_of(const json_t *entry)
{
    return json_string_value(at(entry, "response.content.text"));
}

static json_t *entry_with(const char *body)
{
    struct exchange *x = sample_exchange("GET", "/a", 400);
    sample_body(&x->response, body);
    return entry_of(x, BODY_MOST);
}

/* Nothing but the secrets changes: not the spelling of numbers, not the white space. */
static void test_json_keeps_its_form(void **state)
{
    (void)state;
    json_t *entry = entry_with("{ \"amount\": 100.10, \"limit\": 999999999999999999999,\n"
                               "\"password\": \"hidden\", \"text\": \"\\u00e9\" }");
    assert_string_equal(content_of(entry),
                        "{ \"amount\": 100.10, \"limit\": 999999999999999999999,\n"
                        "\"password\": \"[redacted]\", \"text\": \"\\u00e9\" }");
    json_decref(entry);
}

static void test_json_within_json(void **state)
{
    (void)state;
    json_t *entry = entry_with("{\"message\":\"{\\\"pass\\u0077ord\\\":\\\"hidden\\\"}\","
                               "\"p\\u0061ssword\":\"hidden\",\"list\":[{\"name\":\"otp\","
                               "\"value\":\"hidden\"}],\"secret\":{\"deep\":[\"hidden\"]}}");
    assert_null(strstr(content_of(entry), "hidden"));
    json_decref(entry);
}

static void test_a_cut_character_is_no_reason_to_hide(void **state)
{
    (void)state;
    struct exchange *x = sample_exchange("GET", "/a", 400);
    sample_body(&x->response, "caf\xc3");
    x->response.body.truncated = true;
    json_t *entry = entry_of(x, BODY_MOST);
    assert_string_equal(content_of(entry), "caf\xef\xbf\xbd");
    json_decref(entry);

    x = sample_exchange("GET", "/a", 400);
    sample_body(&x->response, "caf\xc3");
    entry = entry_of(x, BODY_MOST);
    assert_null(json_object_get(at(entry, "response.content"), "text"));
    assert_non_null(strstr(json_string_value(at(entry, "response.content.comment")), "not UTF-8"));
    json_decref(entry);
}

static void test_without_bodies(void **state)
{
    (void)state;
    struct exchange *x = sample_failure();
    sample_body(&x->request, "{\"label\":\"x\"}");
    json_t *entry = entry_of(x, 0);
    assert_text(entry, "request.postData.text", "");
    assert_text(entry, "response.content.comment", "left out: the entry would be too long");
    json_decref(entry);
}

/* --- files --- */

static char har_path[64];

static void open_bench(struct bench *b)
{
    bench_open(b);
    snprintf(har_path, sizeof har_path, "%s/all.har", b->dir);
    b->options.har_path = har_path;
}

static void close_bench(struct bench *b)
{
    char next[80];
    unlink(har_path);
    snprintf(next, sizeof next, "%s.why401", har_path);
    assert_int_equal(access(next, F_OK), b->observer ? 0 : -1);
    bench_close(b);
    assert_int_equal(access(next, F_OK), -1);
}

/* How many entries the HAR has; it is a HAR. */
static size_t entries(void)
{
    json_error_t error;
    json_t *har = json_load_file(har_path, 0, &error);
    if (!har) {
        fail_msg("line %d: %s", error.line, error.text);
    }
    assert_text(har, "log.version", "1.2");
    assert_text(har, "log.creator.name", "why401");
    size_t count = json_array_size(at(har, "log.entries"));
    json_decref(har);
    return count;
}

static void give(struct bench *b, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        observer_give(b->observer, sample_exchange("GET", "/api/v2/ping", 200));
    }
    bench_drain(b);
}

static void test_it_is_whole_after_each_batch(void **state)
{
    (void)state;
    struct bench b;
    open_bench(&b);
    bench_start(&b);
    assert_int_equal(entries(), 0);
    for (size_t i = 1; i <= 20; i++) {
        give(&b, 1);
        assert_int_equal(entries(), i);
    }
    give(&b, 1000);
    assert_int_equal(entries(), 1020);
    struct stat st;
    assert_int_equal(stat(har_path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    observer_stop(b.observer);
    b.observer = NULL;
    assert_int_equal(entries(), 1020);
    close_bench(&b);
}

static void limit_files(rlim_t bytes)
{
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = bytes == RLIM_INFINITY ? limit.rlim_max : bytes;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void assert_lost(const struct bench *b, uint64_t lost)
{
    struct observer_counts counts;
    observer_counts(b->observer, &counts);
    assert_int_equal(counts.lost_lines, lost);
}

/* The limit holds for the other sinks, too: they have little to write, or nothing. */
static void quiet(struct bench *b)
{
    b->options.json_path = NULL;
    b->options.quiet = true;
}

/* A limit on the size of files stands for a full disk; it falls into an entry. */
static void test_a_full_disk_costs_entries_only(void **state)
{
    (void)state;
    struct bench b;
    struct stat st;
    open_bench(&b);
    quiet(&b);
    bench_start(&b);
    give(&b, 3);
    assert_int_equal(stat(har_path, &st), 0);
    limit_files((rlim_t)st.st_size + 100);
    give(&b, 1);
    give(&b, 50);
    assert_int_equal(entries(), 3);
    assert_lost(&b, 51);
    limit_files(RLIM_INFINITY);
    give(&b, 1);
    assert_int_equal(entries(), 4);
    give(&b, 1);
    assert_int_equal(entries(), 5);
    const char *seen = bench_terminal(&b);
    assert_int_equal(count_of(seen, "entries are lost until it works again"), 1);
    assert_int_equal(count_of(seen, "is written again; 51 entries were lost"), 1);
    close_bench(&b);
}

/* The very first entry is lost, so the next one is the first of the file. */
static void test_the_first_entry_may_be_lost(void **state)
{
    (void)state;
    struct bench b;
    struct stat st;
    open_bench(&b);
    quiet(&b);
    bench_start(&b);
    assert_int_equal(stat(har_path, &st), 0);
    limit_files((rlim_t)st.st_size + 300);
    give(&b, 2);
    assert_int_equal(entries(), 0);
    limit_files(RLIM_INFINITY);
    give(&b, 1);
    assert_int_equal(entries(), 1);
    assert_lost(&b, 2);
    close_bench(&b);
}

/* Moved away while it is written, and brought back. */
static void test_a_file_that_is_taken_away(void **state)
{
    (void)state;
    struct bench b;
    char away[80];
    open_bench(&b);
    bench_start(&b);
    give(&b, 2);
    snprintf(away, sizeof away, "%s.away", har_path);
    assert_int_equal(rename(har_path, away), 0);
    give(&b, 20);
    assert_lost(&b, 20);
    assert_int_equal(rename(away, har_path), 0);
    assert_int_equal(entries(), 2);
    give(&b, 1);
    assert_int_equal(entries(), 3);
    give(&b, 1);
    assert_int_equal(entries(), 4);
    close_bench(&b);
}

static void test_reopening_changes_nothing(void **state)
{
    (void)state;
    struct bench b;
    open_bench(&b);
    bench_start(&b);
    give(&b, 1);
    observer_reopen(b.observer);
    give(&b, 1);
    assert_int_equal(entries(), 2);
    close_bench(&b);
}

static void refuse(const char *path, const char *why)
{
    struct har_file f;
    struct err err;
    assert_int_equal(har_file_open(&f, path, BODY_MOST, &err), -1);
    if (!strstr(err.text, why)) {
        fail_msg("%s", err.text);
    }
}

static void test_what_is_refused(void **state)
{
    (void)state;
    struct har_file first;
    struct err err;
    char dir[] = "/tmp/why401-har-XXXXXX";
    char path[64];
    char link_path[64];
    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/all.har", dir);
    snprintf(link_path, sizeof link_path, "%s/link.har", dir);
    assert_int_equal(har_file_open(&first, path, BODY_MOST, &err), 0);
    assert_int_equal(symlink(path, link_path), 0);
    refuse(path, "another why401 writes it");
    refuse(link_path, "it is a symbolic link");
    refuse(dir, "it is not a regular file");
    refuse("/dev/full", "it is not a regular file");
    refuse("-", "standard output");
    refuse("/tmp/why401-no-such-folder/x", "No such file or directory");
    har_file_close(&first);
    unlink(link_path);
    unlink(path);
    assert_int_equal(rmdir(dir), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_times_add_up),
        cmocka_unit_test(test_times_are_never_negative),
        cmocka_unit_test(test_urls),
        cmocka_unit_test(test_a_name_that_was_escaped_is_known),
        cmocka_unit_test(test_json_keeps_its_form),
        cmocka_unit_test(test_json_within_json),
        cmocka_unit_test(test_a_cut_character_is_no_reason_to_hide),
        cmocka_unit_test(test_without_bodies),
        cmocka_unit_test(test_it_is_whole_after_each_batch),
        cmocka_unit_test(test_a_full_disk_costs_entries_only),
        cmocka_unit_test(test_the_first_entry_may_be_lost),
        cmocka_unit_test(test_a_file_that_is_taken_away),
        cmocka_unit_test(test_reopening_changes_nothing),
        cmocka_unit_test(test_what_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
