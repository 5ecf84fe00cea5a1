/* The file as a file, and where it comes from. */
#include "folder.h"

static void no_file_means_the_defaults(void **state)
{
    (void)state;
    struct err err;
    struct config_flags flags = {0};
    struct config *c = config_load(&flags, &err);
    assert_non_null(c);
    assert_null(c->file);
    assert_string_equal(c->listen_host, "127.0.0.1");
    assert_int_equal(c->listen_port, 8401);
    assert_int_equal(c->workers, 1);
    assert_string_equal(c->upstream.host, "app.bitgo.com");
    assert_int_equal(c->upstream.port, 443);
    assert_true(c->upstream.tls);
    assert_string_equal(c->upstream.authority, "app.bitgo.com");
    assert_null(c->upstream.resolve);
    assert_null(c->upstream.ca_path);
    assert_int_equal(environment_of_host(span_of(c->upstream.host)), ENVIRONMENT_PROD);
    assert_null(c->inspect.allowlist);
    assert_false(c->inspect.enforce);
    assert_int_equal(c->limits.request_head_bytes, 65536);
    assert_int_equal(c->timeouts.response_head_ms, 320000);
    assert_null(c->log_json);
    assert_null(c->ca_dir);
    assert_null(c->rules_dir);
    assert_false(c->quiet || c->verbose || c->listen_proxy_protocol);
    config_drop(c);
}

static void the_default_file_is_found(void **state)
{
    (void)state;
    struct err err;
    struct config_flags flags = {0};
    char sub[128];
    char path[160];
    snprintf(sub, sizeof sub, "%s/why401", folder);
    snprintf(path, sizeof path, "%s/config.json", sub);
    assert_int_equal(mkdir(sub, 0700), 0);
    write_bytes(path, SPAN("{\"workers\": 3}"));

    setenv("XDG_CONFIG_HOME", folder, 1);
    struct config *c = config_load(&flags, &err);
    assert_non_null(c);
    assert_int_equal(c->workers, 3);
    assert_string_equal(c->file, path);
    config_drop(c);

    setenv("XDG_CONFIG_HOME", "relative", 1); /* is to be ignored */
    c = config_load(&flags, &err);
    assert_non_null(c);
    assert_int_equal(c->workers, 1);
    config_drop(c);

    unsetenv("XDG_CONFIG_HOME");
    setenv("WHY401_CONFIG", path, 1);
    c = config_load(&flags, &err);
    assert_non_null(c);
    assert_int_equal(c->workers, 3);
    config_drop(c);
    unsetenv("WHY401_CONFIG");
    assert_int_equal(remove(path), 0);
    assert_int_equal(rmdir(sub), 0);
}

static void a_named_file_has_to_exist(void **state)
{
    (void)state;
    struct err err;
    struct config_flags flags = {.config = "/nowhere/config.json"};
    assert_null(config_load(&flags, &err));
    assert_non_null(strstr(err.text, "/nowhere/config.json: cannot be opened: No such file"));
    setenv("WHY401_CONFIG", "/nowhere/else.json", 1);
    flags.config = NULL;
    assert_null(config_load(&flags, &err));
    assert_non_null(strstr(err.text, "/nowhere/else.json"));
    unsetenv("WHY401_CONFIG");
}

static void syntax_errors_have_a_line_and_a_column(void **state)
{
    (void)state;
    refuse("{\n  \"workers\": 2,\n  \"env\" \"test\"\n}", "line 3, column 14",
           "found no valid JSON (");
    refuse("{", "line 1, column 1: found no valid JSON (string or '}' expected near end of file)",
           "expected a config");
    refuse("", "line 1, column 0", "expected a config");
    refuse("{} trailing", "line 1", "expected a config");
    refuse("{\"workers\": 1, \"workers\": 2}", "line 1", "expected each key once");
    refuse("{\"env\": \"\xff\xfe\"}", "line 1", "expected a config");
}

static void the_top_is_an_object(void **state)
{
    (void)state;
    refuse("[]", "$: found an array of 0", "expected an object");
    refuse("\"prod\"", "$: found \"prod\"", "expected an object");
    refuse("null", "$: found null", "expected an object");
}

static void nesting_is_bounded(void **state)
{
    (void)state;
    static char deep[200000];
    struct err err;
    memset(deep, '[', sizeof deep);
    assert_null(load_bytes(span(deep, sizeof deep), &err));
    assert_int_equal(err.code, ERR_CONFIG);
}

static void a_large_file_is_refused(void **state)
{
    (void)state;
    size_t most = 1048576;
    char *bytes = malloc(most + 1);
    struct err err;
    memset(bytes, ' ', most + 1);
    memcpy(bytes, "{}", 2);
    struct config *c = load_bytes(span(bytes, most), &err);
    assert_non_null(c);
    config_drop(c);
    assert_null(load_bytes(span(bytes, most + 1), &err));
    assert_non_null(strstr(err.text, "found 1048577 bytes; expected at most 1048576"));
    free(bytes);
}

static void the_longest_lists_fit(void **state)
{
    (void)state;
    struct str text;
    str_init(&text, 1048576);
    str_add(&text, SPAN("{\"source_ip\":{\"egress_ip\":[\"::\""));
    while (text.len < 500000) {
        str_add(&text, SPAN(",\"::\""));
    }
    str_add(&text, SPAN("],\"trusted_peers\":[\"::\""));
    while (text.len < 1000000) {
        str_add(&text, SPAN(",\"::\""));
    }
    str_add(&text, SPAN("]}}"));
    struct config *c = load(text.ptr);
    assert_true(c->inspect.egress_ip_count > 90000);
    assert_true(c->inspect.trusted_peer_count > 90000);
    config_drop(c);
    str_release(&text);
}

static void only_a_private_regular_file_is_read(void **state)
{
    (void)state;
    struct err err;
    struct config_flags flags = {.config = folder};
    assert_null(config_load(&flags, &err));
    assert_non_null(strstr(err.text, "found a folder; expected a regular file"));

    flags.config = config_path;
    remove(config_path);
    assert_int_equal(mkfifo(config_path, 0600), 0);
    assert_null(config_load(&flags, &err)); /* and does not wait for a writer */
    assert_non_null(strstr(err.text, "expected a regular file"));
    assert_int_equal(remove(config_path), 0);

    write_bytes(config_path, SPAN("{}"));
    assert_int_equal(chmod(config_path, 0646), 0);
    assert_null(config_load(&flags, &err));
    assert_non_null(strstr(err.text, "everybody on this machine may write"));
    assert_non_null(strstr(err.text, "chmod o-w"));

    if (geteuid() != 0) {
        assert_int_equal(chmod(config_path, 0000), 0);
        assert_null(config_load(&flags, &err));
        assert_non_null(strstr(err.text, "Permission denied"));
    }
    assert_int_equal(remove(config_path), 0);
}

static void a_long_path_leaves_room_for_the_reason(void **state)
{
    (void)state;
    char path[1200];
    struct err err;
    memset(path, 'a', sizeof path);
    memcpy(path + sizeof path - sizeof "/end.json", "/end.json", sizeof "/end.json");
    struct config_flags flags = {.config = path};
    assert_null(config_load(&flags, &err));
    assert_non_null(strstr(err.text, "/end.json: cannot be opened: "));
}

static void references_are_counted(void **state)
{
    (void)state;
    struct config *c = load("{}");
    assert_ptr_equal(config_hold(c), c);
    config_drop(c);
    assert_int_equal(c->workers, 1);
    config_drop(c);
    config_drop(NULL);
    assert_null(config_hold(NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_file_means_the_defaults),
        cmocka_unit_test(the_default_file_is_found),
        cmocka_unit_test(a_named_file_has_to_exist),
        cmocka_unit_test(syntax_errors_have_a_line_and_a_column),
        cmocka_unit_test(the_top_is_an_object),
        cmocka_unit_test(nesting_is_bounded),
        cmocka_unit_test(a_large_file_is_refused),
        cmocka_unit_test(the_longest_lists_fit),
        cmocka_unit_test(only_a_private_regular_file_is_read),
        cmocka_unit_test(a_long_path_leaves_room_for_the_reason),
        cmocka_unit_test(references_are_counted),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
